"""Propagators against closed forms at every gap of time constants, and against scipy."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.graph.propagators import propagators

scipy_linalg = pytest.importorskip("scipy.linalg")

GAPS = [0.0, 1e-16, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 0.5, 1.0, -1e-14, -1e-9, -0.5]


def exact(function: object) -> float:
    with mpmath.workdps(80):
        return float(function())  # type: ignore[operator]


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("h", [0.1, 1.0, 2.0**-13])
def test_membrane_and_synapse_at_every_gap(gap: float, h: float) -> None:
    a, b, c = -1 / 20.0, -1 / (20.0 * (1 + gap)), 1 / 250.0
    p, q = propagators({(0, 0): a, (0, 1): c, (1, 1): b}, 2, h)

    def coupling() -> mpmath.mpf:
        A, B, H, C = (mpmath.mpf(value) for value in (a, b, h, c))
        return C * H * mpmath.exp(A * H) if A == B else C * (mpmath.exp(B * H) - mpmath.exp(A * H)) / (B - A)

    assert p[0, 0, 1] == exact(coupling)
    assert p[0, 0, 0] == exact(lambda: mpmath.exp(mpmath.mpf(a) * mpmath.mpf(h)))
    assert p[0, 1, 1] == exact(lambda: mpmath.exp(mpmath.mpf(b) * mpmath.mpf(h)))
    assert p[0, 1, 0] == 0.0
    assert q[0, 0, 0] == exact(lambda: mpmath.expm1(mpmath.mpf(a) * mpmath.mpf(h)) / mpmath.mpf(a))


def test_alpha_function() -> None:
    tau, h = 2.0, 0.1
    p, _ = propagators({(0, 0): -1 / tau, (0, 1): 1.0, (1, 1): -1 / tau}, 2, h)
    assert p[0, 0, 1] == pytest.approx(h * math.exp(-h / tau), rel=1e-15)


def test_an_integrator_without_leak() -> None:
    p, q = propagators({(0, 0): 0.0}, 1, 0.25)
    assert (p[0, 0, 0], q[0, 0, 0]) == (1.0, 0.25)


@given(st.lists(st.floats(-2, 2), min_size=9, max_size=9), st.floats(0.01, 2))
def test_any_matrix_against_scipy(entries: list[float], h: float) -> None:
    matrix = np.array(entries).reshape(3, 3)
    p, q = propagators({(i, j): matrix[i, j] for i in range(3) for j in range(3)}, 3, h)
    whole = np.block([[matrix, np.eye(3)], [np.zeros((3, 6))]])
    expected = scipy_linalg.expm(whole * h)
    np.testing.assert_allclose(p[0], expected[:3, :3], rtol=1e-11, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_allclose(q[0], expected[:3, 3:], rtol=1e-11, atol=1e-12 * np.abs(expected).max())


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4), st.floats(0.05, 1))
def test_two_half_steps_are_one(entries: list[float], h: float) -> None:
    matrix = {(i, j): entries[2 * i + j] for i in range(2) for j in range(2)}
    (half, _), (whole, _) = propagators(matrix, 2, h), propagators(matrix, 2, 2 * h)
    np.testing.assert_allclose(half[0] @ half[0], whole[0], rtol=1e-13, atol=1e-15)


def test_one_matrix_for_each_neuron() -> None:
    tau = np.array([10.0, 20.0, 10.0])
    p, _ = propagators({(0, 0): -1 / tau}, 1, 0.1)
    assert p[:, 0, 0].tolist() == [exact(lambda t=t: mpmath.exp(mpmath.mpf(-1 / t) * mpmath.mpf(0.1))) for t in tau]
    assert p[0, 0, 0] == p[2, 0, 0]
