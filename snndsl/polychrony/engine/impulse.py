"""What one neuron does after an input that comes all in one step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel

__all__ = ["spikes_after"]

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]


@kernel
def spikes_after(
    advance: Callable[[Ints, int, Reals, Reals, Ints, Reals, Ints], int],
    one: Ints,
    state: Reals,
    parameter: Reals,
    kind: Ints,
    inbox: Reals,
    firing: Ints,
    before: Reals,
    steps: int,
    stamps: Ints,
) -> int:
    """Advance the neuron in `one`, with what is in its inbox, until a step changes no bit or `steps` are over.

    Spikes enter `stamps`, the step of the input being 0; with as many as it holds the neuron stops. Returns their number, -1 if
    the state is no longer finite. `before` is scratch of shape (states,).
    """
    x = one[0]
    found = 0
    for step in range(steps):
        moving = step == 0
        for j in range(state.shape[1]):
            before[j] = state[x, j]
        if advance(one, 1, state, parameter, kind, inbox, firing) > 0:
            stamps[found] = step
            found += 1
            if found == len(stamps):
                return found
        for j in range(state.shape[1]):
            if not np.isfinite(state[x, j]):
                return -1
            moving = moving or before[j] != state[x, j]
        if not moving:
            return found
    return found
