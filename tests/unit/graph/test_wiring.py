"""Connection rules: degrees, counts, chances; every draw belongs to its own row."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.connect import CONNECT
from snndsl.model.projection import ByNumber
from snndsl.model.wiring import Infeasible, Pairs, Wiring
from snndsl.numerics import stream_key

KEY = stream_key(1, "test")


def not_self(i: np.ndarray, j: np.ndarray) -> np.ndarray:
    return i != j


def drawn(rule: str, sources: int, targets: int, value: object = 0.0, **more: object) -> Pairs:
    kind = CONNECT[rule]
    assert issubclass(kind, ByNumber)
    return kind.draw(Wiring(sources, targets, value, **{"key": KEY, **more}))  # type: ignore[arg-type]


def chi_square(observed: np.ndarray, expected: np.ndarray) -> float:
    """Return the statistic in standard deviations of its own distribution, which is near normal for many classes."""
    statistic = float(((observed - expected) ** 2 / expected).sum())
    freedom = observed.size - 1
    return (statistic - freedom) / math.sqrt(2 * freedom)


def test_all_to_all_and_one_to_one() -> None:
    pairs = drawn("all_to_all", 3, 4)
    assert list(zip(pairs.i, pairs.j, strict=True)) == [(i, j) for i in range(3) for j in range(4)]
    pairs = drawn("all_to_all", 4, 4, allowed=not_self)
    assert len(pairs.i) == 4 * 3 and not (pairs.i == pairs.j).any()
    pairs = drawn("one_to_one", 5, 5)
    assert pairs.i.tolist() == pairs.j.tolist() == list(range(5))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20), st.booleans(), st.integers(0, 2**31))
def test_fixed_indegree(sources: int, targets: int, degree: int, multiple: bool, seed: int) -> None:
    degree = degree if multiple else min(degree, sources)
    pairs = drawn("fixed_indegree", sources, targets, float(degree), multiple=multiple, key=stream_key(seed, "x"))
    assert np.bincount(pairs.j, minlength=targets).tolist() == [degree] * targets
    assert ((pairs.i >= 0) & (pairs.i < sources)).all()
    if not multiple:
        assert len({*zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)}) == len(pairs.i)


@given(st.integers(2, 30), st.integers(0, 20), st.booleans(), st.integers(0, 2**31))
def test_fixed_outdegree_without_self(neurons: int, degree: int, multiple: bool, seed: int) -> None:
    degree = degree if multiple else min(degree, neurons - 1)
    pairs = drawn(
        "fixed_outdegree", neurons, neurons, float(degree), multiple=multiple, allowed=not_self, key=stream_key(seed, "x")
    )
    assert np.bincount(pairs.i, minlength=neurons).tolist() == [degree] * neurons
    assert not (pairs.i == pairs.j).any()
    if not multiple:
        assert len({*zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)}) == len(pairs.i)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 100), st.booleans())
def test_fixed_total_number(sources: int, targets: int, number: int, multiple: bool) -> None:
    number = number if multiple else min(number, sources * targets)
    pairs = drawn("fixed_total_number", sources, targets, float(number), multiple=multiple)
    assert len(pairs.i) == number
    if not multiple:
        assert len({*zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)}) == number


def test_a_degree_for_each_row() -> None:
    degrees = np.array([0.0, 3.0, 1.0, 5.0])
    assert np.bincount(drawn("fixed_indegree", 9, 4, degrees).j, minlength=4).tolist() == degrees.tolist()
    assert np.bincount(drawn("fixed_outdegree", 4, 9, degrees, multiple=False).i, minlength=4).tolist() == degrees.tolist()


@pytest.mark.parametrize("rule", ["fixed_indegree", "fixed_outdegree"])
def test_partners_are_equally_likely(rule: str) -> None:
    for multiple in (True, False):
        pairs = drawn(rule, 200, 200, 50.0, multiple=multiple)
        partner = pairs.i if rule == "fixed_indegree" else pairs.j
        counts = np.bincount(partner, minlength=200)
        spread = 50.0 if multiple else 50.0 * (1 - 50 / 200)  # without replacement counts vary less
        assert abs(chi_square(counts, np.full(200, 50.0)) * 50.0 / spread) < 6
        assert counts.sum() == 200 * 50
        assert counts.std() == pytest.approx(math.sqrt(spread), rel=0.2)


@pytest.mark.parametrize("p", [0.003, 0.1, 0.5, 0.97])
def test_bernoulli_has_its_probability(p: float) -> None:
    sources, targets = 300, 400
    pairs = drawn("bernoulli", sources, targets, p)
    assert abs(len(pairs.i) - p * sources * targets) < 4 * math.sqrt(sources * targets * p * (1 - p))
    for side, size, other in ((pairs.i, sources, targets), (pairs.j, targets, sources)):
        counts = np.bincount(side, minlength=size)
        scaled = (counts - p * other) ** 2 / (other * p * (1 - p))  # chi-square of as many degrees as there are rows
        assert abs(scaled.sum() - size) < 5 * math.sqrt(2 * size)
    assert len({*zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)}) == len(pairs.i)


def test_bernoulli_of_each_pair() -> None:
    p = np.linspace(0, 1, 11)[:, None] * np.ones(2000)
    pairs = drawn("bernoulli", 11, 2000, lambda i, j: p[i, j])
    counts = np.bincount(pairs.i, minlength=11)
    assert counts[0] == 0 and counts[10] == 2000
    assert (np.abs(counts - 2000 * p[:, 0]) < 4 * np.sqrt(2000 * p[:, 0] * (1 - p[:, 0])) + 1).all()


@pytest.mark.parametrize(("p", "count"), [(0.0, 0), (1.0, 12)])
def test_bernoulli_at_its_ends(p: float, count: int) -> None:
    assert len(drawn("bernoulli", 3, 4, p).i) == count


@pytest.mark.parametrize(
    ("rule", "value", "most"),
    [("fixed_indegree", 10.0, 10), ("fixed_outdegree", 21.0, 20), ("fixed_total_number", 91.0, 90)],
)
def test_what_cannot_be_drawn_is_said(rule: str, value: float, most: int) -> None:
    targets = 20 if rule == "fixed_outdegree" else 10
    allowed = None if rule == "fixed_outdegree" else not_self
    with pytest.raises(Infeasible):
        drawn(rule, 10, targets, value, multiple=False, allowed=allowed)
    assert len(drawn(rule, 10, targets, most - (rule == "fixed_indegree"), multiple=False, allowed=allowed).i) > 0


@given(
    st.sampled_from(["fixed_indegree", "fixed_outdegree", "bernoulli"]), st.integers(1, 12), st.integers(0, 20), st.booleans()
)
def test_a_row_does_not_depend_on_how_many_rows_there_are(rule: str, rows: int, more: int, multiple: bool) -> None:
    """So any cut into chunks, and any number of workers, gives the same synapses."""

    def row_of(pairs: Pairs) -> np.ndarray:
        return pairs.j if rule == "fixed_indegree" else pairs.i

    def sizes(count: int) -> tuple[int, int]:
        return (15, count) if rule == "fixed_indegree" else (count, 15)

    value = 0.3 if rule == "bernoulli" else 6.0
    few, many = (drawn(rule, *sizes(count), value, multiple=multiple) for count in (rows, rows + more))
    kept = row_of(many) < rows
    for column in ("i", "j", "owner", "draw"):
        np.testing.assert_array_equal(getattr(few, column), getattr(many, column)[kept])


def test_another_key_is_another_network() -> None:
    one, two = (drawn("fixed_indegree", 50, 50, 10.0, key=stream_key(1, name)) for name in ("a", "b"))
    assert (one.i == two.i).mean() < 0.1
