"""Surrogates keep what they say they keep, destroy what they say they destroy, and are the same compiled or not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect
from snndsl.polychrony.recordings.surrogates import DITHERS, SURROGATES, dither, exchange, joint_isi, shift

NEURONS, LAST = 6, 60
NAMES = list(SURROGATES)

spikes = st.lists(st.tuples(st.integers(0, LAST), st.integers(0, NEURONS - 1)), max_size=200, unique=True)
widths = st.sampled_from([1, 2, 5, 30, 100])
seeds = st.integers(0, 1000)


def trains(events: list[tuple[int, int]], neurons: int = NEURONS, last: int = LAST) -> SpikeTrains:
    return SpikeTrains.from_events([s for s, _ in events], [n for _, n in events], neurons, last)


def poisson(rate: float, neurons: int, steps: int, seed: int) -> SpikeTrains:
    who, when = np.nonzero(np.random.default_rng(seed).random((neurons, steps)) < rate)
    return SpikeTrains.from_events(when, who, neurons, steps - 1)


def train(recorded: SpikeTrains, neuron: int) -> NDArray[np.int64]:
    return recorded.step[recorded.start[neuron] : recorded.start[neuron + 1]]


def distance(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Kolmogorov-Smirnov distance of two samples."""
    at = np.concatenate([one, other])
    shares = [np.searchsorted(np.sort(sample), at, "right") / len(sample) for sample in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=80, deadline=None)
@given(events=spikes, width=widths, seed=seeds)
def test_every_spike_is_kept_and_no_step_has_two_of_a_neuron(
    name: str, events: list[tuple[int, int]], width: int, seed: int
) -> None:
    before = trains(events)
    kept = before.step.copy()
    after = SURROGATES[name](before, np.random.default_rng([seed, 0]), width=width)
    assert np.array_equal(before.step, kept)
    assert np.array_equal(after.start, before.start) and after.last == before.last and after.step.dtype == np.int64
    assert all((np.diff(train(after, neuron)) > 0).all() for neuron in range(NEURONS))
    assert after.step.min(initial=0) >= 0 and after.step.max(initial=0) <= LAST
    again = SURROGATES[name](before, np.random.default_rng([seed, 0]), width=width)
    assert np.array_equal(again.step, after.step)


@pytest.mark.parametrize("name", NAMES)
def test_other_seeds_are_other_surrogates(name: str) -> None:
    before = poisson(0.05, 10, 1000, 0)
    one, other = (SURROGATES[name](before, np.random.default_rng([seed, 0]), width=10).step for seed in (0, 1))
    assert not np.array_equal(one, other) and not np.array_equal(one, before.step)


@pytest.mark.parametrize("name", DITHERS)
@settings(max_examples=80, deadline=None)
@given(events=spikes, width=widths, seed=seeds)
def test_dithers_stay_within_their_width(name: str, events: list[tuple[int, int]], width: int, seed: int) -> None:
    before = trains(events)
    after = SURROGATES[name](before, np.random.default_rng(seed), width=width)
    assert np.abs(after.step - before.step).max(initial=0) <= width  # sorted: some pairing of spikes is within it


@given(spikes, seeds)
def test_shifting_keeps_the_intervals_of_every_neuron(events: list[tuple[int, int]], seed: int) -> None:
    before = trains(events)
    after = shift(before, np.random.default_rng(seed))
    for neuron in range(NEURONS):
        one, other = train(before, neuron), train(after, neuron)
        if len(one):
            around = [sorted(np.diff(np.append(steps, steps[0] + LAST + 1)).tolist()) for steps in (one, other)]
            assert around[0] == around[1]


def test_every_shift_is_as_probable() -> None:
    before = SpikeTrains(np.arange(5001), np.full(5000, 3), 9)
    counts = np.bincount(shift(before, np.random.default_rng(0)).step, minlength=10)
    assert ((counts - 500) ** 2 / 500).sum() < 27.9  # chi square with 9 degrees of freedom, p = 0.001


@pytest.mark.parametrize("at", [50, 2, 99])
def test_dithered_spikes_are_even_within_the_width_and_the_ends(at: int) -> None:
    before = SpikeTrains(np.arange(8001), np.full(8000, at), 99)
    counts = np.bincount(dither(before, np.random.default_rng(0), width=5).step, minlength=100)
    low, high = max(0, at - 5), min(99, at + 5)
    assert counts[:low].sum() + counts[high + 1 :].sum() == 0
    even = 8000 / (high - low + 1)
    assert ((counts[low : high + 1] - even) ** 2 / even).sum() < 29.6  # p = 0.001 with 10 degrees of freedom


def test_dithered_neighbours_are_even_over_all_ways_to_place_them() -> None:
    before = SpikeTrains(np.arange(0, 20_001, 2), np.tile([1, 2], 10_000), 3)
    after = dither(before, np.random.default_rng(0), width=1).step.reshape(-1, 2)
    ways = Counter(map(tuple, after.tolist()))
    # 1 may go to 0, 1, 2 and 2 to 1, 2, 3: seven ways without both in one, of which (1, 2) and (2, 1) look the same
    assert set(ways) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    for way, count in ways.items():
        assert abs(count - 10_000 * (2 if way == (1, 2) else 1) / 7) < 150


def test_a_train_without_a_free_step_stays() -> None:
    full = trains([(step, 0) for step in range(LAST + 1)])
    for name in NAMES:
        assert np.array_equal(SURROGATES[name](full, np.random.default_rng(0), width=7).step[: LAST + 1], np.arange(LAST + 1))


@settings(max_examples=80, deadline=None)
@given(spikes, widths, seeds)
def test_joint_dithering_keeps_the_shortest_interval(events: list[tuple[int, int]], width: int, seed: int) -> None:
    before = trains(events)
    after = joint_isi(before, np.random.default_rng(seed), width=width)
    for neuron in range(NEURONS):
        one, other = np.diff(train(before, neuron)), np.diff(train(after, neuron))
        assert not len(one) or other.min() >= one.min()


@pytest.mark.parametrize("width", [15, 30])
def test_joint_dithering_keeps_the_distribution_of_intervals(width: int) -> None:
    interval = (5 + np.random.default_rng(1).gamma(3, 10, 3000)).astype(np.int64)
    when = np.cumsum(interval)
    before = SpikeTrains(np.array([0, 3000]), when, int(when[-1]) + 20)
    uniform, joint = (np.diff(null(before, np.random.default_rng(0), width=width).step) for null in (dither, joint_isi))
    assert distance(np.diff(when), joint) < 0.05 < 0.09 < distance(np.diff(when), uniform)
    assert joint.min() >= 5 > 1 >= uniform.min()
    moved = np.abs(joint_isi(before, np.random.default_rng(0), width=width).step - when)
    assert moved.mean() > width / 4  # it does move them


def test_joint_dithering_keeps_pairs_of_intervals() -> None:
    """Short and long intervals in turn: dithered one by one, sums of neighbours stay and their order goes."""
    interval = np.tile([10, 40], 1500) + np.random.default_rng(2).integers(-2, 3, 3000)
    when = np.cumsum(interval)
    before = SpikeTrains(np.array([0, 3000]), when, int(when[-1]) + 20)

    def serial(null: Callable[..., SpikeTrains]) -> float:
        found = np.diff(null(before, np.random.default_rng(0), width=20).step)
        return float(np.corrcoef(found[1:], found[:-1])[0, 1])

    assert serial(joint_isi) < -0.8 < -0.6 < serial(dither)


@settings(max_examples=80, deadline=None)
@given(spikes, seeds)
def test_exchange_keeps_the_population_in_every_step(events: list[tuple[int, int]], seed: int) -> None:
    before = trains(events)
    after = exchange(before, np.random.default_rng(seed))
    assert np.array_equal(np.bincount(after.step, minlength=LAST + 1), np.bincount(before.step, minlength=LAST + 1))


def test_exchange_makes_every_assignment_as_often() -> None:
    """Three neurons, three steps: two spikes, one and one, in steps of two, one and one; five matrices have these sums."""
    before = trains([(0, 0), (1, 0), (0, 1), (2, 2)], 3, 2)
    rng, ways = np.random.default_rng(0), Counter[tuple[int, ...]]()
    for _ in range(5000):
        ways[tuple(exchange(before, rng).step.tolist())] += 1
    assert len(ways) == 5 and all(abs(count - 1000) < 110 for count in ways.values())


def test_exchange_leaves_little_of_who_fired_when() -> None:
    before = poisson(0.02, 64, 3000, 4)
    after = exchange(before, np.random.default_rng(0))
    stayed = sum(len(np.intersect1d(train(before, n), train(after, n))) for n in range(64)) / len(before.step)
    assert stayed < 0.06  # two percent by chance


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_motif_disappears(name: str) -> None:
    rng = np.random.default_rng(3)
    neurons, last = 200, 40_000
    shape, who = np.sort(rng.integers(0, 60, 15)), rng.permutation(neurons)[:15]
    noise = poisson(0.005, neurons, last + 1, 5)
    owner = np.repeat(np.arange(neurons), np.diff(noise.start))
    begins = np.arange(500, last - 100, 1000)
    events = set(zip(noise.step.tolist(), owner.tolist(), strict=True))
    events |= {(int(begin + step), int(n)) for begin in begins for step, n in zip(shape, who, strict=True)}
    recorded = trains(sorted(events), neurons, last)
    wanted = [Motif(who.astype(np.int64), shape - shape[0])]
    assert len(detect(wanted, recorded, tolerance=1, fraction=0.8)) == len(begins)
    for k in range(3):
        surrogate = SURROGATES[name](recorded, np.random.default_rng([0, k]), width=15)
        assert len(detect(wanted, surrogate, tolerance=1, fraction=0.8)) == 0


@pytest.mark.slow
def test_compiled_or_not_is_the_same() -> None:
    code = """
import hashlib, numba, numpy as np
from unit.polychrony.recordings.test_surrogates import poisson
from snndsl.polychrony.recordings.surrogates import SURROGATES
before = poisson(0.05, 9, 300, 1)
for null in SURROGATES.values():
    print(hashlib.sha256(null(before, np.random.default_rng(2), width=12).step.tobytes()).hexdigest())
"""
    tests = Path(__file__).resolve().parents[3]
    path = os.pathsep.join([str(tests), str(tests.parent)])
    said = []
    for jit in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": jit, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.split())
    assert len(said[0]) == len(NAMES) == len(set(said[0])) and said[0] == said[1]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_recorded(name: str) -> None:
    for neurons in (0, 1, 5):
        empty = trains([], neurons)
        assert len(SURROGATES[name](empty, np.random.default_rng(0), width=3).step) == 0


@pytest.mark.parametrize("name", DITHERS)
@pytest.mark.parametrize("width", [0, -1, 100_001])
def test_widths_that_make_no_sense(name: str, width: int) -> None:
    with pytest.raises(ModelError, match="surrogate-width"):
        SURROGATES[name](trains([(1, 1)]), np.random.default_rng(0), width=width)


@pytest.mark.parametrize("name", [*DITHERS, "exchange"])
def test_two_spikes_of_a_neuron_in_a_step_are_refused(name: str) -> None:
    twice = SpikeTrains.from_events([4, 4, 4], [0, 1, 1], 2, 10)
    with pytest.raises(ModelError, match="neuron 1 has two spikes in step 4"):
        SURROGATES[name](twice, np.random.default_rng(0), width=3)
    border = SpikeTrains.from_events([4, 4, 4], [0, 1, 3], 4, 10)  # of neurons that follow each other, not of one
    assert len(SURROGATES[name](border, np.random.default_rng(0), width=3).step) == 3
