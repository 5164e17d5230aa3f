"""Membranes with channels: other programs, published bifurcations, published behaviour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from unit.library.runs import simulated, times

import snndsl

NEST_HH = [2.15, 17.08, 31.73, 46.37, 61.01, 75.64, 90.28, 104.91, 119.55, 134.19, 148.82, 163.46, 178.1, 192.73]
"""First spikes of NEST 3.10 hh_psc_alpha in ms, from the peak on: 100 pF of these densities, I_e 1000 pA, 0.01 ms."""

NEST_TRAUB = [2.59, 14.67, 26.75, 38.83, 50.91, 62.99, 75.07, 87.15, 99.23]
"""Spikes of NEST 3.10 hh_cond_exp_traub in ms, at the peak: V_T -63, E_L -60, g_L 10, C_m 200, I_e 500 pA, steps of 0.01 ms."""

NEST_SYNAPSES = [9.41, 23.46, 30.7]
"""The same with E_L -65: 20 nS of excitation sent at 5, 8, 20, 23 ms and 40 nS of inhibition at 7 ms, delays of 1 ms."""


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    return simulated(
        tmp_path_factory.mktemp("membranes"), "membranes", "0.01 ms", "200 ms", backend="nest",
        populations={
            "squid": {"neuron": {"use": "hodgkin_huxley.hh", "integrator": "rk4"}, "size": 1},
            "traub": {"neuron": {"use": "hodgkin_huxley.traub_miles", "integrator": "rk4"}, "size": 1},
            "synapses": {"neuron": {"use": "hodgkin_huxley.traub_miles", "E_L": "-65 mV", "integrator": "rk4"}, "size": 1},
        },
        stimuli={
            "a": {"into": "squid", "port": "I", "current": "10 uA/cm^2"},
            "b": {"into": "traub", "port": "I", "current": "500 pA"},
            "c": {
                "into": "synapses", "port": "exc", "weight": "20 nS", "delay": "1 ms",
                "spikes": {"i": 0, "t": ["5 ms", "8 ms", "20 ms", "23 ms"]},
            },
            "d": {"into": "synapses", "port": "inh", "weight": "40 nS", "delay": "1 ms", "spikes": {"i": 0, "t": "7 ms"}},
        },
        record={"spikes": ["squid", "traub", "synapses"]},
    )  # fmt: skip


def late(run: snndsl.Recording, population: str, peaks: list[float]) -> np.ndarray:
    """Return how long after the crossing that is counted here the peak comes that another program counts."""
    found = times(run, population)[: len(peaks)]
    return np.array(peaks) - found


def test_squid_axon(fast: snndsl.Recording) -> None:
    """68.3 spikes a second at 10 uA/cm^2, and the times of another program: from 0 mV to the peak it is always as long."""
    assert len(times(fast, "squid")) == len(NEST_HH)
    found = late(fast, "squid", NEST_HH)
    assert found.min() > 0.2 and found.max() < 0.3 and np.ptp(found) <= 0.021
    assert 1000 / np.diff(times(fast, "squid"))[-1] == pytest.approx(68.3, abs=0.1)


def test_hippocampal_cell(fast: snndsl.Recording) -> None:
    found = late(fast, "traub", NEST_TRAUB)
    assert found.min() > 0 and found.max() < 0.4 and np.ptp(found) <= 0.021


def test_hippocampal_synapses(fast: snndsl.Recording) -> None:
    found = late(fast, "synapses", NEST_SYNAPSES)
    assert len(times(fast, "synapses")) == 3 and found.min() > 0 and found.max() < 0.4


def steady(v: np.ndarray, kind: int) -> np.ndarray:
    """Return the current density in uA/cm^2 that holds a potential in mV, from the published equations."""
    calcium, v3, v4 = (4.0, 12.0, 17.4) if kind == 1 else (4.4, 2.0, 30.0)
    m, n = (0.5 * (1 + np.tanh((v - a) / b)) for a, b in ((-1.2, 18.0), (v3, v4)))
    return np.asarray(2 * (v + 60) + calcium * m * (v - 120) + 8 * n * (v + 84))


@pytest.fixture(scope="module")
def lecar(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    currents = {"type_1": [39.9, 40.1, 41.0, 44.0, 60.0], "type_2": [88.0, 89.0, 95.0, 105.0, 120.0]}
    return simulated(
        tmp_path_factory.mktemp("lecar"), "lecar", "0.1 ms", "4 s", backend="nest",
        populations={name: {"neuron": f"morris_lecar.{name}", "size": 5} for name in currents},
        stimuli={
            f"dc_{name}": {"into": name, "port": "I", "current": [f"{value} uA/cm^2" for value in row]}
            for name, row in currents.items()
        },
        record={"spikes": list(currents)},
    )  # fmt: skip


def rate(run: snndsl.Recording, population: str, neuron: int) -> float:
    """Return the rate after the first second, in Hz."""
    found = times(run, population, neuron)
    return len(found[found > 1000]) / 3


def test_type_1_begins_at_any_rate(lecar: snndsl.Recording) -> None:
    """At 39.96 uA/cm^2 (Rinzel, Ermentrout 1998), the local maximum of the steady current; the rate grows as a square root."""
    v = np.linspace(-60, 0, 60001)
    curve = steady(v, 1)
    onset = curve[np.flatnonzero(np.diff(np.sign(np.diff(curve))) < 0)[0] + 1]
    assert onset == pytest.approx(39.96, abs=0.01)
    rates = [rate(lecar, "type_1", place) for place in range(5)]
    assert rates[0] == 0 < rates[1] < 3
    assert rates[2] / rates[1] == pytest.approx(np.sqrt((41 - onset) / (40.1 - onset)), rel=0.2)
    assert rates[1] < 0.3 * rates[4]


def test_type_2_begins_at_a_rate(lecar: snndsl.Recording) -> None:
    """Spikes exist from 88.3 uA/cm^2 on (Rinzel, Ermentrout 1998), and where they begin they are fast."""
    rates = [rate(lecar, "type_2", place) for place in range(5)]
    assert rates[0] == 0 and rates[1] > 0.5 * rates[4] > 3 and (np.diff(steady(np.linspace(-60, 0, 6001), 2)) > 0).all()


def test_two_compartments(tmp_path: Path) -> None:
    """Pinsky and Rinzel 1994: 0.75 uA/cm^2 into the soma makes slow bursts, 2.5 single spikes; a soma alone never bursts."""
    run = simulated(
        tmp_path, "ca3", "0.05 ms", "2 s", backend="nest",
        populations={
            "cells": {
                "neuron": {"use": "pinsky_rinzel.pinsky_rinzel", "g_c": ["2.1 mS/cm^2", "2.1 mS/cm^2", "0 mS/cm^2"]}, "size": 3,
            }
        },
        stimuli={"dc": {"into": "cells", "port": "I_s", "current": ["0.75 uA/cm^2", "2.5 uA/cm^2", "0.75 uA/cm^2"]}},
        record={"spikes": ["cells"]},
    )  # fmt: skip
    bursting, tonic, alone = (np.diff(times(run, "cells", place)) for place in range(3))
    late = bursting[3:]
    assert late[0::2].min() > 300 and late[1::2].max() < 5 and len(late) >= 6
    assert tonic[-40:].min() > 20 and tonic[-40:].max() < 25 and np.ptp(alone) <= 0.06
