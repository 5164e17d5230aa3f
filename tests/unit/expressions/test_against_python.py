"""Precedence, values and texts of expressions against Python's own grammar."""

from __future__ import annotations

import ast
import math
import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.expressions import parse_expression, to_text, tree

_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**", ast.USub: "-", ast.UAdd: "+",
    ast.Not: "not", ast.And: "and", ast.Or: "or", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip


def ours(node: tree.Expression) -> object:
    """Return the shape of our tree."""
    match node:
        case tree.Number():
            return float(node.value)
        case tree.Name():
            return node.text
        case tree.FunctionCall():
            return (node.function, *map(ours, node.arguments))
        case tree.Unary():
            return (node.op, ours(node.operand))
        case tree.Logic():
            return (node.op, *map(ours, node.operands))
        case tree.Binary() | tree.Compare():
            return (node.op, ours(node.left), ours(node.right))


def pythons(node: ast.expr) -> object:
    """Return the shape of Python's tree."""
    match node:
        case ast.Constant(value=value):
            return float(value)
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return (name, *map(pythons, arguments))
        case ast.UnaryOp(op=op, operand=operand):
            return (_OPERATORS[type(op)], pythons(operand))
        case ast.BoolOp(op=op, values=values):
            return (_OPERATORS[type(op)], *map(pythons, values))
        case ast.BinOp(left=left, op=op, right=right):
            return (_OPERATORS[type(op)], pythons(left), pythons(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return (_OPERATORS[type(op)], pythons(left), pythons(right))
    raise TypeError(ast.dump(node))


_ATOMS = st.sampled_from(["a", "b", "V_th", "0", "1", "2.5", "1e-3", ".5", "7."])
_SUMS = ("+", "-", "*", "/", "%", "**")


def _texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text without any bracket that its operators do not need: the order of operators decides."""
    pair = st.tuples(inner, st.sampled_from(_SUMS), inner).map(lambda part: f"{part[0]} {part[1]} {part[2]}")
    sign = st.tuples(st.sampled_from("+-"), inner).map("".join)
    bracket = inner.map(lambda text: f"({text})")
    call = st.tuples(inner, inner).map(lambda part: f"min({part[0]}, {part[1]})")
    return st.one_of(pair, sign, bracket, call)


ARITHMETIC = st.recursive(_ATOMS, _texts, max_leaves=12)
CONDITIONS = st.recursive(
    st.tuples(ARITHMETIC, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), ARITHMETIC).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda text: f"not {text}"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=5,
)


@given(ARITHMETIC)
def test_arithmetic_is_grouped_as_in_python(text: str) -> None:
    assert ours(parse_expression(text, whole=False)) == pythons(ast.parse(text, mode="eval").body)


@given(CONDITIONS)
def test_conditions_are_grouped_as_in_python(text: str) -> None:
    assert ours(parse_expression(text)) == pythons(ast.parse(text, mode="eval").body)


@given(st.one_of(ARITHMETIC, CONDITIONS))
def test_a_printed_tree_parses_to_itself(text: str) -> None:
    parsed = parse_expression(text, whole=False)
    assert parse_expression(to_text(parsed), whole=False) == parsed


@given(ARITHMETIC)
def test_the_printed_text_is_not_longer(text: str) -> None:
    bare = text.replace(" ", "").replace("1e-3", "0.001")
    assert len(to_text(parse_expression(text, whole=False)).replace(" ", "")) <= len(bare) + text.count(".")


@given(ARITHMETIC, st.floats(-3, 3).filter(lambda x: abs(x) > 0.1))
def test_values_are_pythons(text: str, b: float) -> None:
    from snndsl.expressions.arithmetic import evaluate

    names = {"a": 1.25, "b": b, "V_th": -55.0}
    try:
        expected = eval(compile(ast.parse(text, mode="eval"), "", "eval"), {"min": min, **names})
    except (ZeroDivisionError, OverflowError, TypeError):  # TypeError: of complex numbers
        return
    if isinstance(expected, complex) or not math.isfinite(expected) or not _moderate(text, names):
        return
    assert float(evaluate(parse_expression(text, whole=False), names.__getitem__, Fraction(1))) == pytest.approx(
        expected, rel=1e-6, abs=1e-6
    )


def _moderate(text: str, names: dict[str, float]) -> bool:
    """Tell whether every part is of moderate size: a remainder of large numbers has no digits left."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.expr):
            try:
                value = eval(compile(ast.Expression(node), "", "eval"), {"min": min, **names})
            except (ZeroDivisionError, OverflowError, TypeError):
                return False
            if callable(value):
                continue
            if isinstance(value, complex) or abs(value) > 1e4:
                return False
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
                return False  # discontinuous: a rounding error may move it by the whole divisor
    return True


@pytest.mark.parametrize(
    ("left", "right", "value"),
    [(7.0, 3.0, 1.0), (-7.0, 3.0, 2.0), (7.0, -3.0, -2.0), (-7.0, -3.0, -1.0), (5.5, 2.0, 1.5)],
)
def test_the_remainder_has_the_sign_of_the_divisor_as_in_python(left: float, right: float, value: float) -> None:
    from snndsl.expressions.arithmetic import evaluate

    names = {"a": left, "b": right}
    assert operator.mod(left, right) == value
    assert float(evaluate(parse_expression("a % b"), names.__getitem__, Fraction(1))) == value


@pytest.mark.parametrize(
    "text", ["a if b else c", "a[0]", "a().b", "lambda: a", "a := b", "[a]", "a @ b", "'a'", "a; b", "~a", "a is b"]
)
def test_what_python_knows_and_the_language_does_not(text: str) -> None:
    from snndsl.errors import TextFault

    with pytest.raises(TextFault) as caught:
        parse_expression(text)
    assert 0 <= caught.value.offset <= len(text)
