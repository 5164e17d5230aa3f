"""The engine against a searcher that shares no code with it, on random networks."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from unit.polychrony.networks import fast_groups, middling, random_definition, random_network, recorded

from snndsl.errors import ModelError
from snndsl.polychrony import Izhikevich2006
from snndsl.polychrony.blocks import triples
from snndsl.polychrony.engine.network import published
from snndsl.testing.brute.search import brute_force

NETWORKS = 1_150
MOST_PROBES = 250


@pytest.mark.slow
def test_both_find_the_same_groups_in_a_thousand_random_networks() -> None:
    checked = groups = with_groups = 0
    for seed in range(NETWORKS):
        rng = np.random.default_rng([2006, seed])
        table, definition = random_network(rng), random_definition(rng)
        if sum(triples(table, definition)) > MOST_PROBES:
            continue
        expected = brute_force(table, definition, published(table))
        assert fast_groups(table, definition) == expected, f"seed {seed}"
        checked += 1
        groups += len(expected)
        with_groups += bool(expected)
    assert checked >= 1_000 and with_groups >= 200 and groups >= 5_000, (checked, with_groups, groups)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["original", "corrected"])
def test_both_find_the_same_groups_among_a_hundred_neurons(mode: str) -> None:
    table = middling()
    definition = Izhikevich2006(mode=mode, min_path=4, threshold=5.0)
    expected = brute_force(table, definition, published(table))
    assert fast_groups(table, definition) == expected
    assert len(expected) > 10


def test_other_neurons_than_those_of_2006() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(20):
        table = random_network(rng)
        definition = Izhikevich2006(mode="corrected", min_path=3, threshold=5.0)
        if sum(triples(table, definition)) > MOST_PROBES:
            continue
        n = table.neurons
        kinds = np.array([[0.02, 0.2, -65.0, 8.0], [0.02, 0.2, -55.0, 4.0], [0.02, 0.2, -50.0, 2.0], [0.3, 0.2, -60.0, 1.0]])
        parameters = kinds[rng.integers(0, 4, n)]
        expected = brute_force(table, definition, parameters)
        from_engine = fast_groups(table, definition, parameters)
        assert from_engine == expected
        found += len(expected)
    assert found > 30


def test_without_compiler_the_kernels_are_plain_python() -> None:
    code = """
import numpy as np
from unit.polychrony.networks import fast_groups, random_network
from snndsl.polychrony import Izhikevich2006
from snndsl.testing.brute.search import brute_force
from snndsl.polychrony.engine.maps import search_mother
from snndsl.polychrony.engine.network import published
assert type(search_mother).__name__ == "function"
found = 0
for seed in (20, 24, 27, 43):
    table = random_network(np.random.default_rng(seed), neurons=14)
    definition = Izhikevich2006(mode="corrected", min_path=3, threshold=5.0)
    expected = brute_force(table, definition, published(table))
    assert fast_groups(table, definition) == expected
    found += len(expected)
assert found > 0
"""
    tests = Path(__file__).resolve().parents[3]
    path = os.pathsep.join([str(tests), str(tests.parent)])
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_brute_force_refuses_large_networks() -> None:
    table = recorded()
    with pytest.raises(ModelError, match="network-too-large"):
        brute_force(table, Izhikevich2006(), published(table))
