"""Neurons whose threshold follows their spikes: closed forms, published patterns, another program."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from unit.library.runs import simulated, times, values

import snndsl

NEST_MAT = [5.1, 19.8, 37.9, 58.0, 80.1, 104.4, 131.1, 160.1, 191.2, 224.0, 258.1, 293.1]
"""Spikes of NEST 3.10 mat2_psc_exp in ms: tau_m 5, C_m 100, the other parameters as here, I_e 600 pA, steps of 0.1 ms."""

MAT = {"rs": (37.0, 2.0, 19.0), "ib": (1.7, 2.0, 26.0), "fs": (10.0, 0.002, 11.0), "ch": (-0.5, 0.4, 26.0)}
"""alpha_1, alpha_2, omega in mV, as published for regular spiking, intrinsic bursting, fast spiking and chattering cells."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    mv = [[f"{row[k]} mV" for row in MAT.values()] for k in range(3)]
    populations = {
        "mat": {"neuron": {"use": "adaptive_threshold.mat", "alpha_1": mv[0], "alpha_2": mv[1], "omega": mv[2]}, "size": 4},
        "goodman": {
            "neuron": {
                "use": "adaptive_threshold.lif_adaptive_threshold", "tau_m": ["50 ms", "10 ms"], "tau_th": ["100 ms", "50 ms"],
                "th_0": "1 mV", "delta_th": ["0.5 mV", "0.2 mV"],
            },
            "size": 2,
        },
        "mn": {
            "neuron": {
                "use": "adaptive_threshold.mihalas_niebur", "a": ["0 Hz", "0 Hz", "0 Hz", "5 Hz", "5 Hz", "0 Hz", "0 Hz"],
                "A_1": [*["0 pA"] * 5, "1000 pA", "1000 pA"], "A_2": [*["0 pA"] * 5, "-60 pA", "-60 pA"],
            },
            "size": 7,
        },
    }  # fmt: skip
    stimuli = {
        "dc": {"into": "mat", "port": "I", "current": "600 pA"},
        "forty": {
            "into": "goodman[0]",
            "port": "kick",
            "weight": "0.5 mV",
            "spikes": {"i": 0, "t": ["19.9 ms", "39.9 ms", "59.9 ms"]},
        },
        "often": {
            "into": "goodman[1]",
            "port": "kick",
            "weight": "0.7 mV",
            "spikes": {"i": 0, "t": [f"{3 * k + 2.9:.1f} ms" for k in range(20)]},
        },
        "mn_in": {
            "into": "mn",
            "port": "I",
            "current": ["150 pA", "100.1 pA", "99.9 pA", "150 pA", "200 pA", "200 pA", "150 pA"],
        },
    }
    return simulated(
        tmp_path_factory.mktemp("adaptive"), "adaptive", "0.1 ms", "600 ms", populations=populations, stimuli=stimuli,
        record={"spikes": list(populations), "states": {"mn": {"of": ["V", "Theta"], "every": "1 ms"}}},
    )  # fmt: skip


def test_regular_spiking_is_that_of_another_program(run: snndsl.Recording) -> None:
    found = times(run, "mat", 0)
    assert np.abs(found[: len(NEST_MAT)] - NEST_MAT).max() <= 0.1 + 1e-9


@pytest.mark.parametrize("place", range(3))
def test_the_last_interval_solves_the_threshold(place: int, run: snndsl.Recording) -> None:
    """At a period T the sum of the decayed jumps, omega + sum alpha/(exp(T/tau) - 1), is the steady potential of 30 mV."""
    one, two, omega = list(MAT.values())[place]

    def excess(period: float) -> float:
        return omega + one / np.expm1(period / 10) + two / np.expm1(period / 200) - 30

    period = brentq(excess, 0.01, 2000)
    found = np.diff(times(run, "mat", place))[-1]
    assert found == pytest.approx(max(period, 2.1), abs=0.11 + 0.02 * period)


def test_the_four_published_cells(run: snndsl.Recording) -> None:
    """Regular spiking adapts, intrinsic bursting begins with a burst, fast spiking is even, chattering bursts on and on."""
    regular, bursting, fast, chattering = (np.diff(times(run, "mat", place)) for place in range(4))
    assert (np.diff(regular) > -0.11).all() and regular[-1] > 2 * regular[0]
    assert bursting[0] < 10 and bursting[-2:].min() > 8 * bursting[0]
    assert fast.max() < 5 and np.ptp(fast[5:]) <= 0.15
    pauses = np.flatnonzero(chattering[16:] > 40)
    assert len(pauses) > 5 and set(np.diff(pauses)) == {3} and np.median(chattering) < 2.2


def test_two_dimensional_integrate_and_fire(run: snndsl.Recording) -> None:
    """Inputs of 0.5 at 20, 40, 60 ms with 50 ms: 0.5, 0.835, 1.060 fires at 60; and 0.7 every 3 ms by the recursion."""
    assert times(run, "goodman", 0).tolist() == [60.0]
    v, threshold, truth = 0.0, 1.0, []
    for k in range(20):
        v, threshold = v * np.exp(-0.3) + 0.7, 1 + (threshold - 1) * np.exp(-3 / 50)
        if v > threshold:
            truth.append(3 * (k + 1))
            v, threshold = 0.0, threshold + 0.2
    assert times(run, "goodman", 1) == pytest.approx(truth) and len(truth) == 6


def test_tonic_spiking_of_mihalas_and_niebur(run: snndsl.Recording) -> None:
    """A constant threshold at 20 mV and 30 mV of drive: 20 ms log 3 between spikes, to the next step."""
    assert set(np.diff(run.spikes["mn"].step[run.spikes["mn"].neuron == 0])) == {np.ceil(200 * np.log(3))}


def test_class_1_begins_at_its_rheobase(run: snndsl.Recording) -> None:
    """I/C = 1 V/s holds the threshold."""
    assert times(run, "mn", 1)[0] == pytest.approx(20 * np.log(100.1 / 0.1), abs=0.11) and len(times(run, "mn", 2)) == 0


def test_phasic_spiking_and_adaptation(run: snndsl.Recording) -> None:
    """With a = 5/s and 1.5 V/s the threshold settles above the potential; with 2 V/s intervals grow."""
    assert len(times(run, "mn", 3)) >= 1 and times(run, "mn", 3)[-1] < 200
    v, theta = (values(run, "mn", state)[-1, 3] for state in ("V", "Theta"))
    assert v == pytest.approx(-40, abs=1e-4) and theta == pytest.approx(-50 + 5 / 10 * 30, abs=0.2)
    intervals = np.diff(times(run, "mn", 4))
    assert len(intervals) >= 3 and intervals[-1] > 1.3 * intervals[0]


def test_tonic_bursting(run: snndsl.Recording) -> None:
    """A_1/C = 10 V/s and A_2/C = -0.6 V/s with 2 V/s: bursts, again and again."""
    intervals = np.diff(times(run, "mn", 5))
    assert intervals.max() > 3 * intervals.min() and (intervals > 3 * intervals.min()).sum() >= 3
