"""Against mpmath at 120 bits, and at the limits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from unit.numerics.own import OWN

from snndsl import numerics
from snndsl.numerics import trigonometric

RNG = np.random.default_rng(11)


def spread(*ranges: tuple[float, float], tiny: bool = False) -> np.ndarray:
    """300 values from each range, and some of all small magnitudes."""
    parts = [RNG.uniform(low, high, 300) for low, high in ranges]
    parts += [10.0 ** RNG.uniform(-300.0, 0.0, 200)] if tiny else []
    return np.concatenate(parts)


def in_ulp(values: np.ndarray, truth: list[mpmath.mpf]) -> float:
    """Largest error in units of the last place of the true value."""
    return max(float(abs(mpmath.mpf(v) - t) / mpmath.mpf(math.ulp(float(t)))) for v, t in zip(values.tolist(), truth))


CASES = {
    "exp": (1.0, mpmath.exp, spread((-40, 10), (-745, 709.7), (-745, -708), (-1, 1))),
    "log": (1.0, mpmath.log, np.concatenate([spread((0.5, 2), (0, 1e3), tiny=True), 10.0 ** RNG.uniform(-323, 308, 300)])),
    "expm1": (2.0, mpmath.expm1, spread((-1, 1), (-40, 40), (0.3, 0.8), tiny=True)),
    "log1p": (2.0, mpmath.log1p, spread((-0.9999, 1), (0, 1e4), tiny=True)),
    "sin": (1.0, mpmath.sin, spread((-7, 7), (-1e5, 1e5), (-1e6, 1e6), tiny=True)),
    "cos": (1.0, mpmath.cos, spread((-7, 7), (-1e5, 1e5), (-1e6, 1e6), tiny=True)),
    "tan": (2.0, mpmath.tan, spread((-7, 7), (-1e5, 1e5), tiny=True)),
    "tanh": (2.0, mpmath.tanh, spread((-0.6, 0.6), (-4, 4), (-30, 30), tiny=True)),
    "exprel": (2.0, lambda x: mpmath.expm1(x) / x, spread((-1, 1), (-50, 50), (-700, 716), tiny=True)),
    "sigmoid": (2.0, lambda x: 1 / (1 + mpmath.exp(-x)), spread((-5, 5), (-700, 700), tiny=True)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_within_ulps(name):
    bound, exact, x = CASES[name]
    with mpmath.workprec(120):
        assert in_ulp(OWN[name](x), [exact(mpmath.mpf(v)) for v in x.tolist()]) <= bound


def test_angles_within_ulps():
    x, y = spread((-2, 2), (-1e3, 1e3), tiny=True), spread((-2, 2), (-1e3, 1e3), tiny=True)
    x[::7] = 10.0 ** RNG.uniform(-300, 300, x[::7].size)
    with mpmath.workprec(120):
        assert in_ulp(OWN["atan2"](y, x), [mpmath.atan2(*pair) for pair in zip(y.tolist(), x.tolist())]) <= 2.0


@pytest.mark.parametrize("y", [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan])
def test_angles_of_limits_are_those_of_c(y, x):
    found, wanted = OWN["atan2"](y, x), math.atan2(y, x)
    assert math.isclose(found, wanted, rel_tol=4e-16) or (math.isnan(found) and math.isnan(wanted))
    assert math.isnan(wanted) or math.copysign(1.0, found) == math.copysign(1.0, wanted)


def test_close_to_multiples_of_a_right_angle():
    x = RNG.integers(1, 63000, 500) * (np.pi / 2)
    with mpmath.workprec(160):
        assert in_ulp(trigonometric.sin(x), [mpmath.sin(v) for v in x.tolist()]) <= 1.0
        assert in_ulp(trigonometric.cos(x), [mpmath.cos(v) for v in x.tolist()]) <= 1.0


def test_normal_quantile_to_one_part_in_1e15():
    p = np.concatenate([RNG.uniform(0, 1, 150), 10.0 ** RNG.uniform(-16, -1, 100), 1 - 10.0 ** RNG.uniform(-15, -1, 50)])
    x = numerics.normal_quantile(p)
    with mpmath.workprec(160):
        for value, probability in zip(x.tolist(), p.tolist()):
            step = (mpmath.ncdf(value) - mpmath.mpf(probability)) / mpmath.npdf(value)
            assert abs(step) <= 1e-15 * abs(value)


INF, NAN = math.inf, math.nan
LIMITS = [
    *[("exp", x, y) for x, y in [(0, 1), (-INF, 0), (INF, INF), (709.79, INF), (-745.14, 0), (-745.13, 5e-324), (-1e300, 0)]],
    *[("log", x, y) for x, y in [(1, 0), (0, -INF), (-0.0, -INF), (-1, NAN), (-INF, NAN), (INF, INF)]],
    *[("expm1", x, y) for x, y in [(0, 0), (-0.0, -0.0), (-INF, -1), (INF, INF), (5e-324, 5e-324)]],
    *[("log1p", x, y) for x, y in [(0, 0), (-0.0, -0.0), (-1, -INF), (-1.1, NAN), (INF, INF), (5e-324, 5e-324)]],
    *[("exprel", x, y) for x, y in [(0, 1), (-0.0, 1), (-INF, 0), (INF, INF), (1e-300, 1), (717, INF)]],
    *[("sigmoid", x, y) for x, y in [(0, 0.5), (-INF, 0), (INF, 1), (40, 1)]],
    *[("tanh", x, y) for x, y in [(0, 0), (-0.0, -0.0), (-INF, -1), (INF, 1), (400, 1), (5e-324, 5e-324)]],
    *[("sin", x, y) for x, y in [(0, 0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (5e-324, 5e-324)]],
    *[("cos", x, y) for x, y in [(0, 1), (INF, NAN), (-INF, NAN)]],
    *[("tan", x, y) for x, y in [(0, 0), (-0.0, -0.0), (INF, NAN)]],
    *[(name, NAN, NAN) for name in CASES],
]


@pytest.mark.parametrize(("name", "x", "y"), LIMITS)
def test_limits(name, x, y):
    value = OWN[name](float(x))
    assert np.array(value).tobytes() == np.array(float(y)).tobytes()


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_beyond_the_accurate_range_it_is_bounded_and_fades_slowly(name):
    x = 10.0 ** RNG.uniform(6, 308, 500)
    assert (np.abs(OWN[name](x)) <= 1.0).all()
    x = RNG.uniform(1e6, 1e7, 200)
    with mpmath.workprec(120):
        truth = np.array([float(getattr(mpmath, name)(v)) for v in x.tolist()])
    assert np.abs(OWN[name](x) - truth).max() < 1e7 * 2.0**-50
