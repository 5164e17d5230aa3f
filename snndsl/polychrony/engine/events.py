"""A probe in which neurons have no state: enough arrivals that come together make a spike, surely or with a probability."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Criteria, Net, Work
from snndsl.polychrony.engine.cascade import EVENT, EVENTS, FULL, NEGATIVE, STEP, clear, schedule
from snndsl.polychrony.engine.layers import judge
from snndsl.polychrony.engine.mothers import searching

__all__ = ["CountingCells", "counting_cells", "search_mother"]

NEVER = 1 << 30


class CountingCells(NamedTuple):
    """Neurons that count what arrives: the numbers of the rule, and what they are going to do."""

    coincident: int
    jitter: int
    quick: int
    slow: int
    inhibition: int
    refractory: int
    least: float  # probability above which a spike is kept; 0: spikes are sure
    fire: NDArray[np.int32]  # (T,) first node of the neurons that will fire
    planned: NDArray[np.int32]  # (N,) step of the next spike
    cause: NDArray[np.int32]  # (N,) step of the arrival that planned it
    chance: NDArray[np.float64]  # (N,) its probability
    sure: NDArray[np.float64]  # (events,) probability of a spike
    counts: NDArray[np.float64]  # (coincident,) scratch: probability of so many arrivals


def counting_cells(
    neurons: int,
    rule: Criteria,
    *,
    coincident: int,
    jitter: int,
    quick: int = 0,
    slow: int = 0,
    inhibition: int = 0,
    refractory: int = 1,
    least: float = 0.0,
) -> CountingCells:
    """Allocate the memory of one thread; parameters as in `snndsl.polychrony.definitions`."""
    horizon = rule.last_step + 2 * rule.reach
    return CountingCells(
        coincident,
        jitter,
        quick,
        slow,
        inhibition,
        refractory,
        least,
        np.full(horizon, -1, np.int32),
        np.full(neurons, NEVER, np.int32),
        np.zeros(neurons, np.int32),
        np.zeros(neurons),
        np.ones(rule.max_spikes + 8),
        np.zeros(coincident),
    )


@kernel
def _emit(
    net: Net, rules: CountingCells, work: Work, neuron: int, event: int, step: int, least: int, touched: int, nodes: int
) -> tuple[int, int, int]:
    """Enter the arrivals of a spike; returns touched neurons, nodes used and the last arrival (FULL if there is no room)."""
    negative = net.inhibitory[neuron]
    last = 0
    if negative and rules.inhibition == 0:
        return touched, nodes, last
    tag = (event << EVENT) | (NEGATIVE if negative else 0)
    for s in range(net.start[neuron], net.start[neuron + 1]):
        if least > 0 and (net.delay[s] < least or not net.strong[s]):
            continue
        last = int(step) + int(net.delay[s])
        x = net.post[s]
        n = work.number[x]
        if n == 0:
            work.touched[touched] = x
            touched += 1
        elif n == work.arrival.shape[1]:
            return touched, nodes, FULL
        work.arrival[x, n] = (last << STEP) | tag | s
        work.number[x] = n + 1
        if not negative:
            nodes = schedule(work.bucket, work.node, nodes, x, last)
    return touched, nodes, last


@kernel
def _together(rules: CountingCells, work: Work, x: int, step: int) -> int:
    """Excitatory arrivals that count at this step."""
    n = 0
    for q in range(work.number[x]):
        packed = work.arrival[x, q]
        n += not packed & NEGATIVE and step - rules.jitter <= packed >> STEP <= step
    return n


@kernel
def _probability(rules: CountingCells, work: Work, x: int, step: int) -> float:
    """Probability of a spike: enough arrivals at this step, or, half of it, one less with help from the steps before."""
    counts, k = rules.counts, rules.coincident
    counts[:] = 0.0
    counts[0] = 1.0
    enough, none_before = 0.0, 1.0
    for q in range(work.number[x]):
        packed = work.arrival[x, q]
        arrival = packed >> STEP
        if packed & NEGATIVE or arrival > step or arrival < step - rules.jitter:
            continue
        p = rules.sure[(packed >> EVENT) & EVENTS]
        if arrival < step:
            none_before *= 1.0 - p
            continue
        enough += counts[k - 1] * p
        for c in range(k - 1, 0, -1):
            counts[c] = counts[c] * (1.0 - p) + counts[c - 1] * p
        counts[0] *= 1.0 - p
    return float(enough + 0.5 * (1.0 - none_before) * counts[k - 1])


@kernel
def _decide(rules: CountingCells, work: Work, x: int, step: int, nodes: int) -> int:
    """Plan the spike of a neuron that gets something now; returns the nodes used."""
    n = _together(rules, work, x, step)
    moment, chance = NEVER, 1.0
    if rules.least > 0.0:
        chance = _probability(rules, work, x, step)
        if chance > rules.least:
            moment = step
    elif n >= rules.coincident:
        moment = step + (rules.quick if n > rules.coincident else rules.slow)
    if moment < rules.planned[x]:
        rules.planned[x] = moment
        rules.cause[x] = step
        rules.chance[x] = chance
        nodes = schedule(rules.fire, work.node, nodes, x, moment)
    return nodes


@kernel
def _held(rules: CountingCells, work: Work, x: int, step: int) -> bool:
    """Whether inhibition or its last spike keeps a neuron from firing."""
    held = step - work.spiked[x] < rules.refractory
    for q in range(work.number[x]):
        packed = work.arrival[x, q]
        if packed & NEGATIVE:
            held = held or step - rules.inhibition < packed >> STEP <= step
    return bool(held)


@kernel
def _firing(rules: CountingCells, work: Work, step: int) -> int:
    """Put the neurons that fire now into ``work.fired``, sorted; returns their number."""
    fired = 0
    node = rules.fire[step]
    while node >= 0:
        x = work.node[node, 1]
        node = work.node[node, 0]
        if rules.planned[x] != step:
            continue
        rules.planned[x] = NEVER
        if _held(rules, work, x, step):
            continue
        place = fired
        while place > 0 and work.fired[place - 1] > x:
            work.fired[place] = work.fired[place - 1]
            place -= 1
        work.fired[place] = x
        fired += 1
    return fired


@kernel
def _run(net: Net, rules: CountingCells, rule: Criteria, work: Work, touched: int, nodes: int) -> tuple[int, int, int]:
    """Let the spikes of the anchors spread; returns spikes (FULL: not done), touched neurons, last step used."""
    end, t, spikes = rule.end, 0, rule.anchors
    far = end + rule.reach
    while t < end and spikes < rule.max_spikes and nodes <= work.node.shape[0]:
        node = work.bucket[t]
        while node >= 0:
            x = work.node[node, 1]
            node = work.node[node, 0]
            if work.last[x] != t:
                work.last[x] = t
                nodes = _decide(rules, work, x, t, nodes)
        if nodes > work.node.shape[0]:
            break
        for k in range(_firing(rules, work, t)):
            if spikes == rule.max_spikes:
                break
            x = work.fired[k]
            work.neuron[spikes], work.step[spikes], work.cause[spikes] = x, t, rules.cause[x]
            work.spiked[x] = t
            rules.sure[spikes] = rules.chance[x]
            touched, nodes, last = _emit(net, rules, work, x, spikes, t, 0, touched, nodes)
            if last == FULL:
                return FULL, touched, far
            spikes += 1
            if last > 0 and end < last + rule.latency + 1:
                end = min(last + rule.latency + 1, rule.last_step)
                far = max(far, end + rule.reach)
        t += 1
    return (FULL if nodes > work.node.shape[0] else spikes), touched, far


@kernel
def _probe(rules: CountingCells, net: Net, rule: Criteria, work: Work) -> tuple[int, int, int]:
    """One combination of anchors: spikes, links, longest path (0: no group)."""
    latest, touched, nodes, last = 0, 0, 0, 0
    for i in range(rule.anchors):
        latest = max(latest, work.delay[i])
    for i in range(rule.anchors):
        work.neuron[i], work.step[i], work.layer[i] = work.pre[i], latest - work.delay[i], 1
        rules.sure[i] = 1.0
        if last != FULL:
            touched, nodes, last = _emit(net, rules, work, work.pre[i], i, work.step[i], work.delay[i], touched, nodes)
    for i in range(rule.anchors):
        work.spiked[work.pre[i]] = work.step[i]
    spikes, far = FULL, rule.end + rule.reach
    if last != FULL:
        spikes, touched, far = _run(net, rules, rule, work, touched, nodes)
    links = longest = 0
    if spikes > rule.min_spikes:
        links, longest = judge(net, rule, work, spikes)
    clear(work, touched, far)
    for k in range(touched):
        rules.planned[work.touched[k]] = NEVER
    for t in range(far + 1):
        rules.fire[t] = -1
    for i in range(rule.anchors):
        work.spiked[work.pre[i]] = -NEVER
    return spikes, links, longest


search_mother = searching(_probe)
