"""Ways to make one number of many: what an expectation says of neurons or synapses together, at all its moments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["REDUCTIONS", "Reduction"]

Real = NDArray[np.float64]


class _Function(Protocol):
    def __call__(self, values: Real, /, axis: int | None) -> Real | float: ...


@dataclass(frozen=True, slots=True)
class Reduction:
    """A way to make one number of many.

    Parameters
    ----------
    doc : str
        What it is, in a few words.
    function : callable
        Of the values, shape (moments, elements); over all of them, or (``axis=0``) over the moments of each element.
    pure : bool
        Whether the result is a pure number, whatever the values are.
    condition : bool
        Whether it is made of a condition.
    place : bool
        Whether it is the place of an element among those that are selected.
    """

    doc: str
    function: _Function
    pure: bool = False
    condition: bool = False
    place: bool = False


def _largest(values: Real, /, axis: int | None) -> Real | float:
    """Return the place of the element whose mean over the moments is largest, of equal ones the first; nan if one is nan."""
    means = np.mean(values, axis=0)
    return float("nan") if np.isnan(means).any() else float(np.argmax(means))


def _smallest(values: Real, /, axis: int | None) -> Real | float:
    """Return the place of the element whose mean over the moments is smallest, of equal ones the first."""
    return _largest(-values, axis)


REDUCTIONS: Mapping[str, Reduction] = {
    "mean": Reduction("their mean", np.mean),
    "sd": Reduction("their standard deviation", np.std),
    "min": Reduction("the smallest", np.min),
    "max": Reduction("the largest", np.max),
    "fraction": Reduction("how large a part of them meets a condition", np.mean, pure=True, condition=True),
    "argmax": Reduction("place of the neuron with the largest mean over time", _largest, pure=True, place=True),
    "argmin": Reduction("place of the neuron with the smallest mean over time", _smallest, pure=True, place=True),
}
"""By the name that stands in `value`."""
