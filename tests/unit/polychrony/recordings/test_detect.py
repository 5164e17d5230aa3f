"""Motifs in spikes: against a search written from the definition, and planted ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snndsl.errors import ModelError
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect, extra_spikes, votes_cast

NEURONS, LAST = 6, 60

spikes = st.lists(st.tuples(st.integers(0, LAST), st.integers(0, NEURONS - 1)), max_size=80, unique=True)
shapes = st.lists(st.tuples(st.integers(0, 12), st.integers(0, NEURONS - 1)), min_size=2, max_size=6, unique=True)


def motif(events: list[tuple[int, int]]) -> Motif:
    ordered = sorted(events)
    first = ordered[0][0]
    return Motif(np.array([n for _, n in ordered]), np.array([s - first for s, _ in ordered]))


def trains(events: list[tuple[int, int]], last: int = LAST, neurons: int = NEURONS) -> SpikeTrains:
    return SpikeTrains.from_events([s for s, _ in events], [n for _, n in events], neurons, last)


def by_definition(wanted: Motif, events: list[tuple[int, int]], tolerance: int, need: int) -> dict[int, int]:
    """Return every beginning with at least `need` spikes, and their number."""
    there = set(events)
    found = {}
    for begin in range(-20, LAST + 1):
        count = sum(
            any((begin + step + d, neuron) in there for d in range(-tolerance, tolerance + 1))
            for step, neuron in zip(wanted.step.tolist(), wanted.neuron.tolist(), strict=True)
        )
        if count >= need:
            found[begin] = count
    return found


@settings(max_examples=150, deadline=None)
@given(spikes, shapes, st.integers(0, 2), st.sampled_from([0.5, 0.8, 1.0]))
def test_it_finds_what_the_definition_says(
    events: list[tuple[int, int]], shape: list[tuple[int, int]], tolerance: int, fraction: float
) -> None:
    wanted = motif(shape)
    need = max(2, int(np.ceil(fraction * len(wanted) - 1e-9)))
    every = by_definition(wanted, events, tolerance, need)
    found = detect([wanted], trains(events), tolerance=tolerance, fraction=fraction)
    chosen = dict(zip(found.step.tolist(), found.spikes.tolist(), strict=True))
    assert all(every.get(step) == count for step, count in chosen.items())
    steps = sorted(chosen)
    assert all(b - a > 2 * tolerance for a, b in zip(steps, steps[1:], strict=False))
    for step, count in every.items():  # whatever was left out has a neighbour that is at least as good
        assert any(abs(step - other) <= 2 * tolerance and chosen[other] >= count for other in chosen)


def test_planted_motifs_are_found_and_little_else() -> None:
    rng = np.random.default_rng(3)
    neurons, last = 200, 20_000
    shape = sorted((int(s), int(n)) for s, n in zip(rng.integers(0, 60, 20), rng.permutation(neurons)[:20], strict=True))
    noise = [(int(s), int(n)) for s, n in zip(rng.integers(0, last, 40_000), rng.integers(0, neurons, 40_000), strict=True)]
    begins = list(range(500, last - 200, 1500))
    first = shape[0][0]
    planted = []
    for begin in begins:
        kept = rng.random(len(shape)) > 0.1
        shifts = rng.integers(-1, 2, len(shape))
        planted += [(begin + s - first + int(d), n) for (s, n), d, k in zip(shape, shifts, kept, strict=True) if k]
    found = detect([motif(shape)], trains([*noise, *planted], last, neurons), tolerance=1, fraction=0.7)
    assert len(begins) - 1 <= len(found) <= len(begins) + 1
    assert all(min(abs(step - begin) for begin in begins) <= 2 for step in found.step.tolist())


def test_occurrences_begin_where_spikes_are_least_off() -> None:
    shape = [(0, 0), (3, 1), (9, 2)]
    events = [(20 + step, neuron) for step, neuron in shape] + [(41, 0), (43, 1), (49, 2)]  # exact; one late by a step
    found = detect([motif(shape)], trains(events), tolerance=2, fraction=1.0)
    assert found.step.tolist() == [20, 40] and found.spikes.tolist() == [3, 3]


def test_several_motifs_do_not_disturb_each_other() -> None:
    events = [(5, 0), (7, 1), (9, 2), (30, 3), (33, 4)]
    shapes = [motif([(0, 0), (2, 1), (4, 2)]), motif([(0, 3), (3, 4)]), motif([(0, 3), (4, 4)])]
    found = detect(shapes, trains(events), tolerance=0, fraction=1.0)
    assert list(zip(found.motif.tolist(), found.step.tolist(), found.spikes.tolist(), strict=True)) == [(0, 5, 3), (1, 30, 2)]


def test_many_occurrences_outgrow_the_buffer() -> None:
    events = [(step, neuron) for step in range(0, 30_000, 3) for neuron in (0, 1)]
    found = detect([motif([(0, 0), (0, 1)])], trains(events, 30_000, 2), tolerance=0, fraction=1.0)
    assert len(found) == 10_000


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"fraction": 0.0}, "detect-parameter"), ({"fraction": 1.5}, "detect-parameter"), ({"tolerance": -1}, "detect-parameter")],
)
def test_bad_parameters(arguments: dict[str, float], code: str) -> None:
    with pytest.raises(ModelError, match=code):
        detect([motif([(0, 0), (1, 1)])], trains([(1, 1)]), **arguments)  # type: ignore[arg-type]


def test_bad_input() -> None:
    with pytest.raises(ModelError, match="spike-unknown-neuron"):
        trains([(1, NEURONS)])
    with pytest.raises(ModelError, match="spike-time"):
        trains([(LAST + 1, 0)])
    with pytest.raises(ModelError, match="motif-unknown-neuron"):
        detect([motif([(0, 0), (1, 99)])], trains([(1, 1)]))


@given(spikes, st.integers(0, LAST), st.integers(0, LAST))
def test_a_part_of_a_recording(events: list[tuple[int, int]], one: int, other: int) -> None:
    first, last = min(one, other), max(one, other)
    part = trains(events).between(first, last)
    expected = trains([(step - first, neuron) for step, neuron in events if first <= step <= last], last - first)
    assert np.array_equal(part.start, expected.start) and np.array_equal(part.step, expected.step)
    assert part.last == expected.last


def test_no_spikes_no_motifs() -> None:
    assert len(detect([motif([(0, 0), (1, 1)])], trains([]))) == 0
    assert len(detect([], trains([(1, 1)]))) == 0


@pytest.mark.parametrize("given_tolerance", [[1], [1, 1, 1], [0, 1001], 1001])
def test_bad_tolerances(given_tolerance: int | list[int]) -> None:
    with pytest.raises(ModelError, match="detect-parameter"):
        detect([motif([(0, 0), (1, 1)])] * 2, trains([(1, 1)]), tolerance=given_tolerance)


def test_a_motif_may_not_be_endless() -> None:
    endless = Motif(np.zeros(60_001, np.int64), np.arange(60_001))
    with pytest.raises(ModelError, match="motif-too-long"):
        detect([endless], trains([(1, 1)]))


def test_each_motif_has_its_tolerance() -> None:
    events = [(5, 0), (8, 1), (20, 2), (25, 3)]
    shapes = [motif([(0, 0), (2, 1)]), motif([(0, 2), (2, 3)]), motif([(0, 2), (2, 3)])]
    found = detect(shapes, trains(events), tolerance=[1, 1, 2], fraction=1.0)
    assert found.motif.tolist() == [0, 2]
    alone = detect([shapes[2]], trains(events), tolerance=2, fraction=1.0)
    assert found.step[1] == alone.step[0] and found.spikes.tolist() == [2, 2]


@settings(max_examples=100, deadline=None)
@given(spikes, st.lists(shapes, max_size=3), st.integers(0, 2), st.sampled_from([0.5, 0.8]))
def test_extra_spikes_are_those_near_no_spike_of_the_motif(
    events: list[tuple[int, int]], many: list[list[tuple[int, int]]], tolerance: int, fraction: float
) -> None:
    wanted, recorded = [motif(shape) for shape in many], trains(events)
    found = detect(wanted, recorded, tolerance=tolerance, fraction=fraction)
    counted = extra_spikes(wanted, recorded, found, tolerance)
    assert len(counted) == len(found)
    for number, begin, extra in zip(found.motif.tolist(), found.step.tolist(), counted.tolist(), strict=True):
        own = list(zip(wanted[number].neuron.tolist(), wanted[number].step.tolist(), strict=True))
        neurons, last = {neuron for neuron, _ in own}, begin + max(step for _, step in own)
        around = [(n, s) for s, n in events if n in neurons and begin - tolerance <= s <= last + tolerance]
        beside = [(n, s) for n, s in around if not any(n == m and abs(s - begin - t) <= tolerance for m, t in own)]
        assert extra == len(beside)


def test_the_work_is_known_beforehand() -> None:
    recorded = trains([(1, 0), (5, 0), (7, 1), (9, 2)])
    assert votes_cast([motif([(0, 0), (1, 1)]), motif([(0, 0), (2, 0)])], recorded, 1) == (3 + 4) * 3
    assert votes_cast([motif([(0, 0), (1, 1)]), motif([(0, 2), (2, 4)])], recorded, [0, 2]) == 3 + 5
