"""Blocks of the program as C: one statement a local, in order, and all writes at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from snndsl.backend.names import c_reserved, free_names
from snndsl.backend.printing import c_expression, saved_states
from snndsl.ir import OPERATIONS, Block, Call, Neuron, Rule, walk
from snndsl.ir.remarks import Remarks

__all__ = ["Names", "bounds", "checks", "loads", "locals_of", "reads_samples", "reserved", "stores", "writes_of"]

_ARGUMENTS = frozenset(
    {"p", "s", "in", "i", "step", "trial", "fired", "tv", "row", "sent", "n", "index", "misread", "wrong", "k", "uint64_t"}
)

Names = dict[str, str]
"""Name of the program to name in C."""


def reserved(name: str) -> bool:
    """Tell whether a name is a word of C or an argument of a kernel."""
    return name in _ARGUMENTS or c_reserved(name)


def loads(params: Iterable[str], states: Iterable[str], names: Names, remarks: Remarks) -> Iterator[str]:
    """Yield the statements that give parameters and states their names."""
    for place, name in enumerate(params):
        yield f"const double {names[name]} = p[{place}];{remarks.beside('params', name, sign='//')}"
    for place, name in enumerate(states):
        yield f"double {names[name]} = s[{place}];{remarks.beside('states', name, sign='//')}"


def locals_of(block: Block, names: Names, samples: Mapping[str, int], remarks: Remarks) -> Iterator[str]:
    """Yield the locals of a block; they enter `names`."""
    names |= free_names((name for name, _ in block.lets), reserved, set(names.values()))
    for name, tree in block.lets:
        kind = "int" if isinstance(tree, Call) and OPERATIONS[tree.op].result == "b" else "double"
        text = c_expression(tree, names.__getitem__, samples)
        yield f"const {kind} {names[name]} = {text};{remarks.beside(name, sign='//')}"


def writes_of(block: Block, names: Names, states: Iterable[str]) -> Iterator[str]:
    """Yield all writes at once: a state that another write reads keeps its old value until then."""
    old = {state: f"{names[state]}__before" for state in saved_states(block, states)}
    yield from (f"const double {name} = {names[state]};" for state, name in old.items())
    for state, name in block.writes:
        if state != name:
            yield f"{names[state]} = {old.get(name, names[name])};"


def stores(states: Iterable[str], blocks: Iterable[Block], names: Names, of: str = "") -> Iterator[str]:
    """Yield the statements that keep what was written; `of` chooses one of many."""
    written = {state for block in blocks for state, _ in block.writes}
    yield from (f"s[{place}]{of} = {names[name]};" for place, name in enumerate(states) if name in written)


def reads_samples(blocks: Iterable[Block]) -> bool:
    """Tell whether blocks read an array of the program, which may be out of its range."""
    return any(
        isinstance(part, Call) and part.op == "sample" for block in blocks for _, tree in block.lets for part in walk(tree)
    )


def bounds(thing: Neuron | Rule, blocks: Iterable[Block], failing: Iterable[str], names: Names) -> Iterator[tuple[int, str]]:
    """Yield places of the states that may be no finite number or outside their range, in order, and the test of it."""
    may, written = set(failing), {state for block in blocks for state, _ in block.writes}
    limits = {item.state: item for item in thing.ranges if item.state in written}
    for place, state in enumerate(thing.states):
        name = names[state]
        if state in limits:  # false for what is no number
            yield place, f"snn_not({name} >= {limits[state].low!r} & {name} <= {limits[state].high!r})"
        elif state in may:
            yield place, f"snn_not_finite({name})"


def checks(thing: Neuron | Rule, blocks: Iterable[Block], failing: Iterable[str], names: Names) -> Iterator[str]:
    """Yield the tests of what an event leaves."""
    blocks = tuple(blocks)
    if reads_samples(blocks):
        yield "if (snn_bad_sample >= 0) return -1;"
    yield from (f"if ({text}) return {1 + place};" for place, text in bounds(thing, blocks, failing, names))
