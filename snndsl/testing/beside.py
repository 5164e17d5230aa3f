"""Several programs as one, side by side and unconnected: a backend that builds builds once for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from snndsl.backend.control import Request, claim_folder
from snndsl.ir import Block, Call, Carry, Expr, Neuron, Program, Read, Rule, Tick
from snndsl.ir.verify import verify
from snndsl.pipeline import collect, generate, require, simulate
from snndsl.results import Recording, single

__all__ = ["run_program", "side_by_side"]


def side_by_side(programs: Mapping[str, Program]) -> Program:
    """Return one program in which the given ones lie side by side; the longest run is used.

    Parameters
    ----------
    programs : mapping of str to Program
        By the prefix of every name of theirs. Programs count steps, so that the lengths of these need not be equal.
    """
    parts = [_prefixed(program, prefix) for prefix, program in programs.items()]
    first = parts[0]
    named = ("neurons", "rules", "carries", "populations", "projections", "synapses", "injections", "samples")
    lists = ("spike_records", "state_records", "synapse_records", "count_records")
    made: dict[str, Any] = {name: tuple(item for part in parts for item in getattr(part, name)) for name in (*named, *lists)}
    made |= {name: tuple(sorted(made[name], key=attrgetter("name"))) for name in named}
    made |= {"steps": max(part.steps for part in parts), "chunk": max(part.chunk for part in parts)}
    return verify(replace(first, name="side_by_side", **made))


def run_program(program: Program, backend: str, out: str | os.PathLike[str], threads: int = 1) -> Recording:
    """Run a program.

    Parameters
    ----------
    program : Program
        Any.
    backend : str
        Name of an installed backend.
    out : path
        Run folder.
    threads : int
        Of the simulator.

    Raises
    ------
    UnsupportedByTarget, ToolMissing, SimulationFailed
        Each with what, where and what to try.
    """
    require(backend)
    tree, folder = generate(program, backend), Path(out)
    claim_folder(folder)
    simulate(Request(tree, folder, {"name": program.name, "backend": backend}, threads=threads), backend)
    return single(collect(folder))


def _prefixed(program: Program, prefix: str) -> Program:
    """Return a program with a prefix before the names of all its parts; their streams are numbers and stay."""

    def named(name: str) -> str:
        return f"{prefix}{name}"

    populations = (
        replace(
            item,
            name=named(item.name),
            neuron=None if item.neuron is None else named(item.neuron),
            undriven=None if item.undriven is None else _neuron(item.undriven, prefix),
        )
        for item in program.populations
    )
    projections = (
        replace(item, name=named(item.name), populations=tuple(map(named, item.populations))) for item in program.projections
    )
    synapses = (
        replace(
            item,
            name=named(item.name),
            projection=named(item.projection),
            source=named(item.source),
            target=named(item.target),
            rule=None if item.rule is None else named(item.rule),
            carry=None if item.carry is None else named(item.carry),
        )
        for item in program.synapses
    )
    return replace(
        program,
        neurons=tuple(_neuron(item, prefix) for item in program.neurons),
        rules=tuple(_rule(item, prefix) for item in program.rules),
        carries=tuple(_carry(item, prefix) for item in program.carries),
        populations=tuple(populations),
        projections=tuple(projections),
        synapses=tuple(synapses),
        injections=tuple(replace(item, name=named(item.name), target=named(item.target)) for item in program.injections),
        samples=tuple(replace(item, name=named(item.name)) for item in program.samples),
        spike_records=tuple(replace(item, population=named(item.population)) for item in program.spike_records),
        state_records=tuple(replace(item, population=named(item.population)) for item in program.state_records),
        synapse_records=tuple(replace(item, projection=named(item.projection)) for item in program.synapse_records),
        count_records=tuple(
            replace(item, name=named(item.name), parts=tuple((named(name), start, stop) for name, start, stop in item.parts))
            for item in program.count_records
        ),
        comments={},
    )


def _neuron(neuron: Neuron, prefix: str) -> Neuron:
    update, reset = _block(neuron.update, prefix), _block(neuron.reset, prefix)
    return replace(neuron, name=f"{prefix}{neuron.name}", update=update, reset=reset, reads=_reads(neuron.reads, prefix))


def _rule(rule: Rule, prefix: str) -> Rule:
    return replace(
        rule,
        name=f"{prefix}{rule.name}",
        on_pre=_block(rule.on_pre, prefix),
        on_post=_block(rule.on_post, prefix),
        every=tuple(_tick(tick, prefix) for tick in rule.every),
        reads=_reads(rule.reads, prefix),
    )


def _carry(carry: Carry, prefix: str) -> Carry:
    block, reads = _block(carry.block, prefix), _reads(carry.reads, prefix)
    return replace(carry, name=f"{prefix}{carry.name}", block=block, reads=reads)


def _tick(tick: Tick, prefix: str) -> Tick:
    sums = tuple(replace(item, terms=_block(item.terms, prefix)) for item in tick.sums)
    return replace(tick, block=_block(tick.block, prefix), sums=sums)


def _reads(reads: tuple[Read, ...], prefix: str) -> tuple[Read, ...]:
    return tuple(item if item.of in ("pre", "post") else replace(item, of=f"{prefix}{item.of}") for item in reads)


def _block(block: Block, prefix: str) -> Block:
    return replace(block, lets=tuple((name, _expression(value, prefix)) for name, value in block.lets))


def _expression(value: Expr, prefix: str) -> Expr:
    """Return an expression that reads the sample with the prefix."""
    if not isinstance(value, Call):
        return value
    key = f"{prefix}{value.key}" if value.key else ""
    return replace(value, args=tuple(_expression(argument, prefix) for argument in value.args), key=key)
