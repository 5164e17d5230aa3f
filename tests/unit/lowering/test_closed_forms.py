"""Leaky membranes against closed forms at every step, Hodgkin-Huxley against a solver that is told 1e-12."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from unit.lowering.models import neurons, program

STEPS = ("0.0078125", "0.01", "0.02", "0.025", "0.03125", "0.04", "0.05", "0.0625", "0.1", "0.125", "0.2", "0.25", "0.5", "1")
"""Fourteen lengths in ms, each of which divides the time."""
TIME = 20

LEAKY = """
    neurons:
      lif:
        parameters: {tau: 20 ms, fast: 2 ms, C: 250 pF, I: 300 pA}
        state: {left: 15 mV, driven: 0 mV, pushed: 0 mV, E: 100 pA, swung: 0 mV, A: 0 pA, B: 100 pA}
        equations: |
          dleft/dt = -left/tau
          ddriven/dt = I/C - driven/tau
          dE/dt = -E/fast
          dpushed/dt = E/C - pushed/tau
          dB/dt = -B/fast
          dA/dt = B/fast - A/fast
          dswung/dt = A/C - swung/tau
        integrator: exact
    populations: {p: {neuron: lif, size: 1}}
"""


def closed_forms() -> dict[str, float]:
    """Return each potential in mV at the end, from 60 digits: a leak, a constant, an exponential and an alpha current."""
    with mpmath.workdps(60):
        t, tau, fast = mpmath.mpf(TIME), mpmath.mpf(20), mpmath.mpf(2)
        slow, quick, k = mpmath.exp(-t / tau), mpmath.exp(-t / fast), 1 / fast - 1 / tau
        size = mpmath.mpf(100) / 250
        found = {
            "left": 15 * slow,
            "driven": mpmath.mpf(300) / 250 * tau * (1 - slow),
            "pushed": size / k * (slow - quick),
            "swung": size / fast * ((slow - quick) / k**2 - t * quick / k),
        }
        return {name: float(value) for name, value in found.items()}


@pytest.mark.parametrize("step", STEPS)
def test_leaky_membranes(step: str) -> None:
    """Within 1e-12 of what they are, however the time is cut."""
    group = neurons(program(LEAKY, step=f"{step} ms"))
    for j in range(round(TIME / float(step))):
        group.step(j)
    for name, wanted in closed_forms().items():
        assert float(group.states[name][0]) == pytest.approx(wanted, rel=1e-12), name


SQUID = """
    neurons:
      hh:
        parameters: {C: 1 uF/cm^2, I: 10 uA/cm^2, g_L: 0.3 mS/cm^2, g_Na: 120 mS/cm^2, g_K: 36 mS/cm^2}
        state: {V: -65 mV, m: a_m/(a_m + b_m), h: a_h/(a_h + b_h), n: a_n/(a_n + b_n)}
        equations: |
          a_m = 1 kHz/exprel(-(V + 40 mV)/(10 mV))
          b_m = 4 kHz*exp(-(V + 65 mV)/(18 mV))
          a_h = 0.07 kHz*exp(-(V + 65 mV)/(20 mV))
          b_h = 1 kHz/(1 + exp(-(V + 35 mV)/(10 mV)))
          a_n = 0.1 kHz/exprel(-(V + 55 mV)/(10 mV))
          b_n = 0.125 kHz*exp(-(V + 65 mV)/(80 mV))
          dm/dt = a_m*(1 - m) - b_m*m
          dh/dt = a_h*(1 - h) - b_h*h
          dn/dt = a_n*(1 - n) - b_n*n
          dV/dt = (I - g_L*(V + 54.387 mV) - g_Na*m**3*h*(V - 50 mV) - g_K*n**4*(V + 77 mV))/C
        integrator: rk4
    populations: {p: {neuron: hh, size: 1}}
"""
PERIOD = 5.0
"""In ms: the first spike, where the error is largest, and what follows it."""


def rates(v: float) -> tuple[float, ...]:
    """Return what opens and closes m, h, n, in 1/ms."""

    def exprel(x: float) -> float:
        return math.expm1(x) / x if x else 1.0

    return (
        1 / exprel(-(v + 40) / 10), 4 * math.exp(-(v + 65) / 18), 0.07 * math.exp(-(v + 65) / 20),
        1 / (1 + math.exp(-(v + 35) / 10)), 0.1 / exprel(-(v + 55) / 10), 0.125 * math.exp(-(v + 65) / 80),
    )  # fmt: skip


def slopes(_: float, y: NDArray[np.float64]) -> list[float]:
    """Return the right sides, in mV/ms and 1/ms."""
    v, m, h, n = map(float, y)
    am, bm, ah, bh, an, bn = rates(v)
    current = 10 - 0.3 * (v + 54.387) - 120 * m**3 * h * (v - 50) - 36 * n**4 * (v + 77)
    return [current, am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n]


@pytest.fixture(scope="module")
def truth() -> Any:
    """Return the potential as a function of time."""
    am, bm, ah, bh, an, bn = rates(-65.0)
    begin = [-65.0, am / (am + bm), ah / (ah + bh), an / (an + bn)]
    times = np.arange(1, round(PERIOD / 0.01) + 1) * 0.01
    found = solve_ivp(slopes, (0, PERIOD), begin, method="DOP853", rtol=1e-12, atol=1e-13, t_eval=times, max_step=0.1)
    return found.y[0]


def error(step: float, truth: NDArray[np.float64]) -> float:
    """Return how far rk4 is from it at most, in mV, at the stamps of the coarser grid."""
    group, every = neurons(program(SQUID, step=f"{step} ms")), round(0.01 / step)
    found = []
    for j in range(round(PERIOD / step)):
        group.step(j)
        if (j + 1) % every == 0:
            found.append(float(group.states["V"][0]))
    return float(np.abs(np.array(found) - truth).max())


def test_a_spike_of_hodgkin_and_huxley(truth: NDArray[np.float64]) -> None:
    """The error is that of the method (1.2e-4 mV on the rise of the spike at 0.01 ms) and falls with the fourth power."""
    coarse, fine = error(0.01, truth), error(0.005, truth)
    assert truth.max() > 40
    assert coarse == pytest.approx(1.2e-4, rel=0.02) and fine < 1e-5
    assert math.log2(coarse / fine) == pytest.approx(4, abs=0.15)
