"""Receptors against their closed forms: a spike of weight w at time 0, seen at every later step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.library.runs import simulated, values

import snndsl

ARRIVES = 2.0
STEP = 0.1
CURRENTS = ("delta_current", "exp_current", "alpha_current", "biexp_current")
CONDUCTANCES = ("delta_conductance", "exp_conductance", "alpha_conductance", "biexp_conductance", "nmda")
TAUS = {"alpha": {"tau": "2 ms"}, "exp": {"tau": "5 ms"}, "biexp": {"tau_rise": "0.5 ms", "tau_decay": "3 ms"}}
PEAK = 0.5 * 3 / (3 - 0.5) * np.log(3 / 0.5)
"""Of the difference of exponentials with 0.5 ms and 3 ms, in ms after the spike."""

V = [-80.0, -60.0, -math.log(3.57) / 0.062, 0.0, 40.0]
"""In mV; at the third one half of the NMDA conductance is blocked by 1 mM magnesium (Jahr, Stevens 1990)."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    neurons, populations, stimuli, states = {}, {}, {}, {}
    for name in (*CURRENTS, *CONDUCTANCES):
        given = TAUS.get(name.split("_")[0], {})
        nmda = name == "nmda"
        neurons[name] = {
            "parts": {"syn": {"use": f"receptors.{name}", **given}}, "state": {"V": "0 mV", "I": "0 pA"},
            "update": "I = syn.I", **({} if name.startswith("delta") else {"integrator": "exact"}),
        }  # fmt: skip
        populations[name] = {"neuron": name, "size": len(V), "initial": {"V": [f"{value!r} mV" for value in V]}}
        unit = {"delta_current": "pC"}.get(name, "pA" if name in CURRENTS else "nS")
        stimuli[f"to_{name}"] = {
            "into": name, "port": "syn", "weight": f"{'0.25' if unit == 'pC' else '8'} {unit}",
            "spikes": {"i": list(range(len(V))), "t": f"{ARRIVES - STEP} ms"},
        }  # fmt: skip
        first = "g" if name in CONDUCTANCES else "I"
        states[name] = [f"syn.{first}", "I", *(["syn.rise"] if nmda else [])]
    return simulated(
        tmp_path_factory.mktemp("receptors"), "receptors", f"{STEP} ms", "20 ms",
        neurons=neurons, populations=populations, stimuli=stimuli, record={"states": states},
    )  # fmt: skip


def course(run: snndsl.Recording, name: str, state: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times after the arrival in ms, and the state of the first neuron then."""
    found = values(run, name, state)
    start = round(ARRIVES / STEP)
    assert (found[:start] == 0).all() and (found == found[:, :1]).all()
    return STEP * np.arange(len(found) - start), found[start:, 0]


def shape(name: str, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the course of a spike of weight 1."""
    if name == "exp":
        return np.exp(-t / 5)
    if name == "alpha":
        return t / 2 * np.exp(1 - t / 2)
    rise, decay = (0.5, 3.0) if name == "biexp" else (2.0, 100.0)
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    return (np.exp(-t / decay) - np.exp(-t / rise)) / (np.exp(-peak / decay) - np.exp(-peak / rise))


@pytest.mark.parametrize("name", [*CURRENTS[1:], *CONDUCTANCES[1:]])
def test_the_course_is_the_closed_form(name: str, run: snndsl.Recording) -> None:
    t, found = course(run, name, "syn.I" if name in CURRENTS else "syn.g")
    assert np.abs(found - 8 * shape(name.split("_")[0], t)).max() <= 1e-12


@pytest.mark.parametrize("kind", ["current", "conductance"])
def test_alpha_peaks_at_tau_with_the_weight(kind: str, run: snndsl.Recording) -> None:
    t, found = course(run, f"alpha_{kind}", "syn.I" if kind == "current" else "syn.g")
    assert t[found.argmax()] == pytest.approx(2) and found.max() == pytest.approx(8, abs=1e-12)


@pytest.mark.parametrize("kind", ["current", "conductance"])
def test_biexp_peaks_with_the_weight(kind: str, run: snndsl.Recording) -> None:
    """Between two steps; at the step that is nearest it is below by less than the curvature allows."""
    t, found = course(run, f"biexp_{kind}", "syn.I" if kind == "current" else "syn.g")
    assert abs(t[found.argmax()] - PEAK) <= STEP and 7.99 < found.max() <= 8


def test_delta_brings_the_charge_in_one_step(run: snndsl.Recording) -> None:
    _, current = course(run, "delta_current", "syn.I")
    assert current[0] == pytest.approx(250 / STEP, rel=1e-15) and (current[1:] == 0).all()  # fC in ms: pA
    _, conductance = course(run, "delta_conductance", "syn.g")
    assert conductance[0] == 8 and (conductance[1:] == 0).all()


@pytest.mark.parametrize("name", CONDUCTANCES)
def test_currents_follow_the_driving_force(name: str, run: snndsl.Recording) -> None:
    """Of NMDA with the block of Jahr and Stevens 1990, 1/(1 + Mg/3.57 mM exp(-0.062 V/mV)); owners read parts a step late."""
    g, current = values(run, name, "syn.g"), values(run, name, "I")
    block = 1 / (1 + np.exp(-0.062 * np.array(V)) / 3.57) if name == "nmda" else np.ones(len(V))
    assert np.abs(current[1:] - g[:-1] * block * -np.array(V)).max() <= 1e-11
    assert block[2] == pytest.approx(0.5) or name != "nmda"
