"""The scalar functions of compiled kernels have the bits of those that simulations use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.numerics.own import ARITY, OWN

from snndsl.numerics import scalar

NAMES = tuple(OWN)
INF = float("inf")
EDGES = [0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 2.3e-308, 709.9, -745.5, 1e6, 1e7, 1e300, INF, -INF, float("nan")]


def _bits(x: float) -> int:
    return int(np.float64(x).view(np.int64))


@pytest.mark.parametrize("name", NAMES)
def test_edges_and_ordinary_numbers_agree_to_the_bit(name: str) -> None:
    rng = np.random.default_rng(7)
    values = [*EDGES, *rng.normal(0.0, 30.0, 5000).tolist(), *np.exp(rng.uniform(-700.0, 700.0, 2000)).tolist()]
    columns = [rng.permutation(values) if k else np.array(values) for k in range(ARITY[name])]
    one, arrays = getattr(scalar, name), OWN[name](*columns)
    wrong = [x for *x, y in zip(*(column.tolist() for column in columns), arrays.tolist()) if _bits(one(*x)) != _bits(y)]
    assert not wrong


@given(x=st.lists(st.floats(), min_size=2, max_size=2), name=st.sampled_from(NAMES))
def test_any_number_agrees_to_the_bit(x: list[float], name: str) -> None:
    given = x[: ARITY[name]]
    assert _bits(getattr(scalar, name)(*given)) == _bits(OWN[name](*given))
