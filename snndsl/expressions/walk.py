"""Walks over the tree of an expression: its names, its calls, the same tree with other names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from snndsl.expressions import tree
from snndsl.expressions.tree import Expression

__all__ = ["LEAF", "Extent", "calls_in", "extent", "names_in", "renamed"]


class Extent(NamedTuple):
    """How deep an expression is, and how many parts it has, once every name in it is replaced by what it stands for."""

    levels: int
    parts: int


LEAF = Extent(1, 1)


def extent(node: Expression, of: Callable[[str], Extent]) -> Extent:
    """Return the extent of an expression.

    Parameters
    ----------
    node : Expression
        A tree.
    of : callable
        Extent of what a name stands for; `LEAF` if it stands for itself.
    """
    if isinstance(node, tree.Name):
        found = of(node.text)
        return Extent(found.levels + 1, found.parts + 1)
    below = [extent(child, of) for child in tree.children(node)]
    return Extent(1 + max((item.levels for item in below), default=0), 1 + sum(item.parts for item in below))


def names_in(node: Expression) -> Iterator[tree.Name]:
    """Yield every name of an expression."""
    return (part for part in _parts(node) if isinstance(part, tree.Name))


def calls_in(node: Expression) -> Iterator[tree.FunctionCall]:
    """Yield every call of an expression."""
    return (part for part in _parts(node) if isinstance(part, tree.FunctionCall))


def _parts(node: Expression) -> Iterator[Expression]:
    """Yield an expression and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += reversed(tree.children(part))


def renamed(
    node: Expression, name: Callable[[tree.Name], Expression], call: Callable[[str], str] = lambda function: function
) -> Expression:
    """Return the expression with every name replaced by `name` and every called function by `call`."""
    match node:
        case tree.Name():
            return name(node)
        case tree.FunctionCall():
            return replace(node, function=call(node.function), arguments=tuple(renamed(a, name, call) for a in node.arguments))
        case tree.Unary():
            return replace(node, operand=renamed(node.operand, name, call))
        case tree.Binary() | tree.Compare():
            return replace(node, left=renamed(node.left, name, call), right=renamed(node.right, name, call))
        case tree.Logic():
            return replace(node, operands=tuple(renamed(operand, name, call) for operand in node.operands))
    return node
