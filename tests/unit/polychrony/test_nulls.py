"""Shuffled networks keep what they say they keep, and p-values hold their level."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.polychrony.networks import chain, middling, random_network, recorded

from snndsl.errors import ModelError
from snndsl.polychrony import SynapseTable, discover, significance
from snndsl.polychrony.nulls import EVERY, holm, permutation_p, rewire, shuffle_delays, shuffle_weights


def by_type(table: SynapseTable, column: str) -> dict[tuple[bool, bool], list[float]]:
    kinds = zip(table.inhibitory[table.pre].tolist(), table.inhibitory[table.post].tolist())
    values: dict[tuple[bool, bool], list[float]] = {}
    for kind, value in zip(kinds, getattr(table, column).tolist()):
        values.setdefault(kind, []).append(value)
    return {kind: sorted(found) for kind, found in values.items()}


def test_weights_are_permuted_among_excitatory_synapses() -> None:
    table = recorded()
    shuffled = shuffle_weights(table, np.random.default_rng(1))
    for column in ("pre", "post", "delay", "plastic"):
        assert np.array_equal(getattr(shuffled, column), getattr(table, column))
    excitatory = ~table.inhibitory[table.pre] & ~table.inhibitory[table.post]
    assert np.array_equal(shuffled.weight[~excitatory], table.weight[~excitatory])
    assert np.array_equal(np.sort(shuffled.weight[excitatory]), np.sort(table.weight[excitatory]))
    assert np.mean(shuffled.weight[excitatory] != table.weight[excitatory]) > 0.5
    everywhere = shuffle_weights(table, np.random.default_rng(1), EVERY)
    assert by_type(everywhere, "weight") == by_type(table, "weight")
    assert not np.array_equal(everywhere.weight[~excitatory], table.weight[~excitatory])


def test_delays_are_permuted_within_types() -> None:
    table = recorded()
    shuffled = shuffle_delays(table, np.random.default_rng(1))
    assert by_type(shuffled, "delay") == by_type(table, "delay")
    assert np.array_equal(shuffled.weight, table.weight) and np.array_equal(shuffled.post, table.post)
    assert np.mean(shuffled.delay != table.delay) > 0.5


def test_rewiring_keeps_degrees() -> None:
    table = recorded()
    shuffled = rewire(table, np.random.default_rng(1), swaps=3)
    for column in ("pre", "weight", "delay"):
        assert np.array_equal(getattr(shuffled, column), getattr(table, column))
    assert np.array_equal(np.bincount(shuffled.post), np.bincount(table.post))
    assert by_type(shuffled, "weight") == by_type(table, "weight")
    assert not (shuffled.pre == shuffled.post).any()
    assert len(set(zip(shuffled.pre.tolist(), shuffled.post.tolist()))) == table.rows
    assert np.mean(shuffled.post != table.post) > 0.8


@pytest.mark.parametrize(("shuffle", "column"), [(shuffle_weights, "weight"), (shuffle_delays, "delay"), (rewire, "post")])
def test_only_chosen_synapses_are_shuffled(shuffle: Callable[..., SynapseTable], column: str) -> None:
    table = recorded()
    rows = (table.pre < 300) & (table.post < 300)
    shuffled = shuffle(table, np.random.default_rng(1), rows=rows)
    changed = getattr(shuffled, column) != getattr(table, column)
    assert not changed[~rows].any() and changed[rows].mean() > 0.3


@pytest.mark.parametrize("shuffle", [shuffle_weights, shuffle_delays, rewire])
def test_shuffles_are_seeded(shuffle: Callable[..., SynapseTable]) -> None:
    table = random_network(np.random.default_rng(5))
    first, again, other = (shuffle(table, np.random.default_rng(seed)) for seed in (1, 1, 2))
    columns = [np.stack([t.post, t.weight, t.delay]) for t in (first, again, other)]
    assert np.array_equal(columns[0], columns[1]) and not np.array_equal(columns[0], columns[2])


@pytest.mark.slow
def test_shuffled_excitatory_weights_leave_few_groups() -> None:
    found = discover(shuffle_weights(recorded(), np.random.default_rng([0, 0])))
    assert 50 < len(found) < 400


def test_permutation_p_counts_the_observed_value() -> None:
    assert permutation_p(5.0, [1.0, 2.0, 3.0]) == 1 / 4
    assert permutation_p(2.0, [1.0, 2.0, 3.0]) == 3 / 4
    assert permutation_p(0.0, np.zeros(19)) == 1.0


@given(st.integers(0, 2**32 - 1))
def test_permutation_p_is_exact(seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 10, 20).astype(float)
    p = np.array([permutation_p(values[k], np.delete(values, k)) for k in range(20)])
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(p <= level) <= level


def test_holm() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == {"a": 0.03, "b": 0.06, "c": 0.06}
    assert holm({"a": 0.5, "b": 0.9}) == {"a": 1.0, "b": 1.0}


def test_a_planted_chain_is_significant_and_the_search_repeatable() -> None:
    def run() -> object:
        found = significance(
            chain(), null="rewired", repetitions=19, seed=3, mode="corrected", parameters={"min_path": 4, "threshold": 9.0}
        )
        assert found.observed["groups"] == 9 and found.observed["longest_path"] == 6
        assert found.p["groups"] == 1 / 20 and "rewired shuffled" in repr(found)
        return found.p, found.adjusted, {name: values.tolist() for name, values in found.shuffled.items()}

    assert run() == run()


def test_a_shuffled_network_is_not_significant() -> None:
    seen: list[tuple[int, int]] = []
    found = significance(
        middling(),
        null=lambda table, rng: table,
        repetitions=3,
        parameters={"min_path": 3, "threshold": 5.0},
        progress=lambda *numbers: seen.append(numbers),
    )
    assert set(found.p.values()) == {1.0} and seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(("arguments", "fault"), [({"null": "noise"}, "null-unknown"), ({"repetitions": 0}, "0 repetitions")])
def test_wrong_arguments(arguments: dict[str, object], fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        significance(chain(), **arguments)  # type: ignore[arg-type]
