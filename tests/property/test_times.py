"""Times are counts at every length of a step: all spellings of a comparison, a remainder or a quotient agree with integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.expressions import parse_expression
from snndsl.expressions.arithmetic import Evaluator, counted
from snndsl.expressions.counts import in_counts, is_count
from snndsl.ir import Call, Const, Expr, Ref
from snndsl.lowering.translate import BlockBuilder, Translator, start_time

STEPS = [
    Fraction(text)
    for text in (
        "1", "0.1", "0.05", "1/3", "0.0078125", "0.025", "0.2", "0.3", "0.01", "0.7", "2/7", "0.125", "0.001", "1.1", "0.15",
    )
]  # fmt: skip
COUNTS = np.arange(1_000_001, dtype=np.float64)

SPELLINGS = [  # with the same meaning in integers, k the number of the step
    ("floor(t/dt)", lambda k: k),
    ("ceil(t/dt)", lambda k: k),
    ("round(t/dt)", lambda k: k),
    ("t/dt", lambda k: k),
    ("steps(t)", lambda k: k),
    ("floor((t + dt)/(3 step))", lambda k: (k + 1) // 3),
    ("floor(t/window)", lambda k: k // 3),
    ("floor((t - 2*dt)/(window + 1 step))", lambda k: (k - 2) // 4),
    ("steps(t % (5 step))", lambda k: k % 5),
    ("where(t % (5 step) < 2 step, 1, 0)", lambda k: k % 5 < 2),
    ("where(t % window < 2*dt, 1, 0)", lambda k: k % 3 < 2),
    ("where(t % (5*dt) == 0, 1, 0)", lambda k: k % 5 == 0),
    ("where(t - 2 step >= 1 step, 1, 0)", lambda k: k >= 3),
    ("where(t - window >= 4*dt, 1, 0)", lambda k: k >= 7),
    ("where(t <= window, 1, 0)", lambda k: k <= 3),
    ("where(max(t, 7 step) - min(t, 7 step) < window, 1, 0)", lambda k: abs(k - 7) < 3),
    ("where(clip(t, window, 6*dt) == window, 1, 0)", lambda k: k <= 3),
    ("steps(t + 3*dt)", lambda k: k + 3),
    ("steps(abs(t - 3 step))", lambda k: abs(k - 3)),
]


def evaluated(text: str, step: Fraction, times: np.ndarray) -> np.ndarray:
    names = {"t": times, "window": 0.1 * 30 * float(step)}
    return np.asarray(Evaluator(names, step)(parse_expression(text)), np.float64)


def translated(text: str, step: Fraction, counts: np.ndarray) -> np.ndarray:
    """Return the value of the program's expression, by a walk of its own."""
    builder = BlockBuilder()
    known = {"t": start_time(Ref("step"), step), "dt": Const(float(step)), "window": Ref("window")}
    result = Translator(builder, known.__getitem__, step)(parse_expression(text))
    values: dict[str, np.ndarray] = {"step": counts, "window": np.float64(0.1 * 30 * float(step))}
    with np.errstate(all="ignore"):
        for name, expression in builder.lets:
            values[name] = _walk(expression, values)
        return np.asarray(_walk(result, values), np.float64)


_MEANING = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
    "floor": np.floor, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
    "select": np.where,
}  # fmt: skip


def _walk(node: Expr, values: dict[str, np.ndarray]) -> np.ndarray:
    match node:
        case Const():
            return np.float64(node.value)
        case Ref():
            return values[node.name]
        case Call():
            return _MEANING[node.op](*(_walk(argument, values) for argument in node.args))
    raise TypeError(node)


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_all_spellings_agree_up_to_a_million_steps(step: Fraction) -> None:
    counts = COUNTS[:: 1 if step == Fraction(1, 10) else 37]
    times = counts * float(step.numerator) / float(step.denominator)
    for text, meaning in SPELLINGS:
        wanted = np.asarray(meaning(counts), np.float64)
        np.testing.assert_array_equal(evaluated(text, step, times), wanted, text)
        np.testing.assert_array_equal(translated(text, step, counts), wanted, text)


@given(st.sampled_from(STEPS), st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 10**4))
def test_integers_divide_exactly(step: Fraction, a: int, b: int, c: int) -> None:
    text = f"floor(({a} step + {b}*dt)/({c} step))"
    assert evaluated(text, step, np.zeros(1)) == (a + b) // c


@given(st.sampled_from(STEPS), st.integers(0, 10**6), st.floats(-0.9e-6, 0.9e-6))
def test_a_time_near_a_grid_point_is_that_point(step: Fraction, k: int, off: float) -> None:
    assert counted((k + off) * float(step), step) == k or abs(off) > 0.8e-6


@given(st.sampled_from(STEPS), st.integers(0, 10**6), st.floats(0.01, 0.99))
def test_a_time_between_grid_points_stays_there(step: Fraction, k: int, off: float) -> None:
    assert k < counted((k + off) * float(step), step) < k + 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0.3 ms", True), ("0.25 ms", False), ("t - 0.2 ms", True), ("3*dt", True), ("0.5*dt", False), ("dt*(1 + i)", True),
        ("min(t, 0.3 ms)", True), ("t % (0.5 ms)", True), ("window", False), ("t - window", False), ("since_pre", True),
        ("where(x > 1, dt, 0)", True), ("phase(0.5 ms)", True), ("phase(window)", False), ("3", False), ("0.3 mV", False),
    ],
)  # fmt: skip
def test_a_count_is_one_by_its_form(text: str, count: bool) -> None:
    assert is_count(parse_expression(text), Fraction(1, 10)) == count


def test_a_literal_beyond_every_count_is_compared_all_the_same() -> None:
    step = Fraction(1, 10**6)
    assert evaluated("where(t < 1e305 ms, 1, 0)", step, np.ones(1)) == 1
    assert translated("where(t < 1e305 ms, 1, 0)", step, np.ones(1)) == 1


@pytest.mark.parametrize(
    "text", ["v - 5 mV >= 3 mV", "tau > 0 ms", "x % 0.7", "a/b", "-t/tau", "floor(x/y)", "where(x > 0, 1 ms, 2 ms)"]
)
def test_what_is_no_time_or_needs_no_rounding_is_left_alone(text: str) -> None:
    tree = parse_expression(text)
    assert in_counts(tree, Fraction(1, 10)) is tree
