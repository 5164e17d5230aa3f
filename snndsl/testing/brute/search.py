"""An independent searcher for small networks, to check the fast one against.

Written from the definition (`snndsl.polychrony.definitions.Izhikevich2006`) and from nothing else: it shares no code with the
engine. All probes of a network run side by side, every neuron takes every step, and layers are found from a list of all
arrivals. There is no overrun of arrays: it agrees with ``corrected`` mode, and with ``original`` as long as no row is full.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.definitions import Izhikevich2006
from snndsl.polychrony.network.table import SynapseTable

__all__ = ["BruteGroup", "brute_force"]

MOST_NEURONS = 100


class BruteGroup(NamedTuple):
    """A group in plain numbers."""

    mother: int
    anchors: tuple[int, ...]
    anchor_steps: tuple[int, ...]
    longest_path: int
    spikes: tuple[tuple[int, int, int], ...]  # neuron, step, layer
    links: tuple[tuple[int, int, int, int], ...]  # pre spike, post spike, delay, layer; sorted


class Sending(NamedTuple):
    """A synapse, seen from its source."""

    delay: int
    post: int
    weight: float
    strong: bool
    port: int


class Probe:
    """Anchors, spikes so far and arrivals sent."""

    def __init__(self, mother: int, anchors: tuple[tuple[int, int], ...], end: int) -> None:
        latest = max(delay for _, delay in anchors)
        self.mother = mother
        self.anchors = anchors
        self.spikes = [(neuron, latest - delay) for neuron, delay in anchors]
        self.arrivals: list[tuple[int, int, int, int]] = []  # step, target, spike that sent it, delay
        self.end = end


def brute_force(table: SynapseTable, definition: Izhikevich2006, parameters: NDArray[np.float64]) -> list[BruteGroup]:
    """Search a network of at most 100 neurons by the definition alone.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Izhikevich2006
        What counts as a group.
    parameters : ndarray of float64, shape (neurons, 4)
        a, b, c, d.

    Returns
    -------
    list of BruteGroup
        In the order of mothers and combinations.
    """
    probes, outgoing = prepare(table, definition)
    _simulate(probes, outgoing, definition, parameters, table.inhibitory)
    groups = (judge(probe, definition, table.inhibitory) for probe in probes)
    return [group for group in groups if group is not None]


def prepare(table: SynapseTable, definition: Izhikevich2006) -> tuple[list[Probe], list[list[Sending]]]:
    """Return all combinations of anchors and the synapses of every neuron that carry spikes, by delay."""
    if table.neurons > MOST_NEURONS:
        raise ModelError(Fault("network-too-large", f"{table.neurons} neurons", expected=f"at most {MOST_NEURONS}"))
    outgoing: list[list[Sending]] = [[] for _ in range(table.neurons)]
    strong_inputs: list[list[tuple[int, int]]] = [[] for _ in range(table.neurons)]
    columns = (getattr(table, name).tolist() for name in ("pre", "post", "weight", "delay", "port"))
    for pre, post, weight, delay, port in zip(*columns, strict=True):
        strong = not table.inhibitory[pre] and weight > definition.strong
        weak_but_kept = definition.weak_to_inhibitory and table.inhibitory[post]
        if strong or table.inhibitory[pre] or weak_but_kept:
            outgoing[pre].append(Sending(delay, post, weight, strong, port))
        if strong and not table.inhibitory[post]:
            strong_inputs[post].append((pre, delay))
    for synapses in outgoing:
        synapses.sort(key=lambda synapse: synapse.delay)
    probes = [
        Probe(mother, anchors, 2 * definition.max_delay + definition.latency + 1)
        for mother, given in enumerate(strong_inputs)
        for anchors in combinations(sorted(given, key=lambda pair: pair[0]), definition.anchors)
        if len({neuron for neuron, _ in anchors}) == definition.anchors
    ]
    return probes, outgoing


def _simulate(
    probes: list[Probe],
    outgoing: list[list[Sending]],
    definition: Izhikevich2006,
    parameters: NDArray[np.float64],
    inhibitory: NDArray[np.bool_],
) -> None:
    """Run all probes, step by step."""
    a, b, c, d = parameters.T
    slots = 2 * definition.max_delay + 1
    pending = np.zeros((len(probes), slots, len(parameters)))
    v = np.full((len(probes), len(parameters)), -70.0)
    u = 0.2 * v
    for p, probe in enumerate(probes):
        for k, ((neuron, fastest), (_, step)) in enumerate(zip(probe.anchors, probe.spikes)):
            for delay, post, weight, strong, _ in outgoing[neuron]:
                if strong and delay >= fastest:
                    pending[p, (step + delay) % slots, post] += weight
                    probe.arrivals.append((step + delay, post, k, delay))
    step = 0
    while True:
        running = [p for p, probe in enumerate(probes) if step < probe.end and len(probe.spikes) < definition.max_spikes]
        if not running:
            return
        current = pending[running, step % slots]
        pending[:, step % slots] = 0.0
        x, y = v[running], u[running]
        x = x + 0.5 * ((0.04 * x + 5.0) * x + 140.0 - y + current)
        x = x + 0.5 * ((0.04 * x + 5.0) * x + 140.0 - y + current)
        y = y + a * (b * x - y)
        fired = x >= 30.0
        v[running] = np.where(fired, c, x)
        u[running] = np.where(fired, y + d, y)
        for row, neuron in zip(*np.nonzero(fired)):
            probe = probes[running[row]]
            if len(probe.spikes) == definition.max_spikes:
                continue
            for delay, post, weight, _, _ in outgoing[neuron]:
                pending[running[row], (step + delay) % slots, post] += weight
                probe.arrivals.append((step + delay, post, len(probe.spikes), delay))
            probe.spikes.append((int(neuron), step))
            if outgoing[neuron]:
                last = step + max(synapse.delay for synapse in outgoing[neuron])
                last += definition.latency if definition.late_answers else 0
                if last + 1 > probe.end:
                    probe.end = min(last + 1, definition.last_step)
        step += 1


def judge(probe: Probe, definition: Izhikevich2006, inhibitory: NDArray[np.bool_]) -> BruteGroup | None:
    """Layers, links and the verdict."""
    n = definition.anchors
    if len(probe.spikes) <= 2 * n:
        return None
    layers = [1] * n
    links: list[tuple[int, int, int, int]] = []
    for k in range(n, len(probe.spikes)):
        neuron, step = probe.spikes[k]
        causes = [
            (arrival, order, sender, delay)
            for order, (arrival, post, sender, delay) in enumerate(probe.arrivals)
            if post == neuron and step - definition.latency < arrival <= step and not inhibitory[probe.spikes[sender][0]]
        ]
        causes.sort(key=lambda cause: (-cause[0], cause[1]))
        layer = 0
        reached = []
        for _, _, sender, _ in causes:
            same = [j for j in range(k) if probe.spikes[j][0] == probe.spikes[sender][0]]
            for j in [sender] if definition.links_by_spike else same:
                layer = max(layer, layers[j] + 1)
            reached.append(layer)
        layers.append(layer)
        links += [
            (sender, k, delay, layer if definition.links_by_spike else sofar)
            for (_, _, sender, delay), sofar in zip(causes, reached)
        ]
    longest = max((layer for *_, layer in links), default=0)
    if longest < definition.min_path:
        return None
    for k, (anchor, _) in enumerate(probe.anchors):
        used = [
            sender
            for sender, post, _, _ in links
            if not inhibitory[probe.spikes[post][0]]
            and (sender == k if definition.links_by_spike else probe.spikes[sender][0] == anchor)
        ]
        if len(used) == 1:
            return None
    return BruteGroup(
        probe.mother,
        tuple(neuron for neuron, _ in probe.anchors),
        tuple(step for _, step in probe.spikes[:n]),
        longest,
        tuple((neuron, step, layer) for (neuron, step), layer in zip(probe.spikes, layers)),
        tuple(sorted(links)),
    )
