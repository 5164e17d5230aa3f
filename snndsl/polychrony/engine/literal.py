"""The original probe, literally: every neuron every step, pending arrivals in rows of contiguous tables.

The tables of the original hold a fixed number of arrivals per step, one row after the other in memory, with a count per row.
An arrival beyond the end of row t is written into the first cells of row t + 1, whose count does not know of it; there it is
found as long as row t is read, unless row t + 1 overwrites it. Here the same happens in the same layout. It is slow: the
search uses it for the few probes that overrun a row and for those with very many spikes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import Criteria, Net, Work
from snndsl.polychrony.engine.cascade import FULL

__all__ = ["Rows", "literal_probe", "rows"]


class Rows(NamedTuple):
    """The original's tables of pending arrivals, flat."""

    number: NDArray[np.int32]  # (steps,)
    target: NDArray[np.int32]  # (steps * row,)
    source: NDArray[np.int32]
    event: NDArray[np.int32]
    delay: NDArray[np.int32]
    weight: NDArray[np.float64]
    v: NDArray[np.float64]
    u: NDArray[np.float64]
    current: NDArray[np.float64]
    peak: NDArray[np.int32]  # (1,) largest count seen


def rows(neurons: int, rule: Criteria, longest: int) -> Rows:
    """Allocate the tables for delays up to `longest`."""
    steps = rule.last_step + longest + 2
    cells = (steps + 1) * rule.row
    return Rows(
        np.zeros(steps, np.int32),
        np.zeros(cells, np.int32),
        np.zeros(cells, np.int32),
        np.zeros(cells, np.int32),
        np.zeros(cells, np.int32),
        np.zeros(cells),
        np.zeros(neurons),
        np.zeros(neurons),
        np.zeros(neurons),
        np.zeros(1, np.int32),
    )


@kernel
def _emit(net: Net, table: Rows, row: int, neuron: int, event: int, step: int, least: int) -> int:
    """Enter the arrivals of a spike; of an anchor (`least` > 0) only strong synapses of at least that delay."""
    arrival = -1
    for s in range(net.start[neuron], net.start[neuron + 1]):
        if least > 0 and (net.delay[s] < least or not net.strong[s]):
            continue
        arrival = int(step) + int(net.delay[s])
        cell = arrival * row + table.number[arrival]
        table.target[cell] = net.post[s]
        table.source[cell] = neuron
        table.event[cell] = event
        table.delay[cell] = net.delay[s]
        table.weight[cell] = net.weight[s]
        table.number[arrival] += 1
        if table.number[arrival] > table.peak[0]:
            table.peak[0] = table.number[arrival]
    return arrival


@kernel
def _simulate(net: Net, table: Rows, rule: Criteria, work: Work, spikes: int) -> int:
    """Let the network at rest answer; returns the number of spikes, anchors included."""
    neurons = table.v.shape[0]
    v, u, current, parameters = table.v, table.u, table.current, net.parameters
    for i in range(neurons):
        v[i] = -70.0
        u[i] = 0.2 * v[i]
        current[i] = 0.0
    end = rule.end
    t = 0
    while t < end and spikes < rule.max_spikes:
        for cell in range(t * rule.row, t * rule.row + table.number[t]):
            current[table.target[cell]] += table.weight[cell]
        for i in range(neurons):
            v[i] += 0.5 * ((0.04 * v[i] + 5.0) * v[i] + 140.0 - u[i] + current[i])
            v[i] += 0.5 * ((0.04 * v[i] + 5.0) * v[i] + 140.0 - u[i] + current[i])
            u[i] += parameters[i, 0] * (parameters[i, 1] * v[i] - u[i])
            current[i] = 0.0
        for i in range(neurons):
            if v[i] >= 30.0:
                v[i] = parameters[i, 2]
                u[i] += parameters[i, 3]
                if spikes < rule.max_spikes:
                    work.neuron[spikes] = i
                    work.step[spikes] = t
                    arrival = _emit(net, table, rule.row, i, spikes, t, 0)
                    spikes += 1
                    if end < arrival + 1:
                        end = min(arrival + 1, rule.last_step)
        t += 1
    return spikes


@kernel
def _layers(net: Net, table: Rows, rule: Criteria, work: Work, spikes: int) -> tuple[int, int]:
    """Layers of the spikes and links between them; returns the number of links and the longest path."""
    links = 0
    longest = 0
    for e in range(rule.anchors, spikes):
        work.layer[e] = 0
        step = work.step[e]
        for p in range(step, max(step - rule.latency, -1), -1):
            for cell in range(p * rule.row, p * rule.row + table.number[p]):
                source = table.source[cell]
                if table.target[cell] != work.neuron[e] or net.inhibitory[source]:
                    continue
                for k in range(e):
                    if work.neuron[k] == source and work.layer[k] + 1 > work.layer[e]:
                        work.layer[e] = work.layer[k] + 1
                if links == work.link.shape[0]:
                    return FULL, 0
                work.link[links, 0] = table.event[cell]
                work.link[links, 1] = e
                work.link[links, 2] = table.delay[cell]
                work.link[links, 3] = work.layer[e]
                links += 1
                longest = max(longest, work.layer[e])
    return links, longest


@kernel
def literal_probe(
    net: Net, table: Rows, rule: Criteria, work: Work, pre: NDArray[np.int32], delay: NDArray[np.int32]
) -> tuple[int, int, int]:
    """Fire the anchors `pre` so that they arrive together after `delay`; see `izhikevich2006`.

    Returns
    -------
    tuple of int
        Spikes, links, longest path; the path is 0 where the group is rejected. Spikes and links are in `work`.
    """
    latest = 0
    for t in range(table.number.shape[0]):
        table.number[t] = 0
    for i in range(rule.anchors):
        latest = max(latest, delay[i])
    for i in range(rule.anchors):
        work.neuron[i] = pre[i]
        work.step[i] = latest - delay[i]
        work.layer[i] = 1
        _emit(net, table, rule.row, pre[i], i, latest - delay[i], delay[i])
    spikes = _simulate(net, table, rule, work, rule.anchors)
    if spikes <= rule.min_spikes:
        return spikes, 0, 0
    links, longest = _layers(net, table, rule, work, spikes)
    for i in range(rule.anchors):
        used = 0
        for k in range(links):
            if work.neuron[work.link[k, 0]] == pre[i] and not net.inhibitory[work.neuron[work.link[k, 1]]]:
                used += 1
        if used == 1:
            return spikes, links, 0
    return spikes, links, longest
