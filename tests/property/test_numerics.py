"""Laws of the functions and draws."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from unit.numerics.own import OWN, UNARY

from snndsl import numerics
from snndsl.numerics import elementary, trigonometric

ANY = st.floats(allow_nan=True, allow_infinity=True)
WORD = st.integers(0, 2**32 - 1)
SHORT = st.integers(0, 2**16 - 1)


@given(st.sampled_from(UNARY), st.lists(ANY, max_size=20))
def test_an_array_is_its_elements(name, values):
    function = OWN[name]
    together = function(np.array(values))
    assert together.tobytes() == np.array([function(value) for value in values]).tobytes()


@given(st.sampled_from(("expm1", "sin", "tan", "tanh")), ANY)
def test_signs(name, x):
    function = OWN[name]
    if name != "expm1" and not math.isnan(function(x)):
        assert function(-x) == -function(x)
    if name in ("expm1", "tanh") and not math.isnan(x):
        assert math.copysign(1.0, function(x)) == math.copysign(1.0, x)


@given(st.floats(-700.0, 700.0))
def test_inverses(x):
    assert math.isclose(elementary.log(elementary.exp(x)), x, rel_tol=1e-15, abs_tol=3e-16)
    assert math.isclose(elementary.exp(x) * elementary.exp(-x), 1.0, rel_tol=1e-15)


@given(st.floats(1e-300, 1e300), st.floats(1.001, 2.0))
def test_exp_and_log_grow(x, factor):
    assert elementary.log(x) <= elementary.log(x * factor)
    assert elementary.exp(-elementary.log(x)) >= elementary.exp(-elementary.log(x * factor))


@given(st.floats(-1e300, 1e300))
def test_sine_and_cosine(x):
    assert math.isclose(trigonometric.sin(x) ** 2 + trigonometric.cos(x) ** 2, 1.0, rel_tol=1e-15)


@given(st.floats(-500.0, 700.0).filter(lambda x: abs(x) > 1e-300))
def test_exprel_times_x(x):
    assert math.isclose(elementary.exprel(x) * x, elementary.expm1(x), rel_tol=5e-16)


@given(WORD, WORD, st.lists(WORD, min_size=1, max_size=9), WORD, WORD, SHORT, SHORT)
def test_draws_do_not_depend_on_their_neighbours(k0, k1, elements, step, trial, call, attempt):
    array = np.array(elements, dtype=np.float64)
    together = numerics.normal_attempt(k0, k1, array, step, trial, call, attempt)
    alone = [numerics.normal_attempt(k0, k1, element, step, trial, call, attempt) for element in elements]
    assert together.tolist() == alone
    assert ((u := numerics.uniform(k0, k1, array, step, trial, call)) > 0.0).all() and (u < 1.0).all()


@given(st.floats(0.0, 60.0), st.floats(1.001, 2.0), WORD)
def test_poisson_counts_are_whole_and_grow_with_the_mean(mean, factor, element):
    count = numerics.poisson(mean, 1, 2, element, 3, 4, 5)
    assert count == math.floor(count) >= 0.0
    assert count == numerics.poisson(np.array([mean]), 1, 2, element, 3, 4, 5)[0]
    if mean * factor <= 10.0:
        assert count <= numerics.poisson(mean * factor, 1, 2, element, 3, 4, 5)
