"""Neurons and currents with noise: moments and first-passage rates in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx
from unit.library.runs import simulated, values

NUMBER, STEP = 400, 0.1
MEANS = (-58.0, -54.0, -49.0)
"""In mV: rare spikes, spikes by noise, spikes by the mean."""


def rate(mu: float, sigma: float, tau: float, threshold: float, reset: float, silent: float) -> float:
    """Return the rate in 1/ms (Siegert 1951; Brunel, Hakim 1999): sqrt(pi) tau times the integral of exp(u^2)(1 + erf(u))."""
    low, high = ((level - mu) / sigma / np.sqrt(2) for level in (reset, threshold))
    return float(1 / (silent + tau * np.sqrt(np.pi) * quad(lambda u: erfcx(-u), low, high)[0]))


@pytest.mark.slow
def test_rates(tmp_path: Path) -> None:
    """The threshold is looked at once a step, which acts like one that is 0.5826 sigma sqrt(2 h/tau) higher (Chernoff 1965)."""
    uses = [{"use": "lif.lif_noise", "mu": f"{mu} mV"} for mu in MEANS]
    run = simulated(
        tmp_path, "siegert", f"{STEP} ms", "3 s", backend="nest",
        populations={f"p{k}": {"neuron": use, "size": NUMBER} for k, use in enumerate(uses)},
        record={"spikes": [f"p{k}" for k in range(len(MEANS))]},
    )  # fmt: skip
    seen = 0.5826 * 3 * np.sqrt(2 * STEP / 20)
    for k, mu in enumerate(MEANS):
        count = int((run.spikes[f"p{k}"].step > 5000).sum())
        expected = 2500 * NUMBER * rate(mu, 3, 20, -50 + seen, -60, 2 + STEP / 2)
        assert count == pytest.approx(expected, rel=0.03, abs=4 * np.sqrt(expected)), mu


def test_a_current_with_a_time_constant(tmp_path: Path) -> None:
    """Mean mu, standard deviation sigma and correlation exp(-t/tau), at any step: here one as long as the time constant."""
    part = {"use": "receptors.noise_current", "mu": "50 pA"}
    neuron = {"parts": {"syn": part}, "state": {"V": "0 mV"}, "integrator": "exact"}
    run = simulated(
        tmp_path, "ou", "5 ms", "1 s", neurons={"cell": neuron}, populations={"cells": {"neuron": "cell", "size": NUMBER}},
        record={"states": {"cells": ["syn.I"]}},
    )  # fmt: skip
    late = values(run, "cells", "syn.I")[20:]
    assert late.mean() == pytest.approx(50, abs=3) and late.std() == pytest.approx(100, rel=0.02)
    for lag in (1, 2):
        pairs = (late[lag:] - 50) * (late[:-lag] - 50)
        assert pairs.mean() / 100**2 == pytest.approx(np.exp(-lag), abs=0.02)
