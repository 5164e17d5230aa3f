"""The definitions without a neuron's state against a searcher that shares no code with the engine, on random networks.

``SNNDSL_BRUTE_NETWORKS`` sets the number of networks a family; a thousand and more take some minutes.
"""

import os

import numpy as np
import pytest
from unit.polychrony.networks import chain, fast_groups, middling, random_network, recorded

from snndsl.errors import ModelError
from snndsl.polychrony import EventTriggered, Probabilistic, Structural, SynapseTable
from snndsl.polychrony.blocks import triples
from snndsl.testing.brute.events import Events, brute_events

NETWORKS = int(os.environ.get("SNNDSL_BRUTE_NETWORKS", "150"))
MOST_PROBES = 120


def random_events(family: str, rng: np.random.Generator, table: SynapseTable) -> Events:
    """Other numbers than the published ones, about as often short refractory times and few spikes as long and many."""

    def one_of(*values: float) -> float:
        return values[rng.integers(0, len(values))]

    common: dict[str, int] = {
        "anchors": int(one_of(3, 3, 3, 2, 4)),
        "min_path": int(rng.integers(2, 5)),
        "weak_to_inhibitory": bool(rng.integers(0, 2)),
        "max_delay": int(one_of(20, 20, table.delay.max())),
        "max_spikes": int(one_of(1000, 60, 20)),
        "last_step": int(one_of(979, 200, 75)),
        "coincident": int(one_of(2, 2, 2, 3)),
    }
    if family == "event_triggered":
        quick = int(rng.integers(0, 6))
        return EventTriggered(
            **common,
            threshold=one_of(5.0, 9.5),
            jitter=int(one_of(0, 1, 2, 2, 5)),
            quick=quick,
            slow=quick + int(one_of(0, 2, 4, 4)),
            inhibition=int(one_of(0, 1, 5)),
            refractory=int(one_of(1, 2, 5, 20)),
        )
    if family == "probabilistic":
        least, refractory = one_of(0.05, 0.2, 0.5), int(one_of(1, 2, 5))
        return Probabilistic(**common, threshold=one_of(5.0, 8.0), least=least, refractory=refractory)
    jitter, refractory = int(one_of(0, 1, 1, 2)), int(one_of(1, 2, 5))
    adapted = family == "adapted"
    return Structural(**common, threshold=one_of(5.0, 9.5), adapted=adapted, jitter=jitter, refractory=refractory)


def compare(family: str, networks: int) -> tuple[int, int, int]:
    """Return networks checked, those with groups, and groups."""
    checked = groups = with_groups = 0
    for seed in range(networks):
        rng = np.random.default_rng([2009, seed])
        neurons = int(rng.integers(6, 24))
        table = random_network(rng, neurons, int(rng.integers(2, min(neurons - 1, 9))))
        definition = random_events(family, rng, table)
        if sum(triples(table, definition)) > MOST_PROBES:
            continue
        expected = brute_events(table, definition)
        assert fast_groups(table, definition) == expected, f"seed {seed}"
        checked += 1
        groups += len(expected)
        with_groups += bool(expected)
    return checked, with_groups, groups


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "share"), [("event_triggered", 0.08), ("adapted", 0.3), ("supported", 0.3), ("probabilistic", 0.3)]
)
def test_both_find_the_same_groups(family: str, share: float) -> None:
    checked, with_groups, groups = compare(family, NETWORKS)
    print(f"{family}: {checked} networks, {with_groups} with groups, {groups} groups")
    assert checked > 0.3 * NETWORKS and with_groups > share * checked, (checked, with_groups, groups)


@pytest.mark.slow
@pytest.mark.parametrize(
    "definition",
    [
        EventTriggered(min_path=3, threshold=5.0),
        Structural(min_path=3, threshold=5.0),
        Probabilistic(threshold=5.0),
        Structural(min_path=3, adapted=False, max_spikes=20),
    ],
)
def test_both_find_the_same_groups_among_a_hundred_neurons(definition: Events) -> None:
    table = middling()
    expected = brute_events(table, definition)
    assert fast_groups(table, definition) == expected
    assert len(expected) > 10


def test_a_chain_without_jitter() -> None:
    found = brute_events(chain(), Structural(min_path=6, jitter=0))
    assert [group.mother for group in found] == [3, 4, 5]
    assert [(neuron, step) for neuron, step, _ in found[0].spikes[3:9]] == [
        (3, 10),
        (4, 10),
        (5, 10),
        (6, 15),
        (7, 15),
        (8, 15),
    ]
    late = brute_events(chain(), EventTriggered(min_path=6))
    assert [step for _, step, _ in late[0].spikes[3:9]] == [14, 14, 14, 23, 23, 23]


def test_brute_force_refuses_large_networks() -> None:
    with pytest.raises(ModelError, match="network-too-large"):
        brute_events(recorded(), Structural())
