"""Units against the definitions of the SI."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.errors import TextFault
from snndsl.units import ONE, Dimension, near_unit, parse_quantity, parse_unit, to_internal, unit_symbol

# internal system: ms, mV, pA, um, mM; a unit of (s, V, A, m, mol/m3) in it
INTERNAL = {"s": 10**3, "V": 10**3, "A": 10**12, "m": 10**6, "M": 10**3}
SI = {  # symbol: exponents of (s, V, A, m, M), value in these units
    "s": ((1, 0, 0, 0, 0), 1),
    "V": ((0, 1, 0, 0, 0), 1),
    "A": ((0, 0, 1, 0, 0), 1),
    "S": ((0, -1, 1, 0, 0), 1),
    "F": ((1, -1, 1, 0, 0), 1),
    "Ohm": ((0, 1, -1, 0, 0), 1),
    "Hz": ((-1, 0, 0, 0, 0), 1),
    "C": ((1, 0, 1, 0, 0), 1),
    "m": ((0, 0, 0, 1, 0), 1),
    "M": ((0, 0, 0, 0, 1), 1),
}
PREFIX = {"": 0, "p": -12, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9}


def internal(symbol: str, prefix: str) -> Fraction:
    exponents, value = SI[symbol]
    factor = Fraction(value) * Fraction(10) ** PREFIX[prefix]
    for base, exponent in zip(INTERNAL.values(), exponents, strict=True):
        factor *= Fraction(base) ** exponent
    return factor


@pytest.mark.parametrize("prefix", PREFIX)
@pytest.mark.parametrize("symbol", SI)
def test_symbols_have_their_si_value(symbol: str, prefix: str) -> None:
    unit = unit_symbol(prefix + symbol)
    if prefix in ("M", "G") and symbol not in ("Ohm", "Hz"):
        assert unit is None
        return
    assert unit is not None
    assert unit.factor == internal(symbol, prefix)
    assert unit.dimension.exponents == tuple(map(Fraction, SI[symbol][0]))


def test_the_internal_system_is_coherent() -> None:
    one = {name: parse_unit(name) for name in ("ms", "mV", "pA", "nS", "pF", "GOhm", "kHz", "um", "mM")}
    assert {name: unit.factor for name, unit in one.items()} == dict.fromkeys(one, 1)
    assert (one["nS"].dimension * one["mV"].dimension) == one["pA"].dimension
    assert (one["pF"].dimension * one["mV"].dimension / one["ms"].dimension) == one["pA"].dimension
    assert (one["GOhm"].dimension * one["pA"].dimension) == one["mV"].dimension
    assert (one["kHz"].dimension * one["ms"].dimension) == ONE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20 ms", 20.0),
        ("0.02 s", 20.0),
        ("-65 mV", -65.0),
        ("1 uF/cm^2", 1e6 / 1e8),  # pF per square um
        ("0.3 mS/cm^2", 0.3 * 1e6 / 1e8),
        ("39.24 mV/ms", 39.24),
        ("14e-5 mV^-1", 14e-5),
        ("2.4 kHz", 2.4),
        ("50 Hz", 0.05),
        ("1 GOhm", 1.0),
        ("5 MOhm", 0.005),
        ("100 nA", 1e5),
        ("1.5 \N{MICRO SIGN}S", 1500.0),
        ("1.5 \N{GREEK SMALL LETTER MU}S", 1500.0),
    ],
)
def test_values_in_internal_units(text: str, value: float) -> None:
    quantity = parse_quantity(text)
    assert quantity is not None
    assert to_internal(quantity.value, quantity.unit) == pytest.approx(value, rel=1e-15)


def test_a_value_is_the_double_nearest_to_the_exact_decimal() -> None:
    quantity = parse_quantity("1.005 s")
    assert quantity is not None
    assert 1.005 * 1000 != 1005.0
    assert to_internal(quantity.value, quantity.unit) == 1005.0


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=6),
    st.sampled_from(sorted(SI)),
)
def test_a_prefix_moves_the_point(number: object, symbol: str) -> None:
    plain, milli = parse_quantity(f"{number:f} {symbol}"), parse_quantity(f"{number:f}e3 m{symbol}")
    assert plain is not None and milli is not None
    assert plain.value * plain.unit.factor == milli.value * milli.unit.factor
    assert plain.unit.dimension == milli.unit.dimension


_EXPONENTS = st.integers(-9, 9).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(sorted(SI)), _EXPONENTS, st.sampled_from("*/")), min_size=1, max_size=4))
def test_compound_units_multiply(factors: list[tuple[str, int, str]]) -> None:
    text = "".join(f"{sign if place else ''}{symbol}^{power}" for place, (symbol, power, sign) in enumerate(factors))
    unit = parse_unit(text)
    dimension, factor = ONE, Fraction(1)
    for place, (symbol, power, sign) in enumerate(factors):
        signed = -power if place and sign == "/" else power
        factor *= internal(symbol, "") ** signed
        dimension = dimension * Dimension(tuple(Fraction(e * signed) for e in SI[symbol][0]))
    assert (unit.factor, unit.dimension) == (factor, dimension)


@given(st.lists(st.fractions(min_value=-3, max_value=3, max_denominator=1), min_size=5, max_size=5))
def test_a_dimension_reads_back_as_itself(exponents: list[Fraction]) -> None:
    dimension = Dimension(tuple(exponents))  # what a message names can be written
    unit = parse_unit(str(dimension))
    assert (unit.dimension, unit.factor) == (dimension, 1)


def test_steps_are_times() -> None:
    quantity = parse_quantity("3 step")
    assert quantity is not None
    assert to_internal(quantity.value, quantity.unit, Fraction(1, 10)) == 0.3
    with pytest.raises(ValueError, match="length of a step"):
        to_internal(quantity.value, quantity.unit)


@pytest.mark.parametrize(
    ("text", "code", "offset", "near"),
    [
        ("5 Ms", "unit-unknown", 2, ""),
        ("5 mv", "unit-unknown", 2, "mV"),
        ("5 ms^12", "unit-exponent", 5, ""),
        ("5 degC", "unit-unknown", 2, ""),
        ("010 ms", "number-ambiguous", 0, "10"),
        ("1e400 ms", "number-too-large", 0, ""),
        ("1e-400 ms", "number-too-small", 0, ""),
        ("nan mV", "not-finite", 0, ""),
        ("-inf", "not-finite", 0, ""),
        ("1e99999999999 s", "number-too-large", 0, ""),
    ],
)
def test_faults(text: str, code: str, offset: int, near: str) -> None:
    with pytest.raises(TextFault) as caught:
        parse_quantity(text)
    assert (caught.value.code, caught.value.offset, caught.value.try_) == (code, offset, near)


@pytest.mark.parametrize("text", ["a + 1", "uniform()", "5 Hz*t", "-x", "2*pi", "J"])
def test_expressions_are_no_quantities(text: str) -> None:
    assert parse_quantity(text) is None


def test_the_near_unit_fits_the_dimension() -> None:
    time = parse_unit("ms").dimension
    assert near_unit("uS", time) == "us"
    assert near_unit("uS", parse_unit("mV").dimension) == ""
