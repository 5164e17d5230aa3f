"""The C text and the NumPy text give the same bits, however the C text is compiled."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from unit.numerics.own import ARITY, OWN, UNARY

from snndsl import numerics

EDGES = [
    0.0,
    5e-324,
    2.2250738585072009e-308,
    2.2250738585072014e-308,
    1e-300,
    1e-17,
    2.0**-54,
    2.0**-53,
    2.0**-27,
    0.5,
    1.0,
    2.0,
]
EDGES += [0.425, 0.075, 0.34657359027997264, 0.6931471805599453, 1.0397207708399179, 36.0, 37.5, 50.0, 354.9, 355.0, 708.3965]
EDGES += [
    709.782712893384,
    709.7827128933841,
    710.0,
    716.3,
    716.4,
    720.0,
    744.4400719213812,
    745.1332191019411,
    745.1332191019412,
]
EDGES += [
    746.0,
    1e5,
    999999.9999999999,
    1e6,
    1000000.0000000001,
    2.0**31,
    2.0**52,
    2.0**53,
    1e22,
    1e200,
    1.7976931348623157e308,
]
EDGES += [
    np.inf,
    np.nan,
    np.pi,
    np.pi / 2,
    np.pi / 4,
    0.9999999999999999,
    1.0000000000000002,
    0.7071067811865475,
    0.7071067811865476,
]


def bits(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)


@functools.cache
def arguments() -> np.ndarray:
    """Edge cases with neighbours and both signs, ordinary values, all magnitudes, any bit pattern."""
    rng = np.random.default_rng(20240601)
    edges = np.array(EDGES)
    with np.errstate(over="ignore"):
        edges = np.concatenate([edges, np.nextafter(edges, 0.0), np.nextafter(edges, np.inf)])
    quarters = np.arange(1, 20001) * (np.pi / 4)
    parts = [edges, -edges, quarters, rng.uniform(-40.0, 10.0, 60000), rng.uniform(-1.0, 1.0, 40000)]
    parts += [rng.uniform(-750.0, 750.0, 30000), rng.uniform(-1e6, 1e6, 30000), rng.uniform(0.0, 4.0, 20000)]
    parts += [10.0 ** rng.uniform(-320.0, 308.0, 20000), -(10.0 ** rng.uniform(-320.0, 308.0, 20000))]
    parts += [rng.integers(0, 2**64, 20000, dtype=np.uint64).view(np.float64)]
    return np.concatenate(parts)


@functools.cache
def counters() -> tuple[np.ndarray, ...]:
    """Random k0, k1, element, step, trial, call, and the ends of their ranges."""
    rng = np.random.default_rng(7)
    words = [rng.integers(0, 2**32, 200000).astype(np.float64) for _ in range(5)] + [rng.integers(0, 2**16, 200000) * 1.0]
    for k, column in enumerate(words):
        column[:64] = np.where(np.arange(64) >> k & 1, 65535.0 if k == 5 else 4294967295.0, 0.0)
    return tuple(words)


def columns(name: str) -> tuple[np.ndarray, ...]:
    """Return arguments of a function: the same ones in other orders for each place."""
    x = arguments()
    assert x.size >= 200000
    return tuple(np.random.default_rng(k).permutation(x) if k else x for k in range(ARITY[name]))


@functools.cache
def expected(name: str) -> np.ndarray:
    return OWN[name](*columns(name))


@functools.cache
def means() -> np.ndarray:
    rng = np.random.default_rng(8)
    mean = rng.uniform(0.0, 10.0, 200000)
    mean[:50000] = rng.uniform(0.0, 0.5, 50000)
    mean[50000:60000] = rng.uniform(10.0, 45.0, 10000)
    mean[70000:80000] = 10.0 ** rng.uniform(1.0, 15.0, 10000)
    mean[60000:60012] = [0.0, -0.0, -1.0, np.nan, np.inf, -np.inf, 1.1e15, 10.0, 10.000000000000002, 20.0, 5e-324, 1e-17]
    return mean


@pytest.mark.parametrize("name", OWN)
def test_elementary_functions(name, compiled):
    difference = bits(compiled(name, *columns(name))) != bits(expected(name))
    assert not difference.any(), [column[difference][:5] for column in columns(name)]


def test_normal_quantile(compiled):
    rng = np.random.default_rng(3)
    p = np.concatenate([rng.uniform(0.0, 1.0, 150000), 2.0 ** rng.uniform(-54.0, -1.0, 50000), [2.0**-54, 1.0 - 2.0**-53, 0.5]])
    assert np.array_equal(bits(compiled("normal_quantile", p)), bits(numerics.normal_quantile(p)))


@pytest.mark.parametrize("name", ["uniform", "normal"])
def test_draws(name, compiled):
    assert np.array_equal(bits(compiled(name, *counters())), bits(getattr(numerics, name)(*counters())))


@pytest.mark.parametrize("name", ["uniform_attempt", "normal_attempt"])
def test_repeated_draws(name, compiled):
    attempt = np.arange(200000.0) % 65536.0
    got = compiled(name, *counters(), attempt)
    assert np.array_equal(bits(got), bits(getattr(numerics, name)(*counters(), attempt)))
    assert np.array_equal(got[::65536], compiled(name.removesuffix("_attempt"), *counters())[::65536])


def bounded() -> list[np.ndarray]:
    """Mean, spread and bounds: ordinary ones, one-sided ones, ones that nothing meets, an interval of nothing."""
    rng = np.random.default_rng(5)
    mean, spread = rng.normal(0, 2, 20000), rng.exponential(1, 20000)
    low = mean + spread * rng.uniform(-3, 2, 20000)
    high = low + spread * rng.exponential(1, 20000) + 0.01 * spread
    low[::7], high[::11], spread[::13], high[::17], low[::19] = -np.inf, np.inf, 0.0, low[::17], np.nan
    return [mean, spread, low, high]


@pytest.mark.slow
def test_normal_in(compiled):
    columns = [*bounded(), *(column[:20000] for column in counters())]
    assert np.array_equal(bits(compiled("normal_in", *columns)), bits(numerics.normal_in(*columns)))


@functools.cache
def expected_counts() -> np.ndarray:
    return numerics.poisson(means(), *counters())


def test_poisson(compiled):
    difference = bits(compiled("poisson", means(), *counters())) != bits(expected_counts())
    assert not difference.any(), means()[difference][:5]


@pytest.mark.parametrize("mean", [0.01, 1.0, 9.99, 10.0, 10.1, 33.0, 1e4, 1e7])
def test_poisson_of_one_mean(mean, build):
    columns = [column[:20000] for column in counters()]
    wanted = build("O2")("poisson", np.full(20000, mean), *columns)
    assert np.array_equal(bits(wanted), bits(numerics.poisson(mean, *columns)))


@pytest.mark.parametrize("name", UNARY)
def test_scalars_single_elements_strides_and_shapes(name):
    function = OWN[name]
    x, y = arguments(), expected(name)
    for k in range(0, x.size, 9973):
        value = function(float(x[k]))
        assert type(value) is float
        assert bits(np.array(value)) == bits(y[k : k + 1])
        assert np.array_equal(bits(function(x[k : k + 1])), bits(y[k : k + 1]))
    assert np.array_equal(bits(function(x[:9000:3])), bits(y[:9000:3]))
    assert np.array_equal(bits(function(x[:12].reshape(3, 4).T)), bits(y[:12].reshape(3, 4).T))
    assert function(np.empty(0)).shape == (0,)
    assert function(np.empty((2, 0))).shape == (2, 0)


def test_arguments_stay_as_they_are():
    x = arguments().copy()
    x.flags.writeable = False
    with np.errstate(all="raise"):
        for name in UNARY:
            OWN[name](x)
            OWN[name](1e308)
    assert np.array_equal(bits(x), bits(arguments()))


def test_draws_of_scalars_and_broadcast_shapes():
    columns = counters()
    for k in range(40):
        one = [column[k] for column in columns]
        assert numerics.uniform(*one) == numerics.uniform(*columns)[k]
        assert numerics.uniform(*map(int, one)) == numerics.uniform(*columns)[k]
        assert type(numerics.normal(*one)) is float
        assert numerics.poisson(17.0, *one) == numerics.poisson(np.array([17.0]), *one)[0]
    rows, steps = np.arange(3.0)[:, None], np.arange(4)
    block = numerics.normal(1, 2, rows, steps, 0, 0)
    assert block.shape == (3, 4)
    assert block[2, 3] == numerics.normal(1, 2, 2, 3, 0, 0)
    assert numerics.poisson(np.ones(4), 1, 2, rows, 0, 0, 0).shape == (3, 4)
    assert numerics.poisson(0.0, 1, 2, rows, steps, 0, 0).shape == (3, 4)
    assert numerics.uniform(np.array([1, 2]), 2, 3, 4, 5, 6)[1] == numerics.uniform(2, 2, 3, 4, 5, 6)
    many = np.arange(20000.0)
    assert np.array_equal(numerics.uniform(1, 2, many, 3, 4, 5)[9000:], numerics.uniform(1, 2, many[9000:], 3, 4, 5))
