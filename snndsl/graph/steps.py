"""Times as whole steps, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.semantics.terms import Term

__all__ = ["to_steps"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


def to_steps(times: Real, step: Fraction, rounding: str | None, term: Term, what: str, hint: str = "round: nearest") -> Index:
    """Return times in ms as whole steps: on the grid if equal to the double nearest to k steps, else rounded as told.

    Raises
    ------
    ModelError
        off-grid.
    """

    def grid(k: Real) -> Real:
        return k * float(step.numerator) / float(step.denominator)

    ratio = times * float(step.denominator) / float(step.numerator)
    nearest = np.floor(ratio + 0.5)
    exact = grid(nearest) == times
    if exact.all():
        return nearest.astype(np.int64)
    if rounding is None:
        bad = int(np.argmin(exact))
        raise ModelError(
            term.problem(
                "off-grid",
                f"{what} of {float(times[bad])!r} ms is no multiple of the step of {float(step)!r} ms",
                "whole steps",
                hint,
            )
        )
    if rounding == "nearest":
        return nearest.astype(np.int64)
    away = (
        np.where(grid(nearest) < times, nearest + 1, nearest)
        if rounding == "up"
        else np.where(grid(nearest) > times, nearest - 1, nearest)
    )
    return np.where(exact, nearest, away).astype(np.int64)
