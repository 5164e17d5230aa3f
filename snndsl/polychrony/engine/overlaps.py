"""Spikes that groups share at the best alignment in time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel

__all__ = ["most_similar"]

Ints = NDArray[np.int64]


@kernel
def most_similar(
    neuron: Ints, step: Ints, starts: Ints, mine: int, others: Ints, least_overlap: float, jitter: int, scratch: Ints
) -> tuple[int, int]:
    """Return the most similar of some groups, or -1, and the spikes shared with it; spikes in order of group, neuron, step."""
    best, shared, union = -1, 0, 1
    size = starts[mine + 1] - starts[mine]
    for other in others:
        both = size + starts[other + 1] - starts[other]
        # more than enough for the limit and for what was found before: matched / (both - matched) > shared / union
        least = max(int(np.ceil(least_overlap / (1 + least_overlap) * both - 1e-9)), shared * both // (union + shared) + 1, 1)
        matched = _shared(neuron, step, starts, mine, other, jitter, least, scratch)
        if matched >= least and matched >= least_overlap * (both - matched) - 1e-9:
            best, shared, union = other, matched, both - matched
    return best, shared


@kernel
def _shared(neuron: Ints, step: Ints, starts: Ints, one: int, other: int, jitter: int, least: int, scratch: Ints) -> int:
    """Return the spikes two groups share at the best alignment, or 0 if these are fewer than `least`."""
    middle = len(scratch) // 2
    low, high = len(scratch), -1
    # how many pairs of spikes of one neuron are this far apart
    i, j, end, stop = starts[one], starts[other], starts[one + 1], starts[other + 1]
    while i < end and j < stop:
        if neuron[i] < neuron[j]:
            i += 1
        elif neuron[i] > neuron[j]:
            j += 1
        else:
            k = j
            while k < stop and neuron[k] == neuron[i]:
                place = middle + step[i] - step[k]
                scratch[place] += 1
                low, high = min(low, place), max(high, place)
                k += 1
            i += 1
    best = least - 1
    # alignments in the order of the pairs they bring together: no fewer than the spikes that are shared
    limit = 2**62
    while high >= low:
        most = near = 0
        for place in range(low - jitter, high + jitter + 1):
            near += _moved(scratch, low, high, place, jitter)
            if most < near < limit:
                most = near
        if most <= best:
            break
        near = 0
        for place in range(low - jitter, high + jitter + 1):
            near += _moved(scratch, low, high, place, jitter)
            if near == most:
                best = max(best, _matched(neuron, step, starts, one, other, place - middle, jitter))
        limit = most
    for place in range(low, high + 1):
        scratch[place] = 0
    return best if best >= least else 0


@kernel
def _moved(scratch: Ints, low: int, high: int, place: int, jitter: int) -> int:
    """Return what comes into a window around `place`, less what goes out."""
    change = 0
    if low <= place + jitter <= high:
        change += scratch[place + jitter]
    if low <= place - jitter - 1 <= high:
        change -= scratch[place - jitter - 1]
    return change


@kernel
def _matched(neuron: Ints, step: Ints, starts: Ints, one: int, other: int, shift: int, jitter: int) -> int:
    """Return the spikes that are shared at one alignment, each matched once, in order of time."""
    count = 0
    i, j, end, stop = starts[one], starts[other], starts[one + 1], starts[other + 1]
    while i < end and j < stop:
        if neuron[i] < neuron[j] or (neuron[i] == neuron[j] and step[i] - shift < step[j] - jitter):
            i += 1
        elif neuron[i] > neuron[j] or step[i] - shift > step[j] + jitter:
            j += 1
        else:
            count += 1
            i += 1
            j += 1
    return count
