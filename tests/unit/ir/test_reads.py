"""Reads in the program: well-formed or said why not, in the text dump, and as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from unit.brian2.zoo import zoo

from snndsl.ir import Block, Neuron, Population, Program, Read, Ref, Rule, Table
from snndsl.ir.dump import dump, neuron_lines, rule_lines
from snndsl.ir.serial import neuron_from, neuron_to, rule_from, rule_to
from snndsl.ir.verify import MalformedProgram, verify

READ = Read("read__s__c", "s", "c")


def reader(*reads: Read) -> Program:
    """Return a program with a neuron that reads, a population of one and one of two."""
    block = Block((("v__1", Ref("read__s__c")),), (("v", "v__1"),))
    neurons = (Neuron("n", (), ("v",), (), block, reads=reads), Neuron("one", (), ("c",), (), Block()))
    populations = (
        Population("p", 2, "n", {"v": 0.0}), Population("s", 1, "one", {"c": 0.0}),
        Population("z", 1, None, {}, Table({"stamp": np.zeros(0, np.int64), "neuron": np.zeros(0, np.int32)})),
    )  # fmt: skip
    return replace(zoo(), neurons=neurons, rules=(), populations=populations, projections=(), synapses=(), injections=(),
                   samples=(), spike_records=(), state_records=(), synapse_records=())  # fmt: skip


def test_a_state_of_a_population_of_one_may_be_read() -> None:
    assert verify(reader(READ)) is not None
    assert "  read read__s__c = s.c" in dump(reader(READ)).splitlines()


@pytest.mark.parametrize(
    ("reads", "what"),
    [
        ((), "read__s__c is used before it is defined in v__1"),
        ((replace(READ, of="p", state="v"),), "reads p, which has 2 neurons"),
        ((replace(READ, of="x"),), "reads x, which has no neurons"),
        ((replace(READ, of="z"),), "reads z, which has no neurons"),
        ((replace(READ, of="pre"),), "reads pre, which has no neurons"),
        ((replace(READ, state="v"),), "reads s.v, which is no state"),
        ((READ, replace(READ, local="v")), "neuron n has v twice"),
    ],
)
def test_what_a_neuron_cannot_read(reads: tuple[Read, ...], what: str) -> None:
    with pytest.raises(MalformedProgram, match=what):
        verify(reader(*reads))


def test_a_rule_that_reads_has_no_dendritic_delay() -> None:
    program, read = zoo(), Read("read__post__v", "post", zoo().neurons[0].states[0])
    rules = tuple(replace(rule, reads=(read,)) for rule in program.rules)
    with pytest.raises(MalformedProgram, match="reads states of neurons with a dendritic delay"):
        verify(replace(program, rules=rules))


def test_reads_survive_as_json_and_are_not_there_where_nothing_is_read() -> None:
    neuron = reader(READ).neurons[0]
    rule = Rule("r", (), ("w",), Block(), Block(), (), reads=(replace(READ, of="pre"),))
    assert neuron_from(json.loads(json.dumps(neuron_to(neuron)))) == neuron
    assert rule_from(json.loads(json.dumps(rule_to(rule)))) == rule
    assert "  read read__s__c = pre.c" in rule_lines(rule)
    silent, still = replace(neuron, reads=()), replace(rule, reads=())
    assert "reads" not in neuron_to(silent) and "reads" not in rule_to(still)
    assert not any("read " in line for line in (*neuron_lines(silent), *rule_lines(still)))
