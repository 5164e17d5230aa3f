"""A sweep: settings of a model and grids of them, each point of which is a run of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from snndsl.deferred import dataclass
from snndsl.model.text import Place

__all__ = ["Axis", "Objective", "Setting", "Span"]


@dataclass(frozen=True, slots=True)
class Axis:
    """A path of the model and the values that it takes, as a file would hold them."""

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A named setting, or a grid: every combination of the values of its axes.

    Parameters
    ----------
    name : str
        As in the model; ``1``, ``2`` ... where none is written.
    place : Place
        Of its entry.
    fixed : mapping of str to Any
        Paths and values that all its points share.
    axes : tuple of Axis
        The first varies slowest.
    expect : mapping of str to Any
        Expectations beside those of the model, as written.
    """

    name: str
    place: Place
    fixed: Mapping[str, Any]
    axes: tuple[Axis, ...]
    expect: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(axis.values) for axis in self.axes)


@dataclass(frozen=True, slots=True)
class Span:
    """A path of the model and the values between which it may lie.

    Parameters
    ----------
    path : str
        Of the model.
    first, last : float
        In `unit`, both included.
    unit : str
        As written; empty: a number.
    kind : str
        ``even``, ``log`` (equal ratios are equally likely) or ``whole`` (whole numbers).
    """

    path: str
    first: float
    last: float
    unit: str
    kind: Literal["even", "log", "whole"]


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """A search for the settings at which a measured value is least or largest.

    Parameters
    ----------
    name : str
        Of its entry.
    place : Place
        Of its entry.
    fixed, expect : mapping
        As of `Setting`.
    goal : str
        ``minimise`` or ``maximise``.
    value : str
        Name of an expectation, or ``rate.POPULATION``.
    spans : tuple of Span
        Where to look.
    method : str
        ``random``, ``cma-es`` or ``differential-evolution``.
    evaluations : int
        Points, at most.
    batch : int or None
        Points that are chosen together; None: the method's own number.
    seed : int
        Of the method's chance.
    """

    name: str
    place: Place
    fixed: Mapping[str, Any]
    expect: Mapping[str, Any]
    goal: Literal["minimise", "maximise"]
    value: str
    spans: tuple[Span, ...]
    method: str
    evaluations: int
    batch: int | None
    seed: int

    @property
    def size(self) -> int:
        """Number of points, at most."""
        return self.evaluations
