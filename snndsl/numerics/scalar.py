"""exp, log and their kin for one number: the scalar twin of ``snndsl/numerics/functions.h``, with the same bits.

A neuron of a model answers in a search with the functions that it has in a simulation. The NumPy twin works on arrays, which
a kernel that advances one neuron at a time has no use for.
"""

from __future__ import annotations

import numpy as np

from snndsl.numerics.compiled import kernel

__all__ = ["atan2", "cos", "exp", "expm1", "exprel", "log", "log1p", "sigmoid", "sin", "tan", "tanh"]

NAN = float("nan")
INFINITE = float("inf")
MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, which then ends the bits of the sum
MAGIC_BITS = 0x4338000000000000
SIGN = -(1 << 63)
SIZE = (1 << 63) - 1


@kernel
def _bits(x: float) -> int:
    return int(np.float64(x).view(np.int64))


@kernel
def _from_bits(bits: int) -> float:
    return float(np.int64(bits).view(np.float64))


@kernel
def _with_sign(size: float, x: float) -> float:
    return _from_bits((_bits(size) & SIZE) | (_bits(x) & SIGN))


@kernel
def _power_of_two(k: int) -> float:
    return _from_bits((k + 1023) << 52)


@kernel
def _exp_parts(x: float) -> tuple[int, float, float, float]:
    """Return k, hi, lo, q: x = k ln 2 + (hi - lo) and e^(hi - lo) = 1 + hi - lo + q."""
    z = x * 1.4426950408889634 + MAGIC
    n = z - MAGIC
    hi = x - n * 0.6931471803691238
    lo = n * 1.9082149292705877e-10
    r = hi - lo
    t = r * r
    p = t * 4.1381367970572385e-08 + -1.6533902205465252e-06
    p = ((p * t + 6.613756321437934e-05) * t + -0.0027777777777015593) * t + 0.16666666666666602
    c = r - p * t
    return _bits(z) - MAGIC_BITS, hi, lo, (r * c) / (2.0 - c)


@kernel
def exp(x: float) -> float:
    """e^x."""
    if x != x:
        return NAN
    k, hi, lo, q = _exp_parts(min(max(x, -746.0), 710.0))
    y = 1.0 - ((lo - q) - hi)
    k1 = k >> 1
    return (y * _power_of_two(k1)) * _power_of_two(k - k1)


@kernel
def _expm1_parts(x: float) -> tuple[float, float, float]:
    k, hi, lo, q = _exp_parts(x)
    y = hi - (lo - q)
    k1 = k >> 1
    return (1.0 - _power_of_two(-k if k < 1000 else -1000)) + y, _power_of_two(k1), _power_of_two(k - k1)


@kernel
def expm1(x: float) -> float:
    """e^x - 1 without cancellation near 0."""
    if x != x:
        return NAN
    m, s1, s2 = _expm1_parts(min(max(x, -50.0), 720.0))
    return _with_sign((m * s1) * s2, x)


@kernel
def exprel(x: float) -> float:
    """(e^x - 1) / x, and its limit 1 at 0."""
    if x != x:
        return NAN
    if x == 0.0:
        return 1.0
    x = min(x, 720.0)
    m, s1, s2 = _expm1_parts(max(x, -50.0))
    return ((m * s1) / x) * s2


@kernel
def sigmoid(x: float) -> float:
    """1 / (1 + e^-x)."""
    if x != x:
        return NAN
    return 1.0 / (1.0 + exp(-x))


@kernel
def tanh(x: float) -> float:
    """Hyperbolic tangent."""
    if x != x:
        return NAN
    t = expm1(min(abs(x), 30.0) * 2.0)
    u = t + 2.0
    d = t - (u - 2.0)
    y = t / u
    return _with_sign(y - (y * d) / u, x)


@kernel
def _log_parts(bits: int, k0: float, c: float) -> float:
    b = bits + 0x00095F6200000000
    k = float((b >> 52) - 1023) + k0
    f = _from_bits((b & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E00000000) - 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    odd = (((w * 0.14798198605116586 + 0.1818357216161805) * w + 0.2857142874366239) * w + 0.6666666666666735) * z
    even = ((w * 0.15313837699209373 + 0.22222198432149784) * w + 0.3999999999940942) * w
    h = (f * f) * 0.5
    return k * 0.6931471803691238 - ((h - (((odd + even) + h) * s + (k * 1.9082149292705877e-10 + c))) - f)


@kernel
def log(x: float) -> float:
    """Natural logarithm; -inf at 0, NaN below."""
    if x != x or x < 0.0:
        return NAN
    if x == 0.0:
        return -INFINITE
    if x == INFINITE:
        return x
    if x < 2.2250738585072014e-308:
        return _log_parts(_bits(x * 18014398509481984.0), -54.0, 0.0)
    return _log_parts(_bits(x), 0.0, 0.0)


@kernel
def log1p(x: float) -> float:
    """log(1 + x) without cancellation near 0."""
    if x != x or x < -1.0:
        return NAN
    if x == -1.0:
        return -INFINITE
    if x == INFINITE:
        return x
    u = x + 1.0
    v = u - 1.0
    c = ((1.0 - (u - v)) + (x - v)) / u
    return _with_sign(_log_parts(_bits(u), 0.0, c), x)


@kernel
def _sin_cos(a: float) -> tuple[int, float, float]:
    """Quadrant, sine and cosine of a mod pi/2."""
    while a > 1000000.0:
        a = a - np.floor(a * 0.159154943091895) * 6.283185307179586
    magic = a * 0.6366197723675814 + MAGIC
    n = magic - MAGIC
    r1 = a - n * 1.5707963267341256
    t2 = n * 6.077100506303966e-11
    r2 = r1 - t2
    t3 = n * 2.0222662487111665e-21
    r3 = r2 - t3
    tail = (((r1 - r2) - t2) + ((r2 - r3) - t3)) - n * 8.4784276603689e-32
    x = r3 + tail
    y = (r3 - x) + tail
    z = x * x
    v = z * x
    s = ((z * 1.58969099521155e-10 + -2.5050760253406863e-08) * z + 2.7557313707070068e-06) * z
    s = (s + -0.00019841269829857949) * z + 0.008333333333322489
    sine = x - ((z * (y * 0.5 - v * s) - y) - v * -0.16666666666666632)
    c = ((z * -1.1359647557788195e-11 + 2.087572321298175e-09) * z + -2.7557314351390663e-07) * z
    c = (((c + 2.480158728947673e-05) * z + -0.001388888888887411) * z + 0.0416666666666666) * z
    h = z * 0.5
    w = 1.0 - h
    return _bits(magic) & 3, sine, w + (((1.0 - w) - h) + (z * c - x * y))


@kernel
def sin(x: float) -> float:
    """Sine."""
    if not abs(x) < INFINITE:
        return NAN
    quadrant, s, c = _sin_cos(abs(x))
    y = c if quadrant & 1 else s
    return -y if (quadrant >> 1) ^ (1 if _bits(x) < 0 else 0) else y


@kernel
def cos(x: float) -> float:
    """Cosine."""
    if not abs(x) < INFINITE:
        return NAN
    quadrant, s, c = _sin_cos(abs(x))
    y = s if quadrant & 1 else c
    return -y if ((quadrant + 1) >> 1) & 1 else y


@kernel
def tan(x: float) -> float:
    """Tangent."""
    if not abs(x) < INFINITE:
        return NAN
    quadrant, s, c = _sin_cos(abs(x))
    y = c / s if quadrant & 1 else s / c
    return -y if (quadrant & 1) ^ (1 if _bits(x) < 0 else 0) else y


@kernel
def _arctangent(q: float) -> float:
    """Arctangent of a number from 0 on."""
    high, low, x = 0.0, 0.0, q
    if q >= 2.4375:
        high, low, x = 1.5707963267948966, 6.123233995736766e-17, -1.0 / q
    elif q >= 1.1875:
        high, low, x = 0.982793723247329, 1.3903311031230998e-17, (q - 1.5) / (1.0 + 1.5 * q)
    elif q >= 0.6875:
        high, low, x = 0.7853981633974483, 3.061616997868383e-17, (q - 1.0) / (q + 1.0)
    elif q >= 0.4375:
        high, low, x = 0.4636476090008061, 2.2698777452961687e-17, (2.0 * q - 1.0) / (2.0 + q)
    z = x * x
    w = z * z
    odd = ((w * 0.016285820115365782 + 0.049768779946159324) * w + 0.06661073137387531) * w
    odd = (((odd + 0.09090887133436507) * w + 0.14285714272503466) * w + 0.3333333333333293) * z
    even = ((w * -0.036531572744216916 + -0.058335701337905735) * w + -0.0769187620504483) * w
    even = ((even + -0.11111110405462356) * w + -0.19999999999876483) * w
    return high - ((x * (odd + even) - low) - x)


@kernel
def atan2(y: float, x: float) -> float:
    """Angle of the point (x, y)."""
    if x != x or y != y:
        return NAN
    a, b = abs(y), abs(x)
    if a == b:
        q = 0.0 if a == 0.0 else 1.0
    else:
        q = a / b if b > 0.0 else INFINITE
    r = _arctangent(q)
    return _with_sign(3.141592653589793 - (r - 1.2246467991473532e-16) if _bits(x) < 0 else r, y)
