"""Occurrences against surrogates: exact p-values, their family-wise level, and the same for any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from snndsl.errors import ModelError
from snndsl.polychrony.nulls import permutation_p
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect
from snndsl.polychrony.recordings.significance import family_wise, recording_significance
from snndsl.polychrony.recordings.surrogates import SURROGATES

NEURONS, LAST = 60, 8000


def random_motif(rng: np.random.Generator, size: int = 8) -> Motif:
    step = np.sort(rng.integers(0, 40, size))
    return Motif(rng.permutation(NEURONS)[:size].astype(np.int64), step - step[0])


def recording(seed: int, planted: Motif | None = None, times: int = 12) -> SpikeTrains:
    rng = np.random.default_rng(seed)
    who, when = np.nonzero(rng.random((NEURONS, LAST + 1)) < 0.01)
    events = set(zip(when.tolist(), who.tolist(), strict=True))
    if planted is not None:
        begins = np.linspace(100, LAST - 100, times).astype(int).tolist()
        events |= {(b + s, n) for b in begins for s, n in zip(planted.step.tolist(), planted.neuron.tolist(), strict=True)}
    ordered = sorted(events)
    return SpikeTrains.from_events([s for s, _ in ordered], [n for _, n in ordered], NEURONS, LAST)


@pytest.mark.slow
@pytest.mark.parametrize("null", list(SURROGATES))
def test_a_planted_motif_is_told_from_others(null: str) -> None:
    rng = np.random.default_rng(1)
    motifs = [random_motif(rng) for _ in range(10)]
    tested = recording_significance(
        motifs, recording(2, motifs[4]), null, repetitions=39, width=15, tolerance=1, fraction=0.5, seed=3
    )
    assert tested.counts[4] >= 12 and tested.p == tested.motif_p[4] == tested.adjusted[4] == 1 / 40
    others = np.delete(tested.adjusted, 4)
    assert others.min() > 0.05 and (tested.adjusted >= tested.motif_p - 1e-12).all()
    assert tested.width == (15 if null in ("dither", "joint_isi") else None) and tested.null in repr(tested)


def test_numbers_are_those_of_the_detection() -> None:
    rng = np.random.default_rng(5)
    motifs = [random_motif(rng, 4) for _ in range(5)]
    trains = recording(6)
    how = {"tolerance": [1, 2, 1, 0, 3], "fraction": 0.5}
    seen: list[tuple[int, int, int]] = []
    tested = recording_significance(
        motifs, trains, "dither", repetitions=4, width=10, seed=9, progress=lambda *a: seen.append(a), **how
    )
    for k in range(4):
        surrogate = SURROGATES["dither"](trains, np.random.default_rng([9, k]), width=10)
        found = detect(motifs, surrogate, **how)
        assert tested.surrogate_counts[k].tolist() == np.bincount(found.motif, minlength=5).tolist()
        assert seen[k] == (k + 1, 4, len(found))
    own = detect(motifs, trains, **how)
    assert tested.observed == len(own) and tested.counts.tolist() == np.bincount(own.motif, minlength=5).tolist()
    assert tested.p == permutation_p(len(own), tested.totals)
    facts = tested.to_dict()
    assert facts["repetitions"] == 4 and facts["surrogates"] == tested.totals.tolist() and facts["width"] == 10
    again = recording_significance(motifs, trains, "dither", repetitions=4, width=10, seed=9, observed=own, **how)
    assert again.to_dict() == facts


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same() -> None:
    rng = np.random.default_rng(5)
    motifs, trains = [random_motif(rng, 4) for _ in range(3)], recording(6)
    one, two = (
        recording_significance(motifs, trains, "joint_isi", repetitions=3, width=8, fraction=0.5, workers=workers)
        for workers in (1, 2)
    )
    assert one.to_dict() == two.to_dict() and np.array_equal(one.surrogate_counts, two.surrogate_counts)


def test_the_family_wise_level_holds() -> None:
    """Recordings that are like their surrogates: overdispersed counts of very different size, dependent on each other."""
    rng = np.random.default_rng(0)
    mean = np.array([0.01] * 30 + [0.5] * 20 + [20.0] * 10)
    wrong, tries = 0, 600
    for _ in range(tries):
        rates = mean * rng.gamma(4, 0.25, (20, 1))
        counts = rng.poisson(rates)
        wrong += family_wise(counts[0], counts[1:]).min() <= 0.05
    assert 0.02 < wrong / tries < 0.08  # 0.05 if there are no ties


@pytest.mark.slow
def test_common_changes_of_rate_deceive_shifts_only() -> None:
    """Trains that are independent but for a rate they share: shifting undoes it, dithering and exchange keep it."""
    wrong = dict.fromkeys(("shift", "dither", "exchange"), 0)
    for k in range(10):
        rng = np.random.default_rng([7, k])
        rate = 0.01 * (1 + np.sin(2 * np.pi * np.arange(LAST + 1) / 200))
        who, when = np.nonzero(rng.random((NEURONS, LAST + 1)) < rate)
        trains = SpikeTrains.from_events(when, who, NEURONS, LAST)
        motifs = [random_motif(rng) for _ in range(20)]
        for null in wrong:
            wrong[null] += recording_significance(motifs, trains, null, width=15, fraction=0.5, seed=k).p <= 0.05
    assert wrong["shift"] >= 8 and wrong["dither"] <= 2 and wrong["exchange"] <= 2


def test_a_rare_motif_does_not_hide_a_frequent_one() -> None:
    counts = np.zeros((40, 200), np.int64)
    counts[np.arange(1, 40), np.arange(1, 40)] = 1  # in every surrogate another motif occurs once, and never again
    counts[0, 100] = 9
    adjusted = family_wise(counts[0], counts[1:])
    assert adjusted[100] == 1 / 40 and np.delete(adjusted, 100).min() == 1.0
    counts[0, 100] = 1
    assert family_wise(counts[0], counts[1:])[100] == 1.0


def test_no_motif() -> None:
    tested = recording_significance([], recording(0), "shift", repetitions=2)
    assert tested.p == 1.0 and tested.motif_p.shape == tested.adjusted.shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"repetitions": 0}, "repetitions"),
        ({"null": "shfit"}, "try: shift"),
        ({"null": "dither"}, "surrogate-width"),
        ({"null": "joint_isi", "width": 0}, "surrogate-width"),
        ({"fraction": 2.0}, "detect-parameter"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], code: str) -> None:
    motifs = [random_motif(np.random.default_rng(0))]
    with pytest.raises(ModelError, match=code):
        recording_significance(motifs, recording(0), **{"null": "shift", **arguments})  # type: ignore[arg-type]
