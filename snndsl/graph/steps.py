"""Times as whole steps, exactly."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.expressions.arithmetic import counted
from snndsl.expressions.tree import Number
from snndsl.model.text import Term

__all__ = ["to_steps"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


def to_steps(times: Real, step: Fraction, rounding: str | None, term: Term, what: str, hint: str = "round: nearest") -> Index:
    """Return times in ms as whole steps; a time off the grid is rounded as told.

    A computed or stored time within 1e-6 of a step of a grid point is that point; a literal is its exact decimal.

    Parameters
    ----------
    times : ndarray
        ms.
    step : Fraction
        Length of a step in ms.
    rounding : str or None
        ``nearest``, ``up``, ``down``; None: refuse.
    term : Term
        What was written.
    what, hint : str
        For the fault: what the time is, and what else can be done.

    Raises
    ------
    ModelError
        off-grid.
    """
    numerator, denominator = float(step.numerator), float(step.denominator)
    literal = isinstance(term.tree, Number)
    ratio = times * denominator / numerator if literal else counted(times, step)
    nearest = np.floor(ratio + 0.5)
    exact = nearest * numerator / denominator == times if literal else ratio == nearest
    if exact.all():
        return _whole(nearest)
    if rounding is None:
        bad = int(np.argmin(exact))
        raise ModelError(_off_grid(float(times[bad]), step, term, what, hint))
    if rounding == "nearest":
        return _whole(nearest)
    grid = nearest * numerator / denominator
    away = nearest + (grid < times) if rounding == "up" else nearest - (grid > times)
    return _whole(np.where(exact, nearest, away))


def _whole(steps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return steps as integers; a time beyond all of them as the largest, which is too long for anything."""
    return np.clip(steps, -(2.0**62), 2.0**62).astype(np.int64)


def _off_grid(time: float, step: Fraction, term: Term, what: str, hint: str) -> Fault:
    below = math.floor(time / float(step))
    near = " or ".join(f"{float(k * step)!r} ms" for k in (below, below + 1) if k > 0)
    found = f"{what} of {time!r} ms is no multiple of the step of {float(step)!r} ms"
    return term.problem("off-grid", found, "whole steps", "; or ".join(text for text in (near, hint) if text))
