"""Expressions and blocks of the program: constants, names, operations; single assignment.

An expression is evaluated exactly as it stands: IEEE double, no folding, no reassociation, no contraction. The tree *is* the
order of evaluation, and every printer keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from snndsl.deferred import dataclass

__all__ = ["Block", "Call", "Const", "Expr", "Ref", "names_read", "walk"]


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
        One of `snndsl.ir.operations.OPERATIONS`.
    args : tuple of Expr
        As many as the operation takes.
    key : str
        The name of the `Sample` for ``sample``; empty otherwise.
    """

    op: str
    args: tuple[Expr, ...]
    key: str = ""


Expr = Const | Ref | Call


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
