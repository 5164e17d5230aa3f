"""Neurons of a program as Python text for one neuron at a time, which numba compiles.

No name of a model reaches the text: parameters, states, ports and locals are numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from snndsl.ir.expression import Block, Call, Const, Expr, Ref, walk
from snndsl.ir.operations import OPERATIONS
from snndsl.ir.program import Neuron

__all__ = ["SCALAR_FUNCTIONS", "advance_text"]

SCALAR_FUNCTIONS = "snndsl.numerics.scalar"
"""Module whose functions the text calls."""

_ALWAYS = ("exp", "log", "expm1", "log1p", "sin", "cos", "tan", "tanh", "exprel", "sigmoid")
"""Functions that the text names though nothing calls them: fingerprints of catalogues are made of it."""


def advance_text(kinds: Sequence[Neuron], columns: int, ports: int, functions: str = SCALAR_FUNCTIONS) -> str:
    """Return the step of all kinds of neurons as Python text, made of numbers and operations only.

    Parameters
    ----------
    kinds : sequence of Neuron
        What a neuron does in a step, without stimuli.
    columns : int
        Of the table of parameters; the last one is the index of a neuron in its population.
    ports : int
        Of the table of what arrives.
    functions : str
        Module of the scalar functions.

    Returns
    -------
    str
        A module with the function ``advance(live, n, state, parameter, kind, inbox, firing)``: it advances the neurons in
        ``live[:n]``, empties their inbox, sorts those that fire into `firing` and returns their number.
    """
    lines = [
        '"""Neurons of a model, without stimuli: one step of those that are awake."""',
        "",
        "import numba",
        "import numpy as np",
        "from numba import types",
        f"from {functions} import {', '.join((*_ALWAYS, *_more_functions(kinds)))}",
        "",
        "",
        "def advance(live, n, state, parameter, kind, inbox, firing):",
        "    fired = 0",
        "    for k in range(n):",
        "        x = live[k]",
        "        fires = False",
    ]
    for number, neuron in enumerate(kinds):
        lines.append(f"        {'if' if number == 0 else 'elif'} kind[x] == {number}:")
        lines += [f"            {line}" for line in _neuron_lines(neuron, columns - 1)]
    lines += [f"        inbox[x, {port}] = 0.0" for port in range(ports)]
    lines += [
        "        if fires:",
        "            place = fired",
        "            while place > 0 and firing[place - 1] > x:",
        "                firing[place] = firing[place - 1]",
        "                place -= 1",
        "            firing[place] = x",
        "            fired += 1",
        "    return fired",
        "",
        "",
        "if not numba.config.DISABLE_JIT:",
        "    numbers, ints = types.Array(types.float64, 2, 'C'), types.Array(types.int32, 1, 'C')",
        "    signature = types.int64(ints, types.int64, numbers, numbers, ints, numbers, ints)",
        "    advance = numba.cfunc(signature, cache=True, error_model='numpy')(advance)",
    ]
    return "\n".join(lines) + "\n"


def _more_functions(kinds: Sequence[Neuron]) -> Iterator[str]:
    """Yield the functions of ours that are called and not always named, in the order of the table."""
    lets = [let for neuron in kinds for block in (neuron.update, neuron.reset) for _, let in block.lets]
    called = {part.op for let in lets for part in walk(let) if isinstance(part, Call)}
    for operation in OPERATIONS.values():
        if operation.is_own and operation.scalar and operation.name in called - {*_ALWAYS}:
            yield operation.scalar


def _neuron_lines(neuron: Neuron, last: int) -> Iterator[str]:
    outside = {name: f"parameter[x, {k}]" for k, name in enumerate(neuron.params)}
    outside |= {name: f"inbox[x, {k}]" for k, name in enumerate(neuron.ports)}
    outside |= {"i": f"parameter[x, {last}]", "trial": "0.0"}
    states = {name: f"state[x, {k}]" for k, name in enumerate(neuron.states)}
    names = outside | states
    yield from _block_lines(neuron.update, names, states, "n")
    yield f"fires = {names[neuron.fires]}" if neuron.fires else "fires = False"
    if neuron.fires and (neuron.reset.lets or neuron.reset.writes):
        yield "if fires:"
        yield from (f"    {line}" for line in _block_lines(neuron.reset, outside | states, states, "r"))


def _block_lines(block: Block, names: dict[str, str], states: Mapping[str, str], prefix: str) -> Iterator[str]:
    """Yield statements; locals enter `names`. Writes happen at the end, at once."""
    for number, (name, expression) in enumerate(block.lets):
        parts: list[str] = []
        text = _text(expression, names, parts, f"{prefix}{number}_")
        yield from parts
        yield f"{prefix}{number} = {text}"
        names[name] = f"{prefix}{number}"
    for number, (_, value) in enumerate(block.writes):
        yield f"{prefix}w{number} = {names[value]}"
    for number, (state, _) in enumerate(block.writes):
        yield f"{states[state]} = {prefix}w{number}"


def _text(expression: Expr, names: Mapping[str, str], parts: list[str], prefix: str) -> str:
    """Return an expression as text; long ones become statements in `parts`, because Python's parser has a limited depth."""
    match expression:
        case Const(value):
            return f"({value!r})"
        case Ref(name):
            return names[name]
    assert isinstance(expression, Call)
    text = _call_text(expression.op, [_text(argument, names, parts, prefix) for argument in expression.args])
    if len(text) <= 200:
        return text
    parts.append(f"{prefix}{len(parts)} = {text}")
    return f"{prefix}{len(parts) - 1}"


def _call_text(op: str, arguments: list[str]) -> str:
    operation = OPERATIONS[op]
    match arguments:
        case [left, right] if operation.symbol:
            return f"({left} {operation.symbol} {right})"
        case [argument] if operation.symbol:
            return f"({operation.prefix}{argument})"
        case [condition, one, other] if op == "select":
            return f"({one} if {condition} else {other})"
        case _ if operation.scalar:
            return f"{operation.scalar}({', '.join(arguments)})"
    raise TypeError(op)
