"""Units that count in steps, against tables that can be worked out by hand."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from unit.library.runs import simulated, values

import snndsl

PAIRS = list(product((0, 1), repeat=2))
LEVELS = 16
LOOPS = 40
RAMP = "0.5*floor(t/dt + 0.5)/49"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> snndsl.Recording:
    populations = {
        "AND": {"neuron": {"use": "discrete.mcculloch_pitts", "b": -1}, "size": 4},
        "OR": {"neuron": {"use": "discrete.mcculloch_pitts", "b": 0}, "size": 4},
        "NOT": {"neuron": {"use": "discrete.mcculloch_pitts", "b": 1}, "size": 2},
        "lif": {"neuron": {"use": "discrete.lif_discrete", "T": [1, 5]}, "size": 2},
        "ramp": {"neuron": {"use": "discrete.lif_discrete", "T": [1, 5]}, "size": 2},
        "count": {"neuron": {"use": "discrete.if_discrete", "T": [1, 4]}, "size": 2},
        "soft": {"neuron": "discrete.if_soft_reset", "size": LEVELS + 1},
        "levels": {"neuron": {"use": "discrete.lif_quantised", "n": 16, "tau": 10}, "size": 2, "initial": {"V": [0.9375, 0]}},
        "gated": {"neuron": {"use": "discrete.lif_gated", "b_0": [2, 0.75], "beta": [0, 1.8]}, "size": 2},
    }
    stimuli = {
        "both": {"into": "AND", "port": "x", "current": [a + b for a, b in PAIRS]},
        "either": {"into": "OR", "port": "x", "current": [a + b for a, b in PAIRS]},
        "none": {"into": "NOT", "port": "x", "current": [-1, 0]},
        "exercise": {"into": "lif", "port": "I", "current": 0.3, "during": ["10 ms", "30 ms"]},
        "ramp_in": {"into": "ramp", "port": "I", "current": RAMP},
        "count_in": {"into": "count", "port": "I", "current": 0.25},
        "soft_in": {"into": "soft", "port": "I", "current": f"i/{LEVELS}"},
        "levels_in": {"into": "levels", "port": "I", "current": [0, 0.1]},
        "gated_in": {"into": "gated", "port": "x", "current": 1},
    }
    return simulated(
        tmp_path_factory.mktemp("discrete"), "discrete", "1 ms", "50 ms", populations=populations, stimuli=stimuli,
        record={"spikes": list(populations), "states": {"levels": ["V"], "gated": ["u", "b"]}},
    )  # fmt: skip


def steps(run: snndsl.Recording, population: str, neuron: int) -> list[int]:
    """Return the steps in which a neuron spiked: the stamp is at the end of the step."""
    spikes = run.spikes[population]
    return [int(step) - 1 for step in spikes.step[spikes.neuron == neuron]]


def test_gates(run: snndsl.Recording) -> None:
    """McCulloch and Pitts 1943: conjunction, disjunction, negation; 1 of 2 is exactly the threshold of AND, which is silent."""
    always = list(range(50))
    for place, (a, b) in enumerate(PAIRS):
        assert steps(run, "AND", place) == (always if a and b else [])
        assert steps(run, "OR", place) == (always if a or b else [])
    assert [steps(run, "NOT", place) for place in (0, 1)] == [[], always]


def test_the_exercises_of_a_lecture(run: snndsl.Recording) -> None:
    """0.3 from step 10 to 29 with theta 1 and tau 10: .3, .57, .813, 1.0317; NEST 3.10 iaf_psc_delta gives the same steps."""
    assert steps(run, "lif", 0) == [13, 17, 21, 25, 29]
    assert steps(run, "lif", 1) == [13, 21, 29]


def test_a_ramp(run: snndsl.Recording) -> None:
    """0 to 0.5 in 50 steps, as worked out with one loop over the published map."""
    assert steps(run, "ramp", 0) == [18, 24, 29, 33, 37, 40, 43, 46, 49]
    assert steps(run, "ramp", 1) == [18, 27, 35, 42, 49]


def test_equality_is_silent(run: snndsl.Recording) -> None:
    """0.25 a step: 1 after four, which is not above 1; the fifth fires. Input while silent is lost."""
    assert steps(run, "count", 0) == list(range(4, 50, 5))
    assert steps(run, "count", 1) == list(range(4, 50, 8))


def test_subtraction_counts_levels(run: snndsl.Recording) -> None:
    """T steps of x give floor(T x) spikes: a quantiser of T + 1 levels (Castagnetti et al. 2023)."""
    for level in range(LEVELS + 1):
        spikes = np.array(steps(run, "soft", level))
        assert [int((spikes < T).sum()) for T in (8, 16, 48)] == [math.floor(T * level / LEVELS) for T in (8, 16, 48)]


def test_few_levels(run: snndsl.Recording) -> None:
    """Level k moves to round(0.9 k): from k = 5 on nothing decays, k - k/10 + 0.5 >= k; and an input of 1.6 levels moves 2."""
    levels = values(run, "levels", "V") * 16
    k, truth = 15, [15]
    for _ in range(12):
        k = math.floor(0.9 * k + 0.5)
        truth.append(k)
    assert levels[:13, 0].tolist() == truth and (levels[-20:, 0] == 5).all() and truth[-1] == 5
    assert set(np.unique(levels)) <= set(range(17))
    assert levels[:8, 1].tolist() == [0, 2, 3, 4, 5, 6, 7, 8]


def test_gates_set_the_time_constants(run: snndsl.Recording) -> None:
    """u_n = 1 - (1 - alpha)^n with alpha = sigmoid(-1), until the threshold, later b_0 + 1.8 (1 - rho) rho^n."""
    alpha, rho = 1 / (1 + math.e), 1 / (1 + math.exp(-3))
    n = np.arange(51)
    assert np.abs(values(run, "gated", "u")[:, 0] - (1 - (1 - alpha) ** n)).max() <= 1e-14
    first = math.ceil(math.log(0.25) / math.log(1 - alpha))
    assert steps(run, "gated", 0) == [] and steps(run, "gated", 1)[0] == first - 1
    second = next(m for m in range(1, 50) if 1 - (1 - alpha) ** m > 0.75 + 1.8 * (1 - rho) * rho ** (m - 1))
    assert steps(run, "gated", 1)[1] == first - 1 + second
    assert values(run, "gated", "b")[first + 1 : first + 4, 1] == pytest.approx(
        [(1 - rho) * rho**m for m in range(3)], rel=1e-14
    )
