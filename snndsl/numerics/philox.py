"""Philox4x32-10 on Python integers and on arrays alike, and the uniform number made of two of its words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["philox", "unit", "word"]

Words = Any  # an int for one counter, an array of uint64 for many

MASK = 0xFFFFFFFF
_WEYL = (0x9E3779B9, 0xBB67AE85)
_BELOW_ONE = 0.9999999999999999

# multipliers, shift and mask; as arrays without dimensions, which NumPy takes faster than Python numbers
_INTEGERS: tuple[Words, ...] = (0xD2511F53, 0xCD9E8D57, 32, MASK)
_ARRAYS: tuple[Words, ...] = tuple(np.array(value, dtype=np.uint64) for value in _INTEGERS)


def word(value: Any) -> Words:
    """Whole numbers, as doubles or integers, to 32-bit words; a scalar becomes a Python int."""
    if not isinstance(value, np.ndarray):
        return int(value) & MASK
    if not value.ndim:
        return int(value.item()) & MASK
    words = value.astype(np.int64).view(np.uint64)
    words &= MASK
    return words


def _round_keys(k0: Words, k1: Words) -> list[tuple[Words, Words]]:
    return [((k0 + i * _WEYL[0]) & MASK, (k1 + i * _WEYL[1]) & MASK) for i in range(10)]


@lru_cache(maxsize=1024)
def _round_keys_as_arrays(k0: int, k1: int) -> list[tuple[Words, Words]]:
    return [(np.array(a, dtype=np.uint64), np.array(b, dtype=np.uint64)) for a, b in _round_keys(k0, k1)]


def philox(key: tuple[Words, Words], counter: tuple[Words, Words, Words, Words]) -> tuple[Words, Words, Words, Words]:
    """Ten rounds of Philox4x32.

    Parameters
    ----------
    key, counter : tuple of int or ndarray of uint64
        32-bit words; the arrays have one shape. What is one int for all is computed once for all.

    Returns
    -------
    tuple of int or ndarray of uint64
        Four 32-bit words each.

    References
    ----------
    J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. SC'11.
    """
    scalar_key = isinstance(key[0], int) and isinstance(key[1], int)
    scalar = scalar_key and all(isinstance(value, int) for value in counter)
    m0, m1, half, mask = _INTEGERS if scalar else _ARRAYS
    round_keys = _round_keys_as_arrays(*key) if scalar_key and not scalar else _round_keys(*key)
    c0, c1, c2, c3 = counter
    for k0, k1 in round_keys:
        p = c0 * m0
        q = c2 * m1
        c0 = (q >> half) ^ c1
        c0 ^= k0
        c2 = (p >> half) ^ c3
        c2 ^= k1
        q &= mask
        p &= mask
        c1 = q
        c3 = p
    return c0, c1, c2, c3


def unit(a: Words, b: Words) -> Any:
    """((a >> 5) 2^26 + (b >> 6) + 0.5) 2^-53: strictly between 0 and 1 (the largest would round to 1 and is kept below)."""
    whole = ((a >> 5) << 26) | (b >> 6)
    if isinstance(whole, int):
        return min((whole + 0.5) * 1.1102230246251565e-16, _BELOW_ONE)
    u: NDArray[np.float64] = whole.view(np.int64).astype(np.float64)
    u += 0.5
    u *= 1.1102230246251565e-16
    return np.minimum(u, _BELOW_ONE, out=u)
