"""Propagators against closed forms at every gap of time constants, and against scipy."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.graph.propagators import propagators, spreads

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


STEPS = [0.01, 0.025, 0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 400.0]
"""Fourteen step sizes in ms."""
TAU = 5.0
NEAR = [TAU * (1 + 10.0**-k) for k in range(17)] + [TAU * (1 - 10.0**-k) for k in range(1, 17)] + [TAU]


def divided(rates: list[mpmath.mpf], h: mpmath.mpf) -> mpmath.mpf:
    """Divided difference of exp(x*h) at some rates, equal ones among them: the entry of a chain with unit couplings."""
    rates = sorted(rates)
    if rates[0] == rates[-1]:
        return h ** (len(rates) - 1) * mpmath.exp(rates[0] * h) / mpmath.factorial(len(rates) - 1)
    return (divided(rates[1:], h) - divided(rates[:-1], h)) / (rates[-1] - rates[0])


@pytest.mark.parametrize("h", STEPS)
def test_synapses_in_front_of_a_membrane_at_every_gap(h: float) -> None:
    """Closed forms in 120 digits, of which a gap of 1e-16 leaves more than 60; two and three stages, alpha functions."""
    for tau in NEAR:
        a, b, c = -1 / TAU, -1 / tau, 1 / 250.0
        chain = {(0, 0): a, (0, 1): c, (1, 1): b, (1, 2): 1.0, (2, 2): b}
        p, q = propagators(chain, 3, h)
        with mpmath.workdps(120):
            A, B, C, H = (mpmath.mpf(value) for value in (a, b, c, h))
            expected = {
                (0, 0): mpmath.exp(A * H),
                (1, 1): mpmath.exp(B * H),
                (0, 1): C * divided([A, B], H),
                (1, 2): divided([B, B], H),
                (0, 2): C * divided([A, B, B], H),
            }
            integral = {
                (0, 0): mpmath.expm1(A * H) / A,
                (0, 1): C * divided([A, B, mpmath.mpf(0)], H),
                (0, 2): C * divided([A, B, B, mpmath.mpf(0)], H),
            }
            for found, closed in ((p, expected), (q, integral)):
                for place, value in closed.items():
                    assert found[0][place] == float(value), (tau, place)


def grown(rate: mpmath.mpf, power: int, h: mpmath.mpf) -> mpmath.mpf:
    """Integral of s**power*exp(rate*s) over the step."""
    return mpmath.gammainc(power + 1, 0, -rate * h) / (-rate) ** (power + 1)


@pytest.mark.parametrize("h", STEPS)
def test_noise_in_front_of_a_membrane_at_every_gap(h: float) -> None:
    """The covariance of both integrals against quadrature-free closed forms."""
    for tau in [TAU * (1 + 10.0**-k) for k in range(0, 17, 2)] + [TAU]:
        a, b = -1 / TAU, -1 / tau
        [factor] = spreads({(0, 0): a, (0, 1): 1.0, (1, 1): b}, h, [(1, 1), (0, 1)])
        with mpmath.workdps(120):
            A, B, H = (mpmath.mpf(value) for value in (a, b, h))
            own, both = grown(2 * B, 0, H), grown(A + B, 0, H)
            if A == B:
                across, through = grown(A + B, 1, H), grown(A + B, 2, H)
            else:
                across = (own - both) / (B - A)
                through = (own - 2 * both + grown(2 * A, 0, H)) / (B - A) ** 2
            expected = [mpmath.sqrt(own), across / mpmath.sqrt(own), mpmath.sqrt(through - across**2 / own)]
        np.testing.assert_allclose(factor[np.tril_indices(2)], [float(value) for value in expected], rtol=1e-12)


def test_weak_couplings_have_all_their_digits() -> None:
    """A chain of six stages, each coupled by 1e-60: every entry is right relative to itself."""
    matrix = {(k, k): -0.1 * (k + 1) for k in range(6)} | {(k, k + 1): 1e-60 for k in range(5)}
    p, _ = propagators(matrix, 6, 0.1)
    with mpmath.workdps(80):
        rates = [mpmath.mpf(-0.1 * (k + 1)) for k in range(6)]
        for k in range(6):
            value = mpmath.mpf(1e-60) ** k * divided(rates[: k + 1], mpmath.mpf(0.1))
            assert p[0, 0, k] == float(value)


def test_noise_of_two_equations_that_are_one() -> None:
    """Nothing is left for the second draw, and no square root of a negative rest."""
    [factor] = spreads({(0, 0): -0.2, (1, 1): -0.2}, 1.0, [(0, 0), (1, 1)])
    assert factor[0, 0] == factor[1, 0] and factor[1, 1] == 0.0


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
