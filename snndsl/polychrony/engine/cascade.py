"""A probe that integrates only the neurons that could fire.

Arrivals are kept per neuron and nothing else happens until two excitatory ones come closely after each other (or after a
spike of the neuron), or too many inhibitory ones: `snndsl.polychrony.engine.bounds` proves that a neuron cannot fire before.
Then its past is made up for, step by step as the original would have done it from rest, and it stays in the list of live
neurons until it is calm again. The arithmetic of a step and the order of its sums are the original's, so the spikes are
equal to the bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import LONG_AGO, Criteria, Net, Work

__all__ = ["FULL", "clear", "emit", "run", "schedule", "start"]

FULL = -1
BROKEN = -2
"""Returned where the working memory is too small for a probe."""

STEP, EVENT, NEGATIVE = 42, 31, 1 << 30
SYNAPSE = NEGATIVE - 1
EVENTS = (1 << 11) - 1
NEVER = 1 << 20

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Reals = NDArray[np.float64]


@kernel
def clear(work: Work, touched: int, last: int) -> None:
    """Forget the probe: `touched` neurons, steps up to `last`."""
    count, inhibited, active, state, spiked = work.number, work.inhibited, work.active, work.last, work.spiked
    row, bucket, neurons = work.row, work.bucket, work.touched
    for k in range(touched):
        x = neurons[k]
        count[x] = 0
        inhibited[x] = 0
        active[x] = 0
        state[x] = -1
        spiked[x] = LONG_AGO
    for t in range(last + 1):
        row[t] = 0
        bucket[t] = -1


@kernel
def schedule(bucket: Int32s, node: Int32s, nodes: int, neuron: int, step: int) -> int:
    """Have a neuron integrated from `step` on; returns the nodes used."""
    if nodes < node.shape[0]:
        node[nodes, 0] = bucket[step]
        node[nodes, 1] = neuron
        bucket[step] = nodes
    return nodes + 1


@kernel
def _other(past: Int64s, x: int, n: int, arrival: int, isolation: int, spiked: int) -> tuple[bool, int]:
    """Whether an excitatory arrival follows another one closely, and the first that closely follows it."""
    now = arrival - spiked <= isolation
    later = NEVER
    for q in range(n):
        packed = past[x, q]
        other = packed >> STEP
        if packed & NEGATIVE or other > arrival + isolation or other < arrival - isolation:
            continue
        if other > arrival:
            later = min(later, other)
        else:
            now = True
    return now, later


@kernel
def emit(
    net: Net, rule: Criteria, work: Work, neuron: int, event: int, step: int, least: int, touched: int, nodes: int
) -> tuple[int, int, int]:
    """Enter the arrivals of a spike; returns touched neurons, nodes used and the last arrival (FULL if there is no room)."""
    post, delay, strong, alone, capacity = net.post, net.delay, net.strong, net.alone, work.arrival.shape[1]
    count, row, past, spiked, inhibited = work.number, work.row, work.arrival, work.spiked, work.inhibited
    bucket, node = work.bucket, work.node
    negative = NEGATIVE if net.inhibitory[neuron] else 0
    tag = (event << EVENT) | negative
    arrival = 0
    for s in range(net.start[neuron], net.start[neuron + 1]):
        if least > 0 and (delay[s] < least or not strong[s]):
            continue
        arrival = int(step) + int(delay[s])
        x = post[s]
        n = count[x]
        row[arrival] += 1
        if n == 0:
            work.touched[touched] = x
            touched += 1
        elif n == capacity:
            return touched, nodes, FULL
        if alone[x, 0] < 0:
            if work.active[x] == 0:
                nodes = schedule(bucket, node, nodes, x, arrival)
        elif negative:
            inhibited[x] += 1
            if inhibited[x] > alone[x, 1]:
                nodes = schedule(bucket, node, nodes, x, arrival)
        elif n > 0:
            now, later = _other(past, x, n, arrival, alone[x, 0], spiked[x])
            if now:
                nodes = schedule(bucket, node, nodes, x, arrival)
            if later < NEVER:
                nodes = schedule(bucket, node, nodes, x, later)
        past[x, n] = (arrival << STEP) | tag | s
        count[x] = n + 1
    return touched, nodes, arrival


@kernel
def _input(weight: Reals, past: Int64s, x: int, n: int, step: int) -> float:
    """Sum of what arrives, in the order in which it was sent."""
    total = 0.0
    for q in range(n):
        packed = past[x, q]
        if packed >> STEP == step:
            total += weight[packed & SYNAPSE]
    return total


@kernel
def _catch_up(
    weight: Reals, past: Int64s, x: int, n: int, a: float, b: float, last: int, v: float, u: float, step: int
) -> tuple[float, float]:
    """State before `step` of a neuron that was left alone since `last`."""
    if last < 0:
        last = step
        for q in range(n):
            last = min(last, past[x, q] >> STEP)
        last -= 1
    t = last + 1
    while t < step:
        current = 0.0
        after = step
        for q in range(n):
            packed = past[x, q]
            arrival = packed >> STEP
            if arrival == t:
                current += weight[packed & SYNAPSE]
            elif t < arrival < after:
                after = arrival
        for _ in range(t, after):
            half = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
            full = half + 0.5 * ((0.04 * half + 5.0) * half + 140.0 - u + current)
            change = a * (b * full - u)
            v = full
            u += change
            current = 0.0
        t = after
    return v, u


@kernel
def _wake(net: Net, work: Work, live: int, step: int) -> int:
    """Make live the neurons scheduled for this step."""
    nodes, active, parameters, neurons = work.node, work.active, net.parameters, work.live
    node = work.bucket[step]
    while node >= 0:
        x = nodes[node, 1]
        if active[x] == 0:
            if work.last[x] < 0:
                work.v[x], work.u[x] = net.rest[x, 0], net.rest[x, 1]
            work.v[x], work.u[x] = _catch_up(
                net.weight,
                work.arrival,
                x,
                work.number[x],
                parameters[x, 0],
                parameters[x, 1],
                work.last[x],
                work.v[x],
                work.u[x],
                step,
            )
            active[x] = 1
            neurons[live] = x
            live += 1
        node = nodes[node, 0]
    return live


@kernel
def _advance(net: Net, rule: Criteria, work: Work, live: int, step: int) -> tuple[int, int]:
    """One step of all live neurons; returns how many stay live and how many fired, the latter sorted by neuron."""
    weight, parameters, calm, dip = net.weight, net.parameters, rule.calm, -rule.dip
    neurons, firing, potential, recovery, past, count = work.live, work.fired, work.v, work.u, work.arrival, work.number
    fired = 0
    k = 0
    while k < live:
        x = neurons[k]
        current = _input(weight, past, x, count[x], step)
        v, u = potential[x], recovery[x]
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        u += parameters[x, 0] * (parameters[x, 1] * v - u)
        if v >= 30.0:
            v = parameters[x, 2]
            u += parameters[x, 3]
            place = fired
            while place > 0 and firing[place - 1] > x:
                firing[place] = firing[place - 1]
                place -= 1
            firing[place] = x
            fired += 1
        potential[x] = v
        recovery[x] = u
        if v + 70.0 <= calm and v >= -85.0 and dip <= u + 14.0 <= 30.0 and net.alone[x, 0] >= 0:
            work.active[x] = 0
            work.last[x] = step
            live -= 1
            neurons[k] = neurons[live]
        else:
            k += 1
    return live, fired


@kernel
def run(net: Net, rule: Criteria, work: Work, spikes: int, touched: int, nodes: int) -> tuple[int, int, int]:
    """Let the network answer to the arrivals of the anchors.

    Returns
    -------
    tuple of int
        Spikes (FULL: not done), neurons touched, last step that holds an arrival.
    """
    end = rule.end
    live = 0
    t = 0
    far = end + rule.reach
    if nodes == FULL or nodes > work.node.shape[0]:
        return FULL, touched, far
    far = end
    while t < end and spikes < rule.max_spikes:
        if work.bucket[t] >= 0:
            live = _wake(net, work, live, t)
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
                if arrival == FULL or nodes > work.node.shape[0]:
                    return FULL, touched, max(far, t + rule.reach)
                spikes += 1
                far = max(far, arrival)
                reach = arrival + rule.latency if rule.late else arrival
                if end < reach + 1:
                    end = min(reach + 1, rule.last_step)
        t += 1
    return spikes, touched, far


@kernel
def start(net: Net, rule: Criteria, work: Work, pre: NDArray[np.int32], delay: NDArray[np.int32]) -> tuple[int, int]:
    """Fire the anchors so that they arrive together; returns touched neurons and nodes used (FULL if there is no room)."""
    latest = 0
    touched = 0
    nodes = 0
    for i in range(pre.shape[0]):
        latest = max(latest, delay[i])
    for i in range(pre.shape[0]):
        work.neuron[i] = pre[i]
        work.step[i] = latest - delay[i]
        work.layer[i] = 1
        touched, nodes, arrival = emit(net, rule, work, pre[i], i, latest - delay[i], delay[i], touched, nodes)
        if arrival == FULL:
            return touched, FULL
    return touched, nodes
