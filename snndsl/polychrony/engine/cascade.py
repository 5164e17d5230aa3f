"""A probe that integrates only the neurons that could fire.

Arrivals are kept per neuron and nothing else happens until two excitatory ones come within ``rule.isolation`` steps of each
other (or of a spike of the neuron), or a fifth inhibitory one: `snndsl.polychrony.engine.bounds` shows that a neuron cannot
fire before. Then its past is made up for, step by step as the original would have done it from rest, and it stays in the
list of live neurons until it is calm again. The arithmetic of a step and the order of its sums are the original's, so the
spikes are equal to the bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from snndsl.polychrony.engine.arrays import Net, Rule, Work

__all__ = ["FULL", "clear", "emit", "run", "start"]

FULL = -1
"""Returned where the memory of a neuron or a row of the original is full: the literal probe has to do it."""

STEP, EVENT, NEGATIVE = 42, 31, 1 << 30
SYNAPSE = NEGATIVE - 1
EVENTS = (1 << 11) - 1
INHIBITED = 4


@njit(cache=True, nogil=True)
def clear(work: Work, touched: int, last: int) -> None:
    """Forget the probe: `touched` neurons, steps up to `last`."""
    for k in range(touched):
        x = work.touched[k]
        work.count[x] = 0
        work.inhibited[x] = 0
        work.active[x] = 0
        work.last[x] = -1
        work.spiked[x] = -4096
    work.row[: last + 1] = 0
    work.bucket[: last + 1] = -1


@njit(cache=True, nogil=True)
def _schedule(work: Work, nodes: int, neuron: int, step: int) -> int:
    if nodes < work.node.shape[0]:
        work.node[nodes, 0] = work.bucket[step]
        work.node[nodes, 1] = neuron
        work.bucket[step] = nodes
    return nodes + 1


@njit(cache=True, nogil=True)
def _watch(work: Work, rule: Rule, nodes: int, neuron: int, arrival: int) -> int:
    """Schedule the neuron if an excitatory arrival at that step is not isolated."""
    isolation = rule.isolation
    now = arrival - work.spiked[neuron] <= isolation
    later = 1 << 20
    for q in range(work.count[neuron]):
        packed = work.arrival[neuron, q]
        if packed & NEGATIVE:
            continue
        other = packed >> STEP
        if other > arrival + isolation or other < arrival - isolation:
            continue
        if other > arrival:
            later = min(later, other)
        else:
            now = True
    if now:
        nodes = _schedule(work, nodes, neuron, arrival)
    if later < 1 << 20:
        nodes = _schedule(work, nodes, neuron, later)
    return nodes


@njit(cache=True, nogil=True)
def emit(
    net: Net, rule: Rule, work: Work, neuron: int, event: int, step: int, least: int, touched: int, nodes: int
) -> tuple[int, int, int]:
    """Enter the arrivals of a spike; returns touched neurons, nodes used and the last arrival (FULL if there is no room)."""
    negative = NEGATIVE if net.inhibitory[neuron] else 0
    tag = (event << EVENT) | negative
    arrival = 0
    for s in range(net.start[neuron], net.start[neuron + 1]):
        if least > 0 and (net.delay[s] < least or not net.strong[s]):
            continue
        arrival = step + net.delay[s]
        x = net.post[s]
        n = work.count[x]
        work.row[arrival] += 1
        if n == 0:
            work.touched[touched] = x
            touched += 1
        elif n == rule.capacity:
            return touched, nodes, FULL
        elif negative == 0:
            nodes = _watch(work, rule, nodes, x, arrival)
        if negative:
            work.inhibited[x] += 1
            if work.inhibited[x] > INHIBITED:
                nodes = _schedule(work, nodes, x, arrival)
        work.arrival[x, n] = (arrival << STEP) | tag | s
        work.count[x] = n + 1
    return touched, nodes, arrival


@njit(cache=True, nogil=True)
def _input(net: Net, work: Work, neuron: int, step: int) -> float:
    """Sum of what arrives, in the order in which it was sent."""
    total = 0.0
    for q in range(work.count[neuron]):
        packed = work.arrival[neuron, q]
        if packed >> STEP == step:
            total += net.weight[packed & SYNAPSE]
    return total


@njit(cache=True, nogil=True)
def _catch_up(net: Net, work: Work, neuron: int, step: int) -> None:
    """Bring a neuron that was left alone to the state before `step`."""
    last = work.last[neuron]
    if last < 0:
        first = step
        for q in range(work.count[neuron]):
            first = min(first, work.arrival[neuron, q] >> STEP)
        last = first - 1
        v, u = -70.0, 0.2 * -70.0
    else:
        v, u = work.v[neuron], work.u[neuron]
    a, b = net.parameters[neuron, 0], net.parameters[neuron, 1]
    for t in range(last + 1, step):
        current = _input(net, work, neuron, t)
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        u += a * (b * v - u)
    work.v[neuron] = v
    work.u[neuron] = u


@njit(cache=True, nogil=True)
def _advance(net: Net, rule: Rule, work: Work, live: int, step: int) -> tuple[int, int]:
    """One step of all live neurons; returns how many stay live and how many fired, the latter sorted by neuron."""
    fired = 0
    k = 0
    while k < live:
        x = work.live[k]
        current = _input(net, work, x, step)
        v, u = work.v[x], work.u[x]
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        u += net.parameters[x, 0] * (net.parameters[x, 1] * v - u)
        if v >= 30.0:
            v = net.parameters[x, 2]
            u += net.parameters[x, 3]
            place = fired
            while place > 0 and work.fired[place - 1] > x:
                work.fired[place] = work.fired[place - 1]
                place -= 1
            work.fired[place] = x
            fired += 1
        work.v[x] = v
        work.u[x] = u
        if v + 70.0 <= rule.calm and v >= -85.0 and -0.5 <= u + 14.0 <= 30.0:
            work.active[x] = 2
            work.last[x] = step
            live -= 1
            work.live[k] = work.live[live]
        else:
            k += 1
    return live, fired


@njit(cache=True, nogil=True)
def run(net: Net, rule: Rule, work: Work, spikes: int, touched: int, nodes: int) -> tuple[int, int, int]:
    """Let the network answer to the arrivals of the anchors.

    Returns
    -------
    tuple of int
        Spikes (FULL: not done), neurons touched, last step that holds an arrival.
    """
    end = rule.end
    live = 0
    t = 0
    far = end + 64
    while t < end and spikes < rule.max_spikes:
        node = work.bucket[t]
        while node >= 0:
            x = work.node[node, 1]
            if work.active[x] != 1:
                _catch_up(net, work, x, t)
                work.active[x] = 1
                work.live[live] = x
                live += 1
            node = work.node[node, 0]
        if live:
            live, fired = _advance(net, rule, work, live, t)
            for k in range(fired):
                if spikes == rule.max_spikes:
                    break
                x = work.fired[k]
                work.neuron[spikes] = x
                work.step[spikes] = t
                work.spiked[x] = t
                touched, nodes, arrival = emit(net, rule, work, x, spikes, t, 0, touched, nodes)
                if arrival == FULL or nodes + 4096 > work.node.shape[0]:
                    return FULL, touched, max(far, t + 1100)
                spikes += 1
                far = max(far, arrival)
                reach = arrival + rule.latency if rule.corrected else arrival
                if end < reach + 1:
                    end = min(reach + 1, rule.last_step)
        t += 1
    return spikes, touched, far


@njit(cache=True, nogil=True)
def start(net: Net, rule: Rule, work: Work, pre: NDArray[np.int32], delay: NDArray[np.int32]) -> tuple[int, int]:
    """Fire the anchors so that they arrive together; returns touched neurons and nodes used."""
    latest = 0
    touched = 0
    nodes = 0
    for i in range(pre.shape[0]):
        latest = max(latest, delay[i])
    for i in range(pre.shape[0]):
        work.neuron[i] = pre[i]
        work.step[i] = latest - delay[i]
        work.layer[i] = 1
        touched, nodes, _ = emit(net, rule, work, pre[i], i, latest - delay[i], delay[i], touched, nodes)
    return touched, nodes
