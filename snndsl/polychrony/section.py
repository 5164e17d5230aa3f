"""The section ``discover`` of a model: its definitions, nulls and expectations as arguments of searches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, TextFault
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.values import evaluate_term, model_names
from snndsl.ir import Program
from snndsl.model.checked import CheckedModel
from snndsl.model.search import Search as Wanted
from snndsl.model.search import Surrogate
from snndsl.polychrony.answer import NeuronModel
from snndsl.polychrony.definitions import Definition, Izhikevich2006, definition_of
from snndsl.polychrony.network.sources import Network
from snndsl.semantics.times import time_in_steps
from snndsl.units import Dimension, parse_quantity, to_internal

__all__ = ["Search", "chosen_definition", "definition_faults", "judge", "search_of"]

_KEYS = {"weak_to_inh": "weak_to_inhibitory"}


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A search as a model or a command line describes it.

    Parameters
    ----------
    definition : Definition
        With its numbers.
    mothers : ndarray of int64 or None
        Neurons of the network; None: all.
    nulls : dict of str to int
        How often each null is drawn.
    rows : dict of str to ndarray of bool, shape (synapses,)
        Synapses that a null shuffles; where it is not said, all.
    """

    definition: Definition
    mothers: NDArray[np.int64] | None
    nulls: dict[str, int]
    rows: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


class _Scale(Protocol):
    """What quantities are brought to."""

    @property
    def step_ms(self) -> Fraction: ...
    @property
    def weight_units(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class _ModelScale:
    step_ms: Fraction
    weight_units: tuple[str, ...]


def search_of(checked: CheckedModel, program: Program, name: str, network: Network) -> Search:
    """Return the search that an entry of a model's section describes.

    Parameters
    ----------
    checked : CheckedModel
        The model.
    program : Program
        Of the model.
    name : str
        Of the entry.
    network : Network
        Of the program.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter, at their place in the file.
    """
    wanted = checked.searches[name]
    definition = _placed(wanted, lambda kind, given: chosen_definition(kind, given, network))
    mothers = None
    if wanted.mothers is not None:
        parts = [np.arange(block.start, block.stop) + network.first[block.population] for block in wanted.mothers.blocks]
        mothers = np.unique(np.concatenate(parts))
    nulls = {surrogate.null: surrogate.times for surrogate in wanted.surrogates}
    rows = {surrogate.null: _rows(checked, program, wanted.projection, surrogate) for surrogate in wanted.surrogates}
    return Search(definition, mothers, nulls, rows)


def definition_faults(checked: CheckedModel) -> list[Fault]:
    """Return what is wrong with the definitions in the section ``discover`` of a model, at their places."""
    faults: list[Fault] = []
    for wanted in checked.searches.values():
        dimension = wanted.weight
        scale = _ModelScale(checked.step, (str(dimension),) if isinstance(dimension, Dimension) else ())
        try:
            _placed(wanted, lambda kind, given, scale=scale: _definition(kind, given, scale, 1))
        except ModelError as error:
            faults += error.faults
    return faults


def _placed(wanted: Wanted, make: Any) -> Definition:
    """Make the definition of an entry; its faults get the place of the definition."""
    try:
        parameters = {_KEYS.get(key, key): item for key, item in wanted.numbers.items() if key != "strong"}
        if "strong" in wanted.numbers:
            parameters["threshold"] = _strong(str(wanted.numbers["strong"]))
        definition: Definition = make(wanted.kind, parameters)
    except ModelError as error:
        where = wanted.place.at()
        raise ModelError(replace(f, file=where.file, line=where.line, column=where.column) for f in error.faults) from None
    return definition


def _rows(checked: CheckedModel, program: Program, projection: str, surrogate: Surrogate) -> NDArray[np.bool_]:
    """Return which synapses a surrogate shuffles: those of the projection that meet its condition."""
    parts = []
    for synapses in program.synapses:
        mine = np.zeros(synapses.rows.rows, np.bool_)
        if synapses.projection == projection:
            mine[:] = True
            if surrogate.of is not None:
                columns, row = program.projection(projection).columns, np.asarray(synapses.rows["row"])
                scope = {"i": np.asarray(columns["pre"], np.float64)[row], "j": np.asarray(columns["post"], np.float64)[row]}
                evaluator = Evaluator(model_names(checked, scope, None), checked.step, checked.data)
                mine &= np.asarray(evaluate_term(surrogate.of, evaluator, "of"), np.bool_)
        parts.append(mine)
    return np.concatenate([*parts, np.zeros(0, np.bool_)])


def chosen_definition(name: str, parameters: Mapping[str, Any], network: Network) -> Definition:
    """Return a definition for a network: times brought to its step, mode as its neurons allow.

    Parameters
    ----------
    name : str
        Of the definition.
    parameters : mapping
        What differs from the published numbers: numbers, text that is read as such, times such as ``"2 ms"``, and
        ``threshold`` or ``fraction_of`` in the unit of the weights, such as ``"0.5 mV"``.
    network : Network
        To be searched.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter.
    """
    given = dict(parameters)
    if name == Izhikevich2006.name and isinstance(network.neurons, NeuronModel):
        given = {"mode": "corrected"} | given
    return _definition(name, given, network, int(network.table.delay.max(initial=1)))


def _definition(name: str, parameters: Mapping[str, Any], scale: _Scale, longest: int) -> Definition:
    if len(scale.weight_units) > 1:
        what = f"weights in {' and '.join(scale.weight_units)}: they cannot be compared, nor shuffled"
        raise ModelError(Fault("weights-of-several-units", what, expected="weights in one unit"))
    whole = "fraction_of" if parameters.get("fraction_of") is not None else "threshold"
    given = {}
    for key, value in parameters.items():
        if key == whole and value is not None:
            given[key] = _weight(key, str(value), scale)
        else:
            given[key] = value if key == "threshold" else _steps(value, scale)
    definition = definition_of(name, given, step_ms=float(scale.step_ms), longest=longest)
    if definition.strong > 0 and "threshold" not in given and scale.weight_units not in ((), ("1",)):
        what = f"weights in {scale.weight_units[0]}, but no threshold (the published one has no unit)"
        hint = f'--threshold "5 {scale.weight_units[0]}", in a model strong: w > 5 {scale.weight_units[0]}'
        raise ModelError(Fault("definition-parameter", what, expected="the weight above which a synapse is strong", try_=hint))
    return definition


def _steps(value: Any, scale: _Scale) -> Any:
    """Return a time as steps; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        quantity = parse_quantity(value)
    except TextFault:
        return value
    if quantity is None or quantity.unit.text == "1":
        return value
    return time_in_steps(value, scale.step_ms)


def _weight(name: str, text: str, scale: _Scale) -> float:
    """Return a weight, such as ``9.5`` or ``0.5 mV``, in the units of the program."""
    known = scale.weight_units
    expected = f"a weight in {known[0]}" if known and known != ("1",) else "a weight, a number"
    try:
        quantity = parse_quantity(text.strip())
    except TextFault as error:
        raise ModelError(Fault("definition-parameter", f"{name} {text!r}: {error.what}", expected=expected)) from None
    if quantity is None or str(quantity.unit.dimension) not in (known or ("1",)):
        raise ModelError(Fault("definition-parameter", f"{name} {text!r}", expected=expected))
    return to_internal(quantity.value, quantity.unit, scale.step_ms)


def _strong(text: str) -> str:
    """Return the weight of ``w > weight``."""
    left, sign, right = text.partition(">")
    if left.strip() != "w" or not sign:
        raise ModelError(Fault("definition-parameter", f"strong is {text!r}", expected="w > WEIGHT", try_="w > 9.5"))
    return right.strip()


def judge(expect: Mapping[str, Any], facts: Mapping[str, float]) -> Iterator[tuple[bool, str]]:
    """Yield for each expectation of a search whether it is met, and in words.

    Parameters
    ----------
    expect : mapping
        ``groups`` or ``p``: {equals, at_least, at_most, between}.
    facts : mapping of str to float
        What was found.
    """
    for name, bounds in expect.items():
        value = facts[name]
        wanted = bounds if isinstance(bounds, Mapping) else {"equals": bounds}
        for how, bound in wanted.items():
            yield _met(value, str(how), bound), f"{name} {value:g}, {how} {bound}"


def _met(value: float, how: str, bound: Any) -> bool:
    match how:
        case "equals":
            return value == float(bound)
        case "at_least":
            return value >= float(bound)
        case "at_most":
            return value <= float(bound)
        case _:
            return float(bound[0]) <= value <= float(bound[1])
