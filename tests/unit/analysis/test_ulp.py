"""Distances between doubles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.analysis.ulp import ulp_distance

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, st.integers(0, 5))
def test_it_counts_nextafter(number: float, steps: int) -> None:
    other = number
    for _ in range(steps):
        with np.errstate(over="ignore"):
            other = float(np.nextafter(other, math.inf))
    if math.isfinite(other):
        assert ulp_distance(number, other) == steps


@given(finite, finite)
def test_it_is_symmetric(one: float, other: float) -> None:
    assert ulp_distance(one, other) == ulp_distance(other, one)


@given(finite, finite, finite)
def test_it_adds_up_on_a_line(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    below, above, whole = ulp_distance(low, middle), ulp_distance(middle, high), ulp_distance(low, high)
    assert below is not None and above is not None and below + above == whole


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        (0.0, -0.0, 0),
        (5e-324, -5e-324, 2),
        (math.nan, math.nan, 0),
        (math.inf, math.inf, 0),
        (math.inf, 1.0, None),
        (math.nan, 1.0, None),
    ],
)
def test_edges(one: float, other: float, distance: int | None) -> None:
    assert ulp_distance(one, other) == distance
