"""The search for the settings at which a measured value is least or largest: points of the unit cube as points of a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from snndsl.model.sweep import Axis, Objective, Setting, Span
from snndsl.sweeps.methods import minimise
from snndsl.sweeps.points import Point
from snndsl.sweeps.store import Row

__all__ = ["ends", "search"]

_DIGITS = 12
"""Of a setting: a library that differs in the last bits asks for the same points."""


def search(objective: Objective, compute: Callable[[Sequence[Point]], Sequence[Row]]) -> None:
    """Compute points of an objective until its evaluations are used up.

    Parameters
    ----------
    objective : Objective
        What is sought, where and how.
    compute : callable
        Takes points, returns their rows.
    """
    sign = 1.0 if objective.goal == "minimise" else -1.0

    def evaluate(places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how bad each place is; infinitely, where nothing was measured."""
        rows = compute([_point(objective, place) for place in places])
        found = [row["values"].get(objective.value, {}).get("mean") for row in rows]
        return np.array([math.inf if value is None else sign * float(value) for value in found])

    chosen = objective.method, evaluate, len(objective.spans), objective.evaluations, objective.batch, objective.seed
    minimise(*chosen)


def ends(objective: Objective) -> Setting:
    """Return the first and the last value of every path, as axes: what is wrong with them shows before the search.

    Parameters
    ----------
    objective : Objective
        With spans.
    """
    axes = tuple(Axis(span.path, (_at(span, 0.0), _at(span, 1.0))) for span in objective.spans)
    return Setting(objective.name, objective.place, objective.fixed, axes, objective.expect)


def _point(objective: Objective, place: NDArray[np.float64]) -> Point:
    settings = {span.path: _at(span, float(x)) for span, x in zip(objective.spans, place, strict=True)}
    return Point(objective.name, {**objective.fixed, **settings}, objective.expect)


def _at(span: Span, x: float) -> str | float | int:
    """Return the value at a share of the way from the first to the last."""
    if span.kind == "log":
        value = span.first * (span.last / span.first) ** x
    elif span.kind == "whole":
        return min(int(span.first + math.floor(x * (span.last - span.first + 1))), int(span.last))
    else:
        value = span.first + x * (span.last - span.first)
    text = f"{value:.{_DIGITS}g}"
    return f"{text} {span.unit}" if span.unit else float(text)
