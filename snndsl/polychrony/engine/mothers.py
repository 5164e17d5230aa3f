"""All probes of one mother."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Found, Inputs, Net, Rule, Work
from snndsl.polychrony.engine.cascade import FULL, clear, run, start
from snndsl.polychrony.engine.layers import judge
from snndsl.polychrony.engine.literal import Rows, literal_probe
from snndsl.polychrony.engine.pairs import pairs

__all__ = ["DONE", "NO_MEMORY", "NO_ROOM", "different", "first_probe", "next_probe", "search_mother", "store"]

DONE, NO_ROOM, NO_MEMORY = 0, 1, 2


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
def first_probe(given: Inputs, rule: Rule, work: Work, mother: int) -> bool:
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
def store(out: Found, work: Work, rule: Rule, mother: int, spikes: int, links: int, longest: int) -> bool:
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
def _overrun(rule: Rule, work: Work, last: int) -> bool:
    over = False
    for t in range(last + 1):
        over |= work.row[t] > rule.row
    return over


@kernel
def _probe(net: Net, rule: Rule, work: Work, table: Rows) -> tuple[int, int, int]:
    """One combination of anchors: spikes, links, longest path (0: no group); FULL in one of the first two: no memory."""
    touched, nodes = start(net, rule, work, work.pre, work.delay)
    spikes, touched, last = run(net, rule, work, rule.anchors, touched, nodes)
    links = longest = 0
    overrun = rule.overrun and spikes > rule.anchors and _overrun(rule, work, last)
    if not overrun and spikes > rule.min_spikes:
        links, longest = judge(net, rule, work, spikes)
    clear(work, touched, last)
    if overrun:
        spikes, links, longest = literal_probe(net, table, rule, work, work.pre, work.delay)
    return spikes, links, longest


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
def search_mother(net: Net, given: Inputs, rule: Rule, small: Work, large: Work, table: Rows, out: Found, mother: int) -> int:
    """Try all combinations of the mother's strong inputs; a probe that does not fit into `small` is done in `large`.

    Returns
    -------
    int
        DONE, NO_ROOM (`out` is full) or NO_MEMORY (`large` is too small); then `out` holds some of the mother's groups.
    """
    n = given.start[mother + 1] - given.start[mother]
    more = first_probe(given, rule, small, mother)
    known = more and pairs(net, given, rule, small, mother)
    while more:
        if not (known and _skip(small, n)) and different(small.pre):
            work = small
            spikes, links, longest = _probe(net, rule, work, table)
            if spikes == FULL or links == FULL:
                work = large
                for i in range(rule.anchors):
                    large.pre[i], large.delay[i] = small.pre[i], small.delay[i]
                spikes, links, longest = _probe(net, rule, work, table)
            if spikes == FULL or links == FULL:
                return NO_MEMORY
            if longest >= rule.min_path and not store(out, work, rule, mother, spikes, links, longest):
                return NO_ROOM
        more = next_probe(given, small, mother)
    return DONE
