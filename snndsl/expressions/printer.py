"""Tree to text, with the fewest brackets that keep its meaning."""

from __future__ import annotations

import re
from fractions import Fraction

from snndsl.expressions.parser import is_plain_unit
from snndsl.expressions.tree import Binary, Compare, Expression, FunctionCall, Logic, Name, Number, Unary

__all__ = ["to_text"]

_UNIT_AT_END = re.compile(r"[0-9.] [A-Za-z\u00b5\u03bc]+\Z")
_LEVEL = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "sign": 7, "**": 8}


def to_text(node: Expression) -> str:
    """Return a text that parses to the same tree.

    Parameters
    ----------
    node : Expression
        A tree.
    """
    return _text(node, 0)


def _text(node: Expression, level: int) -> str:
    match node:
        case Number():
            text = _number(node.value) + (f" {node.unit.text}" if node.unit is not None else "")
            compound = node.unit is not None and any(sign in node.unit.text for sign in "*/^")
            clear = (level > _LEVEL["sign"] and node.unit is not None) or (level > _LEVEL["+"] and node.value < 0)
            return f"({text})" if (compound and level) or clear else text
        case Name():
            return node.text
        case FunctionCall():
            return f"{node.function}({', '.join(_text(argument, 0) for argument in node.arguments)})"
        case Unary(op="not"):
            return _bracketed(f"not {_text(node.operand, _LEVEL['not'])}", _LEVEL["not"], level)
        case Unary():
            return _bracketed(f"{node.op}{_text(node.operand, _LEVEL['sign'])}", _LEVEL["sign"], level)
        case Compare():
            own = _LEVEL["compare"]
            return _bracketed(f"{_text(node.left, own + 1)} {node.op} {_text(node.right, own + 1)}", own, level)
        case Logic():
            own = _LEVEL[node.op]
            return _bracketed(f" {node.op} ".join(_text(operand, own + 1) for operand in node.operands), own, level)
        case Binary(op="**"):
            return _bracketed(f"{_text(node.left, 9)}**{_text(node.right, 7)}", 8, level)
        case Binary(op="*" | "/"):
            own = _LEVEL[node.op]
            left, right = _text(node.left, own), _text(node.right, own + 1)
            if _UNIT_AT_END.search(left) and isinstance(node.right, Name) and is_plain_unit(right):
                right = f"({right})"  # a name like a unit behind a unit
            return _bracketed(f"{left}{node.op}{right}", own, level)
        case Binary():
            own = _LEVEL[node.op]
            space = " " if node.op in "+-" else ""
            return _bracketed(f"{_text(node.left, own)}{space}{node.op}{space}{_text(node.right, own + 1)}", own, level)


def _bracketed(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text


def _number(value: Fraction) -> str:
    if value.denominator == 1 and abs(value) < 10**15:
        return str(value.numerator)
    digits, power = value, 0
    while digits.denominator != 1 and power < 800:
        digits, power = digits * 10, power + 1
    while digits and digits.numerator % 10 == 0 and digits.denominator == 1:
        digits, power = digits / 10, power - 1
    if -power > 0 or power > 12:
        return f"{digits.numerator}e{-power}"
    text = str(abs(digits.numerator)).rjust(power + 1, "0")
    return ("-" if value < 0 else "") + f"{text[:-power]}.{text[-power:]}"
