"""exp, log and their kin in NumPy: operation by operation what ``functions.h`` does.

Every kernel takes a contiguous one-dimensional array, leaves it alone and returns a new one. Intermediate arrays are
reused in place, which changes no bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "bit_constants",
    "constants",
    "elementwise",
    "exp",
    "exp_kernel",
    "expm1",
    "exprel",
    "log",
    "log1p",
    "log_kernel",
    "polynomial",
    "sigmoid",
    "tanh",
]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]
Value = TypeVar("Value", float, NDArray[np.float64])

BLOCK = 8192  # elements at a time: temporaries stay in the cache


def constants(*values: float) -> tuple[Reals, ...]:
    """Arrays without dimensions: NumPy takes them in half the time of Python numbers."""
    return tuple(np.array(value, dtype=np.float64) for value in values)


def bit_constants(*values: int) -> tuple[Integers, ...]:
    """Arrays without dimensions, of 64-bit integers."""
    return tuple(np.array(value, dtype=np.int64) for value in values)


ZERO, HALF, ONE, TWO = constants(0.0, 0.5, 1.0, 2.0)
(MAGIC,) = constants(6755399441055744.0)  # 1.5 * 2**52: adding it rounds to an integer, which then ends the bits of the sum
MAGIC_BITS, BIAS, MANTISSA_WIDTH, ONE_BIT = bit_constants(0x4338000000000000, 1023, 52, 1)
LOG2_E, LN2_HIGH, LN2_LOW = constants(1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10)


def elementwise(kernel: Callable[[Reals], Reals], x: Any) -> Any:
    """Apply a kernel to a scalar or to an array of any shape, without warnings and with one kind of NaN."""
    values = np.asarray(x, dtype=np.float64)
    flat = values.reshape(-1)
    with np.errstate(all="ignore"):
        if flat.size == 1:  # as two, because NumPy changes one element in place only with a copy
            result = _one_nan(kernel(np.repeat(flat, 2)))[:1]
        elif flat.size <= BLOCK:
            result = _one_nan(kernel(flat))
        else:
            result = np.concatenate([_one_nan(kernel(flat[start : start + BLOCK])) for start in range(0, flat.size, BLOCK)])
    return result.reshape(values.shape) if values.ndim else float(result[0])


def _one_nan(result: Reals) -> Reals:
    """Make every NaN the same; a block at a time, because products of long arrays wake the threads of the linear algebra."""
    if not result.dot(result) >= 0.0:  # the quickest look for a NaN: squares never cancel
        result[result != result] = np.nan
    return result


def polynomial(x: Reals, coefficients: tuple[Reals, ...]) -> Reals:
    """Horner's rule, the coefficient of the highest power first."""
    y = x * coefficients[0]
    for c in coefficients[1:-1]:
        y += c
        y *= x
    y += coefficients[-1]
    return y


_EXP = constants(
    4.1381367970572385e-08, -1.6533902205465252e-06, 6.613756321437934e-05, -0.0027777777777015593, 0.16666666666666602
)
_EXP_LEAST, _EXP_MOST, _EXPM1_LEAST, _EXPM1_MOST = constants(-746.0, 710.0, -50.0, 720.0)
(_TANH_MOST,) = constants(30.0)
(_LARGEST_SHIFT,) = bit_constants(1000)


def _exp_parts(x: Reals) -> tuple[Integers, Reals, Reals, Reals]:
    """Return k, hi, lo, q: x = k ln 2 + (hi - lo) and e^(hi - lo) = 1 + hi - lo + q."""
    z = x * LOG2_E
    z += MAGIC
    k = z.view(np.int64) - MAGIC_BITS
    z -= MAGIC
    hi = z * LN2_HIGH
    np.subtract(x, hi, out=hi)
    z *= LN2_LOW
    r = hi - z
    t = r * r
    c = polynomial(t, _EXP)
    c *= t
    np.subtract(r, c, out=c)
    r *= c
    np.subtract(TWO, c, out=c)
    r /= c
    return k, hi, z, r


def _powers_of_two(k: Integers) -> tuple[Reals, Reals]:
    """Return 2^k1 and 2^k2 with k1 + k2 = k; changes `k`."""
    k1 = k >> ONE_BIT
    k -= k1
    k1 += BIAS
    k1 <<= MANTISSA_WIDTH
    k += BIAS
    k <<= MANTISSA_WIDTH
    return k1.view(np.float64), k.view(np.float64)


def exp_kernel(x: Reals) -> Reals:
    """`exp` of a one-dimensional array."""
    x = np.maximum(x, _EXP_LEAST)
    np.minimum(x, _EXP_MOST, out=x)
    k, hi, y, q = _exp_parts(x)
    y -= q
    y -= hi
    np.subtract(ONE, y, out=y)
    s1, s2 = _powers_of_two(k)
    y *= s1
    y *= s2
    return y


def _expm1_parts(x: Reals) -> tuple[Reals, Reals, Reals]:
    """Return mantissa, s1, s2 whose product is e^x - 1; -50 <= x <= 720."""
    k, hi, y, q = _exp_parts(x)
    y -= q
    np.subtract(hi, y, out=y)
    small = np.minimum(k, _LARGEST_SHIFT)
    np.subtract(BIAS, small, out=small)
    small <<= MANTISSA_WIDTH
    m = ONE - small.view(np.float64)
    m += y
    s1, s2 = _powers_of_two(k)
    return m, s1, s2


def _expm1(x: Reals) -> Reals:
    limited = np.maximum(x, _EXPM1_LEAST)
    np.minimum(limited, _EXPM1_MOST, out=limited)
    m, s1, s2 = _expm1_parts(limited)
    m *= s1
    m *= s2
    return np.copysign(m, x, out=m)


def _exprel(x: Reals) -> Reals:
    x = np.minimum(x, _EXPM1_MOST)
    m, s1, s2 = _expm1_parts(np.maximum(x, _EXPM1_LEAST))
    m *= s1
    m /= x
    m *= s2
    m[x == 0.0] = 1.0
    return m


def _sigmoid(x: Reals) -> Reals:
    y = exp_kernel(-x)
    y += ONE
    return np.divide(ONE, y, out=y)


def _tanh(x: Reals) -> Reals:
    t = np.abs(x)
    np.minimum(t, _TANH_MOST, out=t)
    t *= TWO
    t = _expm1(t)
    u = t + TWO
    d = u - TWO
    np.subtract(t, d, out=d)
    t /= u
    d *= t
    d /= u
    t -= d
    return np.copysign(t, x, out=t)


_LOG_ODD = constants(0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735)
_LOG_EVEN = constants(0.15313837699209373, 0.22222198432149784, 0.3999999999940942)


_TO_ONE, _MANTISSA, _ROOT_HALF = bit_constants(0x00095F6200000000, 0x000FFFFFFFFFFFFF, 0x3FE6A09E00000000)


def _log_parts(x: Reals, k0: Reals, c: Reals) -> Reals:
    """Logarithm of positive normal numbers, plus k0 ln 2, plus the small term c."""
    b = x.view(np.int64) + _TO_ONE
    exponent = b >> MANTISSA_WIDTH
    exponent -= BIAS
    k = exponent + k0
    b &= _MANTISSA
    b += _ROOT_HALF
    f = b.view(np.float64)
    f -= ONE
    s = f + TWO
    np.divide(f, s, out=s)
    z = s * s
    w = z * z
    y = polynomial(w, _LOG_ODD)
    y *= z
    z = polynomial(w, _LOG_EVEN)
    z *= w
    y += z
    h = f * f
    h *= HALF
    y += h
    y *= s
    low = k * LN2_LOW
    low += c
    y += low
    h -= y
    h -= f
    k *= LN2_HIGH
    k -= h
    return k


_SMALLEST_NORMAL = np.array(0x0010000000000000, dtype=np.uint64)
_NORMALS = 0x7FE0000000000000


def _all_normal(x: Reals) -> bool:
    """Whether all are positive, finite and normal: one unsigned comparison each."""
    return not x.size or bool((x.view(np.uint64) - _SMALLEST_NORMAL).max() < _NORMALS)


def log_kernel(x: Reals) -> Reals:
    """`log` of a one-dimensional array."""
    if _all_normal(x):
        return _log_parts(x, ZERO, ZERO)
    tiny = (x > 0.0) & (x < 2.2250738585072014e-308)
    y = _log_parts(np.where(tiny, x * 18014398509481984.0, x), np.where(tiny, -54.0, 0.0), ZERO)
    y[x == 0.0] = -np.inf
    y[x == np.inf] = np.inf
    y[~(x >= 0.0)] = np.nan
    return y


def _log1p(x: Reals) -> Reals:
    u = x + ONE
    v = u - ONE
    c = u - v
    np.subtract(ONE, c, out=c)
    np.subtract(x, v, out=v)
    c += v
    c /= u
    y = np.copysign(_log_parts(u, ZERO, c), x)
    if not _all_normal(u):
        y[x == -1.0] = -np.inf
        y[x == np.inf] = np.inf
        y[~(x >= -1.0)] = np.nan
    return y


def exp(x: Value) -> Value:
    """e^x, within 1 ulp; subnormal results are right, exp(-inf) = 0.

    Parameters
    ----------
    x : float or ndarray of float64
        Any shape.

    Returns
    -------
    float or ndarray of float64
        Of the shape of `x`; a Python float for a scalar. So do all functions of this module.
    """
    return elementwise(exp_kernel, x)  # type: ignore[no-any-return]


def expm1(x: Value) -> Value:
    """e^x - 1 without cancellation near 0."""
    return elementwise(_expm1, x)  # type: ignore[no-any-return]


def exprel(x: Value) -> Value:
    """(e^x - 1) / x, and its limit 1 at 0."""
    return elementwise(_exprel, x)  # type: ignore[no-any-return]


def sigmoid(x: Value) -> Value:
    """1 / (1 + e^-x)."""
    return elementwise(_sigmoid, x)  # type: ignore[no-any-return]


def tanh(x: Value) -> Value:
    """Hyperbolic tangent: t / (t + 2) with t = e^(2 |x|) - 1, and the sign of `x`."""
    return elementwise(_tanh, x)  # type: ignore[no-any-return]


def log(x: Value) -> Value:
    """Natural logarithm, within 1 ulp; -inf at 0, NaN below, subnormal arguments are right."""
    return elementwise(log_kernel, x)  # type: ignore[no-any-return]


def log1p(x: Value) -> Value:
    """log(1 + x) without cancellation near 0."""
    return elementwise(_log1p, x)  # type: ignore[no-any-return]
