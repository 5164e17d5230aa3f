"""A sweep: settings of a model and grids of them, each point of which is a run of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snndsl.model.text import Place

__all__ = ["Axis", "Setting"]


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
