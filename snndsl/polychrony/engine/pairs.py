"""Which of three anchors cannot make a group: one cascade for all combinations with two anchors in common.

Two anchors fire, and the mother gets the weight of a third besides. Where the other arrivals of a third anchor could change
nothing in that cascade, its only link to an excitatory neuron is the one to the mother, and a group with such an anchor is
rejected. So the probe need not be done. In doubt it is done.
"""

from __future__ import annotations

import numpy as np

from snndsl.numerics.compiled import kernel
from snndsl.polychrony.engine.arrays import MOST, Criteria, Inputs, Net, Work
from snndsl.polychrony.engine.bounds import SPENT
from snndsl.polychrony.engine.cascade import FULL, NEGATIVE, STEP, clear, emit, run, schedule

__all__ = ["pairs"]

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
        reach = net.alone[x, 3] - 1 if work.number[x] == 1 else net.alone[x, 0]
        near = np.uint64(0)
        if work.active[x] != 0:
            near = ALL
        elif work.last[x] >= 0:
            near = _bits(0, work.last[x] - arrival)
        for q in range(work.number[x]):
            packed = work.arrival[x, q]
            if not packed & NEGATIVE:
                step = (packed >> STEP) - arrival
                near |= _bits(step - reach, step + reach)
        work.near[x] = near


@kernel
def _latency(net: Net, mother: int, current: float) -> int:
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
def _undisturbed(net: Net, rule: Criteria, work: Work, mother: int, spikes: int, arrival: int, answer: int) -> bool:
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
def _cascade(
    net: Net, given: Inputs, rule: Criteria, work: Work, mother: int, pair: tuple[int, int, int]
) -> tuple[int, int, int]:
    """Do the cascade of two anchors, with the weight of a third at the mother, and note when an arrival could matter.

    Returns
    -------
    answer : int
        Steps from the arrival at the mother to its spike; -1: nothing can be said, all probes have to be done.
    noted : int
        Neurons in ``work.touched`` that have a note.
    spikes : int
        Of the cascade.
    """
    n = 2
    answer = _latency(net, mother, (given.weight[pair[0]] + given.weight[pair[1]]) + given.weight[pair[2]])
    if answer < 0 or answer >= rule.latency:
        return -1, 0, 0
    arrival = max(int(given.delay[pair[0]]), int(given.delay[pair[1]]))
    touched = 0
    nodes = 0
    sent = 0
    for i in range(n):
        pre, delay = given.pre[pair[i]], given.delay[pair[i]]
        work.neuron[i] = pre
        work.step[i] = arrival - delay
        if sent != FULL:
            touched, nodes, sent = emit(net, rule, work, pre, i, arrival - delay, delay, touched, nodes)
    spikes, far = 0, arrival + rule.end + rule.reach
    ready = sent != FULL and work.number[mother] == n and nodes < work.node.shape[0]
    if ready:
        work.arrival[mother, n] = (arrival << STEP) | _synapse(net, given.pre[pair[2]], mother)
        work.number[mother] = n + 1
        nodes = schedule(work.bucket, work.node, nodes, mother, arrival)
        spikes, touched, far = run(net, rule, work, n, touched, nodes)
        ready = n <= spikes <= FEW and spikes + 1 < rule.max_spikes
        ready = ready and _undisturbed(net, rule, work, mother, spikes, arrival, answer)
        ready = ready and not (rule.overrun and _crowded(net, rule, work, far))
    if ready:
        _mark(net, work, touched, arrival)
        work.near[mother] = ALL - ONE
    clear(work, touched, far)
    return (answer, touched, spikes) if ready else (-1, 0, 0)


@kernel
def _crowded(net: Net, rule: Criteria, work: Work, last: int) -> bool:
    """Whether a row of the original could run over once a third anchor fires."""
    most = 0
    for t in range(last + 1):
        most = max(most, work.row[t])
    return most + net.widest > rule.row


@kernel
def _synapse(net: Net, pre: int, post: int) -> int:
    """The synapse between two neurons that have one."""
    s = int(net.start[pre])
    while net.post[s] != post or not net.strong[s]:
        s += 1
    return s


@kernel
def _inert(net: Net, given: Inputs, work: Work, spikes: int, last: int) -> bool:
    """Whether the arrivals of this anchor at other neurons than the mother change nothing in the cascade."""
    anchor = given.pre[last]
    least = given.delay[last]
    for s in range(net.start[anchor], net.start[anchor + 1]):
        late = net.delay[s] - least
        if late < 0 or not net.strong[s]:
            continue
        if late >= BITS or (work.near[net.post[s]] >> np.uint64(late)) & ONE:
            return False
    fires = False
    for e in range(spikes):
        fires |= work.neuron[e] == anchor
    return not fires


@kernel
def _sum(given: Inputs, i: int, j: int, k: int) -> float:
    """Sum of the weights of three inputs in order of their rows: the order in which they arrive."""
    a, b, c = given.weight[i], given.weight[j], given.weight[k]
    if k > j:
        return float((a + b) + c)
    if k > i:
        return float((a + c) + b)
    return float((c + a) + b)


@kernel
def pairs(net: Net, given: Inputs, rule: Criteria, work: Work, mother: int) -> bool:
    """Mark in ``work.inert`` which third anchors change nothing in the cascade of any two; False if that is not known."""
    first = given.start[mother]
    n = given.start[mother + 1] - first
    if rule.anchors != 3 or n > MOST or not net.single or net.alone[mother, 0] < 0 or net.alone[mother, 2] == 0:
        return False
    for i in range(n):
        for j in range(i + 1, n):
            place = (i * n + j) * n
            for k in range(n):
                work.inert[place + k] = 0
            third = 0 if i > 0 else 1 if j > 1 else 2
            answer, noted, spikes = _cascade(net, given, rule, work, mother, (first + i, first + j, first + third))
            if answer < 0:
                continue
            for k in range(n):
                if k != i and k != j and _inert(net, given, work, spikes, first + k):
                    work.inert[place + k] = _latency(net, mother, _sum(given, first + i, first + j, first + k)) == answer
            for k in range(noted):
                work.near[work.touched[k]] = np.uint64(0)
    return True
