"""The stable text of a program: what golden files, ``show --ir``, digests and reviews read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from snndsl.ir.expression import Block, Call, Const, Expr, Ref
from snndsl.ir.operations import OPERATIONS
from snndsl.ir.program import Carry, Neuron, Program, Range, Read, Rule, Value
from snndsl.ir.table import Table

__all__ = ["carry_lines", "digest", "dump", "expression_text", "neuron_lines", "rule_lines"]


def expression_text(expression: Expr) -> str:
    """Return the expression, parenthesised exactly as it is evaluated."""
    match expression:
        case Const(value):
            return repr(float(value))
        case Ref(name):
            return name
        case Call(op, (left, right), _) if symbol := OPERATIONS[op].symbol:
            return f"({expression_text(left)} {symbol} {expression_text(right)})"
        case Call("neg", (argument,), _):
            return f"(-{expression_text(argument)})"
        case Call(op, arguments, key):
            array = f"[{key}]" if key else ""
            return f"{op}{array}({', '.join(expression_text(argument) for argument in arguments)})"


def dump(program: Program) -> str:
    """Return the whole program as text, one line a statement; arrays as digests.

    Parameters
    ----------
    program : Program
        Any.

    Returns
    -------
    str
        The same text for the same program, on every machine.
    """
    return "\n".join(_lines(program)) + "\n"


def digest(program: Program) -> str:
    """Return a hash of everything that is executed (32 hexadecimal digits): neither the name nor what is recorded counts."""
    bare = replace(program, name="-", spike_records=(), state_records=(), synapse_records=(), count_records=())
    return hashlib.blake2b(dump(bare).encode(), digest_size=16).hexdigest()


def _lines(program: Program) -> Iterator[str]:
    yield f"program {program.name} step {program.step} ms steps {program.steps} trial {program.trial}"
    for neuron in program.neurons:
        yield from neuron_lines(neuron)
    for rule in program.rules:
        yield from rule_lines(rule)
    for carry in program.carries:
        yield from carry_lines(carry)
    for population in program.populations:
        yield f"population {population.name} size {population.size} neuron {population.neuron or '-'}"
        yield from _values(population.values)
        if population.spikes is not None:
            yield f"  spikes {_table(population.spikes)}"
    for projection in program.projections:
        yield f"projection {projection.name} rows {projection.rows} of {', '.join(projection.populations)}"
        yield f"  columns {_table(projection.columns)}"
    for synapses in program.synapses:
        yield (
            f"synapses {synapses.name} of {synapses.projection}: {synapses.source} -> {synapses.target}.{synapses.port}"
            f" rule {synapses.rule or '-'}" + (f" carry {synapses.carry}" if synapses.carry else "")
        )
        yield f"  rows {_table(synapses.rows)}"
        yield from (f"  port {name} is {port}" for name, port in sorted(synapses.ports.items()))
        yield from _values(synapses.values)
    for injection in program.injections:
        yield f"injection {injection.name} into {injection.target}.{injection.port} {_table(injection.events)}"
    for sample in program.samples:
        yield f"sample {sample.name} {_array(sample.values)}"
    for spikes in program.spike_records:
        kept = "" if spikes.kept is None else f" kept {', '.join(f'{start}..{stop}' for start, stop in spikes.kept) or 'none'}"
        yield f"record spikes {spikes.population} {'all' if spikes.neurons is None else _array(spikes.neurons)}{kept}"
    for states in program.state_records:
        yield (
            f"record states {states.population} {states.name} {', '.join(states.variables)} of {_array(states.neurons)}"
            f" at {states.first}..{states.last} every {states.period}"
        )
    for record in program.synapse_records:
        stamps = ", ".join(str(stamp) for stamp in record.stamps)
        rows = "" if record.rows is None else f" rows {_array(record.rows)}"
        yield f"record synapses {record.projection} {', '.join(record.variables)} at {stamps}{rows}"
    for counts in program.count_records:
        parts = ", ".join(f"{name} {start}..{stop}" for name, start, stop in counts.parts)
        yield f"record counts {counts.name} of {parts} every {counts.width}"


def neuron_lines(neuron: Neuron) -> Iterator[str]:
    """Yield the text of a neuron, one line a statement."""
    yield f"neuron {neuron.name}"
    yield f"  params {', '.join(neuron.params)}"
    yield f"  states {', '.join(neuron.states)}"
    yield from _ranges(neuron.ranges)
    yield f"  ports {', '.join(neuron.ports)}"
    yield from _reads(neuron.reads)
    yield from _block("update", neuron.update)
    if neuron.fires:
        yield f"  fires {neuron.fires}"
        yield from _block("reset", neuron.reset)


def rule_lines(rule: Rule) -> Iterator[str]:
    """Yield the text of a rule, one line a statement."""
    yield f"rule {rule.name} {rule.order}" + (f" bound {rule.bound}" if rule.bound else "")
    yield f"  params {', '.join(rule.params)}"
    yield f"  states {', '.join(rule.states)}"
    yield from _ranges(rule.ranges)
    yield from _reads(rule.reads)
    yield from _block("on_pre", rule.on_pre)
    yield from (f"  deliver {sent}" + (f" to {port}" if port else "") for port, sent in rule.deliver)
    yield from _block("on_post", rule.on_post)
    for tick in rule.every:
        for item in tick.sums:
            yield from _block(f"sum by {item.over} every {tick.period}", item.terms)
        yield from _block(f"every {tick.period}", tick.block)


def carry_lines(carry: Carry) -> Iterator[str]:
    """Yield the text of what synapses carry, one line a statement."""
    yield f"carry {carry.name}"
    yield f"  params {', '.join(carry.params)}"
    yield from _reads(carry.reads)
    yield from _block("each step", carry.block)
    yield f"  send {carry.sent} bound {carry.bound}"


def _ranges(ranges: Iterable[Range]) -> Iterator[str]:
    yield from (f"  range {item.state} {item.low!r} .. {item.high!r}" for item in ranges)


def _reads(reads: Iterable[Read]) -> Iterator[str]:
    yield from (f"  read {item.local} = {item.of}.{item.state}" for item in reads)


def _block(title: str, block: Block) -> Iterator[str]:
    yield f"  {title}"
    for name, expression in block.lets:
        yield f"    {name} = {expression_text(expression)}"
    for state, name in block.writes:
        yield f"    {state} <- {name}"


def _values(values: Mapping[str, Value]) -> Iterator[str]:
    for name in sorted(values):
        value = values[name]
        yield f"  {name} = {_array(value) if isinstance(value, np.ndarray) else repr(float(value))}"


def _table(table: Table) -> str:
    columns = ", ".join(f"{name}:{column.dtype.str}" for name, column in table.columns.items())
    return f"[{table.rows}] {columns} {table.digest()}"


def _array(array: np.ndarray) -> str:
    return f"[{len(array)}] {Table({'values': array}).digest()}"
