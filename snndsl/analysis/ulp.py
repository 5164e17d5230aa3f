"""How many doubles lie between two doubles."""

from __future__ import annotations

import math
import struct

__all__ = ["ulp_distance"]


def ulp_distance(one: float, other: float) -> int | None:
    """Return the number of steps from one double to the next that lead from one to the other.

    Parameters
    ----------
    one, other : float
        Any.

    Returns
    -------
    int or None
        0 for equal numbers (and for 0.0 and -0.0); None where a number is not finite and the two are not equal.
    """
    if one == other or (math.isnan(one) and math.isnan(other)):
        return 0
    if not (math.isfinite(one) and math.isfinite(other)):
        return None
    return abs(_place(one) - _place(other))


def _place(number: float) -> int:
    """Return the place of a double among all doubles, 0 for zero."""
    bits = int.from_bytes(struct.pack(">d", number), "big", signed=False)
    return -(bits & 0x7FFFFFFFFFFFFFFF) if bits >> 63 else bits
