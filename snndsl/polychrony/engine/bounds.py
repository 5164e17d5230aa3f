"""How long a neuron may be left alone: a proof by bounds, computed for the weights at hand.

A neuron is left alone as long as its excitatory arrivals are more than `isolation` steps apart and at most `inhibited`
inhibitory ones have come. With x = v + 70 and y = u + 14, half a step of the 2006 neuron is
``x <- G(x) = 0.7 x + 0.02 x^2 - 0.5 y + 0.5 I``; a step is two halves and then ``y <- (1 - a) y + a b x``. That such a neuron
cannot fire follows in two steps:

1. *y is never below Y.* Without the square, which only adds to x, a step is linear: ``x <- 0.49 x - 0.85 y + 0.85 I``. If y
   answers to a push of x, and to itself, without ever changing sign (checked), then squares and excitation only raise it,
   and Y is the linear answer to the lowest start and to all inhibitory arrivals at the worst times.
2. *x is never above X.* G rises with x above -17.5 and is symmetrical about it, so as long as x is above -35 - X (checked)
   the greatest x comes from the greatest x before, the least y and no inhibition: a map of one number. X is fixed under
   "one arrival of the largest weight, then `isolation` steps without": so arrivals do not add up. On the way x stays below
   the threshold.

Numbers are compared with a margin of 1e-6, far above rounding.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["CALM", "DIP", "SPENT", "apart", "leave_alone", "resting", "settles"]

Reals = NDArray[np.float64]

LOW = 15.0  # a neuron is left alone only if x >= -LOW
HIGH = 30.0  # and y <= HIGH
CALM = 4.0  # and x <= CALM
DIP = 0.1  # and y >= -DIP
SPENT = 12.0
MARGIN = 1e-6


def resting(parameters: Reals) -> Reals:
    """Where neurons that start at v = -70, u = 0.2 v stay without input, in floating-point arithmetic.

    Parameters
    ----------
    parameters : ndarray of float64, shape (n, 4)
        a, b, c, d.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        v, u after one step, earlier than any arrival; not a number where the next step changes them.
    """
    v = np.full(len(parameters), -70.0)
    u = 0.2 * v
    seen = []
    for _ in range(2):
        v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + 0.0)
        v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + 0.0)
        u = u + parameters[:, 0] * (parameters[:, 1] * v - u)
        seen.append(np.stack([v, u], axis=1))
    return np.where((seen[0] == seen[1]).all(axis=1)[:, None], seen[0], np.nan)


@lru_cache(maxsize=64)
def _answers(a: float, b: float, steps: int = 4000) -> tuple[float, float, float] | None:
    """Largest linear answers of y to a push of x during a step, to x and to y at the start; None if one changes sign."""
    state = np.array([[1.0, 1.0, 0.0], [a * b, 0.0, 1.0]])
    step = np.array([[0.49, -0.85], [0.49 * a * b, 1.0 - a - 0.85 * a * b]])
    if np.abs(np.linalg.eigvals(step)).max() >= 1.0:
        return None
    largest = state[1].copy()
    for _ in range(steps):
        state = step @ state
        if state[1].min() < -1e-12:
            return None
        largest = np.maximum(largest, state[1])
    return float(largest[0]), float(largest[1]), float(largest[2])


def _half(x: float, y: float, current: float) -> float:
    return 0.7 * x + 0.02 * x * x - 0.5 * y + 0.5 * current


def _return(x: float, y: float, weight: float, isolation: int) -> float:
    """Where x is after an arrival and `isolation` steps without; infinite if it comes near the threshold."""
    current = weight
    for _ in range(isolation + 1):
        for _ in range(2):
            x = _half(x, y, current) + MARGIN
            if x > 95.0:
                return float("inf")
        current = 0.0
    return x


def _holds(a: float, b: float, excitation: float, inhibition: float, isolation: int, inhibited: int) -> bool:
    answers = _answers(a, b)
    if answers is None:
        return False
    push, from_x, from_y = answers
    y = -(from_y * DIP + from_x * LOW + push * 0.85 * inhibited * inhibition) - MARGIN
    top = CALM
    for _ in range(1000):
        after = max(_return(top, y, excitation, isolation), _return(top, y, 0.0, 0))
        if after > 95.0:
            return False
        if after <= top:
            break
        top = after + MARGIN
    else:
        return False
    least = -6.125 - 0.5 * HIGH - 0.5 * inhibited * inhibition
    return b * 95.0 <= HIGH and least >= -35.0 - top


def settles(c: float, d: float) -> bool:
    """Whether a neuron that fired from rest, with y up to `SPENT` then, may be left alone after one more step."""
    high, low = (_half(_half(c + 70.0, y, 0.0), y, 0.0) for y in (d - DIP, SPENT))
    return c + 70.0 >= -LOW and 0.0 <= d <= SPENT and high + MARGIN <= CALM and low - MARGIN >= -LOW


@lru_cache(maxsize=1024)
def apart(a: float, b: float, excitation: float, inhibition: float, isolation: int, inhibited: int) -> int:
    """Least distance in steps at which two excitatory arrivals, the only ones, do not make a neuron at rest fire.

    Other parameters as in `leave_alone`, with what it found.
    """
    answers = _answers(a, b)
    if answers is None:
        return isolation + 1
    y = -answers[0] * 0.85 * inhibited * inhibition - MARGIN
    rest = 0.0
    for _ in range(200):
        rest = _return(rest, y, 0.0, 0)
    distance = isolation + 1
    while distance > 1:
        x = _return(_return(rest, y, excitation, distance - 2), y, excitation, 60)
        if x > CALM:
            break
        distance -= 1
    return distance


@lru_cache(maxsize=1024)
def leave_alone(a: float, b: float, excitation: float, inhibition: float, longest: int = 24) -> tuple[int, int]:
    """Find how long neurons may be left alone.

    Parameters
    ----------
    a, b : float
        Of the 2006 neuron.
    excitation, inhibition : float
        Largest weight of an excitatory arrival; largest size of an inhibitory one.
    longest : int
        Isolation at which the search for a proof ends.

    Returns
    -------
    isolation : int
        Excitatory arrivals further apart, in steps, answer singly; -1 if nothing is proved: then a neuron is integrated from
        its first arrival to the end, which needs no proof.
    inhibited : int
        Inhibitory arrivals that it may have had.
    """
    for isolation in range(1, longest + 1):
        for inhibited in (4, 3, 2, 1, 0):
            if _holds(a, b, excitation, inhibition, isolation, inhibited):
                return isolation, inhibited
    return -1, 0
