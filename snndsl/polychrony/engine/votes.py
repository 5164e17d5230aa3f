"""Votes for the beginnings of a motif: every event of its neurons votes for those beginnings that it fits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel

__all__ = ["count_extra", "distances", "forget", "vote"]


@kernel
def vote(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    need: int,
    votes: NDArray[np.uint16],
    voter: NDArray[np.uint16],
    longest: int,
    reached: NDArray[np.int64],
) -> int:
    """Count votes; put the places that reach `need` into `reached` as far as it goes, return their number."""
    count = 0
    for k in range(len(neuron)):
        for e in range(start[neuron[k]], start[neuron[k] + 1]):
            middle = step[e] - offset[k] + longest + tolerance
            for place in range(middle - tolerance, middle + tolerance + 1):
                if voter[place] != k + 1:
                    voter[place] = k + 1
                    votes[place] += 1
                    if votes[place] == need:
                        if count < len(reached):
                            reached[count] = place
                        count += 1
    return count


@kernel
def forget(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    votes: NDArray[np.uint16],
    voter: NDArray[np.uint16],
    longest: int,
) -> None:
    """Undo `vote` where it has been."""
    for k in range(len(neuron)):
        for e in range(start[neuron[k]], start[neuron[k] + 1]):
            middle = step[e] - offset[k] + longest + tolerance
            for place in range(middle - tolerance, middle + tolerance + 1):
                votes[place] = 0
                voter[place] = 0


@kernel
def first_event(step: NDArray[np.int64], low: int, high: int, when: int) -> int:
    """Return the first of the events `low` to `high` that is at `when` or later; `high` if none is."""
    while low < high:
        middle = (low + high) // 2
        if step[middle] < when:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def distances(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    begin: NDArray[np.int64],
    distance: NDArray[np.int64],
) -> None:
    """Add up, for each beginning, how many steps the events that voted for it are off; of several the nearest."""
    for o in range(len(begin)):
        for k in range(len(neuron)):
            stop = start[neuron[k] + 1]
            when = begin[o] + offset[k]
            e = first_event(step, start[neuron[k]], stop, when - tolerance)
            nearest = tolerance + 1
            while e < stop and step[e] <= when + tolerance:
                nearest = min(nearest, abs(step[e] - when))
                e += 1
            if nearest <= tolerance:
                distance[o] += nearest


@kernel
def count_extra(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    begin: NDArray[np.int64],
    extra: NDArray[np.int64],
) -> None:
    """For each beginning count the events of the motif's neurons, within its span, that are near none of its spikes.

    Spikes of the motif are sorted by neuron here, so that those of one neuron follow each other.
    """
    span = 0
    for k in range(len(offset)):
        span = max(span, offset[k])
    for o in range(len(begin)):
        first, last = begin[o] - tolerance, begin[o] + span + tolerance
        k = 0
        while k < len(neuron):
            end = k
            while end < len(neuron) and neuron[end] == neuron[k]:
                end += 1
            e = first_event(step, start[neuron[k]], start[neuron[k] + 1], first)
            while e < start[neuron[k] + 1] and step[e] <= last:
                near = False
                for j in range(k, end):
                    if abs(step[e] - begin[o] - offset[j]) <= tolerance:
                        near = True
                if not near:
                    extra[o] += 1
                e += 1
            k = end
