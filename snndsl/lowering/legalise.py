"""Whether a target can run a program, by its table of abilities; what it cannot is named with who can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from snndsl.errors import Fault, UnsupportedByTarget
from snndsl.ir import Block, Call, Program, Target, walk
from snndsl.ir.features import FEATURES

__all__ = ["legalise"]


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


def _missing(program: Program, target: Target) -> Iterator[str]:
    for feature in FEATURES:
        if feature.name not in target.features and feature.needed(program):
            yield feature.words
    for operation in sorted(_operations(program) - target.operations):
        yield f"the function {operation}"
    if target.max_delay:
        for synapses in program.synapses:
            longest = synapses.delays[1]
            if longest > target.max_delay:
                yield f"a delay of {longest} steps in {synapses.projection}"
    for neuron in program.neurons:
        if target.max_states and len(neuron.states) > target.max_states:
            yield f"{len(neuron.states)} states in {neuron.name}"
        if target.max_ports and len(neuron.ports) > target.max_ports:
            yield f"{len(neuron.ports)} ports in {neuron.name}"


def _operations(program: Program) -> set[str]:
    blocks: list[Block] = []
    for neuron in program.neurons:
        blocks += [neuron.update, neuron.reset]
    for rule in program.rules:
        blocks += [rule.on_pre, rule.on_post, *(block for tick in rule.every for block in tick.blocks)]
    return {node.op for block in blocks for _, value in block.lets for node in walk(value) if isinstance(node, Call)}
