"""Recorded spikes moved, in whole steps: trains turned round, spikes dithered, dithered along joint intervals, exchanged.

Chance comes from outside, as numbers from 0 to 1, so that results are the same compiled or not. `start` and `step` are those of
`snndsl.polychrony.recordings.detect.SpikeTrains`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel

__all__ = ["dither_trains", "joint_density", "redraw_train", "rotate_trains", "trade"]


@kernel
def rotate_trains(
    start: NDArray[np.int64], step: NDArray[np.int64], by: NDArray[np.int64], length: int, out: NDArray[np.int64]
) -> None:
    """Add `by` to the spikes of every neuron, modulo `length`; what passes the end comes first."""
    for neuron in range(len(start) - 1):
        first, stop = start[neuron], start[neuron + 1]
        cut = first
        while cut < stop and step[cut] + by[neuron] < length:
            cut += 1
        place = first
        for e in range(cut, stop):
            out[place] = step[e] + by[neuron] - length
            place += 1
        for e in range(first, cut):
            out[place] = step[e] + by[neuron]
            place += 1


@kernel
def place_spike(low: int, high: int, draw: float, taken: NDArray[np.uint8]) -> int:
    """Return one of the steps from `low` to `high` that are not taken, evenly chosen; at least one is free."""
    steps = high - low + 1
    scaled = draw * steps
    k = min(int(scaled), steps - 1)
    if taken[low + k] == 0:
        return low + k
    free = 0
    for place in range(low, high + 1):
        if taken[place] == 0:
            free += 1
    k = min(int((scaled - k) * free), free - 1)  # what is left of the draw is even from 0 to 1 again
    for place in range(low, high + 1):
        if taken[place] == 0:
            if k == 0:
                return place
            k -= 1
    return low


@kernel
def dither_trains(
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    first_neuron: int,
    stop_neuron: int,
    width: int,
    last: int,
    draws: NDArray[np.float64],
    taken: NDArray[np.uint8],
    out: NDArray[np.int64],
) -> None:
    """Give every spike a free step within `width` of its own, as many times over as there are rows of `draws`.

    Parameters: `draws` (sweeps, spikes of these neurons); `taken` (last + 1,) zeros, and zeros again afterwards.
    """
    origin = start[first_neuron]
    for neuron in range(first_neuron, stop_neuron):
        first, stop = start[neuron], start[neuron + 1]
        for e in range(first, stop):
            out[e] = step[e]
            taken[step[e]] = 1
        for sweep in range(draws.shape[0]):
            for e in range(first, stop):
                taken[out[e]] = 0
                low, high = max(0, step[e] - width), min(last, step[e] + width)
                out[e] = place_spike(low, high, draws[sweep, e - origin], taken)
                taken[out[e]] = 1
        for e in range(first, stop):
            taken[out[e]] = 0
        for e in range(first + 1, stop):  # nearly sorted
            moved = out[e]
            k = e - 1
            while k >= first and out[k] > moved:
                out[k + 1] = out[k]
                k -= 1
            out[k + 1] = moved


@kernel
def joint_density(
    interval: NDArray[np.int64],
    bin_of: NDArray[np.int16],
    size: NDArray[np.float64],
    taps: NDArray[np.float64],
    bins: int,
    scratch: NDArray[np.float64],
    joint: NDArray[np.float64],
    single: NDArray[np.float64],
) -> None:
    """Estimate the density of pairs of following intervals, and of single ones, per step, smoothed over bins.

    Parameters: `bin_of` the bin of an interval; `size` (bins,) steps in a bin; `taps` (2 reach + 1,) sum to 1; `joint` and
    `scratch` (bins, bins) and `single` (bins,) are filled as far as `bins`.
    """
    reach = len(taps) // 2
    for a in range(bins):
        single[a] = 0.0
        for b in range(bins):
            joint[a, b] = 0.0
            scratch[a, b] = 0.0
    for k in range(len(interval) - 1):
        joint[bin_of[interval[k]], bin_of[interval[k + 1]]] += 1.0
    for a in range(bins):
        for b in range(bins):
            if joint[a, b] > 0.0:
                for t in range(-reach, reach + 1):
                    if 0 <= b + t < bins:
                        scratch[a, b + t] += joint[a, b] * taps[t + reach]
    for a in range(bins):
        for b in range(bins):
            joint[a, b] = 0.0
    for a in range(bins):
        for t in range(-reach, reach + 1):
            if 0 <= a + t < bins:
                for b in range(bins):
                    joint[a + t, b] += scratch[a, b] * taps[t + reach]
    for a in range(bins):
        for b in range(bins):
            joint[a, b] /= size[a] * size[b]
    for k in range(len(interval)):
        a = bin_of[interval[k]]
        for t in range(-reach, reach + 1):
            if 0 <= a + t < bins:
                single[a + t] += taps[t + reach] / size[a + t]


@kernel
def redraw_train(
    first: int,
    stop: int,
    step: NDArray[np.int64],
    width: int,
    last: int,
    shortest: int,
    bin_of: NDArray[np.int16],
    bins: int,
    joint: NDArray[np.float64],
    single: NDArray[np.float64],
    draws: NDArray[np.float64],
    weight: NDArray[np.float64],
    out: NDArray[np.int64],
) -> None:
    """Redraw every other spike of a train between its neighbours, then the others between their new neighbours.

    Parameters: `draws` (stop - first,); `weight` (2 width + 1,) scratch; no interval becomes shorter than `shortest`.
    """
    for e in range(first, stop):
        out[e] = step[e]
    for parity in range(2):
        for e in range(first + parity, stop, 2):
            low, high = max(0, step[e] - width), min(last, step[e] + width)
            if e > first:
                low = max(low, out[e - 1] + shortest)
            if e + 1 < stop:
                high = min(high, out[e + 1] - shortest)
            total = 0.0
            for place in range(low, high + 1):
                before = bin_of[place - out[e - 1]] if e > first else 0
                after = bin_of[out[e + 1] - place] if e + 1 < stop else 0
                density = 0.0
                if before < bins and after < bins:
                    if e > first and e + 1 < stop:
                        density = joint[before, after]
                    elif e > first:
                        density = single[before]
                    elif e + 1 < stop:
                        density = single[after]
                total += density
                weight[place - low] = total
            wanted = draws[e - first] * total
            place = low
            if total > 0.0:
                while place < high and weight[place - low] <= wanted:
                    place += 1
            else:
                place = min(low + int(draws[e - first] * (high - low + 1)), high)
            out[e] = place


@kernel
def trade(
    pairs: NDArray[np.int64],
    first_pair: int,
    stop_pair: int,
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    draws: NDArray[np.float64],
    out: NDArray[np.int64],
) -> None:
    """Deal the spikes of two neurons to both anew, pair by pair; steps at which both spike stay with both.

    Parameters: `pairs` (pairs, 2) neurons, each in one pair; `draws` as many as spikes of these neurons, or more.
    """
    used = 0
    for p in range(first_pair, stop_pair):
        a, b = pairs[p, 0], pairs[p, 1]
        i, j = start[a], start[b]
        common = 0
        while i < start[a + 1] and j < start[b + 1]:
            if step[i] == step[j]:
                common += 1
                i += 1
                j += 1
            elif step[i] < step[j]:
                i += 1
            else:
                j += 1
        left_a, left_b = start[a + 1] - start[a] - common, start[b + 1] - start[b] - common
        i, j = start[a], start[b]
        to_a, to_b = i, j
        while i < start[a + 1] or j < start[b + 1]:
            if i < start[a + 1] and j < start[b + 1] and step[i] == step[j]:
                out[to_a] = step[i]
                out[to_b] = step[i]
                i, j, to_a, to_b = i + 1, j + 1, to_a + 1, to_b + 1
                continue
            if j >= start[b + 1] or (i < start[a + 1] and step[i] < step[j]):
                when = step[i]
                i += 1
            else:
                when = step[j]
                j += 1
            if draws[used] * (left_a + left_b) < left_a:
                out[to_a] = when
                to_a, left_a = to_a + 1, left_a - 1
            else:
                out[to_b] = when
                to_b, left_b = to_b + 1, left_b - 1
            used += 1
