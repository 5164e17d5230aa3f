"""Numbers of a population: parameters, initial states, conditions; scalars stay scalars, the rest is one value a neuron."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected, first_of_each_place
from snndsl.expressions import to_text
from snndsl.expressions.arithmetic import Evaluator, IndexOutOfRange, LengthDiffers
from snndsl.expressions.drawn import Drawer, DrawTooRare
from snndsl.expressions.walk import LEAF, extent, names_in
from snndsl.model.checked import CheckedModel
from snndsl.model.population import Population
from snndsl.model.text import Term, ValueTerm, first_term
from snndsl.numerics import stream_key
from snndsl.semantics.scope import MAX_LEVELS

__all__ = ["PopulationValues", "evaluate_term", "finite", "model_names", "population_values"]

Value = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PopulationValues:
    """Numbers of one population, by flat name.

    Parameters
    ----------
    parameters, states, let, positions : mapping of str to float or ndarray, shape (size,)
        Internal units.
    """

    parameters: Mapping[str, Value]
    states: Mapping[str, Value]
    let: Mapping[str, Value]
    positions: Mapping[str, Value]

    @property
    def readable(self) -> Mapping[str, Value]:
        """What wiring reads of its neurons; no name is there twice."""
        return {**self.parameters, **self.let, **self.positions}


def population_values(model: CheckedModel, population: Population) -> PopulationValues:
    """Evaluate what a population and its neuron say.

    Raises
    ------
    ModelError
        require, not-finite, index-out-of-range, list-length: one of each place.
    """
    work, faults = _Work(model, population), list[Fault]()
    for key in work.element.parameters:
        with collected(faults):
            work.parameter(key)
    for key in work.element.states:
        with collected(faults):
            work.state(key)
    for key in population.let:
        with collected(faults):
            work.let_value(key)
    positions: dict[str, Value] = {}
    for key, position in population.space.positions.items():
        with collected(faults):
            positions[key] = work.value(position, f"positions.{key}", written_here=True)
    for term in work.element.require:
        with collected(faults):
            met = np.asarray(work.evaluate(term, work.own))
            if not met.all():
                faults.append(_unmet(work, term, int(np.argmin(np.broadcast_to(met, (work.population.size,))))))
    if faults:
        raise ModelError(first_of_each_place(faults))
    return PopulationValues(
        {key: work.parameter(key) for key in work.element.parameters},
        {key: work.state(key) for key in work.element.states},
        {key: work.let_value(key) for key in population.let},
        positions,
    )


def _unmet(work: _Work, term: Term, neuron: int) -> Fault:
    """Return the fault of a condition that a neuron does not meet, at the value that the population gives if there is one."""
    names = list(dict.fromkeys(node.text for node in names_in(term.tree)))
    shown = ", ".join(f"{name} {_shown(work, name, neuron)}" for name in names)
    given = work.population.given
    where = next((name for name in names if name in given), None)
    path = () if where is None else (where, neuron) if isinstance(given[where], tuple) else (where,)
    name, condition = work.population.name, to_text(term.tree)
    if name in work.model.signals:
        return term.problem("require", f"signal {name!r} has {shown}; it requires {condition}", condition)
    place = work.population.place.inner("neuron", *path)
    what = f"neuron {neuron} of {name!r} has {shown}; {work.element.name!r} requires {condition}"
    return place.problem("require", what, f"{condition} for every neuron")


def _shown(work: _Work, name: str, neuron: int) -> str:
    value = float(np.broadcast_to(np.asarray(work.own(name), np.float64), (work.population.size,))[neuron])
    kind = work.element.dimensions.get(name)
    return f"{value:g}" if kind is None or str(kind) == "1" else f"{value:g} {kind}"


def model_names(model: CheckedModel, extra: Mapping[str, Any], rows: int | None) -> Any:
    """Return the names of the model file as values: constants, bare arrays, and `extra`.

    A bare array must have one value for each of the `rows`.
    """

    def value(name: str) -> Any:
        if name in extra:
            found = extra[name]
            return found() if callable(found) else found
        if name in model.constants:
            term = model.constants[name]
            return Evaluator(value, model.step, model.data)(term.tree)
        column = model.data[name]
        if rows is not None and column.values.shape != (rows,):
            raise LengthDiffers(name, rows, column.values.size)
        return column.values

    return value


def evaluate_term(term: Term, evaluator: Evaluator, what: str) -> Any:
    """Evaluate, with faults at the place of the expression."""
    try:
        return evaluator(term.tree)
    except IndexOutOfRange as error:
        array, index, size = error.args
        said = f"{what}: index {index} of {array}, which has {size} values"
        raise ModelError(term.problem("index-out-of-range", said, f"0 .. {size - 1}")) from None
    except DrawTooRare as error:
        mean, spread, low, high = error.args
        why = "keeps less than a thousandth of what is drawn" if low <= high else "has its lower bound above the upper one"
        said = f"{what}: normal_in({mean:g}, {spread:g}, {low:g}, {high:g}) {why}"
        raise ModelError(term.problem("draw-too-rare", said, "bounds around the mean, the lower one first")) from None
    except LengthDiffers as error:
        array, rows, size = error.args
        said = f"{what}: {array} has {size} values for {rows} neurons"
        index = f"{array}(i)" if size > rows else f"{array}(i % {size})"
        raise ModelError(term.problem("list-length", said, f"{rows} values", index)) from None


def finite(value: Any, term: Term, what: str) -> Any:
    """Return the value if every number in it is finite."""
    numbers = np.asarray(value, np.float64)
    if not np.isfinite(numbers).all():
        bad = int(np.argmin(np.isfinite(numbers).ravel()))
        raise ModelError(term.problem("not-finite", f"{what} is {numbers.ravel()[bad]} for element {bad}", "a finite number"))
    return value


@dataclass(eq=False)
class _Work:
    model: CheckedModel
    population: Population
    parameters: dict[str, Value] = field(default_factory=dict)
    states: dict[str, Value] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.element = self.population.element
        self.index = np.arange(self.population.size, dtype=np.float64)
        self.let: dict[str, Any] = {}

    def parameter(self, key: str) -> Value:
        """Return a parameter: as given by the population, else its default."""
        if key not in self.parameters:
            given = self.population.given.get(key)
            if given is not None:
                self.parameters[key] = self.value(given, f"neuron.{key}", written_here=True)
            else:
                default = self.element.parameters[key].default
                assert default is not None
                self.parameters[key] = self.value(default, f"neuron.{key}", written_here=False)
        return self.parameters[key]

    def state(self, key: str) -> Value:
        """Return an initial state: as given by the population, else the neuron's own."""
        if key not in self.states:
            if key in self.population.initial:
                self.states[key] = self.value(self.population.initial[key], f"initial.{key}", written_here=True)
            else:
                self.states[key] = self.value(self.element.states[key], f"initial.{key}", written_here=False)
        return self.states[key]

    def value(self, value: ValueTerm, stream: str, written_here: bool) -> Value:
        """Return what a text gives each neuron; `stream` names it and its draws."""
        kind = "signal" if self.population.name in self.model.signals else "population"
        what = f"{stream.partition('.')[2]!r} of {kind} {self.population.name!r}"
        self._check_chain(stream, first_term(value))
        terms = value if isinstance(value, tuple) else (value,)
        self.asked[stream] = 1 + max(extent(term.tree, lambda name: LEAF).levels for term in terms)
        try:
            return self._numbers(value, stream, written_here, what)
        finally:
            del self.asked[stream]

    def _check_chain(self, stream: str, term: Term) -> None:
        """Refuse values that wait for each other, or for very many others."""
        asked = [*self.asked]
        if stream in asked:
            names = [item.partition(".")[2] for item in (*asked[asked.index(stream) :], stream)]
            what, expected = f"values refer to each other: {' -> '.join(names)}", "an order in which they can be computed"
            raise ModelError(term.problem("cycle", what, expected))
        if sum(self.asked.values()) > MAX_LEVELS:
            what = f"with what its names stand for, this is more than {MAX_LEVELS} levels deep"
            raise ModelError(term.problem("expression-too-deep", what, f"at most {MAX_LEVELS}", "a number for a part of it"))

    def _numbers(self, value: ValueTerm, stream: str, written_here: bool, what: str) -> Value:
        if isinstance(value, tuple):
            size = self.population.size
            if len(value) != size:
                raise ModelError(
                    value[0].problem("list-length", f"{what} has {len(value)} values for {size} neurons", f"{size}")
                )
            numbers = np.array([float(self._value(term, stream, written_here, what)) for term in value])
            listed: Value = finite(numbers, value[0], what)
            return listed
        result = finite(self._value(value, stream, written_here, what), value, what)
        array = np.asarray(result, np.float64)
        return float(array) if array.ndim == 0 else np.ascontiguousarray(np.broadcast_to(array, (self.population.size,)))

    def _value(self, term: Term, stream: str, written_here: bool, what: str) -> Any:
        late = _Late(self, stream.startswith("initial."))
        names = model_names(self.model, late, self.population.size) if written_here else self.own
        data = self.model.data if written_here else self.element.data
        evaluator = Evaluator(names, self.model.step, data, self._drawer(stream))
        return evaluate_term(term, evaluator, what)

    def evaluate(self, term: Term, names: Any) -> Any:
        """Evaluate a condition of the element."""
        return Evaluator(names, self.model.step, self.element.data)(term.tree)

    def own(self, name: str) -> Any:
        """Return a name of the element."""
        if name in self.element.parameters:
            return self.parameter(name)
        if name in self.element.states:
            return self.state(name)
        if name in self.element.aliases:
            return Evaluator(self.own, self.model.step, self.element.data)(self.element.aliases[name].tree)
        if name in self.element.ports:
            return 0.0
        return {"i": self.index, "N": float(self.population.size), "t": 0.0, "trial": 0.0}[name]

    def let_value(self, name: str) -> Any:
        """Return a value of `let`, drawn once."""
        for key, value in self.population.let.items():  # each may read those before it
            if name in self.let:
                break
            if key not in self.let:
                self.let[key] = self.value(value, f"let.{key}", written_here=True)
        return self.let[name]

    def _drawer(self, stream: str) -> Drawer | None:
        seed = self.model.seeds.initial
        return None if seed is None else Drawer(stream_key(seed, f"{self.population.stream}/{stream}"), self.index)


class _Late(dict[str, Any]):
    """Names that a population's own texts see, each computed when it is asked for."""

    def __init__(self, work: _Work, initial: bool) -> None:
        super().__init__()
        self.work, self.initial = work, initial

    def __contains__(self, name: object) -> bool:
        work = self.work
        own = self.initial and (name in work.element.parameters or name in work.element.states)
        return name in ("i", "N") or name in work.population.let or (own and name not in work.element.constants)

    def __getitem__(self, name: str) -> Any:
        work = self.work
        return work.let_value(name) if name in work.population.let else work.own(name)
