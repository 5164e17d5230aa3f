"""Arrays of a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.units import Dimension

__all__ = ["DataColumn"]


@dataclass(frozen=True, slots=True, eq=False)
class DataColumn:
    """One array.

    Parameters
    ----------
    name : str
        As called: ``net.v0``, ``D``.
    values : ndarray of float64
        Internal units.
    dimension : Dimension
        Of the values.
    """

    name: str
    values: NDArray[np.float64]
    dimension: Dimension
