"""Random spikes whose rate changes during the run: known before it, because the rate is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.errors import ModelError
from snndsl.model.services import StimulusNumbers
from snndsl.model.text import Term

__all__ = ["Hazard", "expected_spikes", "moving_chances", "moving_spikes"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]
Hazard = Callable[[Index, Index], Real]
"""-log of the probability of no spike, by elements and stamps."""

_STEPS, _ELEMENTS = 4096, 64
"""A piece of the work, which limits memory. Sums begin anew with each piece of steps: the first number is part of the law."""
_SURE = 40.0
"""A hazard that no draw survives: -log(u) is below 38."""


def moving_chances(numbers: StimulusNumbers, rate: Term, what: str, elements: Index, stamps: Index) -> Real:
    """Return the mean number of spikes of elements at stamps, shape (elements, stamps).

    Raises
    ------
    ModelError
        rate-negative, not-finite, index-out-of-range.
    """
    values = numbers.at(rate, what, elements, stamps)
    if np.any(values < 0):
        row, column = np.unravel_index(int(np.argmax(values < 0)), values.shape)
        said = f"a rate of {1000 * values[row, column]:g} Hz of neuron {elements[row]} at {numbers.time(int(stamps[column]))}"
        raise ModelError(rate.problem("rate-negative", said, "at least 0 Hz", "max(.., 0 Hz)"))
    return values * float(numbers.step)


def expected_spikes(numbers: StimulusNumbers, rate: Term, what: str) -> float:
    """Return about how many spikes there are: at most one a step, judged at some hundred stamps."""
    stamps = np.unique(np.linspace(0, max(numbers.horizon - 1, 0), 128).astype(np.int64))
    elements = np.unique(np.linspace(0, numbers.size - 1, 128).astype(np.int64))
    found = np.minimum(moving_chances(numbers, rate, what, elements, stamps), 1.0)
    return float(found.mean()) * numbers.size * numbers.horizon


def moving_spikes(numbers: StimulusNumbers, hazard: Hazard) -> tuple[Index, Index]:
    """Return elements and stamps of random spikes, from stamp 0 on.

    The next spike comes at the first stamp at which the sum of hazards since the last one exceeds -log(u): for a constant
    hazard the geometric gap of `snndsl.stimuli.rates.random_spikes`, from the same draws. A run has the spikes of a longer one
    up to its end.

    Parameters
    ----------
    numbers : StimulusNumbers
        Of the source.
    hazard : callable
        Of elements at stamps.
    """
    key, last = numbers.key("spikes"), numbers.horizon
    number = np.zeros(numbers.size)
    left = _waiting(key, numbers.trial, np.arange(numbers.size), number)
    elements, stamps = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for piece in _pieces(last):
        for first in range(0, numbers.size, _ELEMENTS):
            rows = np.arange(first, min(first + _ELEMENTS, numbers.size))
            sums = np.cumsum(np.minimum(_known(hazard, rows, piece, last), _SURE), axis=1)
            some = np.nonzero(left[rows] < sums[:, -1])[0]
            ahead = _drawn_ahead(key, numbers.trial, rows[some], number[rows[some]] + 1.0, float(sums[:, -1].max()))
            for k, waits in zip(some, ahead):
                places, left[rows[k]] = _spent(sums[k], left[rows[k]], waits)
                number[rows[k]] += len(places)
                elements.append(np.full(len(places), rows[k]))
                stamps.append(piece[places])
            left[rows] -= sums[:, -1]
    return np.concatenate(elements), np.concatenate(stamps)


def _pieces(last: int) -> Iterator[Index]:
    """Yield the stamps 0 .. last in pieces; the last one by itself."""
    for first in range(0, last, _STEPS):
        yield np.arange(first, min(first + _STEPS, last))
    yield np.arange(last, last + 1)


def _known(hazard: Hazard, elements: Index, stamps: Index, last: int) -> Real:
    """Return hazards; at the end of the run, which no step follows, a table need not have a value: then there is none."""
    try:
        return hazard(elements, stamps)
    except ModelError as error:
        if stamps[0] == last and all(fault.code == "index-out-of-range" for fault in error.faults):
            return np.zeros((len(elements), len(stamps)))
        raise


def _waiting(key: tuple[int, int], trial: float, elements: Index, number: Real) -> Real:
    """Return the hazard that each element endures before its spike of that number."""
    drawn: Real = -numerics.log(numerics.uniform(*key, elements.astype(np.float64), number, trial, 0.0))
    return drawn


def _drawn_ahead(key: tuple[int, int], trial: float, elements: Index, number: Real, mean: float) -> Iterator[Iterator[float]]:
    """Yield for each element what it endures before its spikes from a number on: drawn together, as many as it will need."""
    many = int(mean + 4.0 * math.sqrt(mean)) + 4
    who, which = np.repeat(elements, many), np.repeat(number, many) + np.tile(np.arange(float(many)), len(elements))
    drawn = _waiting(key, trial, who, which).reshape(len(elements), many)
    for k, waits in enumerate(drawn.tolist()):
        rest = (_waiting(key, trial, elements[k : k + 1], number[k : k + 1] + more)[0] for more in itertools.count(many))
        yield itertools.chain(waits, rest)


def _spent(sums: Real, goal: float, waits: Iterator[float]) -> tuple[list[int], float]:
    """Return the places at which sums of hazards exceed one goal after the other, and the goal that they do not reach."""
    places: list[int] = []
    while (place := int(sums.searchsorted(goal, "right"))) < len(sums):
        places.append(place)
        goal = float(sums[place]) + next(waits)
    return places, goal
