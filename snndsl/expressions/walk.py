"""Walks over the tree of an expression: its names, its calls, the same tree with other names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from snndsl.expressions import tree
from snndsl.expressions.tree import Expression

__all__ = ["calls_in", "names_in", "renamed"]


def names_in(node: Expression) -> Iterator[tree.Name]:
    """Yield every name of an expression."""
    if isinstance(node, tree.Name):
        yield node
    for child in tree.children(node):
        yield from names_in(child)


def calls_in(node: Expression) -> Iterator[tree.Call]:
    """Yield every call of an expression."""
    if isinstance(node, tree.Call):
        yield node
    for child in tree.children(node):
        yield from calls_in(child)


def renamed(
    node: Expression, name: Callable[[tree.Name], Expression], call: Callable[[str], str] = lambda function: function
) -> Expression:
    """Return the expression with every name replaced by `name` and every called function by `call`."""
    match node:
        case tree.Name():
            return name(node)
        case tree.Call():
            return replace(node, function=call(node.function), arguments=tuple(renamed(a, name, call) for a in node.arguments))
        case tree.Unary():
            return replace(node, operand=renamed(node.operand, name, call))
        case tree.Binary() | tree.Compare():
            return replace(node, left=renamed(node.left, name, call), right=renamed(node.right, name, call))
        case tree.Logic():
            return replace(node, operands=tuple(renamed(operand, name, call) for operand in node.operands))
    return node
