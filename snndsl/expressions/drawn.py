"""Draws before a run: what identifies them, and normal numbers that are drawn again until they lie between bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from snndsl.expressions.meanings import Algebra
from snndsl.numerics import normal_attempt

__all__ = ["DrawTooRare", "Drawer", "normal_in"]

Value = Any

_ERFC = np.frompyfunc(math.erfc, 1, 1)
_LEAST_SHARE = 1e-3
_MOST_ATTEMPTS = 65536


class DrawTooRare(Exception):  # noqa: N818 - becomes a fault with a place
    """Numbers are drawn again until they lie where almost none do; `args` holds mean, spread, low and high."""


@dataclass(eq=False)
class Drawer:
    """Draws of one text: a function of (key, element, step, trial) and the number of the call in the text.

    Parameters
    ----------
    key : tuple of int
        Of the stream.
    element, step, trial : array or float
        Identity of each row.
    """

    key: tuple[int, int]
    element: Value
    step: Value = 0.0
    trial: Value = 0.0
    calls: int = 0

    def identity(self) -> tuple[Value, ...]:
        """Return the six arguments that identify the next call of the text."""
        self.calls += 1
        return (*self.key, self.element, self.step, self.trial, float(self.calls - 1))


def normal_in(o: Algebra[Value], identity: tuple[Any, ...], mean: Value, spread: Value, low: Value, high: Value) -> Value:
    """Draw a normal number again until it lies in [low, high]; on arrays only."""
    mean, spread, low, high, *words = np.broadcast_arrays(mean, spread, low, high, *identity[2:5])
    rare = ~(_share(mean, spread, low, high) >= _LEAST_SHARE)
    if rare.any():
        first = int(np.argmax(rare))
        raise DrawTooRare(*(float(array.ravel()[first]) for array in (mean, spread, low, high)))
    result = np.full(mean.size, np.nan)
    pending, rows = np.arange(mean.size), [np.asarray(array, np.float64).ravel() for array in (mean, spread, low, high, *words)]
    for attempt in range(_MOST_ATTEMPTS):
        standard = normal_attempt(identity[0], identity[1], rows[4], rows[5], rows[6], identity[5], attempt)
        drawn = rows[0] + rows[1] * standard
        inside = (drawn >= rows[2]) & (drawn <= rows[3])
        result[pending[inside]] = drawn[inside]
        pending, rows = pending[~inside], [row[~inside] for row in rows]
        if not len(pending):
            break
    return result.reshape(mean.shape)


def _share(mean: Value, spread: Value, low: Value, high: Value) -> Value:
    """Return the share of a normal distribution that lies in [low, high]."""
    with np.errstate(all="ignore"):
        width = np.abs(spread) * math.sqrt(2.0)
        a, b = (np.where(width > 0, (bound - mean) / width, np.sign(bound - mean) * np.inf) for bound in (low, high))
        near = np.where(a + b > 0, _ERFC(a) - _ERFC(b), _ERFC(-b) - _ERFC(-a)).astype(np.float64) / 2
    return np.where(width == 0, (low <= mean) & (mean <= high), near)
