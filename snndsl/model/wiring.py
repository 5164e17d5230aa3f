"""Wiring as numbers: connected pairs, and what a rule draws them from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = [
    "BYTES_OF_SYNAPSE",
    "MANY",
    "MAX_NETWORK_BYTES",
    "MOST_PAIRS",
    "TOGETHER",
    "Allowed",
    "Infeasible",
    "Kernel",
    "Pairs",
    "TooManyPairs",
    "Whole",
    "Wiring",
    "counting",
]

Index = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]
Real = NDArray[np.float64]
MAX_NETWORK_BYTES = 2**36
BYTES_OF_SYNAPSE = 208
"""What a synapse takes at most while it is made, with a weight, delays and values of its own; most take a quarter of it."""
MOST_PAIRS = MAX_NETWORK_BYTES // BYTES_OF_SYNAPSE
MANY = 2**20
"""So many pairs are drawn and put in order by compiled functions: below, loading these takes longer than it spares."""
TOGETHER = 2**13
"""So many pairs are looked at together: what is drawn does not depend on it. Arrays of this length stay in a cache."""
Kernel = Callable[[Index, Index], Real]
"""Gives the numbers of pairs: of sources in a column and targets in a row, an array that broadcasts to both."""
Allowed = Callable[[Index, Index], NDArray[np.bool_]]
"""Tells which pairs may be connected."""


def counting(first: int, end: int) -> Whole:
    """Return the whole numbers from one to before another."""
    return np.arange(first, end, dtype=np.int32 if end < 2**31 else np.int64)


class Infeasible(Exception):
    """A rule asks for more partners than are allowed; `args` holds the row, the number and what there is."""


class TooManyPairs(Exception):  # noqa: N818 - becomes a fault with a place
    """A rule connects more pairs than a network may have, which only its wiring shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Connected pairs, in drawing order.

    Parameters
    ----------
    i, j : ndarray of int, shape (pairs,)
        Source and target within the selections of the projection. All are of 32 bits where these are enough.
    owner, draw : ndarray of int, shape (pairs,)
        Identity of the draw: its owner is the row of the rule (source, target or 0), its number counts there.
    row : ndarray of int, shape (pairs,)
        Row of a given table of pairs, before any filter; else the place in drawing order.
    delay : ndarray of int64, shape (pairs,), or None
        Steps, if the rule gives them.
    """

    i: Whole
    j: Whole
    owner: Whole
    draw: Whole
    row: Whole
    delay: Whole | None = None

    def repeated(self, copies: int) -> Pairs:
        """Return every pair so many times."""
        i, j, owner, draw, row = (np.repeat(column, copies) for column in (self.i, self.j, self.owner, self.draw, self.row))
        return Pairs(i, j, owner, draw, row, None if self.delay is None else np.repeat(self.delay, copies))

    @staticmethod
    def joined(parts: Iterable[Pairs]) -> Pairs:
        """Return pairs without delays, one part behind the other; as they are made, no more than a network may have.

        Raises
        ------
        TooManyPairs
            There are more than `MOST_PAIRS`.
        """
        several, number = [], 0
        for part in parts:
            several.append((part.i, part.j, part.owner, part.draw, part.row))
            number += len(part.i)
            if number > MOST_PAIRS:
                raise TooManyPairs
        return Pairs(*(np.concatenate([np.zeros(0, np.int32), *column]) for column in zip(*several, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """What a rule draws from.

    Parameters
    ----------
    sources, targets : int
        Sizes of the two sides.
    value : float, ndarray or Kernel
        Number for all, one for each row of the rule, or a kernel: one for each pair.
    allowed : callable or None
        Tells which pairs may be connected; None: all.
    apart : tuple of ndarray of int64, or None
        A number for each source and each target, if all that `allowed` leaves out are pairs of equal ones.
    multiple : bool
        Whether a pair may be drawn more than once.
    key : tuple of int
        Of the stream.
    together : int
        How many pairs are looked at together.
    """

    sources: int
    targets: int
    value: float | Real | Kernel = 0.0
    allowed: Allowed | None = None
    multiple: bool = True
    key: tuple[int, int] = (0, 0)
    together: int = TOGETHER
    apart: tuple[Index, Index] | None = None

    def spans(self, rows: int, others: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield which pairs are looked at together, row by row: the first row and the end, the first of the others and the end.

        Parameters
        ----------
        rows, others : int
            Sizes of the two sides; several rows only with all others.
        """
        number, width = max(1, self.together // max(1, others)), min(self.together, others)
        for start in range(0, rows, number):
            for first in range(0, others, width):
                yield start, min(start + number, rows), first, min(first + width, others)

    def partners(self, rows: Index, others: int, *, swapped: bool) -> Index:
        """Return how many of the others each row may have; `swapped`: the rows are targets.

        Parameters
        ----------
        rows : ndarray of int64, shape (rows,)
            Sources or targets.
        others : int
            Size of the other side.
        swapped : bool
            Whether the rows are targets.
        """
        if self.allowed is None:
            return np.full(len(rows), others)
        counts = np.zeros(len(rows), np.int64)
        for start, stop, first, last in self.spans(len(rows), others):
            mine = np.repeat(rows[start:stop], last - first)
            theirs = np.tile(np.arange(first, last, dtype=np.int64), stop - start)
            may = self.allowed(theirs, mine) if swapped else self.allowed(mine, theirs)
            counts[start:stop] += may.reshape(stop - start, last - first).sum(axis=1)
        return counts

    def filtered(self, i: Whole, j: Whole, owner: Whole, draw: Whole, first: int = 0) -> Pairs:
        """Return those of the pairs that may be connected; `first` is the row of the first of them."""
        row = counting(first, first + len(i))
        if self.allowed is None:
            return Pairs(i, j, owner, draw, row)
        kept = self.allowed(i, j)
        return Pairs(i[kept], j[kept], owner[kept], draw[kept], row[kept])
