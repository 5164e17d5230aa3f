"""A target that lacks an ability refuses what needs it, by name and with who can; nothing else is refused."""

from dataclasses import replace

import numpy as np
import pytest
from unit.brian2.zoo import calculator, op, zoo

from snndsl.errors import UnsupportedByTarget
from snndsl.ir import (
    EVERY_OPERATION,
    EVERYTHING,
    Block,
    Carry,
    Neuron,
    Population,
    Program,
    Range,
    Read,
    Ref,
    Rule,
    Sum,
    Table,
    Target,
    Tick,
)
from snndsl.ir.features import FEATURES, Feature
from snndsl.lowering.legalise import legalise

ABLE = Target("able", EVERY_OPERATION, EVERYTHING)
EMPTY = Program("empty", zoo().step, 10, 5)


def refused(program: Program, target: Target, *others: Target) -> list[tuple[str, str]]:
    with pytest.raises(UnsupportedByTarget) as error:
        legalise(program, target, others)
    return [(fault.what, fault.try_) for fault in error.value.faults]


def ranged() -> Program:
    neurons = [replace(neuron, ranges=(Range(neuron.states[0], -9.0, 9.0),)) for neuron in zoo().neurons]
    return replace(zoo(), neurons=tuple(neurons))


def reading() -> Program:
    """Return a program whose neurons and rules read a state of a population of one."""
    read = (Read("read__one__v", "one", zoo().neurons[0].states[0]),)
    neurons = tuple(replace(neuron, reads=read) for neuron in zoo().neurons)
    return replace(zoo(), neurons=neurons, rules=tuple(replace(rule, reads=read) for rule in zoo().rules))


def forked() -> Program:
    rules = [replace(rule, deliver=(*rule.deliver, ("other", "w"))) for rule in zoo().rules]
    return replace(zoo(), rules=tuple(rules))


def carrying() -> Program:
    """Return a program whose static synapses carry a value."""
    carry = Carry("held", ("weight",), Block((("sent__1", Ref("weight")),)), "sent__1", (), "weight")
    return replace(zoo(), carries=(carry,))


def summing() -> Program:
    """Return a program whose rules sum up their weights in every tick."""
    added = Sum("target", Block((("added__1", Ref("w")),), (("sum__1", "added__1"),)))
    rules = [replace(rule, every=tuple(replace(tick, sums=(added,)) for tick in rule.every)) for rule in zoo().rules]
    return replace(zoo(), rules=tuple(rules))


def needs(program: Program) -> set[str]:
    return {feature.name for feature in FEATURES if feature.needed(program)}


def test_who_can_do_everything_runs_everything() -> None:
    for program in (zoo(), calculator(), EMPTY):
        assert legalise(program, ABLE) is program


def test_who_can_do_nothing_runs_a_program_of_nothing() -> None:
    assert needs(EMPTY) == set() and legalise(EMPTY, Target("bare", frozenset(), frozenset())) is EMPTY


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: str(feature.name))
def test_a_missing_feature_is_named_with_who_has_it(feature: Feature) -> None:
    special = {
        "samples": calculator(),
        "ranges": ranged(),
        "reads": reading(),
        "rule_reads": reading(),
        "deliver_ports": forked(),
        "carries": carrying(),
        "sums": summing(),
    }
    program = special.get(feature.name, zoo())
    bare = Target("bare", EVERY_OPERATION, EVERYTHING - {feature.name})
    assert refused(program, bare, bare, ABLE) == [(f"bare cannot run {feature.words} ({program.name})", "-b able")]


def test_features_are_needed_where_they_are_used() -> None:
    program = zoo()
    static = replace(
        program, synapses=tuple(part for part in program.synapses if part.rule is None), rules=(), synapse_records=()
    )
    assert needs(program) - needs(static) == {
        "plastic", "dendritic_delay", "post_first", "ticks", "synapse_record", "plastic_source_stamp_0",
    }  # fmt: skip
    assert needs(static) == {"sources", "injections", "state_record"}
    assert needs(calculator()) == {"samples", "state_record"}
    assert needs(ranged()) - needs(program) == {"ranges"}
    assert needs(reading()) - needs(program) == {"reads", "rule_reads"}
    assert needs(forked()) - needs(program) == {"deliver_ports"}
    assert needs(carrying()) - needs(program) == {"carries"}
    late = replace(program, populations=tuple(_without_stamp_0(item) for item in program.populations))
    assert needs(program) - needs(late) == {"plastic_source_stamp_0"}


def _without_stamp_0(population: Population) -> Population:
    spikes = population.spikes
    if spikes is None:
        return population
    kept = np.asarray(spikes["stamp"]) > 0
    return replace(population, spikes=Table({name: column[kept] for name, column in spikes.columns.items()}))


def test_a_missing_function_is_named() -> None:
    assert refused(calculator(), replace(ABLE, operations=EVERY_OPERATION - {"exp", "tanh"})) == [
        ("able cannot run the function exp (calculator)", ""),
        ("able cannot run the function tanh (calculator)", ""),
    ]


@pytest.mark.parametrize(
    ("limit", "what"),
    [
        ({"max_states": 1}, "2 states in leaky"),
        ({"max_ports": 2}, "3 ports in leaky"),
    ],
)
def test_limits_of_a_neuron(limit: dict[str, int], what: str) -> None:
    assert refused(zoo(), replace(ABLE, **limit)) == [(f"able cannot run {what} (zoo)", "")]
    enough = {name: value + 1 for name, value in limit.items()}
    assert legalise(zoo(), replace(ABLE, **enough))


def test_the_longest_delay_counts_both_parts() -> None:
    longest = {part.projection: int((part.rows["axonal"] + part.rows["dendritic"]).max()) for part in zoo().synapses}
    bound = max(longest.values())
    assert legalise(zoo(), replace(ABLE, max_delay=bound))
    found = [what for what, _ in refused(zoo(), replace(ABLE, max_delay=bound - 1))]
    assert found == [f"able cannot run a delay of {bound} steps in {name} (zoo)" for name, n in longest.items() if n == bound]


@pytest.mark.parametrize("place", ["update", "reset", "on_pre", "on_post", "every"])
def test_a_function_is_found_wherever_it_is_used(place: str) -> None:
    """In the blocks of neurons and of rules, also inside of another call."""
    block = Block((("x__1", op("add", 1.0, op("tan", 2.0))),), ())
    neuron = Neuron("n", (), (), (), block if place == "update" else Block(), "", block if place == "reset" else Block())
    pre, post = (block if place == name else Block() for name in ("on_pre", "on_post"))
    rule = Rule("r", (), ("w",), pre, post, (), (Tick(3, block),) if place == "every" else ())
    program = replace(EMPTY, neurons=(neuron,), rules=(rule,))
    refusal = refused(program, replace(ABLE, operations=EVERY_OPERATION - {"tan"}))
    assert refusal == [("able cannot run the function tan (empty)", "")]
