"""Which last anchors cannot make a group: one cascade for all combinations that differ in the last anchor only.

All anchors but the last fire, and the mother gets the weight of one last anchor besides. Where the other arrivals of a last
anchor could change nothing in that cascade, its only link to an excitatory neuron is the one to the mother, and a group with
such an anchor is rejected. So the probe need not be done. In doubt it is done.
"""

from __future__ import annotations

import numpy as np

from snndsl.polychrony.engine.arrays import Inputs, Net, Rule, Work
from snndsl.polychrony.engine.bounds import SPENT
from snndsl.polychrony.engine.cascade import FULL, NEGATIVE, STEP, clear, emit, run, schedule
from snndsl.polychrony.engine.compiled import kernel

__all__ = ["forget", "inert", "prefix"]

BITS = 64
FEW = 128
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)


@kernel
def _bits(first: int, last: int) -> np.uint64:
    """Bits from `first` to `last`, both included."""
    first = max(first, 0)
    if last < first or first >= BITS:
        return np.uint64(0)
    upper = ALL if last >= BITS - 1 else (ONE << np.uint64(last + 1)) - ONE
    return upper & ~((ONE << np.uint64(first)) - ONE)


@kernel
def _mark(net: Net, work: Work, touched: int, arrival: int) -> None:
    """Note when another arrival could matter to the neurons of the cascade, counted from the arrival at the mother."""
    for k in range(touched):
        x = work.touched[k]
        isolation = net.alone[x, 0]
        near = np.uint64(0)
        if work.active[x] != 0:
            near = ALL
        elif work.last[x] >= 0:
            near = _bits(0, work.last[x] - arrival)
        for q in range(work.number[x]):
            packed = work.arrival[x, q]
            if not packed & NEGATIVE:
                step = (packed >> STEP) - arrival
                near |= _bits(step - isolation, step + isolation)
        work.near[x] = near


@kernel
def latency(net: Net, mother: int, current: float) -> int:
    """Steps from an input of the mother at rest to its spike; -1 if there is none within 16 or it is far from settled then."""
    v, u = net.rest[mother, 0], net.rest[mother, 1]
    a, b = net.parameters[mother, 0], net.parameters[mother, 1]
    for t in range(16):
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
        u += a * (b * v - u)
        if v >= 30.0:
            return t if u + 14.0 + net.parameters[mother, 3] <= SPENT else -1
        current = 0.0
    return -1


@kernel
def _undisturbed(net: Net, rule: Rule, work: Work, mother: int, spikes: int, arrival: int, answer: int) -> bool:
    """Whether the mother fires once, at `arrival` + `answer`, and gets nothing that could change this."""
    once = 0
    for e in range(rule.anchors - 1, spikes):
        if work.neuron[e] == mother:
            once += 1
            if work.step[e] != arrival + answer:
                return False
    if once != 1:
        return False
    inhibited = 0
    excited = 0
    for q in range(work.number[mother]):
        packed = work.arrival[mother, q]
        if packed & NEGATIVE:
            inhibited += 1
            if packed >> STEP <= arrival + answer:
                return False
        else:
            excited += 1
    return excited == rule.anchors and inhibited <= net.alone[mother, 1]


@kernel
def forget(work: Work, noted: int) -> None:
    """Forget what `prefix` noted."""
    for k in range(noted):
        work.near[work.noted[k]] = np.uint64(0)


@kernel
def prefix(net: Net, given: Inputs, rule: Rule, work: Work, mother: int, base: float, last: int) -> tuple[int, int, int]:
    """Do the cascade of all anchors but the last and note where a further arrival could matter.

    Parameters
    ----------
    net, given, rule, work : tuple of ndarray
        ``work.pre`` and ``work.delay`` hold the anchors.
    mother : int
        The neuron at which they arrive together.
    base : float
        Sum of the weights of the anchors but the last.
    last : int
        Row of `given` of a last anchor.

    Returns
    -------
    answer : int
        Steps from the arrival to the spike of the mother; -1: nothing can be said, all probes have to be done.
    noted : int
        Neurons to forget.
    spikes : int
        Of the cascade.
    """
    n = rule.anchors - 1
    answer = latency(net, mother, base + given.weight[last])
    if answer < 0 or answer >= rule.latency:
        return -1, 0, 0
    arrival = 0
    touched = 0
    nodes = 0
    sent = 0
    for i in range(n):
        arrival = max(arrival, int(work.delay[i]))
    for i in range(n):
        step = arrival - work.delay[i]
        work.neuron[i] = work.pre[i]
        work.step[i] = step
        if sent != FULL:
            touched, nodes, sent = emit(net, rule, work, work.pre[i], i, step, work.delay[i], touched, nodes)
    spikes, far = 0, arrival + 1100
    ready = sent != FULL and work.number[mother] == n and nodes < work.node.shape[0]
    if ready:
        work.arrival[mother, n] = (arrival << STEP) | _synapse(net, given.pre[last], mother)
        work.number[mother] = n + 1
        nodes = schedule(work.bucket, work.node, nodes, mother, arrival)
        spikes, touched, far = run(net, rule, work, n, touched, nodes)
        ready = n <= spikes <= FEW and spikes + 1 < rule.max_spikes
        ready = ready and _undisturbed(net, rule, work, mother, spikes, arrival, answer)
    if ready:
        _mark(net, work, touched, arrival)
        work.near[mother] = ALL - ONE
        for k in range(touched):
            work.noted[k] = work.touched[k]
    clear(work, touched, far)
    return (answer, touched, spikes) if ready else (-1, 0, 0)


@kernel
def _synapse(net: Net, pre: int, post: int) -> int:
    """The synapse between two neurons that have one."""
    s = int(net.start[pre])
    while net.post[s] != post or not net.strong[s]:
        s += 1
    return s


@kernel
def inert(net: Net, given: Inputs, work: Work, mother: int, base: float, found: tuple[int, int, int], last: int) -> bool:
    """Whether this last anchor changes nothing but the input of the mother, whose answer stays the same."""
    answer, _, spikes = found
    anchor = given.pre[last]
    least = given.delay[last]
    for s in range(net.start[anchor], net.start[anchor + 1]):
        late = net.delay[s] - least
        if late < 0 or not net.strong[s]:
            continue
        if late >= BITS or (work.near[net.post[s]] >> np.uint64(late)) & ONE:
            return False
    for e in range(spikes):
        if work.neuron[e] == anchor:
            return False
    return latency(net, mother, base + given.weight[last]) == answer
