"""Families of groups that share spikes: a partition that neither order nor time of beginning changes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.polychrony.networks import middling, recorded

from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, Group, discover
from snndsl.polychrony.compare import jaccard
from snndsl.polychrony.family import families

Spikes = list[tuple[int, int]]


def group_of(spikes: Spikes, number: int = 0) -> Group:
    """A group without links."""
    ordered = sorted(spikes, key=lambda spike: (spike[1], spike[0]))
    neuron, step = (np.array(column) for column in zip(*ordered))
    none: Any = np.zeros(0, np.int16)
    times = {
        "anchors": neuron[:2].astype(np.int32),
        "anchor_steps": step[:2].astype(np.int32),
        "layer": np.ones(len(step), np.int16),
    }
    links = dict.fromkeys(("pre", "post", "delay", "link_layer"), none)
    facts: dict[str, Any] = {"mother": 0, "longest_path": 1, "avalanche": False, "definition": {}, "network": ""}
    return Group(id=number, neuron=neuron.astype(np.int32), step=step.astype(np.int16), **times, **links, **facts)


class Bare:
    """The part of a catalogue that families need."""

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups

    def __iter__(self) -> Any:
        return iter(self.groups)

    def select(self, rows: Any) -> Bare:
        return Bare([self.groups[k] for k in rows])


def bare(groups: list[Spikes]) -> Any:
    return Bare([group_of(spikes, k) for k, spikes in enumerate(groups)])


def overlap(one: Group, other: Group, jitter: int) -> float:
    """Jaccard index of two groups, of which the smaller joins the other if they share any spike."""
    catalogue: Any = Bare([one, other])
    found = families(catalogue, 1e-9, jitter)
    return float(found.overlap.min()) if len(found) == 1 else 0.0


def partition(labels: Any) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


def exhaustive(one: Spikes, other: Spikes, jitter: int) -> float:
    """Best index over all shifts."""
    reach = range(-80, 81)
    first = frozenset(one)
    return max(jaccard(first, frozenset((neuron, step + shift) for neuron, step in other), jitter) for shift in reach)


SPIKES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), min_size=2, max_size=14, unique=True)
JITTER = st.integers(0, 3)


@pytest.mark.slow
@given(SPIKES, SPIKES, JITTER)
@settings(max_examples=300)
def test_overlap_is_the_best_of_all_alignments(one: Spikes, other: Spikes, jitter: int) -> None:
    found = overlap(group_of(one), group_of(other), jitter)
    assert found == pytest.approx(exhaustive(one, other, jitter))
    assert found == overlap(group_of(other), group_of(one), jitter)
    assert overlap(group_of(one), group_of(one), jitter) == 1.0


@given(SPIKES, SPIKES, JITTER, st.integers(0, 40))
def test_overlap_does_not_depend_on_when_groups_begin(one: Spikes, other: Spikes, jitter: int, shift: int) -> None:
    later = [(neuron, step + shift) for neuron, step in other]
    assert overlap(group_of(one), group_of(other), jitter) == overlap(group_of(one), group_of(later), jitter)


GROUPS = st.lists(SPIKES, min_size=1, max_size=12)
LEAST = st.sampled_from([0.2, 0.5, 0.7, 1.0])


@pytest.mark.slow
@given(GROUPS, LEAST, JITTER)
@settings(max_examples=200)
def test_families_are_a_partition_around_representatives(groups: list[Spikes], least: float, jitter: int) -> None:
    found = families(bare(groups), least, jitter)
    assert found.labels.shape == (len(groups),) and set(found.labels) == set(range(len(found)))
    assert found.members.tolist() == [int((found.labels == k).sum()) for k in range(len(found))]
    leaders = found.representatives.tolist()
    for k, label in enumerate(found.labels):
        index = [exhaustive(groups[leader], groups[k], jitter) for leader in leaders]
        assert found.overlap[k] == pytest.approx(index[label]) and index[label] >= least - 1e-9
        assert len(groups[k]) <= len(groups[leaders[label]])
    for one in leaders:  # representatives are no family of each other
        assert found.labels[one] == leaders.index(one)
        assert all(exhaustive(groups[one], groups[other], jitter) < least for other in leaders if other != one)


@given(GROUPS, LEAST, JITTER, st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_order_and_beginnings_do_not_matter(groups: list[Spikes], least: float, jitter: int, random: Any) -> None:
    order = list(range(len(groups)))
    random.shuffle(order)
    moved = []
    for k in order:
        shift = random.randrange(50)
        moved.append([(neuron, step + shift) for neuron, step in groups[k]])
    before, after = families(bare(groups), least, jitter), families(bare(moved), least, jitter)
    assert partition(before.labels) == {frozenset(order[k] for k in part) for part in partition(after.labels)}
    assert sorted(before.overlap) == sorted(after.overlap)


def test_a_family_by_hand() -> None:
    large = [(0, 0), (1, 3), (2, 6), (3, 9), (4, 12)]
    part = [(2, 0), (3, 3), (4, 7)]  # begins 6 steps later; the last spike a step off
    other = [(0, 0), (1, 9), (2, 20)]
    found = families(bare([other, part, large]))
    assert found.labels.tolist() == [1, 0, 0] and found.representatives.tolist() == [2, 0] and found.members.tolist() == [2, 1]
    assert found.overlap.tolist() == [1.0, 3 / 5, 1.0]
    assert len(families(bare([other, part, large]), jitter=0)) == 3
    assert "2 of 3 groups" in repr(found)


@pytest.mark.parametrize("arguments", [{"least_overlap": 0.0}, {"least_overlap": 1.5}, {"jitter": -1}])
def test_wrong_parameters(arguments: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="families-parameter"):
        families(bare([[(0, 0)]]), **arguments)


def test_catalogues(tmp_path: Path) -> None:
    found: Catalogue = discover(
        middling(), mode="corrected", parameters={"min_path": 3, "threshold": 5.0}, out=tmp_path / "groups"
    )
    divided = families(found)
    assert len(divided.catalogue) == len(divided) and divided.members.sum() == len(found) == len(divided.labels)
    for k, group in enumerate(divided.catalogue):
        assert group.id == found[int(divided.representatives[k])].id
    part = found.filter(min_path=4)
    assert len(families(part).labels) == len(part)
    none = families(found.filter(min_path=99))
    assert len(none) == 0 and len(none.catalogue) == 0 and none.labels.shape == (0,)


@pytest.mark.slow
def test_the_recorded_groups_in_seconds() -> None:
    found = discover(recorded())
    assert len(found) == 3938
    families(found.filter(max_size=8))  # compiled
    start = time.perf_counter()
    divided = families(found)
    assert time.perf_counter() - start < 30
    assert len(divided) == 3287 and divided.members.max() == 15
