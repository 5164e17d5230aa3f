"""Sine, cosine and tangent in NumPy: operation by operation what ``functions.h`` does."""

from __future__ import annotations

import numpy as np

from snndsl.numerics.elementary import (
    HALF,
    MAGIC,
    ONE,
    Integers,
    Reals,
    Value,
    bit_constants,
    constants,
    elementwise,
    polynomial,
)

__all__ = ["cos", "sin", "tan"]

LIMIT = 1000000.0
TWO_OVER_PI, PI_HALF_1, PI_HALF_2, PI_HALF_3, PI_HALF_4 = constants(
    0.6366197723675814, 1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32
)
(MINUS_SIXTH,) = constants(-0.16666666666666632)
ONE_BIT, TO_BIT_62, TO_BIT_63, SIGN = bit_constants(1, 62, 63, -0x8000000000000000)
_SIN = constants(
    1.58969099521155e-10, -2.5050760253406863e-08, 2.7557313707070068e-06, -0.00019841269829857949, 0.008333333333322489
)
_COS = constants(
    -1.1359647557788195e-11,
    2.087572321298175e-09,
    -2.7557314351390663e-07,
    2.480158728947673e-05,
    -0.001388888888887411,
    0.0416666666666666,
)


def _bring_down(a: Reals) -> None:
    """Take whole turns off what is above the limit, in place: 2 pi is rounded, so the phase is only approximate."""
    a[~(a < np.inf)] = np.nan
    while (large := a > LIMIT).any():
        b = a[large]
        a[large] = b - np.floor(b * 0.159154943091895) * 6.283185307179586


def _reduce(a: Reals) -> tuple[Integers, Reals, Reals]:
    """Return the quadrant (in the two lowest bits) and the rest of a mod pi/2 as a sum of two doubles."""
    n = a * TWO_OVER_PI
    n += MAGIC
    quadrant = n.view(np.int64).copy()
    n -= MAGIC
    part = n * PI_HALF_1
    r1 = a - part
    t = n * PI_HALF_2
    r2 = r1 - t
    r1 -= r2
    r1 -= t
    np.multiply(n, PI_HALF_3, out=t)
    x = r2 - t
    r2 -= x
    r2 -= t
    r1 += r2
    n *= PI_HALF_4
    r1 -= n
    np.add(x, r1, out=t)
    x -= t
    x += r1
    return quadrant, t, x


def _sine(x: Reals, y: Reals, z: Reals) -> Reals:
    """Sine of x + y where z = x * x, |x| < 0.8."""
    v = z * x
    s = polynomial(z, _SIN)
    s *= v
    r = y * HALF
    r -= s
    r *= z
    r -= y
    v *= MINUS_SIXTH
    r -= v
    return np.subtract(x, r, out=r)


def _cosine(x: Reals, y: Reals, z: Reals) -> Reals:
    """Cosine of x + y where z = x * x, |x| < 0.8."""
    c = polynomial(z, _COS)
    c *= z
    c *= z
    c -= x * y
    h = z * HALF
    w = ONE - h
    r = ONE - w
    r -= h
    r += c
    r += w
    return r


def _sin_cos(x: Reals) -> tuple[Integers, Reals, Reals]:
    a = np.abs(x)
    if not a.max(initial=0.0) <= LIMIT:
        _bring_down(a)
    quadrant, high, low = _reduce(a)
    z = high * high
    return quadrant, _sine(high, low, z), _cosine(high, low, z)


def _flip(y: Reals, sign: Integers) -> Reals:
    """Change the sign where the highest bit of `sign` is set."""
    bits = y.view(np.int64)
    bits ^= sign & SIGN
    return y


def _sin(x: Reals) -> Reals:
    quadrant, s, c = _sin_cos(x)
    y = np.where((quadrant & ONE_BIT).astype(np.bool_), c, s)
    quadrant <<= TO_BIT_62
    quadrant ^= x.view(np.int64)
    return _flip(y, quadrant)


def _cos(x: Reals) -> Reals:
    quadrant, s, c = _sin_cos(x)
    y = np.where((quadrant & ONE_BIT).astype(np.bool_), s, c)
    quadrant += ONE_BIT
    quadrant <<= TO_BIT_62
    return _flip(y, quadrant)


def _tan(x: Reals) -> Reals:
    quadrant, s, c = _sin_cos(x)
    odd = (quadrant & ONE_BIT).astype(np.bool_)
    y = np.where(odd, c, s)
    y /= np.where(odd, s, c)
    quadrant <<= TO_BIT_63
    quadrant ^= x.view(np.int64)
    return _flip(y, quadrant)


def sin(x: Value) -> Value:
    """Sine of `x` in radians, within 1 ulp for |x| <= 1e6; beyond, an approximate phase, but always the same.

    Parameters
    ----------
    x : float or ndarray of float64
        Any shape.

    Returns
    -------
    float or ndarray of float64
        Of the shape of `x`; NaN for an infinite `x`.
    """
    return elementwise(_sin, x)  # type: ignore[no-any-return]


def cos(x: Value) -> Value:
    """Cosine of `x` in radians; accuracy and limits as `sin`."""
    return elementwise(_cos, x)  # type: ignore[no-any-return]


def tan(x: Value) -> Value:
    """Tangent of `x` in radians, the quotient of sine and cosine; limits as `sin`."""
    return elementwise(_tan, x)  # type: ignore[no-any-return]
