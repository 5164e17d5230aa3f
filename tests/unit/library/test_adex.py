"""The adaptive exponential neuron: rheobases in closed form (Touboul, Brette 2008), another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from unit.library.runs import simulated, times

NEST = [17.72, 40.49, 71.27, 114.48, 171.6, 236.18, 302.69, 369.56]
"""Spikes of NEST 3.10 aeif_cond_exp in ms: these parameters, t_ref 0, gsl_error_tol 1e-9, I_e 800 pA, steps of 0.01 ms."""

SADDLE_NODE = 30 * (-50.4 + 70.6 - 2)
"""g_L (V_T - E_L - Delta_T) in pA: where the neuron without adaptation begins to spike, from rest."""

TAU_M = 281 / 30
HOPF_V = -50.4 + 2 * np.log(1 + TAU_M / 144)
HOPF = 34 * (HOPF_V + 70.6) - 60 * np.exp((HOPF_V + 50.4) / 2)
"""Where the resting state of the published neuron loses its stability, since a/g_L > tau_m/tau_w."""


def fixed_point(current: float) -> float:
    """Return the resting potential in mV for a current below `HOPF`."""
    v = np.linspace(-71, HOPF_V + 0.5, 2_000_001)
    return float(v[np.argmin(np.abs(34 * (v + 70.6) - 60 * np.exp((v + 50.4) / 2) - current))])


def test_spikes_of_another_program(tmp_path: Path) -> None:
    run = simulated(
        tmp_path, "adex", "0.01 ms", "400 ms", backend="nest", populations={"cells": {"neuron": "adex.adex", "size": 1}},
        stimuli={"dc": {"into": "cells", "port": "I", "current": "800 pA"}}, record={"spikes": ["cells"]},
    )  # fmt: skip
    assert np.abs(times(run, "cells") - NEST).max() <= 0.1


def test_rheobases(tmp_path: Path) -> None:
    """A thousandth below the saddle-node it is silent, above it spikes; and so around the Hopf bifurcation, from a push."""
    currents = [SADDLE_NODE * 0.999, SADDLE_NODE * 1.001]
    around = [HOPF * 0.99, HOPF * 1.01]
    rest = [fixed_point(around[0]), fixed_point(HOPF)]
    start = {"V": [f"{value + 0.05} mV" for value in rest], "w": [f"{4 * (value + 70.6)} pA" for value in rest]}
    run = simulated(
        tmp_path, "rheobase", "0.1 ms", "3 s", backend="nest",
        populations={
            "sharp": {"neuron": {"use": "adex.adex", "a": "0 nS", "b": "0 pA"}, "size": 2},
            "slow": {"neuron": "adex.adex", "size": 2, "initial": start},
        },
        stimuli={
            "a": {"into": "sharp", "port": "I", "current": [f"{value} pA" for value in currents]},
            "b": {"into": "slow", "port": "I", "current": [f"{value} pA" for value in around]},
        },
        record={"spikes": ["sharp", "slow"]},
    )  # fmt: skip
    assert [len(times(run, name, place)) > 0 for name in ("sharp", "slow") for place in (0, 1)] == [False, True, False, True]
