"""Printed expressions read back as the same tree, and no bracket can be left out."""

import ast
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.backend.printing import PYTHON, C, c_expression, number, saved_states, written
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Ref

SYMBOLS = [operation for operation in OPERATIONS.values() if operation.symbol]
PLAIN = [*SYMBOLS, OPERATIONS["floor"], OPERATIONS["abs"], OPERATIONS["sqrt"], OPERATIONS["select"]]


def op(name: str, *arguments: Expr | float | str) -> Call:
    """Build a call; numbers become constants, texts become names."""

    def value(a: Expr | float | str) -> Expr:
        return Ref(a) if isinstance(a, str) else a if isinstance(a, Const | Ref | Call) else Const(float(a))

    return Call(name, tuple(value(a) for a in arguments))


def trees(kind: str, depth: int) -> st.SearchStrategy[Expr]:
    """Return expressions of reals (r) or truth values (b)."""
    leaves: st.SearchStrategy[Expr] = (
        st.sampled_from([Ref("p"), Ref("q")])
        if kind == "b"
        else st.one_of(
            st.sampled_from([Ref("x"), Ref("y"), Ref("z")]), st.sampled_from([0.1, 3.0, -0.7, 1e300, -0.0]).map(Const)
        )
    )
    if not depth:
        return leaves
    rows = [row for row in PLAIN if row.result == kind]
    calls = st.sampled_from(rows).flatmap(
        lambda row: st.tuples(*(trees(argument, depth - 1) for argument in row.arguments)).map(
            lambda args: Call(row.name, args)
        )
    )
    return st.one_of(leaves, calls)


def python_text(tree: Expr) -> str:
    return written(tree, PYTHON, str, lambda call, text: f"{call.op}({', '.join(map(text, call.args))})")


BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.And: "and", ast.Or: "or", ast.Lt: "lt",
          ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}  # fmt: skip


def read_back(node: ast.expr) -> Expr:
    """Return the tree that Python reads."""
    match node:
        case ast.Constant(value):
            return Const(float(value))
        case ast.Name(name):
            return Ref(name)
        case ast.UnaryOp(ast.USub(), ast.Constant(value)):
            return Const(-float(value))
        case ast.UnaryOp(sign, operand):
            return op("neg" if isinstance(sign, ast.USub) else "not", read_back(operand))
        case ast.BinOp(left, sign, right):
            return op(BINARY[type(sign)], read_back(left), read_back(right))
        case ast.Compare(left, [sign], [right]):
            return op(BINARY[type(sign)], read_back(left), read_back(right))
        case ast.BoolOp(sign, values):
            total = read_back(values[0])
            for value in values[1:]:
                total = op(BINARY[type(sign)], total, read_back(value))
            return total
        case ast.Call(ast.Name(name), arguments):
            return op(name, *map(read_back, arguments))
    raise TypeError(ast.dump(node))


def plain(tree: Expr) -> Expr:
    """Return the tree with negated numbers as numbers."""
    if not isinstance(tree, Call):
        return tree
    arguments = tuple(plain(argument) for argument in tree.args)
    if tree.op == "neg" and isinstance(arguments[0], Const) and math.copysign(1, arguments[0].value) > 0:
        return Const(-arguments[0].value)
    return Call(tree.op, arguments, tree.key)


@given(st.sampled_from("rb").flatmap(lambda kind: trees(kind, 4)))
def test_reading_back_gives_the_same_tree(tree: Expr) -> None:
    assert repr(read_back(ast.parse(python_text(tree), mode="eval").body)) == repr(plain(tree))


@given(st.sampled_from("rb").flatmap(lambda kind: trees(kind, 3)))
def test_no_bracket_can_be_left_out(tree: Expr) -> None:
    text = python_text(tree)
    meant = repr(plain(tree))
    for start in (found.start() for found in re.finditer(r"(?<![a-z])\(", text)):
        end = next(k for k in range(start, len(text)) if text[start : k + 1].count("(") == text[start : k + 1].count(")"))
        if text[start - 1 : start] == "-" or text[start + 1] == "-":
            continue  # -(-x): without brackets C reads a decrement
        without = text[:start] + " " + text[start + 1 : end] + " " + text[end + 1 :]
        try:
            found = read_back(ast.parse(without.strip(), mode="eval").body)
        except (SyntaxError, TypeError):
            continue
        assert repr(found) != meant, (text, without)


@pytest.mark.parametrize(
    ("tree", "python", "c"),
    [
        (op("add", op("add", "a", "b"), "c"), "a + b + c", "a + b + c"),
        (op("add", "a", op("add", "b", "c")), "a + (b + c)", "a + (b + c)"),
        (op("sub", op("add", "a", "b"), op("sub", "c", "d")), "a + b - (c - d)", "a + b - (c - d)"),
        (op("mul", op("div", "a", "b"), "c"), "a / b * c", "a / b * c"),
        (op("mul", "a", op("div", "b", "c")), "a * (b / c)", "a * (b / c)"),
        (op("div", op("mul", "a", "b"), op("mul", "c", "d")), "a * b / (c * d)", "a * b / (c * d)"),
        (op("mul", op("neg", op("add", "a", "b")), "c"), "-(a + b) * c", "-(a + b) * c"),
        (op("neg", op("mul", "a", "b")), "-(a * b)", "-(a * b)"),
        (op("neg", op("neg", "a")), "-(-a)", "-(-a)"),
        (op("sub", "a", -2.5), "a - -2.5", "a - -2.5"),
        (op("not", op("lt", "a", "b")), "not a < b", "!(a < b)"),
        (op("or", op("and", "p", op("not", "q")), "r"), "p and not q or r", "p & !q | r"),
        (op("and", "p", op("or", "q", "r")), "p and (q or r)", "p & (q | r)"),
        (op("select", op("ge", op("add", "a", 1), "b"), op("neg", "a"), 0), None, "snn_select(a + 1.0 >= b, -a, 0.0)"),
        (op("abs", op("add", "a", "b")), None, "fabs(a + b)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_brackets(tree: Expr, python: str | None, c: str) -> None:
    assert python is None or python_text(tree) == python
    assert c_expression(tree, str, {}) == c


def test_arrays_of_the_program_have_numbers() -> None:
    assert c_expression(Call("sample", (op("add", "i", 1),), "xi"), str, {"eta": 0, "xi": 1}) == "snn_sample(1, i + 1.0)"


def test_every_operation_has_c_text() -> None:
    for operation in OPERATIONS.values():
        call = Call(operation.name, tuple(Ref("v") for _ in operation.arguments), "xi" if operation.name == "sample" else "")
        assert operation.c in c_expression(call, str, {"xi": 0})
    assert set(C.symbols) == set(PYTHON.symbols) == {operation.name for operation in SYMBOLS}


@pytest.mark.parametrize("value", [0.1, -0.0, 5e-324, 1.7976931348623157e308, -65.0, 1e22, 1 / 3])
def test_numbers_keep_their_bits(value: float) -> None:
    assert np.float64(number(value)).tobytes() == np.float64(value).tobytes()


def test_c_reads_what_is_evaluated(tmp_path: Path) -> None:
    """C compiles the text of 200 trees and finds the value of each, bit for bit."""
    draw = np.random.default_rng(4)

    def grow(kind: str, depth: int) -> Expr:
        if not depth or draw.random() < 0.2:
            return Ref("pq"[draw.integers(2)]) if kind == "b" else Ref("xyz"[draw.integers(3)])
        row = [row for row in PLAIN if row.result == kind][draw.integers(len([row for row in PLAIN if row.result == kind]))]
        return Call(row.name, tuple(grow(argument, depth - 1) for argument in row.arguments))

    some = [grow("r", 6) for _ in range(200)]
    values = {"x": 0.7, "y": -1.3, "z": 1e-3, "p": True, "q": False}
    lines = ["#include <math.h>", "#include <stdio.h>",
             "static double snn_select(int c, double x, double y) { return c ? x : y; }",
             "int main(void) { double x = 0.7, y = -1.3, z = 1e-3; int p = 1, q = 0; (void)p; (void)q;"]  # fmt: skip
    lines += [f'printf("%a\\n", {c_expression(tree, str, {})});' for tree in some]
    (tmp_path / "t.c").write_text("\n".join([*lines, "return 0; }"]))
    subprocess.run(["cc", "-O2", "-ffp-contract=off", "t.c", "-lm", "-o", "t"], cwd=tmp_path, check=True, capture_output=True)
    found = subprocess.run([tmp_path / "t"], capture_output=True, text=True, check=True).stdout.split()

    def value(tree: Expr) -> object:
        if isinstance(tree, Call):
            evaluate = OPERATIONS[tree.op].evaluate
            assert evaluate is not None
            return evaluate(*map(value, tree.args))
        return tree.value if isinstance(tree, Const) else np.asarray(values[tree.name])

    with np.errstate(all="ignore"):
        wanted = [float(np.asarray(value(tree))) for tree in some]
    for text, expected in zip(found, wanted, strict=True):
        assert (math.isnan(expected) and "nan" in text) or float.fromhex(text) == expected


def test_old_values_are_saved_only_where_they_are_needed() -> None:
    assert saved_states(Block((), (("a", "b"), ("b", "a"))), "ab") == ["a"]
    assert saved_states(Block((), (("a", "b"), ("b", "c"), ("c", "a"))), "abc") == ["a"]
    assert saved_states(Block((), (("a", "b"), ("b", "c"))), "abc") == []
    assert saved_states(Block((("x", Ref("a")),), (("a", "x"), ("b", "x"))), "ab") == []
