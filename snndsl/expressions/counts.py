"""Times as counts: rewrites comparisons, remainders and quotients of times so that they are computed in whole steps.

In steps a time on the grid is an integer, exact in a double below 2**53, whatever the length of a step is; in ms it is
rounded. Sums, differences and products of integers are exact, and so is ``floor(a/b)`` of integers with |a| + |b| < 2**53:
the quotient is at least 1/|b| below the next integer, which is more than half a unit in the last place there. So
``a - b*floor(a/b)`` is exact too. What is known in ms only (a parameter, a state, data) is read in steps, and near to a grid
point (`snndsl.expressions.meanings.NEAR`) it is that point.

Both the arithmetic before a run and the lowering ask `in_counts` at every node.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from snndsl.expressions.dimensions import TIME
from snndsl.expressions.functions import COMPUTED, TO_MS, TO_STEPS, Counting
from snndsl.expressions.tree import Binary, Compare, Expression, FunctionCall, Name, Number, Unary

__all__ = ["in_counts", "is_count"]

_EXACT = 2**53
_CLOCKS = frozenset({"t", "since_pre", "since_post", "since_spike"})
_WHOLE_NAMES = frozenset({"i", "N", "trial"})


def in_counts(node: Expression, step: Fraction) -> Expression:
    """Return the node with its times in steps where that makes it exact, else the node itself.

    Only the node and the times that it compares, divides or adds are rewritten; calls that draw stay the same objects.

    Parameters
    ----------
    node : Expression
        Of right dimensions.
    step : Fraction
        Length of a step in ms.
    """
    match node:
        case Compare(left=left, right=right) if _is_time(left) or _is_time(right):
            sides = (left, right)
            counts = all(is_count(side, step) or _is_zero(side) for side in sides)
            plain = any(_is_zero(side) for side in sides) and any(isinstance(side, Name) for side in sides)
            return node if plain and not counts else _pair(node, step)  # the sign of a time needs no rounding
        case Binary(op="/", left=left, right=right) if is_count(left, step) and is_count(right, step):
            return _pair(node, step)
        case Binary(op="%", left=left, right=right) if _is_time(left) or _is_time(right):
            return FunctionCall(TO_MS, (_pair(node, step),), node.start, node.end)
        case Binary() | FunctionCall() if is_count(node, step) and _computed(node):
            return FunctionCall(TO_MS, (_steps(node, step),), node.start, node.end)
        case FunctionCall() if _counting(node) == "rounds":
            return _with_quotients(node, step)
        case FunctionCall(function="steps", arguments=(Name(),)):
            return node
        case FunctionCall(function="steps", arguments=(argument,)) if is_count(argument, step):
            return _steps(argument, step)
        case FunctionCall(function=function) if function not in COMPUTED:
            return _with_quotients(node, step)  # an index of a data array is rounded down
    return node


def is_count(node: Expression, step: Fraction) -> bool:
    """Tell whether an expression is a whole number of steps by its form, whatever the values of names are."""
    match node:
        case Number():
            return _is_time(node) and _literal(node, step).denominator == 1 and abs(_literal(node, step)) < _EXACT
        case Name():
            return node.text in _CLOCKS or node.text == "dt"
        case Unary(op="+" | "-"):
            return is_count(node.operand, step)
        case Binary(op="+" | "-" | "%"):
            parts = (node.left, node.right)
            return _is_time(node) and all(is_count(part, step) or _is_zero(part) for part in parts)
        case Binary(op="*"):
            left, right = node.left, node.right
            return (is_count(left, step) and _is_whole(right)) or (_is_whole(left) and is_count(right, step))
        case FunctionCall(arguments=(argument,)) if node.function == "phase" or _counting(node) == "magnitude":
            return is_count(argument, step)
        case FunctionCall() if _counting(node) == "chooses":
            return _is_time(node) and all(is_count(part, step) or _is_zero(part) for part in _values(node))
    return False


def _is_time(node: Expression) -> bool:
    """Tell whether the form alone shows that an expression is a time: what is added to a time is one."""
    match node:
        case Number():
            return node.unit is not None and node.unit.dimension == TIME
        case Name():
            return node.text in _CLOCKS or node.text == "dt"
        case Unary(op="+" | "-"):
            return _is_time(node.operand)
        case Binary(op="+" | "-" | "%"):
            return _is_time(node.left) or _is_time(node.right)
        case Binary(op="*"):
            return (_is_time(node.left) and _is_whole(node.right)) or (_is_whole(node.left) and _is_time(node.right))
        case Binary(op="/"):
            return _is_time(node.left) and _is_whole(node.right)
        case FunctionCall(function="phase"):
            return True
        case FunctionCall(arguments=(argument,)) if _counting(node) == "magnitude":
            return _is_time(argument)
        case FunctionCall() if _counting(node) == "chooses":
            return any(_is_time(part) for part in _values(node))
    return False


def _is_whole(node: Expression) -> bool:
    """Tell whether an expression is a whole pure number by its form."""
    match node:
        case Number():
            return node.unit is None and node.value.denominator == 1
        case Name():
            return node.text in _WHOLE_NAMES
        case Unary(op="+" | "-"):
            return _is_whole(node.operand)
        case Binary(op="+" | "-" | "*" | "%"):
            return _is_whole(node.left) and _is_whole(node.right)
        case FunctionCall(function=function) if function in COMPUTED:
            chooses = _counting(node) == "chooses"
            return COMPUTED[function].is_whole or (chooses and all(_is_whole(part) for part in _values(node)))
    return False


def _is_zero(node: Expression) -> bool:
    return isinstance(node, Number) and node.value == 0


def _counting(node: FunctionCall) -> Counting:
    return COMPUTED[node.function].counting if node.function in COMPUTED else ""


def _values(node: FunctionCall) -> tuple[Expression, ...]:
    """Return what a choice chooses from: the condition of ``where`` is none of it."""
    row = COMPUTED.get(node.function)
    return node.arguments[1:] if row is not None and row.law == "where" else node.arguments


def _computed(node: Expression) -> bool:
    """Tell whether arithmetic would round: a choice between literals does not."""
    match node:
        case FunctionCall(function="phase"):
            return False  # has a meaning of its own
        case FunctionCall():
            return any(_computed(part) for part in _values(node))
        case Unary():
            return _computed(node.operand)
    return isinstance(node, Binary)


def _literal(node: Number, step: Fraction) -> Fraction:
    if node.unit is None:
        return node.value
    return node.value * node.unit.factor * step ** (node.unit.step_power - 1)


def _pair(node: Compare | Binary, step: Fraction) -> Compare | Binary:
    return replace(node, left=_steps(node.left, step), right=_steps(node.right, step))


def _with_quotients(node: FunctionCall, step: Fraction) -> FunctionCall:
    arguments = tuple(_quotients(argument, step) for argument in node.arguments)
    changed = any(new is not old for new, old in zip(arguments, node.arguments, strict=True))
    return replace(node, arguments=arguments) if changed else node


def _quotients(node: Expression, step: Fraction) -> Expression:
    """Return a pure number that is rounded to a whole one, its quotients of times in steps."""
    match node:
        case Binary(op="+" | "-"):
            left, right = _quotients(node.left, step), _quotients(node.right, step)
            return node if left is node.left and right is node.right else replace(node, left=left, right=right)
        case Unary(op="+" | "-"):
            operand = _quotients(node.operand, step)
            return node if operand is node.operand else replace(node, operand=operand)
        case Binary(op="/", left=left, right=right) if _is_time(left) or _is_time(right):
            return _pair(node, step)
    return node


def _steps(node: Expression, step: Fraction) -> Expression:
    """Return a time as a number of steps; the caller knows that it is a time."""
    match node:
        case Number() if abs(_literal(node, step)) < _EXACT:
            return replace(node, value=_literal(node, step), unit=None)
        case Name(text="dt"):
            return Number(Fraction(1), None)
        case Name() if node.text in _CLOCKS:
            return FunctionCall("steps", (node,), node.start, node.end)
        case Unary(op="+" | "-"):
            return replace(node, operand=_steps(node.operand, step))
        case Binary(op="+" | "-" | "%"):
            return replace(node, left=_steps(node.left, step), right=_steps(node.right, step))
        case Binary(op="*") if _is_time(node.right):
            return replace(node, right=_steps(node.right, step))
        case Binary(op="*" | "/") if _is_time(node.left):
            return replace(node, left=_steps(node.left, step))
        case FunctionCall(function="phase", arguments=(period,)):
            return Binary("%", FunctionCall("steps", (Name("t"),)), FunctionCall("steps", (period,)), node.start, node.end)
        case FunctionCall() if _counting(node) in ("chooses", "magnitude"):
            condition = node.arguments[: len(node.arguments) - len(_values(node))]
            return replace(node, arguments=(*condition, *(_steps(value, step) for value in _values(node))))
    return FunctionCall(TO_STEPS, (node,))
