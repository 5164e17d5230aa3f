"""What the kernels read and write: the network, the rule and the working memory, as tuples of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ENDS",
    "FEW",
    "INERT",
    "LARGE",
    "LONELY",
    "LONGEST",
    "LONG_AGO",
    "MOST",
    "SHORT",
    "SILENT",
    "SMALL",
    "Criteria",
    "Found",
    "Inputs",
    "Net",
    "Room",
    "Work",
    "found",
    "work",
]

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


class Net(NamedTuple):
    """Synapses that carry spikes during a probe, sorted by source, delay, row of the table."""

    start: Ints  # (N + 1,) synapses of neuron j: start[j] .. start[j + 1]
    post: NDArray[np.int32]
    delay: NDArray[np.int32]  # steps
    weight: Reals
    strong: NDArray[np.bool_]  # may carry an anchor's spike
    inhibitory: NDArray[np.bool_]  # (N,)
    parameters: Reals  # (N, 4): a, b, c, d of the neuron of 2006
    rest: Reals  # (N, 2): v, u in which a neuron of 2006 stays without input
    alone: NDArray[np.int32]  # (N, 4): from `bounds`: isolation, inhibitory arrivals, whether it settles, `apart`
    single: bool  # no two synapses join the same neurons
    widest: int  # most synapses of a neuron


class Inputs(NamedTuple):
    """Strong excitatory inputs of every neuron, sorted by source."""

    start: Ints  # (N + 1,)
    pre: NDArray[np.int32]
    delay: NDArray[np.int32]
    weight: Reals


class Criteria(NamedTuple):
    """Numbers of the definition."""

    anchors: int
    latency: int  # window of a link, and how long an answer may take
    end: int  # steps that every probe lasts
    last_step: int  # no probe lasts longer
    max_spikes: int
    min_spikes: int  # a group has more spikes than this
    min_path: int
    row: int  # arrivals that a step of the original's tables holds
    overrun: bool  # rows run over as in the original
    late: bool  # a probe lasts `latency` steps after the last arrival
    by_spike: bool  # an arrival links the spike that sent it
    calm: float  # v + 70 below which a neuron is left alone
    dip: float  # -(u + 14) below which a neuron is left alone
    reach: int  # steps from a spike to its last arrival, and more
    lonely: bool  # an anchor with exactly one link to an excitatory neuron spoils a group
    counted: int  # a spike is caused by the arrivals of so many steps, and one, up to `Work.cause`; -1: by `latency`


class Work(NamedTuple):
    """Memory of one thread."""

    v: Reals
    u: Reals
    last: NDArray[np.int32]  # (N,) step of the state; -1: at rest
    number: NDArray[np.int32]  # (N,) arrivals in `arrival`
    inhibited: NDArray[np.int32]  # (N,) inhibitory ones among them
    spiked: NDArray[np.int32]  # (N,) last spike
    active: NDArray[np.int8]  # (N,) 1: integrated every step; 2: was integrated before
    arrival: Ints  # (N, capacity) step << 42 | event << 31 | synapse
    touched: NDArray[np.int32]
    live: NDArray[np.int32]
    fired: NDArray[np.int32]
    row: NDArray[np.int32]  # (T,) arrivals per step
    bucket: NDArray[np.int32]  # (T,) first node
    node: NDArray[np.int32]  # (nodes, 2): next, neuron
    neuron: NDArray[np.int32]  # events of the probe
    step: NDArray[np.int32]
    layer: NDArray[np.int32]
    cause: NDArray[np.int32]  # step of the arrival that made the spike (rules by events)
    earlier: NDArray[np.int32]  # previous event of the same neuron
    latest: NDArray[np.int32]  # (N,) latest event of a neuron
    link: NDArray[np.int32]  # (links, 4): pre event, post event, delay, layer
    order: Ints  # window of one event
    used: NDArray[np.int32]  # (anchors,) links of an anchor
    noted: NDArray[np.int32]  # neurons with `near`
    inert: NDArray[np.int8]  # (n, n, n) flat: whether the third anchor changes nothing in the cascade of the first two
    chosen: Ints  # (anchors,) combination
    pre: NDArray[np.int32]
    delay: NDArray[np.int32]
    near: NDArray[np.uint64]  # (N,) bit r: an arrival r steps after the mother's could matter


class Room(NamedTuple):
    """Sizes of a working memory."""

    arrivals: int  # per neuron
    links: int
    wakings: int

    def more(self) -> Room:
        """Return four times as much of each."""
        return Room(4 * self.arrivals, 4 * self.links, 4 * self.wakings)


SMALL = Room(24, 1 << 12, 1 << 12)
LARGE = Room(256, 1 << 16, 1 << 17)


INERT, SILENT, FEW, SHORT, LONELY, LONGEST = range(6)
ENDS = ("inert", "silent", "few", "short", "lonely", "longest")
"""How a probe ended that is no group: an anchor changed nothing, nothing fired, too few spikes did, the path was too short, an
anchor had one link only; and the longest path that was too short."""


class Found(NamedTuple):
    """Room for what a range of mothers yields."""

    group: NDArray[np.int32]  # (groups, 6 + 2 anchors): mother, spikes, path, last, avalanche, links, anchors, steps
    spike: NDArray[np.int32]  # (spikes, 3): neuron, step, layer
    link: NDArray[np.int32]  # (links, 4): pre, post, delay, layer
    used: Ints  # (3,) rows used in each
    ended: Ints  # (6,) probes that are no group, by how they ended, and the longest path among them that were too short


LONG_AGO = -(1 << 20)
MOST = 96  # strong inputs of a mother up to which `pairs` is used


def work(neurons: int, rule: Criteria, room: Room) -> Work:
    """Allocate the memory of one thread."""
    int32 = np.int32
    horizon = rule.last_step + 2 * rule.reach
    return Work(
        v=np.zeros(neurons),
        u=np.zeros(neurons),
        last=np.full(neurons, -1, int32),
        number=np.zeros(neurons, int32),
        inhibited=np.zeros(neurons, int32),
        spiked=np.full(neurons, LONG_AGO, int32),
        active=np.zeros(neurons, np.int8),
        arrival=np.zeros((neurons, room.arrivals), np.int64),
        touched=np.zeros(neurons, int32),
        live=np.zeros(neurons, int32),
        fired=np.zeros(neurons, int32),
        row=np.zeros(horizon, int32),
        bucket=np.full(horizon, -1, int32),
        node=np.zeros((room.wakings, 2), int32),
        neuron=np.zeros(rule.max_spikes + 8, int32),
        step=np.zeros(rule.max_spikes + 8, int32),
        layer=np.zeros(rule.max_spikes + 8, int32),
        cause=np.zeros(rule.max_spikes + 8, int32),
        earlier=np.full(rule.max_spikes + 8, -1, int32),
        latest=np.full(neurons, -1, int32),
        link=np.zeros((room.links, 4), int32),
        order=np.zeros(room.arrivals + 1, np.int64),
        used=np.zeros(rule.anchors, int32),
        noted=np.zeros(neurons, int32),
        inert=np.zeros(MOST**3, np.int8),
        chosen=np.zeros(rule.anchors, np.int64),
        pre=np.zeros(rule.anchors, int32),
        delay=np.zeros(rule.anchors, int32),
        near=np.zeros(neurons, np.uint64),
    )


def found(rule: Criteria, groups: int = 2_000, spikes: int = 200_000, links: int = 800_000) -> Found:
    """Allocate room for results."""
    return Found(
        np.zeros((groups, 6 + 2 * rule.anchors), np.int32),
        np.zeros((spikes, 3), np.int32),
        np.zeros((links, 4), np.int32),
        np.zeros(3, np.int64),
        np.zeros(len(ENDS), np.int64),
    )
