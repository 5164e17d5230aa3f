"""Expressions and blocks of the program: constants, names, operations; single assignment.

An expression is evaluated exactly as it stands: IEEE double, no folding, no reassociation, no contraction. Every printer
puts parentheses around every operation, so the tree *is* the order of evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["OPERATIONS", "Block", "Call", "Const", "Expr", "Operation", "Ref", "names_read", "walk"]


@dataclass(frozen=True, slots=True)
class Const:
    """A finite double, printed with ``repr``."""

    value: float


@dataclass(frozen=True, slots=True)
class Ref:
    """A value by name: a local of the block, a parameter, a state, a port or a built-in name of the scope."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on values.

    Parameters
    ----------
    op : str
        One of `OPERATIONS`.
    args : tuple of Expr
        As many as the operation takes.
    key : str
        The name of the `Sample` for ``sample``; empty otherwise.
    """

    op: str
    args: tuple[Expr, ...]
    key: str = ""


Expr = Const | Ref | Call


class Operation(NamedTuple):
    """Types of an operation: ``r`` is a real (double), ``b`` a truth value."""

    arguments: str
    result: str


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        # arithmetic of the platform
        "add": Operation("rr", "r"),
        "sub": Operation("rr", "r"),
        "mul": Operation("rr", "r"),
        "div": Operation("rr", "r"),
        "neg": Operation("r", "r"),
        "floor": Operation("r", "r"),
        "abs": Operation("r", "r"),
        "sqrt": Operation("r", "r"),
        # comparisons and truth values
        "lt": Operation("rr", "b"),
        "le": Operation("rr", "b"),
        "gt": Operation("rr", "b"),
        "ge": Operation("rr", "b"),
        "eq": Operation("rr", "b"),
        "ne": Operation("rr", "b"),
        "and": Operation("bb", "b"),
        "or": Operation("bb", "b"),
        "not": Operation("b", "b"),
        "select": Operation("brr", "r"),  # both branches may be evaluated
        # our own functions (snndsl.numerics)
        "exp": Operation("r", "r"),
        "log": Operation("r", "r"),
        "expm1": Operation("r", "r"),
        "log1p": Operation("r", "r"),
        "sin": Operation("r", "r"),
        "cos": Operation("r", "r"),
        "tan": Operation("r", "r"),
        "tanh": Operation("r", "r"),
        "exprel": Operation("r", "r"),
        "sigmoid": Operation("r", "r"),
        # draws: key word 0, key word 1, element, step, trial, call
        "uniform": Operation("rrrrrr", "r"),
        "normal": Operation("rrrrrr", "r"),
        "poisson": Operation("rrrrrrr", "r"),  # mean count first
        # an array of the program, read at floor(index); an index out of range stops the run
        "sample": Operation("r", "r"),
    }
)
"""Every operation a backend has to know. There is no power (products), no min or max (select), no modulus (floor)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in single-assignment form.

    Parameters
    ----------
    lets : tuple of (str, Expr)
        Locals in order, each defined once and before its use; real or truth values.
    writes : tuple of (str, str)
        State and the name (local, state, parameter, port) whose value it takes; all at the end, at once.
    """

    lets: tuple[tuple[str, Expr], ...] = ()
    writes: tuple[tuple[str, str], ...] = ()


def walk(expression: Expr) -> Iterator[Expr]:
    """Yield the expression and all its parts, outermost first."""
    yield expression
    if isinstance(expression, Call):
        for argument in expression.args:
            yield from walk(argument)


def names_read(blocks: Iterable[Block]) -> set[str]:
    """Return every name that blocks read, their own locals with them."""
    names: set[str] = set()
    for block in blocks:
        for _, expression in block.lets:
            names |= {item.name for item in walk(expression) if isinstance(item, Ref)}
        names |= {value for _, value in block.writes}
    return names
