"""A hint about a unit never changes the size of what was written: spellings beside the sizes they have in SI."""

from __future__ import annotations

from fractions import Fraction

import pytest

from snndsl.errors import TextFault
from snndsl.expressions import parse_expression
from snndsl.unit_words import slipped_symbols
from snndsl.units import near_unit, parse_unit

_PREFIXES = {  # exponent of ten: spellings of the prefix
    -12: ("p", "pico", "Pico"),
    -9: ("n", "nano", "Nano"),
    -6: ("u", "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}", "micro", "Micro"),
    -3: ("m", "milli", "Milli"),
    0: ("",),
    3: ("k", "K", "kilo", "Kilo"),
    6: ("M", "mega", "Mega", "meg"),
    9: ("G", "giga"),
}
_WORDS = {  # the SI unit: its words
    "s": ("sec", "secs", "second", "seconds", "Second"),
    "V": ("volt", "volts", "Volt"),
    "A": ("amp", "amps", "ampere", "amperes", "Amp"),
    "S": ("siemens", "Siemens", "mho"),
    "F": ("farad", "farads", "Farad"),
    "Ohm": ("ohm", "ohms", "Ohms", "OHM", "\N{GREEK CAPITAL LETTER OMEGA}", "\N{OHM SIGN}"),
    "Hz": ("hertz", "Hertz", "hz", "HZ"),
    "M": ("molar",),
    "m": ("meter", "metres"),
}
_SPELLINGS = [
    (prefix + word, unit, exponent)
    for exponent, prefixes in _PREFIXES.items()
    for prefix in prefixes
    for unit, words in _WORDS.items()
    for word in words
]


def test_every_hint_has_the_size_of_the_word() -> None:
    hinted = 0
    for text, unit, exponent in _SPELLINGS:
        hint = near_unit(text)
        if not hint:
            continue
        hinted += 1
        found, base = parse_unit(hint), parse_unit(unit)
        assert found.dimension == base.dimension, (text, hint)
        assert found.factor == base.factor * Fraction(10) ** exponent, (text, hint)
    assert hinted > 0.7 * len(_SPELLINGS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("megohm", "MOhm"), ("Mohm", "MOhm"), ("mohm", "mOhm"), ("microS", "uS"), ("usec", "us"), ("msec", "ms"),
        ("mvolt", "mV"), ("millivolt", "mV"), ("volts", "V"), ("hertz", "Hz"), ("siemens", "S"), ("nanoamp", "nA"),
        ("picofarad", "pF"), ("farad", "F"), ("sec", "s"), ("seconds", "s"), ("ohm", "Ohm"), ("umolar", "uM"), ("mv", "mV"),
        ("femtofarad", "fF"),
        ("pf", "pF"), ("khz", "kHz"), ("kOhms", "kOhm"), ("mmho", "mS"), ("seimens", "S"), ("milisecond", "ms"),
        ("centimeter", "cm"), ("cm2", "cm^2"), ("timesteps", "step"),
    ],
)  # fmt: skip
def test_usual_spellings_are_recognised(text: str, hint: str) -> None:
    assert near_unit(text) == hint


@pytest.mark.parametrize(
    "text",
    ["Ms", "MV", "MS", "MSEC", "megavolt", "mmol", "mol", "hours", "min", "minutes", "degC", "rad", "a", "c", "Pa", "dB", "J"]
    + ["avolt", "attofarad", "nano", "micros", "gs", "pascal", "kelvin", "kg", "mHg", "bar", "eV", "N", "Hs", "%"],
)
def test_what_has_no_symbol_of_its_size_gets_no_hint(text: str) -> None:
    assert near_unit(text) == ""


@pytest.mark.parametrize(
    ("text", "hint"),
    [("100 megohm", "MOhm"), ("3 microS", "uS"), ("3 umolar", "uM"), ("2*(100 megohm)", "MOhm"), ("100 M\u03a9", "MOhm")]
    + [("5 \u212b", ""), ("10 \N{DEGREE SIGN}C", ""), ("0.3 mS/cm\u00b2", "cm^2"), ("7 mmol", ""), ("2*(7 mmol)", "7*mmol")],
)
def test_the_hint_where_it_is_read(text: str, hint: str) -> None:
    with pytest.raises(TextFault) as caught:
        parse_expression(text)
    assert caught.value.try_ == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mss", "ms"), ("sm", "ms"), ("MOhhm", "MOhm"), ("zH", "Hz"), ("Ap", "pA"),
        ("MOm", "MOhm"), ("H", "Hz"), ("px", "pA or pF"), ("md", "ms or mV"),
        ("mg", ""), ("Ms", ""), ("xs", ""), ("rad", ""), ("degC", ""), ("", ""),
    ],
)  # fmt: skip
def test_slips_are_seen_without_another_size(text: str, hint: str) -> None:
    assert slipped_symbols(text) == hint


def test_a_slip_behind_a_number_may_be_a_name() -> None:
    with pytest.raises(TextFault) as caught:
        parse_expression("3*(2 px)")
    assert caught.value.try_ == "pA or pF; or 2*px"
