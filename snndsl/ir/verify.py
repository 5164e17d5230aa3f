"""Whether a program is well-formed: run after lowering, and on every program a test builds by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from snndsl.ir.expression import Block, Call, Const, Expr, Ref
from snndsl.ir.operations import OPERATIONS
from snndsl.ir.program import (
    NEURON_BUILTINS,
    RULE_BUILTINS,
    Carry,
    Neuron,
    Population,
    Program,
    Read,
    Rule,
    Sum,
    Synapses,
)
from snndsl.ir.table import span

__all__ = ["MalformedProgram", "verify"]


class MalformedProgram(Exception):
    """A program that no backend could run: a fault of the compiler, never of a model."""


def verify(program: Program) -> Program:
    """Return the program if it is well-formed.

    Parameters
    ----------
    program : Program
        Any.

    Raises
    ------
    MalformedProgram
        With everything that is wrong, one line each.
    """
    problems = list(_problems(program))
    if problems:
        raise MalformedProgram("\n".join(problems))
    return program


def _problems(program: Program) -> Iterator[str]:
    if program.step <= 0 or program.steps < 0 or program.chunk < 1:
        yield f"step {program.step}, steps {program.steps}, chunk {program.chunk}"
    for title, items in (
        ("neuron", program.neurons), ("rule", program.rules), ("carry", program.carries), ("population", program.populations),
        ("projection", program.projections), ("synapses", program.synapses), ("injection", program.injections),
        ("sample", program.samples),
    ):  # fmt: skip
        names = [item.name for item in items]
        if len(set(names)) < len(names):
            yield f"two things called {title} {next(name for name in names if names.count(name) > 1)}"
        if names != sorted(names):
            yield f"{title}s are not in order of name"
    samples = {sample.name for sample in program.samples}
    for neuron in program.neurons:
        yield from _neuron(neuron, samples)
    for rule in program.rules:
        yield from _rule(rule, samples)
    for carry in program.carries:
        yield from _carry(carry, samples)
    populations = {population.name: population for population in program.populations}
    neurons = {neuron.name: neuron for neuron in program.neurons}
    for population in program.populations:
        yield from _population(population, neurons, program.steps, samples)
    for synapses in program.synapses:
        yield from _synapses(program, synapses, populations, neurons)
    for neuron in (*program.neurons, *(item.undriven for item in program.populations if item.undriven is not None)):
        yield from _reads(f"neuron {neuron.name}", neuron.reads, populations, neurons)
    for injection in program.injections:
        target = populations.get(injection.target)
        yield from _port(f"injection {injection.name}", target, injection.port, neurons)
        if target is not None:
            yield from _columns(f"injection {injection.name}", injection.events, ("step", "neuron", "amount"))
            yield from _within(f"injection {injection.name}: neuron", injection.events["neuron"], 0, target.size - 1)
    for spikes in program.spike_records:
        if spikes.population not in populations:
            yield f"spikes of {spikes.population}, which does not exist"
    for kept in program.synapse_records:
        if kept.rows is not None and np.any((kept.rows < 0) | (kept.rows >= program.projection(kept.projection).rows)):
            yield f"record of synapses of {kept.projection}: rows that it does not have"
    for counts in program.count_records:
        recorded = {record.population for record in program.spike_records}
        for name, start, stop in counts.parts:
            if name not in recorded or not 0 <= start <= stop <= populations[name].size:
                yield f"counts of {counts.name}: {name} {start}..{stop} is not among the recorded spikes"
    for states in program.state_records:
        owner = populations.get(states.population)
        known = neurons[owner.neuron].states if owner is not None and owner.neuron in neurons else ()
        yield from (
            f"record of {states.population}.{name}, which is no state" for name in states.variables if name not in known
        )


# ---- blocks


def _neuron(neuron: Neuron, samples: set[str]) -> Iterator[str]:
    where = f"neuron {neuron.name}"
    read = tuple(item.local for item in neuron.reads)
    yield from _disjoint(where, (neuron.params, neuron.states, neuron.ports, read, NEURON_BUILTINS))
    outside = {*neuron.params, *neuron.states, *read, *NEURON_BUILTINS}
    kinds: dict[str, bool] = {}
    yield from _block(f"{where} update", neuron.update, outside | set(neuron.ports), set(neuron.states), samples, kinds)
    if neuron.fires and kinds.get(neuron.fires) is not True:
        yield f"{where} fires on {neuron.fires!r}, which is no truth value of its update"
    yield from _block(f"{where} reset", neuron.reset, outside, set(neuron.states), samples, {})
    yield from _ranges(where, neuron)


def _rule(rule: Rule, samples: set[str]) -> Iterator[str]:
    where = f"rule {rule.name}"
    read = tuple(item.local for item in rule.reads)
    yield from _disjoint(where, (rule.params, rule.states, read, RULE_BUILTINS))
    outside = {*rule.params, *rule.states, *read, *RULE_BUILTINS}
    kinds: dict[str, bool] = {}
    yield from _block(f"{where} on_pre", rule.on_pre, outside, set(rule.states), samples, kinds)
    for _, sent in rule.deliver:
        if kinds.get(sent, sent not in rule.states) is not False:
            yield f"{where} delivers {sent!r}, which is no number of on_pre"
    if len({port for port, _ in rule.deliver}) < len(rule.deliver):
        yield f"{where} delivers twice to a port"
    yield from _block(f"{where} on_post", rule.on_post, outside, set(rule.states), samples, {})
    for tick in rule.every:
        if tick.period < 1:
            yield f"{where} ticks every {tick.period} steps"
        summed: set[str] = set()
        for item in tick.sums:
            yield from _sum(f"{where} sum every {tick.period}", item, outside | summed, samples)
            summed |= {name for name, _ in item.terms.writes}
        yield from _block(f"{where} every {tick.period}", tick.block, outside | summed, set(rule.states), samples, {})
    if "w" not in rule.states:
        yield f"{where} has no weight"
    yield from _ranges(where, rule)
    if rule.bound and rule.bound not in rule.params:
        yield f"{where} is bounded by {rule.bound!r}, which is no parameter"


def _carry(carry: Carry, samples: set[str]) -> Iterator[str]:
    where = f"carry {carry.name}"
    read = tuple(item.local for item in carry.reads)
    yield from _disjoint(where, (carry.params, read))
    kinds: dict[str, bool] = {}
    yield from _block(where, carry.block, {*carry.params, *read}, set(), samples, kinds)
    if kinds.get(carry.sent) is not False:
        yield f"{where} sends {carry.sent!r}, which is no number of it"
    if "weight" not in carry.params:
        yield f"{where} has no weight"
    if carry.bound not in carry.params:
        yield f"{where} is bounded by {carry.bound!r}, which is no parameter of it"


def _sum(where: str, item: Sum, outside: set[str], samples: set[str]) -> Iterator[str]:
    if item.over not in ("target", "source"):
        yield f"{where} is over the {item.over}"
    if len(item.terms.writes) != 1:
        yield f"{where} has {len(item.terms.writes)} names"
    names = {name for name, _ in item.terms.writes}
    yield from (f"{where} assigns {name} twice" for name in sorted(names & outside))
    yield from _block(where, item.terms, outside, names, samples, {})


def _reads(
    where: str,
    reads: Iterable[Read],
    populations: Mapping[str, Population],
    neurons: Mapping[str, Neuron],
    sides: Mapping[str, Population] | None = None,
) -> Iterator[str]:
    """Check that what is read is a state of a population of one neuron, or of the neurons on the sides of a synapse."""
    sides = sides or {}
    for item in reads:
        owner = sides.get(item.of) or populations.get(item.of)
        neuron = None if owner is None else neurons.get(owner.neuron or "")
        if owner is None or neuron is None:
            yield f"{where} reads {item.of}, which has no neurons"
        elif item.state not in neuron.states:
            yield f"{where} reads {item.of}.{item.state}, which is no state"
        elif item.of not in sides and owner.size != 1:
            yield f"{where} reads {item.of}, which has {owner.size} neurons"


def _ranges(where: str, thing: Neuron | Rule) -> Iterator[str]:
    states = [item.state for item in thing.ranges]
    if states != [state for state in thing.states if state in states]:
        yield f"{where} has ranges of {', '.join(states)}: not each once, in the order of its states"
    for item in thing.ranges:
        if not (np.isfinite(item.low) and np.isfinite(item.high) and item.low < item.high):
            yield f"{where} has the range {item.low} .. {item.high} of {item.state}"


def _within_ranges(where: str, thing: Neuron | Rule, values: Mapping[str, Any]) -> Iterator[str]:
    for item in thing.ranges:
        value = np.asarray(values.get(item.state, item.low))
        if not np.all((value >= item.low) & (value <= item.high)):
            yield f"{where}: {item.state} starts outside {item.low} .. {item.high}"


def _block(
    where: str, block: Block, outside: set[str], writable: set[str], samples: set[str], kinds: dict[str, bool]
) -> Iterator[str]:
    """Check single assignment, definition before use and truth values; leave the kind of every local in `kinds`."""
    for name, expression in block.lets:
        if name in kinds or name in outside:
            yield f"{where} assigns {name} twice"
        problems: list[str] = []
        truth = _kind(expression, outside, kinds, samples, problems)
        yield from (f"{where}: {problem} in {name}" for problem in problems)
        kinds[name] = truth
    written = [state for state, _ in block.writes]
    yield from (f"{where} writes {state}, which is no state" for state in written if state not in writable)
    if len(set(written)) < len(written):
        yield f"{where} writes a state twice"
    for state, name in block.writes:
        if name not in kinds and name not in outside:
            yield f"{where} writes {name} to {state} before it is defined"
        elif kinds.get(name, False):
            yield f"{where} writes the truth value {name} to {state}"


def _kind(expression: Expr, outside: set[str], kinds: Mapping[str, bool], samples: set[str], problems: list[str]) -> bool:
    """Return whether an expression is a truth value."""
    match expression:
        case Const(value):
            if not np.isfinite(value):
                problems.append(f"the number {value}")
            return False
        case Ref(name):
            if name not in kinds and name not in outside:
                problems.append(f"{name} is used before it is defined")
            return kinds.get(name, False)
        case Call(op, arguments, key):
            found = [_kind(argument, outside, kinds, samples, problems) for argument in arguments]
            operation = OPERATIONS.get(op)
            if operation is None:
                problems.append(f"the unknown operation {op}")
                return False
            if op == "sample" and key not in samples:
                problems.append(f"the unknown sample {key}")
            if op != "sample" and key:
                problems.append(f"{op} of the sample {key}")
            wanted = [argument == "b" for argument in operation.arguments]
            if found != wanted:
                problems.append(f"{op} of {_types(found)}, not {_types(wanted)}")
            return operation.result == "b"
    raise TypeError(expression)


def _types(truths: Iterable[bool]) -> str:
    return "/".join("truth" if truth else "number" for truth in truths) or "nothing"


def _disjoint(where: str, groups: Iterable[tuple[str, ...]]) -> Iterator[str]:
    names = [name for group in groups for name in group]
    yield from (f"{where} has {name} twice" for name in sorted(set(names)) if names.count(name) > 1)


# ---- tables


def _population(population: Population, neurons: Mapping[str, Neuron], steps: int, samples: set[str]) -> Iterator[str]:
    where = f"population {population.name}"
    if population.size < 1:
        yield f"{where} has size {population.size}"
    if population.neuron is None:
        if population.spikes is None:
            yield f"{where} is a source without spikes"
        else:
            yield from _columns(where, population.spikes, ("stamp", "neuron"))
            yield from _within(f"{where}: stamp", population.spikes["stamp"], 0, steps)
            yield from _within(f"{where}: neuron", population.spikes["neuron"], 0, population.size - 1)
        return
    neuron = neurons.get(population.neuron)
    if neuron is None:
        yield f"{where} has the unknown neuron {population.neuron}"
        return
    wanted = {*neuron.params, *neuron.states}
    if population.undriven is not None:
        extra = {*population.undriven.params, *population.undriven.states} - wanted
        yield from (f"{where} undriven reads {name}, which has no value" for name in sorted(extra))
        yield from _neuron(population.undriven, samples)
    yield from (f"{where} gives no value to {name}" for name in sorted(wanted - set(population.values)))
    yield from (f"{where} gives a value to {name}" for name in sorted(set(population.values) - wanted))
    yield from _within_ranges(where, neuron, population.values)
    for name, value in sorted(population.values.items()):
        if isinstance(value, np.ndarray) and value.shape != (population.size,):
            yield f"{where}: {name} has shape {value.shape}"
        if not np.all(np.isfinite(value)) and not name.endswith("__"):
            yield f"{where}: {name} is not finite"


def _synapses(
    program: Program, synapses: Synapses, populations: Mapping[str, Population], neurons: Mapping[str, Neuron]
) -> Iterator[str]:
    where = f"synapses {synapses.name}"
    source, target = populations.get(synapses.source), populations.get(synapses.target)
    yield from _port(where, target, synapses.port, neurons)
    if source is None or target is None:
        yield f"{where} from {synapses.source} to {synapses.target}"
        return
    projection = next((item for item in program.projections if item.name == synapses.projection), None)
    if projection is None:
        yield f"{where} of the unknown projection {synapses.projection}"
        return
    yield from _columns(where, synapses.rows, ("pre", "post", "axonal", "dendritic", "row"))
    yield from _within(f"{where}: pre", synapses.rows["pre"], 0, source.size - 1)
    yield from _within(f"{where}: post", synapses.rows["post"], 0, target.size - 1)
    yield from _within(f"{where}: row", synapses.rows["row"], 0, projection.rows - 1)
    dendritic = np.asarray(synapses.rows["dendritic"])
    yield from _within(f"{where}: axonal", synapses.rows["axonal"], 0, 2**31 - 1)
    yield from _within(f"{where}: dendritic", dendritic, 0, 2**31 - 1)
    yield from _within(f"{where}: delay", np.array(synapses.delays), 1, 2**31 - 1)
    if synapses.rule is None:
        yield from _columns(where, synapses.rows, ("weight",))
        yield from _carrying(program, synapses, {"pre": source, "post": target}, populations, neurons)
        return
    if synapses.carry is not None:
        yield f"{where} has a rule, and carries"
    rule = next((item for item in program.rules if item.name == synapses.rule), None)
    if rule is None:
        yield f"{where} has the unknown rule {synapses.rule}"
        return
    known = {*synapses.values, *synapses.rows.columns}
    yield from (f"{where} gives no value to {name}" for name in (*rule.params, *rule.states) if name not in known)
    yield from _within_ranges(where, rule, {**synapses.rows.columns, **synapses.values})
    yield from _reads(where, rule.reads, populations, neurons, {"pre": source, "post": target})
    if rule.reads and np.any(dendritic):
        yield f"{where} reads states of neurons with a dendritic delay"
    parts = (item.rows["dendritic"] for item in program.synapses if item.projection == synapses.projection)
    if any(tick.sums for tick in rule.every) and len(np.unique(np.concatenate([*parts]))) > 1:
        yield f"{where} sums over synapses whose dendritic parts differ"
    others = [port for port, _ in rule.deliver if port]
    yield from (f"{where} has no port for {port}" for port in others if port not in synapses.ports)
    for port in synapses.ports.values():
        yield from _port(where, target, port, neurons)
    if rule.order == "post_first" and np.any(dendritic < 1):
        yield f"{where}: post_first with a dendritic delay of 0"


def _carrying(
    program: Program,
    synapses: Synapses,
    sides: Mapping[str, Population],
    populations: Mapping[str, Population],
    neurons: Mapping[str, Neuron],
) -> Iterator[str]:
    """Check what synapses without a rule carry, if they do."""
    if synapses.carry is None:
        return
    where = f"synapses {synapses.name}"
    carry = next((item for item in program.carries if item.name == synapses.carry), None)
    if carry is None:
        yield f"{where} has the unknown carry {synapses.carry}"
        return
    known = {*synapses.values, *synapses.rows.columns}
    yield from (f"{where} gives no value to {name}" for name in carry.params if name not in known)
    yield from _reads(where, carry.reads, populations, neurons, sides)


def _port(where: str, target: Population | None, port: str, neurons: Mapping[str, Neuron]) -> Iterator[str]:
    neuron = neurons.get(target.neuron or "") if target is not None else None
    if neuron is None:
        yield f"{where} reaches no neurons"
    elif port not in neuron.ports:
        yield f"{where} reaches the port {port}, which {neuron.name} does not have"


def _columns(where: str, table: Any, names: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{where} has no column {name}" for name in names if name not in table)


def _within(where: str, values: Any, low: int, high: int) -> Iterator[str]:
    if not len(values):
        return
    least, largest = span(np.asarray(values))
    if int(least) < low or int(largest) > high:
        yield f"{where} outside {low} .. {high}"
