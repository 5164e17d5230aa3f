"""Right sides of equations as a sum: coefficient times state, and the rest."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from snndsl.expressions import tree
from snndsl.model.equations import Linear

__all__ = ["NotLinear", "linear"]

Expression = tree.Expression


class NotLinear(Exception):  # noqa: N818 - a verdict, not an error
    """The expression is not linear in the states; `args[0]` is the part that is not."""


def mentions(node: Expression, names: Collection[str]) -> bool:
    """Tell whether any of the names occurs in the expression."""
    match node:
        case tree.Name():
            return node.text in names
        case tree.FunctionCall():
            return any(mentions(argument, names) for argument in node.arguments)
        case tree.Unary():
            return mentions(node.operand, names)
        case tree.Binary() | tree.Compare():
            return mentions(node.left, names) or mentions(node.right, names)
        case tree.Logic():
            return any(mentions(operand, names) for operand in node.operands)
    return False


def linear(node: Expression, states: Collection[str]) -> Linear:
    """Split an expression.

    Parameters
    ----------
    node : Expression
        A right side, aliases already replaced.
    states : collection of str
        The names it must be linear in.

    Raises
    ------
    NotLinear
        If a state is multiplied by a state, divided by, or put into a function.
    """
    if not mentions(node, states):
        return Linear(rest=node)
    match node:
        case tree.Name():
            return Linear({node.text: _number(1, node)})
        case tree.Unary(op="+"):
            return linear(node.operand, states)
        case tree.Unary(op="-"):
            inner = linear(node.operand, states)
            return Linear({s: _negated(c) for s, c in inner.coefficients.items()}, _negated(inner.rest) if inner.rest else None)
        case tree.Binary(op="+"):
            return _sum(linear(node.left, states), linear(node.right, states), "+")
        case tree.Binary(op="-"):
            return _sum(linear(node.left, states), linear(node.right, states), "-")
        case tree.Binary(op="*") if not mentions(node.left, states):
            return _each(linear(node.right, states), lambda part: _binary("*", node.left, part))
        case tree.Binary(op="*") if not mentions(node.right, states):
            return _each(linear(node.left, states), lambda part: _binary("*", part, node.right))
        case tree.Binary(op="/") if not mentions(node.right, states):
            return _each(linear(node.left, states), lambda part: _binary("/", part, node.right))
    raise NotLinear(node)


def _each(parts: Linear, change: object) -> Linear:
    assert callable(change)
    rest = change(parts.rest) if parts.rest is not None else None
    return Linear({state: change(c) for state, c in parts.coefficients.items()}, rest)


def _sum(left: Linear, right: Linear, op: str) -> Linear:
    coefficients = dict(left.coefficients)
    for state, value in right.coefficients.items():
        if state in coefficients:
            coefficients[state] = _binary(op, coefficients[state], value)
        else:
            coefficients[state] = value if op == "+" else _negated(value)
    if left.rest is None:
        rest = right.rest if op == "+" or right.rest is None else _negated(right.rest)
    else:
        rest = left.rest if right.rest is None else _binary(op, left.rest, right.rest)
    return Linear(coefficients, rest)


def _number(value: int, at: Expression) -> tree.Number:
    return tree.Number(value=Fraction(value), unit=None, text=str(value), start=at.start, end=at.end)


def _negated(node: Expression) -> Expression:
    return tree.Unary(op="-", operand=node, start=node.start, end=node.end)


def _binary(op: str, left: Expression, right: Expression) -> Expression:
    if op == "*" and isinstance(right, tree.Number) and right == _number(1, right):
        return left
    if op == "*" and isinstance(left, tree.Number) and left == _number(1, left):
        return right
    return tree.Binary(op=op, left=left, right=right, start=left.start, end=right.end)
