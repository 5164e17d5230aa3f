"""Wiring as numbers: connected pairs, and what a rule draws them from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Allowed", "Infeasible", "Pairs", "Wiring"]

Index = NDArray[np.int64]
Allowed = Callable[[Index, Index], NDArray[np.bool_]]
"""Tells which pairs may be connected."""


class Infeasible(Exception):
    """A rule asks for more partners than are allowed; `args` holds the row, the number and what there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Connected pairs, in drawing order.

    Parameters
    ----------
    i, j : ndarray of int64, shape (pairs,)
        Source and target within the selections of the projection.
    owner, draw : ndarray of int64, shape (pairs,)
        Identity of the draw: its owner is the row of the rule (source, target or 0), its number counts there.
    row : ndarray of int64, shape (pairs,)
        Row of a given table of pairs, before any filter; else the place in drawing order.
    delay : ndarray of int64, shape (pairs,), or None
        Steps, if the rule gives them.
    """

    i: Index
    j: Index
    owner: Index
    draw: Index
    row: Index
    delay: Index | None = None

    def repeated(self, copies: int) -> Pairs:
        """Return every pair so many times."""
        i, j, owner, draw, row = (
            np.repeat(column, copies) for column in (self.i, self.j, self.owner, self.draw, self.row)
        )
        return Pairs(i, j, owner, draw, row, None if self.delay is None else np.repeat(self.delay, copies))


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """What a rule draws from.

    Parameters
    ----------
    sources, targets : int
        Sizes of the two sides.
    value : float or ndarray
        Probability (scalar or one a pair, shape (sources, targets)) or number (scalar or one a row of the rule).
    allowed : callable or None
        Tells which pairs may be connected; None: all.
    multiple : bool
        Whether a pair may be drawn more than once.
    key : tuple of int
        Of the stream.
    """

    sources: int
    targets: int
    value: float | NDArray[np.float64] = 0.0
    allowed: Allowed | None = None
    multiple: bool = True
    key: tuple[int, int] = (0, 0)

    def filtered(self, i: Index, j: Index, owner: Index, draw: Index) -> Pairs:
        """Return those of the pairs that may be connected."""
        row = np.arange(len(i), dtype=np.int64)
        if self.allowed is None:
            return Pairs(i, j, owner, draw, row)
        kept = self.allowed(i, j)
        return Pairs(i[kept], j[kept], owner[kept], draw[kept], row[kept])
