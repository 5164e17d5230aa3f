"""Motifs in spikes: against a search written from the definition, and planted ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snndsl.errors import ModelError
from snndsl.polychrony.detect import Motif, SpikeTrains, detect, shifted

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


def test_no_spikes_no_motifs() -> None:
    assert len(detect([motif([(0, 0), (1, 1)])], trains([]))) == 0
    assert len(detect([], trains([(1, 1)]))) == 0


@given(spikes, st.integers(0, 100))
def test_shifting_keeps_the_intervals_of_every_neuron(events: list[tuple[int, int]], seed: int) -> None:
    before = trains(events)
    after = shifted(before, np.random.default_rng(seed))
    for neuron in range(NEURONS):
        one, other = (t.step[t.start[neuron] : t.start[neuron + 1]] for t in (before, after))
        assert len(one) == len(other)
        if len(one):
            around = [sorted(np.diff(np.append(steps, steps[0] + LAST + 1)).tolist()) for steps in (one, other)]
            assert around[0] == around[1]


def test_shifting_destroys_what_was_planted() -> None:
    events = [(step + 3 * neuron, neuron) for step in range(0, 3000, 50) for neuron in range(NEURONS)]
    wanted = motif([(3 * neuron, neuron) for neuron in range(NEURONS)])
    recorded = trains([item for item in events if item[0] <= 3000], 3000)
    assert len(detect([wanted], recorded, tolerance=0, fraction=1.0)) == 60
    assert len(detect([wanted], shifted(recorded, np.random.default_rng(1)), tolerance=0, fraction=1.0)) == 0
