"""Sources that spike at random, at equal intervals or in packets: closed forms, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lowered import lower
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.frontend.builder import build_source
from snndsl.pipeline import judge
from snndsl.semantics.check import check

Index = NDArray[np.int64]


def checked(duration: str = "10 s", step: str = "1 ms", seed: int = 3, **source: Any) -> Any:
    """Return a model of one source."""
    sections = {"name": "m", "seed": seed, "time": {"step": step, "duration": duration}, "stimuli": {"s": source}}
    return check(build_source({**sections, "record": {"spikes": ["s"]}}))


def spikes(**source: Any) -> tuple[Index, Index]:
    """Return neurons and stamps of a source."""
    [population] = lower(checked(**source)).populations
    assert population.spikes is not None
    return np.asarray(population.spikes["neuron"]), np.asarray(population.spikes["stamp"])


@pytest.mark.parametrize(
    ("kind", "rate", "chance"),
    [
        ("bernoulli", "20 Hz", 0.02),
        ("bernoulli", "700 Hz", 0.7),
        ("bernoulli", "1 kHz", 1.0),
        ("bernoulli", "0 Hz", 0.0),
        ("poisson", "20 Hz", 1 - np.exp(-0.02)),
        ("poisson", "2 kHz", 1 - np.exp(-2.0)),
        ("poisson", "0 Hz", 0.0),
    ],
)
def test_each_stamp_has_a_spike_with_the_same_chance(kind: str, rate: str, chance: float) -> None:
    neuron, stamp = spikes(size=50, **{kind: {"rate": rate}})
    stamps = 10_001
    assert len(np.unique(neuron * 20_000 + stamp)) == len(stamp)
    assert stamp.min(initial=0) >= 0 and stamp.max(initial=0) <= 10_000
    sd = np.sqrt(50 * stamps * chance * (1 - chance))
    assert abs(len(stamp) - 50 * stamps * chance) <= 4 * sd
    halves = np.histogram(stamp, 4, (0, stamps))[0], np.bincount(neuron, minlength=50)
    for counts, of in zip(halves, (50 * stamps / 4, stamps), strict=True):
        assert np.all(np.abs(counts - of * chance) <= 4.5 * np.sqrt(of * chance * (1 - chance)) + 50 * chance)


@pytest.mark.slow
def test_gaps_are_geometric_and_independent() -> None:
    _, stamp = spikes(size=1, bernoulli={"rate": "300 Hz"}, duration="100 s")
    gaps = np.diff(stamp)
    counts = np.bincount(gaps, minlength=8)[1:8] / len(gaps)
    expected = 0.3 * 0.7 ** np.arange(7)
    assert np.all(np.abs(counts - expected) < 4.5 * np.sqrt(expected * (1 - expected) / len(gaps)))
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / np.sqrt(len(gaps))


def test_a_rate_for_each_neuron() -> None:
    neuron, _ = spikes(size=4, poisson={"rate": "100 Hz*i"})
    counts = np.bincount(neuron, minlength=4)
    assert np.all(np.abs(counts - 10_001 * (1 - np.exp(-0.1 * np.arange(4)))) < 4 * np.sqrt(10_001 * 0.25))
    assert counts[0] == 0


def test_a_shorter_run_has_the_beginning_of_a_longer_one() -> None:
    long, short = (spikes(size=5, bernoulli={"rate": "50 Hz"}, duration=time) for time in ("10 s", "4 s"))
    kept = long[1] <= 4000
    assert np.array_equal(long[0][kept], short[0]) and np.array_equal(long[1][kept], short[1])


def test_a_window_is_cut_out_of_the_same_spikes() -> None:
    whole, part = spikes(size=5, poisson={"rate": "50 Hz"}), spikes(size=5, poisson={"rate": "50 Hz"}, during=["1 s", "2 s"])
    kept = (whole[1] >= 1000) & (whole[1] < 2000)
    assert np.array_equal(whole[1][kept], part[1]) and np.array_equal(whole[0][kept], part[0])


def test_equal_intervals() -> None:
    neuron, stamp = spikes(size=2, regular={"every": "5 ms", "start": "2 ms"}, duration="20 ms")
    assert stamp.tolist() == [2, 2, 7, 7, 12, 12, 17, 17] and neuron.tolist() == [0, 1] * 4


def test_packets_are_normal_around_their_centres() -> None:
    neuron, stamp = spikes(size=2000, pulse_packet={"at": ["1 s", "3 s"], "sd": ["10 ms", "50 ms"]})
    for centre, sd in ((1000, 10), (3000, 50)):
        mine = np.abs(stamp - centre) < 500
        assert np.array_equal(np.sort(neuron[mine]), np.arange(2000))
        assert abs(stamp[mine].mean() - centre) < 4 * sd / np.sqrt(2000)
        assert abs(stamp[mine].std() / sd - 1) < 4 / np.sqrt(2 * 2000)


def test_a_packet_without_width_is_a_volley() -> None:
    _, stamp = spikes(size=7, pulse_packet={"at": "5 ms", "sd": "0 ms"}, duration="20 ms")
    assert stamp.tolist() == [5] * 7


def test_what_lies_outside_the_run_is_left_out() -> None:
    neuron, stamp = spikes(size=500, pulse_packet={"at": ["0 ms", "20 ms"], "sd": "5 ms"}, duration="20 ms")
    assert stamp.min() >= 0 and stamp.max() <= 20 and 300 < len(stamp) < 700


def test_seeds_and_streams() -> None:
    one, same = spikes(size=3, bernoulli={"rate": "50 Hz"}), spikes(size=3, bernoulli={"rate": "50 Hz"})
    other = spikes(size=3, bernoulli={"rate": "50 Hz"}, seed=4)
    named = spikes(size=3, bernoulli={"rate": "50 Hz"}, stream="another")
    assert np.array_equal(one[1], same[1])
    assert not np.array_equal(one[1], other[1]) and not np.array_equal(one[1], named[1])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"bernoulli": {"rate": "2 kHz"}}, "rate-above-one-per-step"),
        ({"bernoulli": {"rate": "400 Hz*i"}}, "rate-above-one-per-step"),
        ({"poisson": {"rate": "10 Hz*(1 - i)"}}, "rate-negative"),
        ({"regular": {"every": "0.5 ms"}}, "off-grid"),
        ({"regular": {"every": "5 ms", "start": "-1 ms"}}, "spike-outside-run"),
        ({"pulse_packet": {"at": ["1 ms", "2 ms"], "sd": ["1 ms", "1 ms", "1 ms"]}}, "list-length"),
        ({"pulse_packet": {"at": "1 ms", "sd": "-1 ms"}}, "time-negative"),
    ],
)
def test_what_is_wrong_is_said(source: dict[str, Any], code: str) -> None:
    with pytest.raises(ModelError) as caught:
        spikes(size=4, **source)
    assert code in {fault.code for fault in caught.value.faults}


def test_so_many_spikes_wait_for_a_run() -> None:
    judgement = judge(checked(size=1000, bernoulli={"rate": "500 Hz"}, duration="100 s"))
    assert not judgement.errors
    assert judgement.waiting == ("about 50,000,000 spikes of 's'",)
