"""Rules with sums, a reward or the voltage: against loops that are written out, published programs and measurements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.library.runs import simulated
from unit.library.test_plasticity import POST, PRE, learned, trace, weight

import snndsl

RELAY = {"relay": {"ports": {"in": 1}, "state": {"got": 0}, "update": "got = in"}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    uses: dict[str, Any] = {
        "diehl_cook": {"use": "learning.diehl_cook_stdp", "w_max": 1},
        "scaled": {
            "use": "learning.synaptic_scaling", "beta": 0.5, "gamma": "0.8 Hz", "goal": "30 Hz", "tau": "50 ms", "w_max": 9,
        },
    }  # fmt: skip
    return learned(tmp_path_factory.mktemp("rules"), uses, 110, PRE, POST)


def nearest(times: list[float], now: float, tau: float) -> float:
    """Return what is left of the last of `times` up to now."""
    before = [time for time in times if time <= now]
    return float(np.exp(-(now - max(before)) / tau)) if before else 0.0


def test_diehl_and_cook(run: snndsl.Recording) -> None:
    """The statements of the published program: pre 1, w - nu post1; w + nu pre post2 (before), post1 and post2 1."""
    w = 0.5
    for time, post in sorted([(time, False) for time in PRE] + [(time, True) for time in POST]):
        earlier = [other for other in POST if other < time]
        if post:
            w += 0.01 * nearest(PRE, time, 20) * nearest(earlier, time, 40)
        else:
            w -= 0.0001 * nearest(earlier, time, 20)
    assert weight(run, "diehl_cook") == pytest.approx(w, abs=1e-12)


def test_scaling(run: snndsl.Recording) -> None:
    w, error = 0.5, 0.0
    for now in range(10, 111, 10):
        wrong = 0.03 - trace([*POST], now, 50) / 50
        error += wrong * 10
        w *= 1 + (0.5 * wrong + 0.0008 * error) * 10
    assert weight(run, "scaled") == pytest.approx(w, abs=1e-12)


def scaled(folder: Path, backend: str = "reference") -> snndsl.Recording:
    """Run twenty synapses of four weights onto a neuron that adds up what arrives, which is to spike at 20 Hz."""
    return simulated(
        folder, "scaling", "1 ms", "60 s", backend,
        neurons={
            "adding": {"ports": {"in": 1}, "state": {"v": 0}, "update": "v += in", "threshold": "v >= 1", "reset": "v -= 1"}
        },
        populations={"post": {"neuron": "adding", "size": 1}},
        stimuli={"pre": {"size": 20, "bernoulli": {"rate": "50 Hz"}}},
        projections={
            "scaled": {
                "from": "pre", "to": "post", "connect": "all_to_all", "port": "in", "weight": "0.002*(1 + i % 4)",
                "delay": {"axonal": "1 ms", "dendritic": "0 ms"},
                "plasticity": {
                    "use": "learning.synaptic_scaling", "beta": 0.02, "gamma": "0.002 Hz", "goal": "20 Hz", "tau": "1 s",
                    "w_max": 1,
                },
            }
        },
        record={"spikes": ["post"], "synapses": {"scaled": {"of": ["w"], "every": "1 s"}}},
    )  # fmt: skip


@pytest.mark.slow
def test_scaling_ends_at_its_goal_and_keeps_proportions(tmp_path: Path) -> None:
    """A neuron that adds up what arrives ends at the goal, and synapses keep their proportions (Turrigiano 1998)."""
    found = scaled(tmp_path)
    late = found.spikes["post"].step > 50_000
    assert np.count_nonzero(late) / 10 == pytest.approx(20, abs=0.3)
    w = found.weights["scaled"]["w"].value[-1]
    assert w / w[0] == pytest.approx(1 + np.arange(20) % 4, rel=1e-9) and w[0] > 0.003


def normalised(folder: Path, at: Sequence[int], backend: str = "reference") -> snndsl.Recording:
    """Run three neurons with 784 inputs each, whose weights learn and are normalised; they are recorded at times in ms."""
    return simulated(
        folder, "normalised", "1 ms", "1500 ms", backend, neurons=RELAY, populations={"post": {"neuron": "relay", "size": 3}},
        stimuli={
            "pixels": {"size": 784, "poisson": {"rate": "20 Hz"}},
            "forced": {
                "into": "post", "port": "spike", "weight": 1,
                "poisson": {"rate": "(30 Hz)*where(phase(500 ms) < 490 ms, 1, 0)"},
            },
        },
        projections={
            "learning": {
                "from": "pixels", "to": "post", "connect": "all_to_all", "port": "in", "weight": "0.3*uniform()",
                "delay": {"axonal": "1 ms", "dendritic": "0 ms"},
                "plasticity": [
                    {"use": "learning.diehl_cook_stdp", "w_max": 1},
                    {"use": "learning.weight_normalisation", "total": 78, "w_max": 1},
                ],
            }
        },
        record={"synapses": {"learning": {"of": ["w"], "at": [f"{time} ms" for time in at]}}},
    )  # fmt: skip


def test_normalisation_beside_a_rule(tmp_path: Path) -> None:
    """After every 500 ms the weights into each neuron add up to 78 for 784 inputs, as in the published program."""
    found = normalised(tmp_path, [499, 500, 1000, 1499])
    before, first, second, learnt = (w.reshape(784, 3).sum(axis=0) for w in found.weights["learning"]["w"].value)
    assert first == pytest.approx(78, rel=1e-12) and second == pytest.approx(78, rel=1e-12)
    assert np.all(np.abs(before - 78) > 5) and np.all(np.abs(learnt - 78) > 0.5)


def daspnet(pre: list[float], post: list[float], until: int, dopamine: float) -> float:
    """Return the weight of one synapse by the statements of daspnet.m, in its order.

    A spike that arrives at a is, in the program, a current in step a - 1, which acts on the neuron in step a.
    """
    s, sd, of_pre, of_post = 0.5, 0.0, 0.0, 0.0
    for t in range(1, until + 1):
        if t in pre:
            of_pre = 0.1
        if t in post:
            of_post = 0.1
            sd += of_pre
        if t + 1 in pre:
            sd -= 1.5 * of_post
        of_pre, of_post = 0.95 * of_pre, 0.95 * of_post
        if t % 10 == 0:
            s = max(0.0, min(4.0, s + (0.002 + dopamine) * sd))
            sd *= 0.99
    return s


@pytest.mark.parametrize("dopamine", [0.0, 0.25, 3.0])
def test_reward(dopamine: float, tmp_path: Path) -> None:
    """Ticks come before spikes of their own stamp here, and after them in the program: there are none at full 10 ms."""
    pre, post = [time for time in PRE if time % 10 != 1], [time for time in POST if time % 10]
    use = {"paid": {"use": "learning.reward_stdp", "w_0": 1, "w_max": 4, "DA": dopamine}}
    found = learned(tmp_path, use, 110, pre, post)
    assert weight(found, "paid") == pytest.approx(daspnet(pre, post, 110, dopamine), abs=1e-12)
    assert abs(weight(found, "paid") - 0.5) > 1e-5


def distal(folder: Path, at: Sequence[int], backend: str = "reference") -> snndsl.Recording:
    """Run two synapses, one with spikes 4 ms apart and one with spikes 33 ms apart, and dopamine after 2 s."""
    return simulated(
        folder, "distal", "1 ms", "3 s", backend, neurons=RELAY, populations={"post": {"neuron": "relay", "size": 2}},
        signals={"dopamine": {"state": {"DA": 0}, "ports": {"pay": 1}, "update": ["DA = 0.995*DA + pay"]}},
        stimuli={
            "pre": {"size": 1, "spikes": {"i": 0, "t": [f"{45 * k + 4} ms" for k in range(20)]}},
            "close": {"into": "post[0]", "port": "spike", "spikes": {"i": 0, "t": [f"{45 * k + 8} ms" for k in range(20)]}},
            "far": {"into": "post[1]", "port": "spike", "spikes": {"i": 0, "t": [f"{45 * k + 37} ms" for k in range(20)]}},
            "reward": {"into": "dopamine", "port": "pay", "weight": 0.5, "spikes": {"i": 0, "t": "2 s"}},
        },
        projections={
            "tagged": {
                "from": "pre", "to": "post", "connect": "all_to_all", "port": "in", "weight": 0.5,
                "delay": {"axonal": "1 ms", "dendritic": "0 ms"},
                "plasticity": {"use": "learning.reward_stdp", "w_0": 1, "w_max": 4, "DA": "dopamine.DA"},
            }
        },
        record={"synapses": {"tagged": {"of": ["w", "tag"], "at": [f"{time} ms" for time in at]}}},
    )  # fmt: skip


def test_distal_reward(tmp_path: Path) -> None:
    """Dopamine a second after 20 coincidences moves the paired synapse, and hardly the one whose spikes are far apart."""
    found = distal(tmp_path, [2000, 3000])
    before, after = found.weights["tagged"]["w"].value
    assert np.all(np.abs(before - 0.5) < 0.25) and after[0] > before[0] + 2 and after[1] < before[1] - 0.3


CLOPATH_THETA = (-70.6, -45.3)


def clamped(folder: Path, volts: NDArray[np.float64], backend: str = "reference") -> snndsl.Recording:
    """Run 46 arrivals, 40 ms apart, at neurons that are held at these voltages in mV."""
    return simulated(
        folder, "clamp", "0.1 ms", "2 s", backend,
        neurons={
            "clamped": {
                "parameters": {"V_0": "-70 mV"}, "state": {"V": "V_0"}, "ports": {"in": 1}, "update": "V = V_0 + (0 mV)*in",
            }
        },
        populations={"post": {"neuron": {"use": "clamped", "V_0": [f"{v:g} mV" for v in volts]}, "size": len(volts)}},
        stimuli={"pre": {"size": 1, "spikes": {"i": 0, "t": [f"{40 * k + 10} ms" for k in range(46)]}}},
        projections={
            "learning": {
                "from": "pre", "to": "post", "connect": "all_to_all", "port": "in", "weight": 10,
                "delay": {"axonal": "1 ms", "dendritic": "0 ms"},
                "plasticity": {
                    "use": "learning.clopath_stdp", "w_0": 1, "w_max": 100,
                    "u": "post.V", "u_plus": "post.V", "u_minus": "post.V",
                },
            }
        },
        record={"synapses": {"learning": {"of": ["w"], "at": ["2 s"]}}},
    )  # fmt: skip


def by_the_clamp(volts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the potentiation and the depression of an arrival: its trace has the area 1."""
    low, high = CLOPATH_THETA
    return 8e-5 * np.maximum(volts - high, 0) * np.maximum(volts - low, 0), 14e-5 * np.maximum(volts - low, 0)


def test_voltage_clamp(tmp_path: Path) -> None:
    """25 Hz against a clamped neuron: depression above theta_minus, potentiation from A_LTD/A_LTP above theta_plus."""
    volts = np.array([-75.0, -65.0, -55.0, -47.0, -44.0, -43.0, -30.0, -10.0])
    change = clamped(tmp_path, volts).weights["learning"]["w"].value[-1] - 10
    potentiation, depression = by_the_clamp(volts)
    assert change == pytest.approx(46 * (potentiation - depression), rel=0.02, abs=46 * 0.004 * potentiation.max() * 0.01)
    assert change[0] == 0 and np.all(change[1:5] < 0) and np.all(change[5:] > 0)  # -43.55 mV lies between -44 and -43
