"""Which spike caused which: links, layers, and whether a probe is a group."""

from __future__ import annotations

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Criteria, Net, Work
from snndsl.polychrony.engine.cascade import EVENT, EVENTS, FULL, NEGATIVE, STEP, SYNAPSE

__all__ = ["judge"]


@kernel
def _window(rule: Criteria, work: Work, event: int) -> int:
    """Excitatory arrivals in the window of a spike, latest step first, as sent within a step."""
    n = 0
    x = work.neuron[event]
    step = work.step[event]
    since = step - rule.latency
    if rule.counted >= 0:
        step = work.cause[event]
        since = step - rule.counted - 1
    for q in range(work.number[x]):
        packed = work.arrival[x, q]
        arrival = packed >> STEP
        if packed & NEGATIVE or arrival > step or arrival <= since:
            continue
        place = n
        while place > 0 and work.order[place - 1] >> STEP < arrival:
            work.order[place] = work.order[place - 1]
            place -= 1
        work.order[place] = packed
        n += 1
    return n


@kernel
def _links(net: Net, rule: Criteria, work: Work, event: int, links: int) -> int:
    """Layer of a spike and the links to it."""
    work.layer[event] = 0
    first = links
    for q in range(_window(rule, work, event)):
        packed = work.order[q]
        cause = (packed >> EVENT) & EVENTS
        if rule.by_spike:
            work.layer[event] = max(work.layer[event], work.layer[cause] + 1)
        else:
            k = work.latest[work.neuron[cause]]
            while k >= 0:
                work.layer[event] = max(work.layer[event], work.layer[k] + 1)
                k = work.earlier[k]
        if links == work.link.shape[0]:
            return FULL
        work.link[links, 0] = cause
        work.link[links, 1] = event
        work.link[links, 2] = net.delay[packed & SYNAPSE]
        work.link[links, 3] = work.layer[event]
        links += 1
    if rule.by_spike:
        for k in range(first, links):
            work.link[k, 3] = work.layer[event]
    return links


@kernel
def judge(net: Net, rule: Criteria, work: Work, spikes: int) -> tuple[int, int]:
    """Links and longest path of a probe: negative if too short, 0 where an anchor has one link only to an excitatory neuron."""
    links = 0
    longest = 0
    for e in range(spikes):
        x = work.neuron[e]
        if e >= rule.anchors:
            before = links
            links = _links(net, rule, work, e, links)
            if links == FULL:
                break
            if links > before:
                longest = max(longest, work.layer[e])
        work.earlier[e] = work.latest[x]
        work.latest[x] = e
    for e in range(spikes):
        work.latest[work.neuron[e]] = -1
    if links == FULL or longest < rule.min_path:
        return links, -max(longest, 1)
    for i in range(rule.anchors):
        work.used[i] = 0
    for k in range(links):
        if net.inhibitory[work.neuron[work.link[k, 1]]]:
            continue
        cause = work.link[k, 0]
        for i in range(rule.anchors):
            if cause == i or (not rule.by_spike and work.neuron[cause] == work.neuron[i]):
                work.used[i] += 1
    for i in range(rule.anchors):
        if rule.lonely and work.used[i] == 1:
            return links, 0
    return links, longest
