"""Leaky integrate-and-fire neurons: the rate of a constant current in closed form, postsynaptic potentials, another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from unit.library.runs import simulated, times, values

import snndsl

CURRENTS = [100.0, 187.0, 188.0, 200.0, 250.0, 400.0, 800.0]
"""In pA, around the rheobase of 187.5 pA."""

NEST_COND = [21.98, 48.96, 75.94, 102.92, 129.9, 156.88, 183.86]
"""Spikes of NEST 3.10 iaf_cond_exp in ms: these parameters, I_e 150 pA, steps of 0.01 ms."""

KINDS = ("lif_exp", "lif_alpha", "lif_delta")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    stimuli = {
        f"dc_{name}": {"into": name, "port": "I_ext", "current": [f"{value} pA" for value in CURRENTS]} for name in KINDS
    }
    stimuli |= {
        f"one_{name}": {"into": f"{name}_silent", "port": port, "weight": weight, "spikes": {"i": 0, "t": "0.9 ms"}}
        for name, port, weight in (("lif_exp", "syn", "100 pA"), ("lif_alpha", "syn", "100 pA"), ("lif_delta", "kick", "1 mV"))
    }
    populations = {name: {"neuron": f"lif.{name}", "size": len(CURRENTS)} for name in KINDS}
    populations |= {f"{name}_silent": {"neuron": f"lif.{name}", "size": 1} for name in KINDS}
    return simulated(
        tmp_path_factory.mktemp("lif"), "lif", "0.1 ms", "400 ms", populations=populations, stimuli=stimuli,
        record={"spikes": list(KINDS), "states": {f"{name}_silent": {"of": ["V"], "until": "50 ms"} for name in KINDS}},
    )  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("place", range(len(CURRENTS)))
def test_intervals_of_a_constant_current(name: str, place: int, run: snndsl.Recording) -> None:
    """t_ref + tau log(R I/(R I - 15 mV)), to the next step of the grid, since membranes are exact."""
    reached = 20 / 250 * CURRENTS[place]  # R I in mV
    if reached <= 15:
        assert len(times(run, name, place)) == 0
        return
    steps = np.ceil(20 * np.log(reached / (reached - 15)) / 0.1 - 1e-9) + 20
    assert set(np.diff(run.spikes[name].step[run.spikes[name].neuron == place])) == {steps}


@pytest.mark.parametrize("name", KINDS)
def test_a_postsynaptic_potential_is_the_closed_form(name: str, run: snndsl.Recording) -> None:
    t = np.arange(491) * 0.1
    k, m, tau = 1 / 2 - 1 / 20, 20.0, 2.0
    exponential = 100 / 250 / k * (np.exp(-t / m) - np.exp(-t / tau))
    alpha = 100 / 250 * np.e / tau * ((np.exp(-t / m) - np.exp(-t / tau)) / k**2 - t * np.exp(-t / tau) / k)
    truth = {"lif_exp": exponential, "lif_alpha": alpha, "lif_delta": np.exp(-t / m)}[name]
    found = values(run, f"{name}_silent", "V")[:, 0] + 70
    assert (found[:10] == 0).all() and np.abs(found[10:] - truth).max() <= 1e-12


def test_conductances(tmp_path: Path) -> None:
    """The potential against a solver of adaptive step, the spikes against NEST."""
    run = simulated(
        tmp_path, "cond", "0.01 ms", "190 ms", backend="nest",
        populations={"a": {"neuron": "lif.lif_cond_exp", "size": 1}, "b": {"neuron": "lif.lif_cond_exp", "size": 1}},
        stimuli={
            "dc": {"into": "a", "port": "I_ext", "current": "150 pA"},
            "e": {"into": "b", "port": "exc", "weight": "6 nS", "spikes": {"i": 0, "t": "0.99 ms"}},
            "i": {"into": "b", "port": "inh", "weight": "20 nS", "spikes": {"i": 0, "t": "0.99 ms"}},
        },
        record={"spikes": ["a", "b"], "states": {"b": {"of": ["V"], "until": "51 ms"}}},
    )  # fmt: skip
    assert np.abs(times(run, "a") - NEST_COND).max() <= 0.02
    assert len(times(run, "b")) == 0

    def slope(t: float, v: list[float]) -> list[float]:
        return [(10 * (-60 - v[0]) - 6 * np.exp(-t / 5) * v[0] + 20 * np.exp(-t / 10) * (-80 - v[0])) / 200]

    t = np.arange(5001) * 0.01
    truth = solve_ivp(slope, (0, 50), [-60.0], t_eval=t, rtol=1e-11, atol=1e-11).y[0]
    assert np.abs(values(run, "b", "V")[100:, 0] - truth).max() <= 0.01  # exponential Euler is of first order
