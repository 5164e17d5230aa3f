"""A probe in which the neurons of 2006 answer: as a cascade, and literally where the original's tables overrun."""

from __future__ import annotations

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Criteria, Net, Work
from snndsl.polychrony.engine.cascade import clear, run, start
from snndsl.polychrony.engine.layers import judge
from snndsl.polychrony.engine.literal import Rows, literal_probe
from snndsl.polychrony.engine.mothers import searching

__all__ = ["search_mother"]


@kernel
def _overrun(rule: Criteria, work: Work, last: int) -> bool:
    over = False
    for t in range(last + 1):
        over |= work.row[t] > rule.row
    return over


@kernel
def _probe(table: Rows, net: Net, rule: Criteria, work: Work) -> tuple[int, int, int]:
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


search_mother = searching(_probe)
