"""exp, log and their kin in NumPy: operation by operation what ``functions.h`` does.

Every kernel takes a contiguous one-dimensional array, leaves it alone and returns a new one. Intermediate arrays are
reused in place, which changes no bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["elementwise", "exp", "exp_kernel", "expm1", "exprel", "log", "log1p", "log_kernel", "polynomial", "sigmoid", "tanh"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]
Value = TypeVar("Value", float, NDArray[np.float64])

BLOCK = 8192  # elements at a time: temporaries stay in the cache
MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, whose bits then end the sum
MAGIC_BITS = 0x4338000000000000


def elementwise(kernel: Callable[[Reals], Reals], x: Any) -> Any:
    """Apply a kernel to a scalar or to an array of any shape, without warnings and with one kind of NaN."""
    values = np.asarray(x, dtype=np.float64)
    flat = values.reshape(-1)
    with np.errstate(all="ignore"):
        if flat.size <= BLOCK:
            result = kernel(flat)
        else:
            result = np.concatenate([kernel(flat[start : start + BLOCK]) for start in range(0, flat.size, BLOCK)])
        if not result.dot(result) >= 0.0:  # the quickest look for a NaN: squares never cancel
            result[result != result] = np.nan
    return result.reshape(values.shape) if values.ndim else float(result[0])


def polynomial(x: Reals, coefficients: tuple[float, ...]) -> Reals:
    """Horner's rule, the coefficient of the highest power first."""
    y = x * coefficients[0]
    for c in coefficients[1:-1]:
        y += c
        y *= x
    y += coefficients[-1]
    return y


_EXP = (4.1381367970572385e-08, -1.6533902205465252e-06, 6.613756321437934e-05, -0.0027777777777015593, 0.16666666666666602)


def _exp_parts(x: Reals) -> tuple[Integers, Reals, Reals, Reals]:
    """Return k, hi, lo, q: x = k ln 2 + (hi - lo) and e^(hi - lo) = 1 + hi - lo + q."""
    z = x * 1.4426950408889634
    z += MAGIC
    k = z.view(np.int64) - MAGIC_BITS
    z -= MAGIC
    hi = z * 0.6931471803691238
    np.subtract(x, hi, out=hi)
    z *= 1.9082149292705877e-10
    r = hi - z
    t = r * r
    c = polynomial(t, _EXP)
    c *= t
    np.subtract(r, c, out=c)
    r *= c
    np.subtract(2.0, c, out=c)
    r /= c
    return k, hi, z, r


def _powers_of_two(k: Integers) -> tuple[Reals, Reals]:
    """Return 2^k1 and 2^k2 with k1 + k2 = k; changes `k`."""
    k1 = k >> 1
    k -= k1
    k1 += 1023
    k1 <<= 52
    k += 1023
    k <<= 52
    return k1.view(np.float64), k.view(np.float64)


def exp_kernel(x: Reals) -> Reals:
    """`exp` of a one-dimensional array."""
    x = np.maximum(x, -746.0)
    np.minimum(x, 710.0, out=x)
    k, hi, y, q = _exp_parts(x)
    y -= q
    y -= hi
    np.subtract(1.0, y, out=y)
    s1, s2 = _powers_of_two(k)
    y *= s1
    y *= s2
    return y


def _expm1_parts(x: Reals) -> tuple[Reals, Reals, Reals]:
    """Return mantissa, s1, s2 whose product is e^x - 1; -50 <= x <= 720."""
    k, hi, y, q = _exp_parts(x)
    y -= q
    np.subtract(hi, y, out=y)
    small = np.minimum(k, 1000)
    np.subtract(1023, small, out=small)
    small <<= 52
    m = 1.0 - small.view(np.float64)
    m += y
    s1, s2 = _powers_of_two(k)
    return m, s1, s2


def _expm1(x: Reals) -> Reals:
    limited = np.maximum(x, -50.0)
    np.minimum(limited, 720.0, out=limited)
    m, s1, s2 = _expm1_parts(limited)
    m *= s1
    m *= s2
    return np.copysign(m, x, out=m)


def _exprel(x: Reals) -> Reals:
    x = np.minimum(x, 720.0)
    m, s1, s2 = _expm1_parts(np.maximum(x, -50.0))
    m *= s1
    m /= x
    m *= s2
    m[x == 0.0] = 1.0
    return m


def _sigmoid(x: Reals) -> Reals:
    y = exp_kernel(-x)
    y += 1.0
    return np.divide(1.0, y, out=y)


def _tanh(x: Reals) -> Reals:
    t = np.abs(x)
    t *= -2.0
    t = _expm1(t)
    t /= t + 2.0
    return np.copysign(t, x, out=t)


_LOG_ODD = (0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735)
_LOG_EVEN = (0.15313837699209373, 0.22222198432149784, 0.3999999999940942)


def _log_parts(x: Reals, k0: Reals | float, c: Reals | float) -> Reals:
    """Logarithm of positive normal numbers, plus k0 ln 2, plus the small term c."""
    b = x.view(np.int64) + 0x00095F6200000000
    k = (b >> 52).astype(np.float64)
    k -= 1023.0
    k += k0
    b &= 0x000FFFFFFFFFFFFF
    b += 0x3FE6A09E00000000
    f = b.view(np.float64)
    f -= 1.0
    s = f + 2.0
    np.divide(f, s, out=s)
    z = s * s
    w = z * z
    y = polynomial(w, _LOG_ODD)
    y *= z
    z = polynomial(w, _LOG_EVEN)
    z *= w
    y += z
    h = f * f
    h *= 0.5
    y += h
    y *= s
    low = k * 1.9082149292705877e-10
    low += c
    y += low
    h -= y
    h -= f
    k *= 0.6931471803691238
    k -= h
    return k


_SMALLEST_NORMAL = 0x0010000000000000
_NORMALS = 0x7FF0000000000000 - _SMALLEST_NORMAL


def _all_normal(x: Reals) -> bool:
    """Whether all are positive, finite and normal: one unsigned comparison each."""
    return not x.size or bool((x.view(np.uint64) - np.uint64(_SMALLEST_NORMAL)).max() < _NORMALS)


def log_kernel(x: Reals) -> Reals:
    """`log` of a one-dimensional array."""
    if _all_normal(x):
        return _log_parts(x, 0.0, 0.0)
    tiny = (x > 0.0) & (x < 2.2250738585072014e-308)
    y = _log_parts(np.where(tiny, x * 18014398509481984.0, x), np.where(tiny, -54.0, 0.0), 0.0)
    y[x == 0.0] = -np.inf
    y[x == np.inf] = np.inf
    y[~(x >= 0.0)] = np.nan
    return y


def _log1p(x: Reals) -> Reals:
    u = x + 1.0
    v = u - 1.0
    c = u - v
    np.subtract(1.0, c, out=c)
    np.subtract(x, v, out=v)
    c += v
    c /= u
    y = np.copysign(_log_parts(u, 0.0, c), x)
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
    """Hyperbolic tangent: -t / (t + 2) with t = e^(-2 |x|) - 1, and the sign of `x`."""
    return elementwise(_tanh, x)  # type: ignore[no-any-return]


def log(x: Value) -> Value:
    """Natural logarithm, within 1 ulp; -inf at 0, NaN below, subnormal arguments are right."""
    return elementwise(log_kernel, x)  # type: ignore[no-any-return]


def log1p(x: Value) -> Value:
    """log(1 + x) without cancellation near 0."""
    return elementwise(_log1p, x)  # type: ignore[no-any-return]
