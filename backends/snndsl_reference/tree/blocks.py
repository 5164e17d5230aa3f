"""Blocks as closures on NumPy arrays: one operation, one call, in the order that is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Ref, walk

__all__ = ["CompiledBlock", "SampleError", "compile_block"]

Value = Any
Names = dict[str, Value]
Closure = Callable[[Names], Value]


class SampleError(Exception):
    """An array was read out of its range; `args` holds its name and the index."""


class CompiledBlock:
    """A block that runs on a dictionary of names.

    Parameters
    ----------
    block : Block
        Single assignment.
    samples : mapping of str to ndarray
        Arrays of the program.
    """

    def __init__(self, block: Block, samples: Mapping[str, NDArray[np.float64]]) -> None:
        self.lets = [(name, _compile(expression, samples)) for name, expression in block.lets]
        self.writes = block.writes
        inside = {name for name, _ in block.lets}
        read = {item.name for _, expression in block.lets for item in walk(expression) if isinstance(item, Ref)}
        self.reads = (read | {value for _, value in block.writes}) - inside

    def run(self, names: Names) -> None:
        """Add every local to `names`; the caller does the writes."""
        for name, closure in self.lets:
            names[name] = closure(names)


def compile_block(block: Block, samples: Mapping[str, NDArray[np.float64]]) -> CompiledBlock:
    """Return a block ready to run."""
    return CompiledBlock(block, samples)


def _compile(expression: Expr, samples: Mapping[str, NDArray[np.float64]]) -> Closure:
    match expression:
        case Const(value):
            return lambda names: value
        case Ref(name):
            return lambda names: names[name]
        case Call("sample", (argument,), key):
            return _sample(_compile(argument, samples), samples[key], key)
        case Call(op, arguments, _):
            evaluate = OPERATIONS[op].evaluate
            assert evaluate is not None
            return _call(evaluate, [_compile(argument, samples) for argument in arguments])
    raise TypeError(expression)


def _call(function: Callable[..., Value], arguments: Iterable[Closure]) -> Closure:
    match list(arguments):
        case [one]:
            return lambda names: function(one(names))
        case [one, two]:
            return lambda names: function(one(names), two(names))
        case [one, two, three]:
            return lambda names: function(one(names), two(names), three(names))
        case many:
            return lambda names: function(*[argument(names) for argument in many])


def _sample(index: Closure, array: NDArray[np.float64], name: str) -> Closure:
    def read(names: Names) -> Value:
        place = np.floor(index(names))
        bad = ~((place >= 0) & (place < len(array)))
        if np.any(bad):
            raise SampleError(name, float(np.asarray(place)[bad].ravel()[0]) if np.ndim(place) else float(place))
        return array[np.asarray(place, np.int64)]

    return read
