"""From a validated file to a checked model: names resolved, dimensions known; or every fault with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from snndsl.errors import Fault, ModelError
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import TIME, UNKNOWN
from snndsl.frontend.data import DataColumn, load_data
from snndsl.frontend.loader import ModelSource
from snndsl.locations import SourceMap
from snndsl.schema import ModelSpec
from snndsl.semantics.connection_check import check_projections
from snndsl.semantics.dimensions import Maker, Names, Result, file_names
from snndsl.semantics.discovery_check import check_discover
from snndsl.semantics.element import Element, flatten
from snndsl.semantics.element_check import check_element, element_names
from snndsl.semantics.name_check import name_faults
from snndsl.semantics.observation_check import check_observations
from snndsl.semantics.population_check import check_groups, check_populations, check_signals
from snndsl.semantics.rule import RuleElement
from snndsl.semantics.seeds import check_seeds
from snndsl.semantics.size_check import check_sizes
from snndsl.semantics.stimulus_check import check_stimuli
from snndsl.semantics.terms import Place, Term, parse_term
from snndsl.semantics.usable import PURE
from snndsl.units import to_internal

__all__ = ["CheckedModel", "check", "is_library", "time_in_steps", "time_missing", "whole_steps"]


@dataclass(eq=False)
class CheckedModel:
    """A model whose every name and dimension is known.

    Parameters
    ----------
    source : ModelSource
        The files.
    step : Fraction
        Length of a step in ms.
    steps : int
        Length of the run.
    constants : mapping of str to Term
        Of the model file.
    data : mapping of str to DataColumn
        Of the model file; `file_data` those of any file it imports.
    data_digest : str
        Hash of the bytes of all data.
    names : Names
        The scope of the model file.
    sizes : mapping of str to int
        Of populations and sources.
    elements : mapping of str to Element
        By population.
    element_names : mapping of str to Names
        Dimensions of the names of each population's element.
    rules, rule_names : mapping of str to RuleElement, Names
        By projection.
    signals, signal_names : mapping of str to Element, Names
        By signal.
    """

    source: ModelSource
    step: Fraction
    steps: int
    constants: Mapping[str, Term]
    data: Mapping[str, DataColumn]
    data_digest: str
    names: Names
    sizes: dict[str, int] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)
    element_names: dict[str, Names] = field(default_factory=dict)
    rules: dict[str, RuleElement] = field(default_factory=dict)
    rule_names: dict[str, Names] = field(default_factory=dict)
    signals: dict[str, Element] = field(default_factory=dict)
    signal_names: dict[str, Names] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    file_data: dict[int, Mapping[str, DataColumn]] = field(default_factory=dict)
    file_steps: int = 0

    @property
    def spec(self) -> ModelSpec:
        """What the file says."""
        return self.source.model

    def signal_makers(self) -> dict[str, Maker]:
        """Return how the dimension of every ``signal.x`` is found: states, parameters and aliases of signals."""
        makers: dict[str, Maker] = {}
        for name, element in self.signals.items():
            for own in (*element.states, *element.parameters, *element.aliases):
                makers[f"{name}.{own}"] = partial(self._signal, name, own)
        return makers

    def _signal(self, name: str, own: str) -> Result | None:
        known = self.signal_names.get(name)
        return UNKNOWN if known is None else known.lookup(own)

    def place(self, *path: str | int) -> Place:
        """Return a place of the model file."""
        return Place(self.source.locations, path)

    def term(self, text: Any, *path: str | int) -> Term | None:
        """Parse an expression of the model file; None after reporting what is wrong."""
        place = self.place(*path)
        try:
            return parse_term(str(text), place)
        except TextFault as error:
            self.faults.append(place.fault(error))
            return None


def check(source: ModelSource, duration: str | None = None) -> CheckedModel:
    """Return the checked model.

    Parameters
    ----------
    source : ModelSource
        The files.
    duration : str, optional
        Replaces the duration of the run; times are still checked against the file's own.

    Raises
    ------
    ModelError
        With all faults of the file, in its order.
    """
    faults = list(name_faults(source))
    step, steps = _time(source, faults)
    data, digest = load_data(source, step, faults)
    constants = _constants(source, faults)
    names = file_names(constants, data, faults)
    for name in source.spec.constants:
        names.makers.setdefault(name, lambda: UNKNOWN)  # reported already
    model = CheckedModel(source, step, steps, constants, data, digest, names, faults=faults, file_steps=steps)
    if duration is not None:
        model.steps = _override(duration, step)
    for name, term in constants.items():
        names.before_run(term, PURE)
        try:
            names.lookup(name)
        except TextFault as error:
            faults.append(model.place("constants", name).fault(error))
            names.found[name] = None
    check_signals(model)
    check_populations(model)
    _unused_definitions(model)
    check_stimuli(model)
    check_groups(model)
    check_projections(model)
    check_observations(model)
    check_discover(model)
    check_seeds(model)
    if not faults:
        check_sizes(model)
    if faults:
        unique = {(f.file, f.line, f.column, f.code, f.what): f for f in faults}
        raise ModelError(sorted(unique.values(), key=lambda fault: (fault.file, fault.line, fault.column)))
    return model


def whole_steps(term: Term, step: Fraction, what: str) -> int:
    """Return a literal time as a number of steps, exactly.

    Raises
    ------
    ModelError
        off-grid, dimension.
    """
    node = term.tree
    if not isinstance(node, tree.Number):
        raise ModelError(term.problem("not-a-literal", f"{what} is no literal time", "a time such as 1 ms"))
    if node.unit is None or node.unit.dimension != TIME:
        if node.value == 0:
            return 0
        raise ModelError(term.problem("dimension", f"{what} is {node.text}, no time", "a time such as 1 ms"))
    length = node.value * node.unit.factor * step**node.unit.step_power
    if (length / step).denominator != 1:
        below = int(length / step)
        near = " or ".join(f"{float(k * step)!r} ms" for k in (below, below + 1) if k > 0)
        raise ModelError(
            term.problem(
                "off-grid",
                f"{what} is {node.text}, no multiple of the step of {float(step)!r} ms",
                "a whole number of steps",
                near,
            )
        )
    return int(length / step)


def is_library(source: ModelSource) -> bool:
    """Tell whether a file holds definitions only: nothing in it can run."""
    spec = source.model
    return spec.time is None and not (spec.populations or spec.projections or spec.stimuli)


def time_missing(place: Place) -> Fault:
    """Return the fault of a model without ``time``."""
    return place.problem("key-missing", "the file has no 'time'", "time: {step: 0.1 ms, duration: 1 s}")


def _time(source: ModelSource, faults: list[Fault]) -> tuple[Fraction, int]:
    place = Place(source.locations, ("time",))
    spec = source.model.time
    if spec is None:
        if not is_library(source):
            faults.append(time_missing(place))
        return Fraction(1), 0
    length = _length(spec.step, Place(source.locations, ("time", "step")), faults)
    if length is None:
        return Fraction(1), 0
    where = Place(source.locations, ("time", "duration"))
    try:
        steps = whole_steps(parse_term(spec.duration, where), length, "the duration")
        if not 0 < steps < 2**31:
            faults.append(where.problem("duration", f"a run of {steps} steps", "between 1 and 2147483647 steps"))
        return length, steps
    except TextFault as error:
        faults.append(where.fault(error))
    except ModelError as error:
        faults += error.faults
    return length, 1


def time_in_steps(text: str, step: Fraction, what: str = "the time") -> int:
    """Return a time from outside a file, such as ``10 s``, as a whole number of steps.

    Raises
    ------
    ModelError
        off-grid, dimension, unit-unknown ...
    """
    try:
        return whole_steps(parse_term(text, Place(SourceMap(what), ())), step, what)
    except TextFault as error:
        raise ModelError(Fault(error.code, f"{what}: {error.what}", expected=error.expected, try_=error.try_)) from None
    except ModelError as error:
        raise ModelError(replace(fault, file="", line=0, column=0) for fault in error.faults) from None


def _override(text: str, step: Fraction) -> int:
    steps = time_in_steps(text, step, "--duration")
    if not 0 < steps < 2**31:
        raise ModelError(Fault("duration", f"--duration: a run of {steps} steps", expected="between 1 and 2147483647 steps"))
    return steps


def _length(text: str, place: Place, faults: list[Fault]) -> Fraction | None:
    try:
        term = parse_term(text, place)
    except TextFault as error:
        faults.append(place.fault(error))
        return None
    node = term.tree
    if (
        not isinstance(node, tree.Number)
        or node.unit is None
        or node.unit.dimension != TIME
        or node.unit.step_power
        or node.value <= 0
    ):
        faults.append(term.problem("step", f"the step is {text!r}", "a positive time such as 0.1 ms"))
        return None
    to_internal(node.value, node.unit)
    return node.value * node.unit.factor


def _constants(source: ModelSource, faults: list[Fault]) -> dict[str, Term]:
    constants: dict[str, Term] = {}
    for name, text in source.spec.constants.items():
        place = Place(source.locations, ("constants", name))
        if name in ("t", "dt", "pi", "trial", "i", "j", "N", "w"):
            where = source.locations.key(("constants", name))
            what = f"{name!r} is a built-in name"
            faults.append(Fault("name-reserved", what, where.file, where.line, where.column, "another name"))
        try:
            constants[name] = parse_term(str(text), place)
        except TextFault as error:
            faults.append(place.fault(error))
    return constants


def _unused_definitions(model: CheckedModel) -> None:
    """Check definitions of the file that no population uses: a fault is a fault wherever it stands."""
    used = {element.name for element in model.elements.values()}
    for name in model.spec.neurons:
        if name not in used:
            try:
                element = flatten(model.source, "neurons", name, model.place("neurons", name))
            except ModelError as error:
                model.faults += error.faults
                continue
            check_element(
                element,
                element_names(element, model.data, model.signal_makers()),
                None if is_library(model.source) else model.step,
            )
            model.faults += element.faults
