"""Silence: one neuron is advanced without input until no bit of its state changes."""

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
) -> tuple[bool, int]:
    """Advance the neuron in `one` until a step changes no bit, or it fires; returns whether it fired, and the steps done.

    `before` is scratch of shape (states,).
    """
    x = one[0]
    for done in range(steps):
        for j in range(state.shape[1]):
            before[j] = state[x, j]
        heard = False
        for q in range(inbox.shape[1]):
            heard = heard or inbox[x, q] != 0.0
        if advance(one, 1, state, parameter, kind, inbox, firing) > 0:
            return True, done
        moving = heard
        for j in range(state.shape[1]):
            moving = moving or before[j] != state[x, j]
        if not moving:
            return False, done
    return False, steps
