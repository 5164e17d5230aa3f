"""Spikes counted in bins while they come in; copied into every generated tree as ``code/counting.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bins", "among"]

Array = NDArray[Any]


class Bins:
    """Spikes of some neurons, counted in bins; those that are complete are taken away.

    Parameters
    ----------
    width : int
        Of a bin, in steps: bin k has the stamps k*width < n <= (k + 1)*width.
    parts : mapping of str to list of pairs
        By population: ranges of neurons, start and stop. One that is in several is counted in each.
    """

    def __init__(self, width: int, parts: Mapping[str, Sequence[Sequence[int]]]) -> None:
        self.width, self.parts, self.first, self.counts = width, parts, 0, np.zeros(0, np.int64)

    def add(self, population: str, stamps: Array, neurons: Array) -> None:
        """Count spikes, whose bins have not been taken."""
        for part in self.parts.get(population, ()):
            place = (stamps[among(neurons, [part])] - 1) // self.width - self.first
            found = np.bincount(place, minlength=len(self.counts))
            found[: len(self.counts)] += self.counts
            self.counts = found

    def taken(self, last: int) -> Array:
        """Return the counts of the bins that end at a stamp or before it, and forget them."""
        complete = last // self.width - self.first
        counts = np.concatenate([self.counts, np.zeros(max(0, complete - len(self.counts)), np.int64)])
        self.first, self.counts = self.first + complete, counts[complete:]
        return np.asarray(counts[:complete], np.uint32)


def among(neurons: Array, ranges: Sequence[Sequence[int]]) -> Array:
    """Tell which neurons are in one of some ranges, start and stop.

    Parameters
    ----------
    neurons : ndarray of int, shape (spikes,)
        Numbers.
    ranges : sequence of pairs
        Start and stop.
    """
    inside = np.zeros(len(neurons), np.bool_)
    for start, stop in ranges:
        inside |= (neurons >= start) & (neurons < stop)
    return inside
