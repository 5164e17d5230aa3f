"""Connection rules: which pairs are connected, as a pure function of (rule, numbers, stream, the rule's own row).

Every function returns pairs in drawing order with the identity of each draw: its owner (the row of the rule: source,
target or 0) and its number there. Nothing depends on chunks, workers or the order of evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics import log as our_log
from snndsl.numerics import log1p, uniform

__all__ = ["Infeasible", "Pairs", "Wiring", "wire"]

Index = NDArray[np.int64]
Allowed = Callable[[Index, Index], NDArray[np.bool_]]


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
        Identity of the draw.
    row : ndarray of int64, shape (pairs,)
        Row of a given table of pairs, before any filter; else the place in drawing order.
    """

    i: Index
    j: Index
    owner: Index
    draw: Index
    row: Index


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """A rule with its numbers.

    Parameters
    ----------
    rule : str
        As in the language.
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

    rule: str
    sources: int
    targets: int
    value: float | NDArray[np.float64] = 0.0
    allowed: Allowed | None = None
    multiple: bool = True
    key: tuple[int, int] = (0, 0)


def wire(wiring: Wiring) -> Pairs:
    """Return the connected pairs of any rule but ``pairs``.

    Raises
    ------
    Infeasible
        If a fixed number cannot be drawn.
    """
    match wiring.rule:
        case "all_to_all":
            i = np.repeat(np.arange(wiring.sources, dtype=np.int64), wiring.targets)
            j = np.tile(np.arange(wiring.targets, dtype=np.int64), wiring.sources)
            return _filtered(wiring, i, j, i, j)
        case "one_to_one":
            i = np.arange(wiring.sources, dtype=np.int64)
            return _filtered(wiring, i, i, i, np.zeros_like(i))
        case "bernoulli":
            i, j = _bernoulli(wiring)
            return _filtered(wiring, i, j, i, j)
        case "fixed_indegree":
            j, draw, i = _fixed(wiring, wiring.targets, wiring.sources, swapped=True)
            return Pairs(i, j, j, draw, np.arange(len(i)))
        case "fixed_outdegree":
            i, draw, j = _fixed(wiring, wiring.sources, wiring.targets, swapped=False)
            return Pairs(i, j, i, draw, np.arange(len(i)))
        case "fixed_total_number":
            return _total(wiring)
    raise ValueError(wiring.rule)


def _filtered(wiring: Wiring, i: Index, j: Index, owner: Index, draw: Index) -> Pairs:
    row = np.arange(len(i), dtype=np.int64)
    if wiring.allowed is None:
        return Pairs(i, j, owner, draw, row)
    kept = wiring.allowed(i, j)
    return Pairs(i[kept], j[kept], owner[kept], draw[kept], row[kept])


def _bernoulli(wiring: Wiring) -> tuple[Index, Index]:
    probability = np.asarray(wiring.value, np.float64)
    sources = np.arange(wiring.sources, dtype=np.int64)
    if probability.ndim:
        grid = np.broadcast_to(probability, (wiring.sources, wiring.targets))
        columns = np.arange(wiring.targets)
        rows = [np.nonzero(uniform(*wiring.key, float(i), columns, 0, 1) < grid[i])[0] for i in sources]
        return np.repeat(sources, [len(row) for row in rows]), np.concatenate([*rows, np.zeros(0, np.int64)])
    p = float(probability)
    if p <= 0.0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if p >= 1.0:
        return np.repeat(sources, wiring.targets), np.tile(np.arange(wiring.targets), wiring.sources)
    return _skips(wiring, p, sources)


def _skips(wiring: Wiring, p: float, sources: Index) -> tuple[Index, Index]:
    """Jump from success to success: the gap is floor(log(u)/log(1 - p))."""
    scale = log1p(-p)
    place = np.full(wiring.sources, -1.0)
    active, number = sources, 0
    found: list[tuple[Index, Index]] = []
    while len(active):
        u = uniform(*wiring.key, active, float(number), 0, 0)
        place[active] += 1.0 + np.floor(our_log(u) / scale)
        active = active[place[active] < wiring.targets]
        found.append((active, place[active].astype(np.int64)))
        number += 1
    i = np.concatenate([pair[0] for pair in found])
    j = np.concatenate([pair[1] for pair in found])
    order = np.lexsort((j, i))
    return i[order], j[order]


def _fixed(wiring: Wiring, rows: int, others: int, *, swapped: bool) -> tuple[Index, Index, Index]:
    """Draw for each row its number of partners; what is not allowed, or a repetition, is drawn again."""
    count = np.broadcast_to(np.asarray(wiring.value, np.float64), (rows,)).astype(np.int64)
    if not wiring.multiple and rows and count.max(initial=0) > others:
        raise Infeasible(int(count.argmax()), int(count.max()), others)
    chosen = np.full((rows, int(count.max(initial=0))), -1, np.int64)
    filled = np.zeros(rows, np.int64)
    active, attempt = np.nonzero(count > 0)[0], 0
    limit = 1000 + 200 * (others + int(count.max(initial=0)))
    while len(active):
        partner = np.floor(others * uniform(*wiring.key, active, float(attempt), 0, 0)).astype(np.int64)
        good = np.ones(len(active), np.bool_)
        if wiring.allowed is not None:
            good &= wiring.allowed(partner, active) if swapped else wiring.allowed(active, partner)
        if not wiring.multiple:
            good &= ~(chosen[active] == partner[:, None]).any(axis=1)
        winners = active[good]
        chosen[winners, filled[winners]] = partner[good]
        filled[winners] += 1
        active = active[filled[active] < count[active]]
        attempt += 1
        if attempt > limit:
            raise Infeasible(int(active[0]), int(count[active[0]]), int(filled[active[0]]))
    owner = np.repeat(np.arange(rows, dtype=np.int64), count)
    draw = np.arange(len(owner), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return owner, draw, chosen[owner, draw]


def _total(wiring: Wiring) -> Pairs:
    number = int(np.asarray(wiring.value))
    i, j = np.zeros(0, np.int64), np.zeros(0, np.int64)
    attempt = 0
    while len(i) < number:
        draws = np.arange(attempt, attempt + max(1024, number - len(i)), dtype=np.int64)
        a = np.floor(wiring.sources * uniform(*wiring.key, 0.0, draws, 0, 0)).astype(np.int64)
        b = np.floor(wiring.targets * uniform(*wiring.key, 0.0, draws, 0, 1)).astype(np.int64)
        kept = wiring.allowed(a, b) if wiring.allowed is not None else np.ones(len(a), np.bool_)
        i, j = np.concatenate([i, a[kept]]), np.concatenate([j, b[kept]])
        if not wiring.multiple:
            first = np.sort(np.unique(i * wiring.targets + j, return_index=True)[1])
            i, j = i[first], j[first]
        attempt += len(draws)
        if attempt > 1000 * (number + 1024):
            raise Infeasible(0, number, len(i))
    draw = np.arange(number, dtype=np.int64)
    return Pairs(i[:number], j[:number], np.zeros(number, np.int64), draw, draw)
