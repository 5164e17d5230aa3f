"""Silence: one neuron is advanced without further input until no bit of its state changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel

__all__ = ["Advance", "until_still"]

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
Advance = Callable[[Ints, int, Reals, Reals, Ints, Reals, Ints], int]
"""(live, n, state, parameter, kind, inbox, firing) -> neurons that fired, sorted in `firing`; `inbox` is empty afterwards."""


@kernel
def until_still(
    advance: Advance,
    one: Ints,
    state: Reals,
    parameter: Reals,
    kind: Ints,
    inbox: Reals,
    firing: Ints,
    before: Reals,
    steps: int,
    stamps: Ints,
) -> tuple[int, int]:
    """Advance the neuron in `one`, with what is in its inbox, until a step changes no bit; returns spikes, and the steps done.

    Spikes enter `stamps`, the first step being 0; with as many as it holds the neuron stops, and where its state is no longer
    finite: then it has -1 spikes. `before` is scratch of shape (states,).
    """
    x = one[0]
    spikes = 0
    for step in range(steps):
        moving = False
        for q in range(inbox.shape[1]):
            moving = moving or inbox[x, q] != 0.0
        for j in range(state.shape[1]):
            before[j] = state[x, j]
        if advance(one, 1, state, parameter, kind, inbox, firing) > 0:
            stamps[spikes] = step
            spikes += 1
            if spikes == len(stamps):
                return spikes, step
        for j in range(state.shape[1]):
            if not np.isfinite(state[x, j]):
                return -1, step
            moving = moving or before[j] != state[x, j]
        if not moving:
            return spikes, step
    return spikes, steps
