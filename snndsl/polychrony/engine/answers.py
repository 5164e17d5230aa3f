"""A probe in which neurons of any program answer: arrivals are kept per neuron, and only what could fire is integrated.

A neuron with one arrival is left alone, unless that arrival by itself would make it fire (every synapse is tried beforehand).
With the second one it is brought up to date, step by step from rest, and stays awake to the end. So nothing is assumed about
the neuron but that it rests and that its program does not read the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Criteria, Net, Work
from snndsl.polychrony.engine.cascade import BROKEN, EVENT, FULL, NEGATIVE, STEP, SYNAPSE, clear, schedule
from snndsl.polychrony.engine.layers import judge
from snndsl.polychrony.engine.mothers import searching
from snndsl.polychrony.engine.still import Advance

__all__ = ["AnsweringCells", "search_mother"]

NEVER = 1 << 30

Reals = NDArray[np.float64]


class AnsweringCells(NamedTuple):
    """Neurons that answer, with the memory of one thread."""

    kind: NDArray[np.int32]  # (N,) -1: a source, which never answers
    parameter: Reals  # (N, parameters)
    rest: Reals  # (N, states)
    state: Reals  # (N, states)
    inbox: Reals  # (N, ports)
    port: NDArray[np.int8]  # (synapses,) as in `Net`
    alone: NDArray[np.bool_]  # (synapses,) whether this arrival alone makes the neuron at rest fire
    one: NDArray[np.int32]  # (1,)
    firing: NDArray[np.int32]  # (N,)


@kernel
def _emit(
    net: Net,
    cells: AnsweringCells,
    work: Work,
    neuron: int,
    event: int,
    step: int,
    now: int,
    least: int,
    touched: int,
    nodes: int,
) -> tuple[int, int, int]:
    """Enter the arrivals of a spike; returns touched neurons, nodes used and the last arrival (FULL if there is no room)."""
    tag = (event << EVENT) | (NEGATIVE if net.inhibitory[neuron] else 0)
    past, count, capacity = work.arrival, work.number, work.arrival.shape[1]
    last = 0
    for s in range(net.start[neuron], net.start[neuron + 1]):
        if least > 0 and (net.delay[s] < least or not net.strong[s]):
            continue
        last = int(step) + int(net.delay[s])
        x = net.post[s]
        n = count[x]
        if n == 0:
            work.touched[touched] = x
            touched += 1
        elif n == capacity:
            return touched, nodes, FULL
        past[x, n] = (last << STEP) | tag | s
        count[x] = n + 1
        if work.active[x] != 0:
            work.last[x] = min(work.last[x], last)
            continue
        if cells.kind[x] < 0:
            continue
        if n > 0:
            first = last
            for q in range(n):
                first = min(first, past[x, q] >> STEP)
            nodes = schedule(work.bucket, work.node, nodes, x, max(first, now + 1))
        elif cells.alone[s]:
            nodes = schedule(work.bucket, work.node, nodes, x, last)
    return touched, nodes, last


@kernel
def _receive(net: Net, cells: AnsweringCells, work: Work, x: int, step: int) -> None:
    """Add up what arrives at a neuron in this step, in the order in which it was sent; ``work.last`` is the next such step."""
    if work.last[x] != step:
        return
    after = NEVER
    for q in range(work.number[x]):
        packed = work.arrival[x, q]
        arrival = packed >> STEP
        if arrival == step:
            s = packed & SYNAPSE
            cells.inbox[x, cells.port[s]] += net.weight[s]
        elif step < arrival < after:
            after = arrival
    work.last[x] = after


@kernel
def _wake(net: Net, cells: AnsweringCells, advance: Advance, work: Work, live: int, step: int) -> int:
    """Bring up to date the neurons scheduled for this step; returns the neurons awake."""
    node = work.bucket[step]
    while node >= 0:
        x = work.node[node, 1]
        if work.active[x] == 0:
            work.active[x] = 1
            for j in range(cells.rest.shape[1]):
                cells.state[x, j] = cells.rest[x, j]
            first = step
            for q in range(work.number[x]):
                first = min(first, work.arrival[x, q] >> STEP)
            work.last[x] = first
            cells.one[0] = x
            for t in range(first, step):
                _receive(net, cells, work, x, t)
                advance(cells.one, 1, cells.state, cells.parameter, cells.kind, cells.inbox, cells.firing)
            work.live[live] = x
            live += 1
        node = work.node[node, 0]
    return live


@kernel
def _run(
    net: Net, cells: AnsweringCells, advance: Advance, rule: Criteria, work: Work, touched: int, nodes: int
) -> tuple[int, int, int, int]:
    """Let the network answer; returns spikes (FULL: not done), touched neurons, last step with an arrival, neurons awake."""
    end, live, t = rule.end, 0, 0
    spikes = rule.anchors
    far = end + rule.reach
    if nodes == FULL or nodes > work.node.shape[0]:
        return FULL, touched, far, live
    far = end
    while t < end and spikes < rule.max_spikes:
        if work.bucket[t] >= 0:
            live = _wake(net, cells, advance, work, live, t)
        if live > 0:
            for k in range(live):
                _receive(net, cells, work, work.live[k], t)
            fired = advance(work.live, live, cells.state, cells.parameter, cells.kind, cells.inbox, cells.firing)
            for k in range(fired):
                if spikes == rule.max_spikes:
                    break
                x = cells.firing[k]
                work.neuron[spikes] = x
                work.step[spikes] = t
                touched, nodes, last = _emit(net, cells, work, x, spikes, t, t, 0, touched, nodes)
                if last == FULL or nodes > work.node.shape[0]:
                    return FULL, touched, max(far, t + rule.reach), live
                spikes += 1
                far = max(far, last)
                reach = last + rule.latency if rule.late else last
                if end < reach + 1:
                    end = min(reach + 1, rule.last_step)
        t += 1
    return spikes, touched, far, live


@kernel
def _broken(cells: AnsweringCells, work: Work, live: int) -> bool:
    """Whether the state of a neuron that was integrated is no number."""
    broken = False
    for k in range(live):
        for j in range(cells.state.shape[1]):
            broken = broken or not np.isfinite(cells.state[work.live[k], j])
    return broken


@kernel
def _probe(state: tuple[AnsweringCells, Advance], net: Net, rule: Criteria, work: Work) -> tuple[int, int, int]:
    """One combination of anchors: spikes (BROKEN: a state is no number), links, longest path."""
    cells, advance = state
    latest, touched, nodes = 0, 0, 0
    for i in range(rule.anchors):
        latest = max(latest, work.delay[i])
    for i in range(rule.anchors):
        work.neuron[i] = work.pre[i]
        work.step[i] = latest - work.delay[i]
        work.layer[i] = 1
        if nodes != FULL:
            touched, nodes, last = _emit(
                net, cells, work, work.pre[i], i, latest - work.delay[i], -1, work.delay[i], touched, nodes
            )
            if last == FULL:
                nodes = FULL
    spikes, touched, far, live = _run(net, cells, advance, rule, work, touched, nodes)
    broken = _broken(cells, work, live)
    links = longest = 0
    if spikes > rule.min_spikes:
        links, longest = judge(net, rule, work, spikes)
    clear(work, touched, far)
    return (BROKEN if broken else spikes), links, longest


search_mother = searching(_probe)
