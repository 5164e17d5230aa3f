"""Statistics against closed forms."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.analysis.statistics import coefficient_of_variation, coincidence, f1_score, select, train_statistics
from snndsl.results import Spikes


def train(*events: tuple[int, int], step: str = "1") -> Spikes:
    ordered = sorted(events)
    return Spikes(np.array([s for s, _ in ordered], np.int64), np.array([n for _, n in ordered], np.int32), Fraction(step))


def test_regular_spikes_have_no_variation() -> None:
    assert coefficient_of_variation(train(*[(10 * k, 3) for k in range(1, 20)])) == pytest.approx(0, abs=1e-12)


def test_two_alternating_intervals() -> None:
    steps = np.cumsum([1, 3] * 50)
    assert coefficient_of_variation(train(*[(int(s), 0) for s in steps])) == pytest.approx(
        np.std(np.diff(steps)) / np.mean(np.diff(steps))
    )


def test_a_poisson_process_has_variation_one() -> None:
    steps = np.unique(np.cumsum(np.random.default_rng(1).exponential(1000, 20_000)).astype(np.int64))
    assert coefficient_of_variation(train(*[(int(s), 0) for s in steps])) == pytest.approx(1, abs=0.02)


def test_neurons_with_few_spikes_do_not_count() -> None:
    assert np.isnan(coefficient_of_variation(train((1, 0), (5, 0), (7, 1))))


def test_rate_and_activity() -> None:
    found = train_statistics(train((1, 0), (50, 0), (60, 3), step="1/10"), neurons=4, steps=20_000)
    assert (found.spikes, found.active) == (3, 0.5)
    assert found.rate == pytest.approx(3 / (4 * 2.0))
    assert found.to_dict()["cv_isi"] is None


def test_selecting_keeps_both_ends() -> None:
    assert select(train((1, 0), (2, 0), (3, 0), (4, 0)), 2, 3).step.tolist() == [2, 3]


events = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), unique=True, max_size=40)


@given(events)
def test_a_train_coincides_with_itself(listed: list[tuple[int, int]]) -> None:
    assert coincidence(train(*listed), train(*listed)) == 1


@given(events, events)
def test_coincidence_is_that_of_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    larger = max(len(one), len(other))
    expected = len({*one} & {*other}) / larger if larger else 1
    assert coincidence(train(*one), train(*other)) == pytest.approx(expected)


@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_f1_is_the_harmonic_mean(found: set[int], wanted: set[int]) -> None:
    score = f1_score(np.array(sorted(found), np.int64), np.array(sorted(wanted), np.int64))
    hits = len(found & wanted)
    if hits:
        precision, recall = hits / len(found), hits / len(wanted)
        assert score == pytest.approx(2 * precision * recall / (precision + recall))
    else:
        assert score == (1 if not found and not wanted else 0)
