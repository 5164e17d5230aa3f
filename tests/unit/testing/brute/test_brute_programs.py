"""Searches with the neurons of models against a searcher that shares no code with the engine, on random networks.

``SNNDSL_BRUTE_NETWORKS`` sets the number of networks a family; a thousand take some minutes each.
"""

import os

import pytest
from unit.polychrony.models import FAMILIES, random_model
from unit.polychrony.networks import fast_groups

from snndsl.errors import ModelError
from snndsl.ir import Block, Call, Const, Neuron, Population, Ref
from snndsl.polychrony import Izhikevich2006, discover
from snndsl.polychrony.blocks import triples
from snndsl.polychrony.network.sources import network_from_program
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.neurons import NeuronModel
from snndsl.testing.brute.programs import brute_programs

NETWORKS = int(os.environ.get("SNNDSL_BRUTE_NETWORKS", "10"))
MOST_PROBES = 150


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_both_find_the_same_groups(family: str) -> None:
    checked = groups = with_groups = 0
    for seed in range(NETWORKS):
        program, step, definition, inhibitory = random_model(family, seed)
        network = network_from_program(program, inhibitory)
        assert isinstance(network.neurons, NeuronModel)
        if sum(triples(network.table, definition)) > MOST_PROBES:
            continue
        expected = brute_programs(network.table, definition, program.populations, step)
        assert fast_groups(network.table, definition, network.neurons) == expected, f"seed {seed}"
        checked += 1
        groups += len(expected)
        with_groups += bool(expected)
    print(f"{family}: {checked} networks, {with_groups} with groups, {groups} groups")
    assert checked > 0.7 * NETWORKS and with_groups > 0.3 * checked, (checked, with_groups, groups)


def test_the_public_call_finds_them() -> None:
    program, step, definition, inhibitory = random_model("lif_exp", 1)
    network = network_from_program(program, inhibitory)
    expected = brute_programs(network.table, definition, program.populations, step)
    found = discover(network.table, definition, neurons=network.neurons, step_ms=step)
    assert len(found) == len(expected) > 0
    for group, brute in zip(found, expected):
        assert group.mother == brute.mother and group.longest_path == brute.longest_path
        assert tuple(zip(group.neuron.tolist(), group.step.tolist(), group.layer.tolist())) == brute.spikes


def counter(fires_at: float) -> Population:
    """Neurons that count steps."""
    one_more = Call("add", (Ref("n"), Const(1.0)))
    update = Block((("more", one_more), ("full", Call("ge", (Ref("more"), Const(fires_at))))), (("n", "more"),))
    neuron = Neuron("counter", (), ("n",), ("in",), update, "full")
    return Population("c", 4, "counter", {"n": 0.0}, undriven=neuron)


def test_brute_force_refuses_neurons_that_fire_by_themselves() -> None:
    columns = {"pre": [0, 1, 2], "post": [3, 3, 3], "weight": [10.0] * 3, "delay": [1, 2, 3]}
    table = SynapseTable.from_columns(columns, neurons=4)
    definition = Izhikevich2006(mode="corrected")
    with pytest.raises(ModelError, match="no-rest"):
        brute_programs(table, definition, [counter(5_000.0)], 1.0)
