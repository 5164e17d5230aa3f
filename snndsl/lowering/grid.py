"""The dyadic grid of a port: contributions are multiples of q, so that their sum does not depend on order."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["on_grid", "quantum"]


def quantum(largest: float) -> float:
    """Return q = 2**(ceil(log2 W) - 37) for the largest magnitude W; 1 if W is 0.

    The exponent comes from frexp, which is exact just above a power of two where log2 is not.
    """
    if largest == 0.0:
        return 1.0
    mantissa, exponent = math.frexp(largest)
    return math.ldexp(1.0, (exponent - 1 if mantissa == 0.5 else exponent) - 37)


def on_grid(values: NDArray[np.float64] | float, q: float) -> NDArray[np.float64]:
    """Return floor(x/q + 0.5)*q."""
    return np.floor(np.asarray(values, np.float64) / q + 0.5) * q
