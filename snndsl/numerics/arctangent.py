"""The angle of a point in NumPy: operation by operation what ``functions.h`` does."""

from __future__ import annotations

from typing import Any

import numpy as np

from snndsl.numerics.elementary import Reals, constants, polynomial

__all__ = ["atan2"]

_ODD = constants(
    0.016285820115365782,
    0.049768779946159324,
    0.06661073137387531,
    0.09090887133436507,
    0.14285714272503466,
    0.3333333333333293,
)
_EVEN = constants(-0.036531572744216916, -0.058335701337905735, -0.0769187620504483, -0.11111110405462356, -0.19999999999876483)
_PI_HIGH, _PI_LOW = constants(3.141592653589793, 1.2246467991473532e-16)


def _arctangent(q: Reals) -> Reals:
    """Arctangent of numbers from 0 on: about 0, 1/2, 1, 3/2 or infinity."""
    place = (q >= 0.4375).astype(np.intp) + (q >= 0.6875) + (q >= 1.1875) + (q >= 2.4375)
    high = np.array([0.0, 0.4636476090008061, 0.7853981633974483, 0.982793723247329, 1.5707963267948966])[place]
    low = np.array([0.0, 2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17])[place]
    above = np.choose(place, [q, 2.0 * q - 1.0, q - 1.0, q - 1.5, np.full_like(q, -1.0)])
    below = np.choose(place, [np.ones_like(q), 2.0 + q, q + 1.0, 1.0 + 1.5 * q, q])
    x = above / below
    z = x * x
    w = z * z
    s = polynomial(w, _ODD) * z + polynomial(w, _EVEN) * w
    result: Reals = high - ((x * s - low) - x)
    return result


def _atan2(y: Reals, x: Reals) -> Reals:
    a, b = np.abs(y), np.abs(x)
    q = np.where(a == b, np.where(a == 0.0, 0.0, 1.0), a / b)
    r = _arctangent(q)
    r = np.where(np.signbit(x), _PI_HIGH - (r - _PI_LOW), r)
    result = np.copysign(r, y)
    result[(x != x) | (y != y)] = np.nan
    return result


def atan2(y: Any, x: Any) -> Any:
    """Angle of the point (x, y) in radians, within 2 ulp; zeros and infinities as in C.

    Parameters
    ----------
    y, x : float or ndarray of float64
        Any shapes that fit.

    Returns
    -------
    float or ndarray of float64
        From -pi to pi; a Python float for scalars.
    """
    first, second = np.broadcast_arrays(np.asarray(y, np.float64), np.asarray(x, np.float64))
    with np.errstate(all="ignore"):
        result = _atan2(first.reshape(-1), second.reshape(-1))
    return result.reshape(first.shape) if first.ndim else float(result[0])
