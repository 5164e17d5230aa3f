"""Numbers of a population that follow from its parameters: refractory steps, coefficients of linear equations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.limits import Limits, check_start, limits_of
from snndsl.graph.steps import to_steps
from snndsl.graph.values import PopulationValues, evaluate_term
from snndsl.integrators import INTEGRATORS
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Element
from snndsl.model.equations import StateGroup
from snndsl.model.text import Term

__all__ = ["DerivedValues", "derived_values", "one_or_all"]

Value = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DerivedValues:
    """What follows from the parameters of one population.

    Parameters
    ----------
    refractory : float or ndarray or None
        Refractory time in steps; None: the neuron has none of fixed length.
    coefficients : tuple of mapping of (int, int) to float or ndarray
        Entries (row, column) of the matrix of each exact group, per ms.
    ranges : mapping of str to tuple of float
        The smallest and the largest value of states that have a range, by flat name.
    quanta : mapping of str to float
        Grid of the ports that say it, by flat name.
    """

    refractory: Value | None
    coefficients: tuple[Mapping[tuple[int, int], Value], ...]
    ranges: Mapping[str, Limits]
    quanta: Mapping[str, float]


def derived_values(model: CheckedModel, name: str, values: PopulationValues) -> DerivedValues:
    """Evaluate what follows from the parameters of a population.

    Raises
    ------
    ModelError
        off-grid, time-negative, not-finite, quantum, range-empty, initial-out-of-range.
    """
    population, faults = model.elements[name], list[Fault]()
    element, size = population.element, population.size

    def named(key: str) -> Any:
        if key in values.parameters:
            return values.parameters[key]
        return {"i": np.arange(size, dtype=np.float64), "N": float(size)}[key]

    evaluator = Evaluator(named, model.step, element.data)
    refractory: Value | None = None
    if element.silent_for is not None:
        with collected(faults):
            refractory = _refractory(model, element.silent_for, evaluator)
    coefficients = []
    for group in element.groups:
        if INTEGRATORS[group.method].constant:
            with collected(faults):
                coefficients.append(_coefficients(name, element, group, evaluator))
    ranges = {}
    for state, terms in element.ranges.items():
        with collected(faults):
            kind, start = str(element.dimensions[state]), population.initial.get(state, element.states[state])
            who = f"neuron {{}} of {name!r}" if name in model.populations else f"signal {name!r}"
            unit = "" if kind == "1" else f" {kind}"
            ranges[state] = limits_of(terms, evaluator, state, unit)
            check_start(ranges[state], values.states[state], start, state, who, unit)
    quanta = {}
    for port, declared in element.ports.items():
        if declared.quantum is not None:
            with collected(faults):
                quanta[port] = _power_of_two(float(evaluate_term(declared.quantum, evaluator, port)), declared.quantum)
    if faults:
        raise ModelError(faults)
    return DerivedValues(refractory, tuple(coefficients), ranges, quanta)


def one_or_all(value: Any) -> Any:
    """Return a float where all numbers are the same."""
    array = np.asarray(value, np.float64)
    return float(array.flat[0]) if array.size and (array == array.flat[0]).all() else array


def _refractory(model: CheckedModel, term: Term, evaluator: Evaluator) -> Value:
    times = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, "a refractory time"), np.float64))
    if not np.isfinite(times).all():
        raise ModelError(term.problem("not-finite", "a refractory time that is no finite number", "a time"))
    steps = to_steps(times, model.step, None, term, "a refractory time", "").astype(np.float64)
    if steps.min() < 0:
        raise ModelError(term.problem("time-negative", "a negative refractory time", "at least 0 ms"))
    found: Value = one_or_all(steps if len(steps) > 1 else steps[0])
    return found


def _coefficients(name: str, element: Element, group: StateGroup, evaluator: Evaluator) -> Mapping[tuple[int, int], Value]:
    states = list(group.states)
    matrix: dict[tuple[int, int], Value] = {
        (states.index(row), states.index(column)): evaluator(coefficient)
        for row in states
        for column, coefficient in group.parts[row].coefficients.items()
    }
    for (target, state), value in matrix.items():
        coefficient = np.asarray(value, np.float64)
        if not np.isfinite(coefficient).all():
            term = element.derivatives[states[target]]
            number = coefficient.ravel()[int(np.argmin(np.isfinite(coefficient)))]
            what = f"the coefficient of {states[state]} in d{states[target]}/dt is {number} in {name!r}"
            raise ModelError(term.problem("not-finite", what, "a finite number", "a time constant that is not 0"))
    return matrix or {(0, 0): 0.0}


def _power_of_two(value: float, term: Term) -> float:
    if value <= 0 or np.frexp(value)[0] != 0.5:
        raise ModelError(term.problem("quantum", f"a quantum of {value!r}", "a power of two such as 2**-32"))
    return value
