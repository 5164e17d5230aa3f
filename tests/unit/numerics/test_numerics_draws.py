"""Philox against Random123, streams, and the distributions of the draws."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest

from snndsl import numerics
from snndsl.numerics.philox import philox, unit

ONES = 0xFFFFFFFF
KNOWN = [  # Random123, kat_vectors, philox4x32 10: counter, key, result
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
KEY = (123456789, 987654321)
MANY = np.arange(100000.0)


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_philox_known_answers(counter, key, result, compiled):
    assert philox(key, counter) == result
    arrays = [np.full(3, word, dtype=np.uint64) for word in (*key, *counter)]
    for words in (
        philox(key, tuple(arrays[2:])),
        philox(tuple(arrays[:2]), tuple(arrays[2:])),
        philox(key, (arrays[2], *counter[1:])),
    ):
        assert [int(word[2]) for word in words] == list(result)
    out = (ctypes.c_uint32 * 4)()
    compiled.library.one_philox((ctypes.c_uint32 * 6)(*key, *counter), out)
    assert tuple(out) == result


def test_uniform_is_made_of_the_first_two_words():
    a, b = KNOWN[2][2][:2]
    k0, k1 = KNOWN[2][1]
    c0, c1, c2, c3 = KNOWN[2][0]
    u = numerics.uniform_attempt(k0, k1, c0, c1, c2, c3 >> 16, c3 & 0xFFFF)
    assert u == ((a >> 5) * 2.0**26 + (b >> 6) + 0.5) * 2.0**-53


def test_interval_is_open(compiled):
    array = np.array([ONES, 0], dtype=np.uint64)
    assert unit(ONES, ONES) == compiled.library.one_unit(ONES, ONES) == unit(array, array)[0] == 1.0 - 2.0**-53
    assert unit(0, 0) == compiled.library.one_unit(0, 0) == unit(array, array)[1] == 2.0**-54
    assert math.isfinite(numerics.normal_quantile(unit(ONES, ONES)))
    assert math.isfinite(numerics.normal_quantile(unit(0, 0)))


def test_stream_keys_are_fixed_and_distinct():
    assert numerics.stream_key(1, "populations.exc") == (1882857728, 3507374371)
    keys = {numerics.stream_key(seed, stream) for seed in (0, 1, 12, -1, 2**70) for stream in ("", "a", "2:a", "populations.é")}
    assert len(keys) == 20
    assert all(0 <= word < 2**32 for key in keys for word in key)


def kolmogorov(values: np.ndarray, distribution: np.ndarray) -> float:
    """Largest distance times sqrt(n) between sorted values' ranks and their distribution."""
    n = values.size
    return float(
        max(np.abs(distribution - np.arange(n) / n).max(), np.abs(distribution - np.arange(1, n + 1) / n).max()) * n**0.5
    )


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_uniform_distribution(axis):
    counter = [7, 8, 9]
    u = numerics.uniform(*KEY, *(MANY if k == axis else counter[k] for k in range(3)), 3)
    assert abs(u.mean() - 0.5) < 4 * (1 / 12 / MANY.size) ** 0.5
    assert abs(u.var() - 1 / 12) < 0.001
    assert kolmogorov(u, np.sort(u)) < 1.95
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / MANY.size**0.5


def test_calls_and_attempts_are_independent():
    rows = [numerics.uniform_attempt(*KEY, MANY, 0, 0, call, attempt) for call in (0, 1, 65535) for attempt in (0, 1)]
    correlations = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(correlations).max() < 4.5 / MANY.size**0.5


def test_normal_distribution():
    z = numerics.normal(*KEY, MANY, 5, 0, 0)
    assert abs(z.mean()) < 4 / MANY.size**0.5
    assert abs(z.var() - 1.0) < 4 * (2 / MANY.size) ** 0.5
    assert abs((z**4).mean() - 3.0) < 4 * (96 / MANY.size) ** 0.5
    z = np.sort(z[:20000])
    assert kolmogorov(z, np.array([0.5 * math.erfc(-value / 2**0.5) for value in z])) < 1.95


def test_the_c_text_refuses_fast_math():
    text = numerics.c_functions()
    assert "#ifdef __FAST_MATH__\n#error" in text
    assert {line.split()[1] for line in text.splitlines() if line.startswith("#include")} == {
        "<math.h>",
        "<stdint.h>",
        "<string.h>",
    }


def test_bounded_draws_are_the_first_attempt_within_the_bounds():
    found = numerics.normal_in(1.0, 2.0, 0.5, 2.0, *KEY, MANY[:200], 3, 0, 4)
    for element in range(200):
        attempts = (1.0 + 2.0 * numerics.normal_attempt(*KEY, element, 3, 0, 4, attempt) for attempt in range(65536))
        assert found[element] == next(value for value in attempts if 0.5 <= value <= 2.0)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.5, 4.0), (2.0, 2.5), (-math.inf, -1.0)])
def test_bounded_draws_have_the_truncated_distribution(low, high):
    found = np.sort(numerics.normal_in(0.0, 1.0, low, high, *KEY, MANY, 0, 0, 0))
    assert low <= found[0] and found[-1] <= high

    def below(x):
        return 0.5 * math.erfc(-x / math.sqrt(2))

    expected = np.array([(below(x) - below(low)) / (below(high) - below(low)) for x in found[::100]])
    assert np.abs(expected - np.arange(0, 100000, 100) / 100000).max() < 1.95 / math.sqrt(100000)  # Kolmogorov, p = 0.001


def test_bounds_that_almost_nothing_meets_give_no_number():
    for low, high in ((4.0, 5.0), (-5.0, -3.2), (0.0, 0.002), (1.0, 0.0), (math.nan, 1.0)):
        assert math.isnan(numerics.normal_in(0.0, 1.0, low, high, *KEY, 0, 0, 0, 0))
    assert numerics.normal_in(0.5, 0.0, 0.0, 1.0, *KEY, 0, 0, 0, 0) == 0.5
    assert math.isnan(numerics.normal_in(1.5, 0.0, 0.0, 1.0, *KEY, 0, 0, 0, 0))
    assert type(numerics.normal_in(0.5, 1.0, 0.0, 1.0, *KEY, 0, 0, 0, 0)) is float
