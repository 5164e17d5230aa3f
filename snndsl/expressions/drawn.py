"""Draws: what identifies them before a run, and normal numbers that are drawn again until they lie between bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from snndsl.expressions.meanings import Algebra

__all__ = ["DrawTooRare", "Drawer", "normal_in"]

Value = Any

_ERFC = np.frompyfunc(math.erfc, 1, 1)
_LEAST_SHARE = 1e-3


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
    """A normal number, drawn again until it lies in [low, high]; before a run, bounds that almost no draw meets are refused."""
    if o.known:
        rare = ~np.asarray(_share(mean, spread, low, high) >= _LEAST_SHARE)
        if rare.any():
            first, shape = int(np.argmax(rare)), rare.shape
            numbers = (np.broadcast_to(value, shape).ravel()[first] for value in (mean, spread, low, high))
            raise DrawTooRare(*map(float, numbers))
    return o("normal_in", mean, spread, low, high, *identity)


def _share(mean: Value, spread: Value, low: Value, high: Value) -> Value:
    """Return the share of a normal distribution that lies in [low, high]."""
    with np.errstate(all="ignore"):
        width = np.abs(spread) * math.sqrt(2.0)
        a, b = (np.where(width > 0, (bound - mean) / width, np.sign(bound - mean) * np.inf) for bound in (low, high))
        near = np.where(a + b > 0, _ERFC(a) - _ERFC(b), _ERFC(-b) - _ERFC(-a)).astype(np.float64) / 2
    return np.where(width == 0, (low <= mean) & (mean <= high), near)
