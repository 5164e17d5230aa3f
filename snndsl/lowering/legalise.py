"""Whether a target can run a program, by its table of abilities; what it cannot is named with who can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from snndsl.errors import Fault, UnsupportedByTarget
from snndsl.ir import Block, Program, Target, walk
from snndsl.ir.expression import Call

__all__ = ["legalise", "needed_features"]

_WORDS = {
    "plastic": "plastic synapses",
    "dendritic_delay": "plastic synapses with a dendritic delay",
    "post_first": "rules with 'order: post_first'",
    "ticks": "rules with 'every'",
    "injections": "events from outside",
    "sources": "sources of listed spikes",
    "samples": "arrays read by expressions",
    "state_record": "records of states",
    "synapse_record": "records of synapses",
    "plastic_source_stamp_0": "plastic synapses from a source that spikes at time 0",
}


def legalise(program: Program, target: Target, others: Iterable[Target] = ()) -> Program:
    """Return the program if the target can run it.

    Parameters
    ----------
    program : Program
        Any.
    target : Target
        Of a backend.
    others : iterable of Target
        To name who can run it instead.

    Raises
    ------
    UnsupportedByTarget
        With one fault for each missing ability.
    """
    missing = list(_missing(program, target))
    if missing:
        able = [other.name for other in others if not list(_missing(program, other))]
        instead = " or ".join(f"-b {name}" for name in able)
        raise UnsupportedByTarget(
            Fault("unsupported", f"{target.name} cannot run {what} ({program.name})", try_=instead) for what in missing
        )
    return program


def needed_features(program: Program) -> frozenset[str]:
    """Return the abilities (`Target.features`) a program needs."""
    return frozenset(_features(program))


def _missing(program: Program, target: Target) -> Iterator[str]:
    for feature in sorted(needed_features(program) - target.features):
        yield _WORDS[feature]
    for operation in sorted(_operations(program) - target.operations):
        yield f"the function {operation}"
    if target.max_delay:
        for synapses in program.synapses:
            axonal, dendritic = (np.asarray(synapses.rows[name], np.int64) for name in ("axonal", "dendritic"))
            longest = int(np.max(axonal + dendritic, initial=0))
            if longest > target.max_delay:
                yield f"a delay of {longest} steps in {synapses.projection}"
    for neuron in program.neurons:
        if target.max_states and len(neuron.states) > target.max_states:
            yield f"{len(neuron.states)} states in {neuron.name}"
        if target.max_ports and len(neuron.ports) > target.max_ports:
            yield f"{len(neuron.ports)} ports in {neuron.name}"


def _features(program: Program) -> Iterator[str]:
    stamp_0 = {item.name for item in program.populations if item.spikes is not None and np.any(item.spikes["stamp"] == 0)}
    for synapses in program.synapses:
        if synapses.rule is None:
            continue
        yield "plastic"
        if np.any(synapses.rows["dendritic"]):
            yield "dendritic_delay"
        if synapses.source in stamp_0:
            yield "plastic_source_stamp_0"
    for rule in program.rules:
        if rule.order == "post_first":
            yield "post_first"
        if rule.every:
            yield "ticks"
    if program.injections:
        yield "injections"
    if any(population.neuron is None for population in program.populations):
        yield "sources"
    if program.samples:
        yield "samples"
    if program.state_records:
        yield "state_record"
    if program.synapse_records:
        yield "synapse_record"


def _operations(program: Program) -> set[str]:
    blocks: list[Block] = []
    for neuron in program.neurons:
        blocks += [neuron.update, neuron.reset]
    for rule in program.rules:
        blocks += [rule.on_pre, rule.on_post, *(tick.block for tick in rule.every)]
    return {node.op for block in blocks for _, value in block.lets for node in walk(value) if isinstance(node, Call)}
