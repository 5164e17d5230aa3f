"""Sources whose rate changes during the run: spikes follow the rate; one that is constant gives those of the number."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.lowering.models import graph

from snndsl.errors import ModelError
from snndsl.graph.elaboration import Elaboration

HEAD = """
data: {{r: {{values: [0, 40, 10, 160, 0], unit: Hz}}, q: {{values: [1, 2, 0.5]}}}}
neurons: {{n: {{state: {{x: 0}}, ports: {{in: 1}}, update: x = in}}}}
populations: {{p: {{neuron: n, size: 1}}}}
stimuli: {{s: {{size: {size}, {kind}: {{rate: "{rate}"}}, stream: s{more}}}}}
"""
Index = NDArray[np.int64]


def elaborated(rate: str, kind: str = "poisson", size: int = 3, more: str = "", **time: str) -> Elaboration:
    return graph(HEAD.format(rate=rate, kind=kind, size=size, more=more), **time)


def spikes(rate: str, kind: str = "poisson", size: int = 3, more: str = "", **time: str) -> tuple[Index, Index]:
    """Return the stamps and neurons of a source."""
    table = elaborated(rate, kind, size, more, **time).sources["s"]
    return np.asarray(table["stamp"]), np.asarray(table["neuron"], np.int64)


def counts(rate: str, kind: str = "poisson", size: int = 3, steps: int = 1000, **time: str) -> NDArray[np.int64]:
    """Return how many neurons spike at each stamp before the end."""
    stamp, _ = spikes(rate, kind, size, **time)
    return np.bincount(stamp, minlength=steps + 1)[:steps]


@pytest.mark.parametrize("kind", ["poisson", "bernoulli"])
@pytest.mark.parametrize("rate", ["20 Hz", "700 Hz", "(5 Hz)*(1 + i)", "(100 Hz)*q"])
def test_a_rate_that_does_not_move_has_the_spikes_of_a_constant_one(kind: str, rate: str) -> None:
    one = spikes(rate, kind, duration="2 s")
    for other in (f"{rate} + 0 Hz*sin(t/(1 ms))", f"where(t >= 0 ms, {rate}, 1 Hz)", f"({rate})*(1 + 0*tick(7 ms))"):
        found = spikes(other, kind, duration="2 s")
        assert (found[0] == one[0]).all() and (found[1] == one[1]).all() and len(one[0]) > 50


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["poisson", "bernoulli"])
def test_the_probability_of_every_step(kind: str) -> None:
    """Over 20,000 neurons, within five standard errors at each of 300 steps."""
    found = counts("(900 Hz)*(1 + sin(t/(3 ms)))", kind, 20000, 300, step="0.5 ms", duration="150 ms")
    mean = 0.45 * (1 + np.sin(np.arange(300) * 0.5 / 3))
    p = 1 - np.exp(-mean) if kind == "poisson" else mean
    assert (abs(found / 20000 - p) < 5 * np.sqrt(np.maximum(p * (1 - p), 1e-5) / 20000)).all()


def test_steps_are_independent() -> None:
    stamp, neuron = spikes("(300 Hz)*(1 + (floor(t/dt) % 2))", "poisson", 2000, step="1 ms", duration="400 ms")
    spiked = np.zeros((401, 2000))
    spiked[stamp, neuron] = 1.0
    away = spiked[:400] - spiked[:400].mean(axis=1, keepdims=True)
    for lag in (1, 2, 3):
        correlation = (away[lag:] * away[:-lag]).mean() / away.var()
        assert abs(correlation) < 5 / math.sqrt(away[lag:].size)
    assert abs((away[:, 1:] * away[:, :-1]).mean() / away.var()) < 5 / math.sqrt(away.size)


def test_a_table_gives_the_rate_of_each_period() -> None:
    found = counts("r(tick(20 ms))", "poisson", 4000).reshape(5, 200).sum(axis=1)
    mean = 4000 * 200 * (1 - np.exp(-np.array([0, 40, 10, 160, 0]) * 1e-4))
    assert found[0] == found[4] == 0
    assert (abs(found - mean) <= 5 * np.sqrt(mean)).all()


def test_a_table_need_not_reach_beyond_the_run() -> None:
    """The last stamp has no step after it: a rate that is not there gives no spike, one that is there does."""
    with pytest.raises(ModelError, match="index-out-of-range"):
        spikes("r(tick(20 ms))", duration="120 ms")
    stamp, _ = spikes("(50 kHz)*(1 + 0*tick(20 ms))")
    assert stamp.max() == 1000


def test_rates_by_neuron_and_by_data() -> None:
    _, neuron = spikes("(100 Hz)*q*where(t < 1 s, 1, 1)", duration="20 s")
    assert (abs(np.bincount(neuron) - 2000 * np.array([1, 2, 0.5])) < 5 * np.sqrt(2000 * np.array([1, 2, 0.5]))).all()


def test_a_rate_that_is_drawn_in_each_step() -> None:
    found = counts("(2 kHz)*uniform()", "poisson", 3000, 200, step="1 ms", duration="200 ms")
    p = 1 - (1 - math.exp(-2)) / 2
    assert found.mean() / 3000 == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / found.sum()))
    one, other = (spikes("(2 kHz)*uniform()", size=size)[0] for size in (3, 5))
    assert set(one.tolist()) <= set(other.tolist())


def test_spikes_of_a_neuron_do_not_depend_on_the_others_or_the_end() -> None:
    rate = "(200 Hz)*(1 + sin(t/(30 ms) + i))"
    stamp, neuron = spikes(rate, size=150, duration="1 s")
    few, who = spikes(rate, size=70, duration="1 s")
    assert (stamp[neuron < 70] == few).all() and (neuron[neuron < 70] == who).all()
    early, who = spikes(rate, size=150, duration="0.6 s")
    assert (stamp[stamp <= 6000] == early).all() and (neuron[stamp <= 6000] == who).all()


def test_outside_its_window_a_rate_is_read_at_the_nearest_step_within() -> None:
    """So a table is as long as the window, and what does not change has the spikes of a constant."""
    window = ", during: [20 ms, 60 ms]"
    stamp, _ = spikes("r(tick(20 ms))*(1 + i)", size=400, duration="200 ms", more=window)
    assert stamp.min() >= 200 and stamp.max() < 600 and len(stamp) > 100
    one, other = (spikes(rate, more=window, duration="300 ms") for rate in ("900 Hz", "900 Hz + 0 Hz*sin(t/dt)"))
    assert (one[0] == other[0]).all() and len(one[0]) > 50


def test_certain_and_impossible_spikes() -> None:
    stamp, _ = spikes("where(t < 30 ms, 0 kHz, 10 kHz)", "bernoulli", 1)
    assert stamp.tolist() == [*range(300, 1001)]


@pytest.mark.parametrize(
    ("kind", "rate", "said"),
    [
        ("bernoulli", "(2 kHz)*i*t/(20 ms)", "rate-above-one-per-step.*1.002 spikes a step of neuron 2 at 50.1 ms"),
        ("poisson", "(2 kHz)*(40 ms - t)/(20 ms)", "rate-negative.*a rate of -10 Hz of neuron 0 at 40.1 ms"),
        ("poisson", "(1 Hz)/steps(t - 5 ms)", "not-finite.*the rate is inf for neuron 0 at 5 ms"),
        ("poisson", "r(tick(10 ms))", "index-out-of-range"),
    ],
)
def test_rates_that_cannot_be(kind: str, rate: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        spikes(rate, kind)


def test_a_list_is_known_before_the_run(tmp_path: Path) -> None:
    text = HEAD.format(rate="RATE", kind="poisson", size=2, more="").replace('"RATE"', '["1 Hz", "1 Hz*sin(t/(1 ms))"]')
    with pytest.raises(ModelError, match="name-misplaced"):
        graph(text)
