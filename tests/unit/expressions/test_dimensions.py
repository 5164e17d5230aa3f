"""Laws of dimensions, and where their faults stand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.errors import TextFault
from snndsl.expressions import BOOLEAN, dimension_of, parse_expression
from snndsl.expressions.dimensions import ANY, UNKNOWN
from snndsl.units import ONE, Dimension, parse_unit

MS, MV, PA, NS = (parse_unit(text).dimension for text in ("ms", "mV", "pA", "nS"))
KNOWN = {"t": MS, "V": MV, "I": PA, "g": NS, "x": ONE, "wrong": UNKNOWN}


def of(text: str) -> object:
    return dimension_of(parse_expression(text), KNOWN.get, KNOWN)


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("V/t", MV / MS),
        ("g*V", PA),
        ("I/g", MV),
        ("V**2", MV * MV),
        ("sqrt(V*V)", MV),
        ("sqrt(t)", MS.power(Fraction(1, 2))),
        ("V**-1", ONE / MV),
        ("V**0", ONE),
        ("x**x", ONE),
        ("abs(-V)", MV),
        ("sign(V)", ONE),
        ("min(V, 3 mV, -V)", MV),
        ("clip(V, -80 mV, 0)", MV),
        ("where(V > 0 mV, I, 0)", PA),
        ("V % (2 mV)", MV),
        ("exp(V/(2 mV))", ONE),
        ("uniform(1 mV, 2 mV)", MV),
        ("uniform()", ONE),
        ("xi()", MS.power(Fraction(-1, 2))),
        ("steps(t)", ONE),
        ("phase(1 s)", MS),
        ("0", ANY),
        ("0*V", MV),
        ("V > 0", BOOLEAN),
        ("not (V > 0) and x == 1", BOOLEAN),
        ("wrong*V", UNKNOWN),
        ("V + wrong", MV),
        ("wrong > V", BOOLEAN),
        ("exp(wrong)", ONE),
    ],
)
def test_dimension(text: str, dimension: object) -> None:
    assert of(text) == dimension


@pytest.mark.parametrize(
    ("text", "offset", "said"),
    [
        ("x + V/t*t + I", 0, "'+' adds a pure number and mV"),
        ("V + I", 0, "'+' adds mV and pA"),
        ("1 + (V + I)", 5, "'+' adds mV and pA"),
        ("exp(V)", 4, "exp() of mV"),
        ("V**x", 3, "mV raised to a power that is no literal"),
        ("x**V", 3, "an exponent in mV"),
        ("V**10", 3, "mV raised to a power of more than 9"),
        ("V and x > 1", 0, "V is no truth value"),
        ("1 + (x > 1)", 5, "x > 1 is a truth value"),
        ("where(x, V, V)", 6, "x is no truth value"),
        ("where(x > 1, V, I)", 16, "where() of mV and pA"),
        ("min(V, I)", 7, "min() of mV and pA"),
        ("tick(V)", 5, "tick() of mV"),
        ("V > I", 0, "'>' compares mV and pA"),
        ("V + y", 4, "there is no 'y' here"),
        ("y(3)", 0, "there is no function 'y'"),
        ("exp()", 0, "exp() with 0 arguments"),
        ("uniform(1)", 0, "uniform() with 1 argument"),
    ],
)
def test_fault(text: str, offset: int, said: str) -> None:
    with pytest.raises(TextFault) as caught:
        of(text)
    assert (caught.value.offset, caught.value.what) == (offset, said)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("t + 5 uS", "5 us"),
        ("unifrom()", "uniform"),
        ("rand()", "uniform()"),
        ("v + V", "V"),
        ("exp(V)", "exp((V)/(1 mV))"),
        ("exp + 1", "exp(...)"),
    ],
)
def test_what_to_try(text: str, near: str) -> None:
    with pytest.raises(TextFault) as caught:
        of(text)
    assert caught.value.try_ == near


_DIMENSIONS = st.lists(st.fractions(-2, 2, max_denominator=2), min_size=5, max_size=5).map(lambda e: Dimension(tuple(e)))


@given(_DIMENSIONS, _DIMENSIONS, st.integers(-4, 4))
def test_laws(a: Dimension, b: Dimension, n: int) -> None:
    names = {"a": a, "b": b}

    def found(text: str) -> object:
        return dimension_of(parse_expression(text), names.get)

    assert found("a*b") == found("b*a") == a * b
    assert found("a*b/b") == a
    assert found("sqrt(a*a)") == a
    assert found(f"a**{n}") == a.power(n)
    assert found("(a*b)**2") == found("a**2*b**2")
    assert found("a + a - a") == a
    assert found("abs(a)*sign(b)") == a
