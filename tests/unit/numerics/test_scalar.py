"""The scalar functions of compiled kernels have the bits of those that simulations use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl import numerics
from snndsl.numerics import scalar

NAMES = ("exp", "log", "expm1", "log1p", "sin", "cos", "tan", "tanh", "exprel", "sigmoid")
INF = float("inf")
EDGES = [0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 2.3e-308, 709.9, -745.5, 1e6, 1e7, 1e300, INF, -INF, float("nan")]


def _bits(x: float) -> int:
    return int(np.float64(x).view(np.int64))


@pytest.mark.parametrize("name", NAMES)
def test_edges_and_ordinary_numbers_agree_to_the_bit(name: str) -> None:
    rng = np.random.default_rng(7)
    values = [*EDGES, *rng.normal(0.0, 30.0, 5000).tolist(), *np.exp(rng.uniform(-700.0, 700.0, 2000)).tolist()]
    one, arrays = getattr(scalar, name), getattr(numerics, name)(np.array(values))
    wrong = [x for x, y in zip(values, arrays.tolist()) if _bits(one(x)) != _bits(y)]
    assert not wrong


@given(x=st.floats(), name=st.sampled_from(NAMES))
def test_any_number_agrees_to_the_bit(x: float, name: str) -> None:
    assert _bits(getattr(scalar, name)(x)) == _bits(getattr(numerics, name)(x))
