"""The table of functions: each has a meaning, the same before a run and in a program, and as exact as it says."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.expressions.test_against_python import CONDITIONS

from snndsl.expressions import FUNCTIONS, parse_expression
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.functions import Function
from snndsl.expressions.meanings import FIXED
from snndsl.ir import OPERATIONS, Ref
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.semantics.builtins import BUILTINS
from snndsl_reference.tree.blocks import compile_block

RNG = np.random.default_rng(17)
PURE = [row for row in FUNCTIONS.values() if row.where == "anywhere" and row.name != "steps"]
EDGES = [0.0, -0.0, 5e-324, -1e-300, 1e-9, 0.5, 1.0, -1.0, 2.5, 18.3, 37.0, 300.0, -709.7, 709.9, 1e6, -1e300]
EDGES += [math.inf, -math.inf, math.nan]


def spread(*ranges: tuple[float, float]) -> list[float]:
    """300 values from each range, and some of all small magnitudes."""
    ordinary = np.concatenate([RNG.uniform(low, high, 300) for low, high in ranges])
    tiny = 10.0 ** RNG.uniform(-300.0, 0.0, 200) * RNG.choice([-1.0, 1.0], 200)
    return [*ordinary.tolist(), *tiny.tolist()]


COMPOSED = {  # what is made of operations: bound in ulp, the truth, arguments
    "asin": (2.0, mpmath.asin, spread((-1, 1), (0.99, 1), (-0.1, 0.1))),
    "acos": (2.0, mpmath.acos, spread((-1, 1), (0.99, 1), (-0.1, 0.1))),
    "atan": (2.0, mpmath.atan, spread((-1, 1), (-5, 5), (-1e6, 1e6))),
    "sinh": (2.0, mpmath.sinh, spread((-1, 1), (-40, 40), (-709, 709))),
    "cosh": (2.0, mpmath.cosh, spread((-1, 1), (-40, 40), (-709, 709))),
}


def value(text: str, **names: float | np.ndarray) -> np.ndarray:
    """Return the value before a run."""
    return np.asarray(Evaluator(names, Fraction(1))(parse_expression(text)), np.float64)


@pytest.mark.parametrize("name", sorted(COMPOSED))
def test_within_ulps(name: str) -> None:
    bound, exact, x = COMPOSED[name]
    with mpmath.workprec(120):
        truth = [exact(mpmath.mpf(v)) for v in x]
        found = value(f"{name}(x)", x=np.array(x)).tolist()
        assert max(float(abs(mpmath.mpf(v) - t) / mpmath.mpf(math.ulp(float(t)))) for v, t in zip(found, truth)) <= bound


def call(row: Function) -> tuple[str, int]:
    """Return a call of a function of x0, x1 ..., and how many there are."""
    count = row.counts[min(1, len(row.counts) - 1)]
    arguments = [f"x{k}" for k in range(count)]
    if row.law == "where":
        arguments[0] += " > 0"
    return f"{row.name}({', '.join(arguments)})", count


@pytest.mark.parametrize("row", PURE, ids=lambda row: row.name)
def test_a_value_is_the_same_before_a_run_and_in_a_program(row: Function) -> None:
    text, count = call(row)
    names = {f"x{k}": np.array(RNG.choice(EDGES, 200)) for k in range(count)} | {"x0": np.resize(EDGES, 200)}
    builder = BlockBuilder()
    result = builder.let("result", Translator(builder, Ref, Fraction(1))(parse_expression(text)))
    with np.errstate(all="ignore"):
        values = dict(names)
        compile_block(builder.block([]), {}).run(values)
    assert np.asarray(values[result.name]).tobytes() == value(text, **names).tobytes()


@given(CONDITIONS.filter(lambda text: "**" not in text), st.floats(-3, 3))
def test_an_expression_is_the_same_before_a_run_and_in_a_program(text: str, b: float) -> None:
    names = {"a": 1.25, "b": b, "V_th": -55.0}
    builder = BlockBuilder()
    result = builder.let("result", Translator(builder, Ref, Fraction(1, 10))(parse_expression(text)))
    values: dict[str, Any] = dict(names)
    with np.errstate(all="ignore"):
        compile_block(builder.block([]), {}).run(values)
    assert bool(values[result.name]) == bool(Evaluator(names, Fraction(1, 10))(parse_expression(text)))


def test_a_function_without_a_meaning_is_an_operation() -> None:
    for row in FUNCTIONS.values():
        if row.meaning is None and row.runs:
            assert OPERATIONS[row.name].arguments == "r" * row.counts[0] and OPERATIONS[row.name].result == "r"


def test_numbers_of_arguments() -> None:
    counts = {name: FUNCTIONS[name].counts for name in ("xi", "exp", "clip", "uniform", "exponential", "max")}
    assert counts == {"xi": (0,), "exp": (1,), "clip": (3,), "uniform": (0, 2), "exponential": (0, 1), "max": (*range(2, 17),)}


@pytest.mark.parametrize(
    ("text", "x", "result"),
    [
        *[("sinh(x)", x, y) for x, y in [(0.0, 0.0), (-0.0, -0.0), (710.0, math.inf), (-math.inf, -math.inf)]],
        *[("cosh(x)", x, y) for x, y in [(0.0, 1.0), (-0.0, 1.0), (-math.inf, math.inf), (5e-324, 1.0)]],
        *[(f"{name}(x)", math.nan, math.nan) for name in COMPOSED],
    ],
)
def test_limits(text: str, x: float, result: float) -> None:
    assert value(text, x=x).tobytes() == np.array(result).tobytes()


def test_fixed_names_are_those_that_a_file_knows() -> None:
    assert {*FIXED} == {item.name for item in BUILTINS if item.phase == "constant"}
    assert value("pi").item() == math.pi and Evaluator({}, Fraction(1, 10))(parse_expression("2*dt")) == 0.2
