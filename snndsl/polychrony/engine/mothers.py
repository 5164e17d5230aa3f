"""All probes of one mother, whatever the definition."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import FEW, INERT, LONELY, LONGEST, SHORT, SILENT, Criteria, Found, Inputs, Net, Work
from snndsl.polychrony.engine.cascade import BROKEN, FULL
from snndsl.polychrony.engine.pairs import pairs

__all__ = ["DONE", "NO_MEMORY", "NO_ROOM", "AnchorProbe", "MotherSearch", "first_probe", "next_probe", "searching"]

DONE, NO_ROOM, NO_MEMORY = 0, 1, 2

AnchorProbe = Callable[[Any, Net, Criteria, Work], tuple[int, int, int]]
MotherSearch = Callable[[Any, Net, Inputs, Criteria, Work, Work, Found, int], int]


def _probe(state: Any, net: Net, rule: Criteria, work: Work) -> tuple[int, int, int]:
    """Stand where `searching` puts a probe."""
    raise NotImplementedError



@kernel
def _next(chosen: NDArray[np.int64], n: int) -> bool:
    """Advance to the next combination in lexicographic order."""
    k = chosen.shape[0]
    i = k - 1
    while i >= 0 and chosen[i] == n - k + i:
        i -= 1
    if i < 0:
        return False
    chosen[i] += 1
    for j in range(i + 1, k):
        chosen[j] = chosen[j - 1] + 1
    return True


@kernel
def _load(given: Inputs, work: Work, first: int) -> None:
    """Put the anchors of the combination into ``work.pre`` and ``work.delay``."""
    for i in range(work.chosen.shape[0]):
        work.pre[i] = given.pre[first + work.chosen[i]]
        work.delay[i] = given.delay[first + work.chosen[i]]


@kernel
def first_probe(given: Inputs, rule: Criteria, work: Work, mother: int) -> bool:
    """Set the first combination of the mother's inputs; False if she has too few."""
    first = given.start[mother]
    if given.start[mother + 1] - first < rule.anchors:
        return False
    for i in range(rule.anchors):
        work.chosen[i] = i
    _load(given, work, first)
    return True


@kernel
def next_probe(given: Inputs, work: Work, mother: int) -> bool:
    """Set the next combination; False if there is none."""
    first = given.start[mother]
    more = _next(work.chosen, given.start[mother + 1] - first)
    if more:
        _load(given, work, first)
    return bool(more)


@kernel
def store(out: Found, work: Work, rule: Criteria, mother: int, spikes: int, links: int, longest: int) -> bool:
    """Write a group; False if there is no room."""
    g, s, k = out.used[0], out.used[1], out.used[2]
    if g == out.group.shape[0] or s + spikes > out.spike.shape[0] or k + links > out.link.shape[0]:
        return False
    row = out.group
    row[g, 0], row[g, 1], row[g, 2] = mother, spikes, longest
    row[g, 3] = work.step[spikes - 1]
    row[g, 4] = spikes >= rule.max_spikes
    row[g, 5] = links
    for i in range(rule.anchors):
        row[g, 6 + i] = work.neuron[i]
        row[g, 6 + rule.anchors + i] = work.step[i]
    for e in range(spikes):
        out.spike[s + e, 0] = work.neuron[e]
        out.spike[s + e, 1] = work.step[e]
        out.spike[s + e, 2] = work.layer[e]
    for j in range(links):
        for c in range(4):
            out.link[k + j, c] = work.link[j, c]
    out.used[0], out.used[1], out.used[2] = g + 1, s + spikes, k + links
    return True


@kernel
def different(pre: NDArray[np.int32]) -> bool:
    """Whether the anchors are different neurons; they are sorted."""
    different = True
    for i in range(1, pre.shape[0]):
        different = different and pre[i] != pre[i - 1]
    return different


@kernel
def _skip(work: Work, n: int) -> bool:
    """Whether one of three anchors changes nothing."""
    i, j, k = work.chosen[0], work.chosen[1], work.chosen[2]
    inert = work.inert
    return bool(inert[(i * n + j) * n + k] + inert[(i * n + k) * n + j] + inert[(j * n + k) * n + i] > 0)


@kernel
def _count(out: Found, rule: Criteria, spikes: int, longest: int) -> None:
    """Count how a probe that is no group ended."""
    if spikes <= rule.anchors:
        out.ended[SILENT] += 1
    elif spikes <= rule.min_spikes:
        out.ended[FEW] += 1
    elif longest == 0:
        out.ended[LONELY] += 1
    else:
        out.ended[SHORT] += 1
        out.ended[LONGEST] = max(out.ended[LONGEST], abs(longest))


def searching(probe: AnchorProbe) -> MotherSearch:
    """Return the search of one mother with a probe.

    Parameters
    ----------
    probe : kernel
        Fires one combination of anchors, as the definition has it: returns spikes, links and longest path, which is 0 where an
        anchor has one link only and negative where it is too short. Spikes are FULL where there is no memory, BROKEN where a
        state is no number.

    Returns
    -------
    kernel
        Returns DONE, NO_ROOM (`out` is full), NO_MEMORY (`large` is too small) or BROKEN; but for DONE, `out` holds some of the
        mother's groups.

    Notes
    -----
    The probe is a global name of the kernel: of a kernel that gets another one as an argument nothing compiled is kept.
    """
    made = FunctionType(_search_mother.__code__, globals() | {"_probe": probe}, "search_mother")
    made.__qualname__ = f"search_mother_{probe.__module__.rpartition('.')[2]}"
    return cast(MotherSearch, kernel(made))


def _search_mother(
    state: Any, net: Net, given: Inputs, rule: Criteria, small: Work, large: Work, out: Found, mother: int
) -> int:
    """Try all combinations of the mother's strong inputs; a probe that does not fit into `small` is done in `large`."""
    n = given.start[mother + 1] - given.start[mother]
    more = first_probe(given, rule, small, mother)
    known = more and pairs(net, given, rule, small, mother)
    while more:
        if known and _skip(small, n) or not different(small.pre):
            out.ended[INERT] += 1
        else:
            work = small
            spikes, links, longest = _probe(state, net, rule, work)
            if spikes == FULL or links == FULL:
                work = large
                for i in range(rule.anchors):
                    large.pre[i], large.delay[i] = small.pre[i], small.delay[i]
                spikes, links, longest = _probe(state, net, rule, work)
            if spikes == BROKEN:
                return BROKEN
            if spikes == FULL or links == FULL:
                return NO_MEMORY
            if longest < rule.min_path:
                _count(out, rule, spikes, longest)
            elif not store(out, work, rule, mother, spikes, links, longest):
                return NO_ROOM
        more = next_probe(given, small, mother)
    return DONE
