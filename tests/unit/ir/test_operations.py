"""The columns of the table of operations say the same thing: types, symbol, scalar function, C function, evaluation."""

import re

import numpy as np
import pytest

from snndsl.ir import OPERATIONS, Operation
from snndsl.numerics import c_functions, scalar

REALS = (-2.5, -0.0, 0.75, 3.0)
ROWS = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def arguments(operation: Operation, k: int) -> list[float | bool]:
    """Return other values for each place: reals that the functions are defined for, truth values."""
    return [k % (place + 2) == 0 if kind == "b" else REALS[(k + place) % 4] for place, kind in enumerate(operation.arguments)]


@ROWS
def test_types_and_result(operation: Operation) -> None:
    assert set(operation.arguments) <= {"r", "b"} and operation.result in ("r", "b")
    if operation.evaluate is not None and not operation.is_draw:
        with np.errstate(all="ignore"):
            found = operation.evaluate(*[np.asarray(value) for value in arguments(operation, 2)])
        assert np.asarray(found).dtype == (np.bool_ if operation.result == "b" else np.float64)


@ROWS
def test_a_symbol_means_in_python_what_is_evaluated(operation: Operation) -> None:
    for k in range(12 if operation.symbol else 0):
        values = arguments(operation, k)
        text = f"x {operation.symbol} y" if len(values) == 2 else f"{operation.prefix}x"
        if operation.name == "div" and values[1] == 0:
            continue
        assert operation.evaluate is not None
        found = eval(text, dict(zip("xy", values, strict=False)))  # noqa: S307
        assert repr(found) == repr(operation.evaluate(*values).item())


@ROWS
def test_functions_are_where_the_table_says(operation: Operation) -> None:
    assert bool(operation.symbol) == bool(operation.precedence) == bool(operation.c_precedence)
    if operation.is_own and operation.name not in ("select", "sample"):  # those two belong to the runtimes
        assert re.search(rf"\b{operation.c}\(", c_functions())
    if operation.is_own and operation.scalar:
        assert operation.evaluate is not None
        for k in range(4):
            x = arguments(operation, k)
            one, many = getattr(scalar, operation.scalar)(*x), operation.evaluate(*np.array(x)[:, None])[0]
            assert np.array(one).tobytes() == np.array(many).tobytes() or (np.isnan(one) and np.isnan(many))


def test_symbols_bind_in_python_in_the_order_of_the_table() -> None:
    tight = sorted({operation.precedence for operation in OPERATIONS.values() if operation.symbol})
    by_level = [next(o for o in OPERATIONS.values() if o.precedence == level and o.symbol) for level in tight]
    assert [operation.symbol for operation in by_level] == ["or", "and", "not", "<", "+", "*", "-"]
