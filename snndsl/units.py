"""Units: a small exact table, a grammar of our own, dimensions with rational exponents.

Inside, everything is in the coherent system ms, mV, pA (so nS, pF, GOhm, kHz, fC), um and mM. Numbers are exact until
they become the double nearest to their decimal value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from snndsl.deferred import dataclass
from snndsl.errors import TextFault
from snndsl.unit_words import slipped_symbols, spelled_symbol

__all__ = [
    "LENGTH",
    "ONE",
    "Dimension",
    "Quantity",
    "Unit",
    "check_range",
    "near_unit",
    "number_value",
    "parse_quantity",
    "parse_unit",
    "to_internal",
    "unit_symbol",
]

_BASES = ("ms", "mV", "pA", "um", "mM")
_SHOWN = ("mV", "pA", "um", "mM", "ms")  # the order in which a dimension is written: mV/ms, mV*ms
_MAX_EXPONENT = 9
_MAX_UNIT = 64
_MAX_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Dimension:
    """Exponents of time, voltage, current, length and concentration."""

    exponents: tuple[Fraction, ...] = (Fraction(0),) * len(_BASES)

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension(tuple(a + b for a, b in zip(self.exponents, other.exponents, strict=True)))

    def __truediv__(self, other: Dimension) -> Dimension:
        return Dimension(tuple(a - b for a, b in zip(self.exponents, other.exponents, strict=True)))

    def power(self, exponent: Fraction | int) -> Dimension:
        """Return the dimension of x**exponent."""
        return Dimension(tuple(a * Fraction(exponent) for a in self.exponents))

    @property
    def is_dimensionless(self) -> bool:
        """Whether it is a pure number."""
        return not any(self.exponents)

    def __str__(self) -> str:
        """Return it in internal units: ``mV/ms``, ``nS/um^2``."""
        best = _factors(self)
        for named, symbol in _NAMED.items():
            rest = self / named
            if 1 + len(_factors(rest)) < len(best) or not _factors(rest):
                best = [(symbol, Fraction(1)), *_factors(rest)]
        up = [_powered(symbol, exponent) for symbol, exponent in best if exponent > 0]
        down = [_powered(symbol, -exponent) for symbol, exponent in best if exponent < 0]
        return "*".join(up or ["1"]) + "".join(f"/{part}" for part in down)


def _factors(dimension: Dimension) -> list[tuple[str, Fraction]]:
    exponents = dict(zip(_BASES, dimension.exponents, strict=True))
    return [(symbol, exponents[symbol]) for symbol in _SHOWN if exponents[symbol]]


def _powered(symbol: str, exponent: Fraction) -> str:
    if exponent == 1:
        return symbol
    return f"{symbol}^{exponent}" if exponent.denominator == 1 else f"{symbol}^({exponent})"


def _dimension(time: int = 0, voltage: int = 0, current: int = 0, length: int = 0, amount: int = 0) -> Dimension:
    return Dimension(tuple(Fraction(e) for e in (time, voltage, current, length, amount)))


ONE = Dimension()
LENGTH = _dimension(0, 0, 0, 1)

_SYMBOLS: Mapping[str, tuple[Dimension, Fraction]] = MappingProxyType(
    {  # symbol: dimension, factor to internal units
        "s": (_dimension(1), Fraction(1000)),
        "V": (_dimension(0, 1), Fraction(1000)),
        "A": (_dimension(0, 0, 1), Fraction(10**12)),
        "S": (_dimension(0, -1, 1), Fraction(10**9)),
        "F": (_dimension(1, -1, 1), Fraction(10**12)),
        "Ohm": (_dimension(0, 1, -1), Fraction(1, 10**9)),
        "Hz": (_dimension(-1), Fraction(1, 1000)),
        "C": (_dimension(1, 0, 1), Fraction(10**15)),
        "m": (_dimension(0, 0, 0, 1), Fraction(10**6)),
        "M": (_dimension(0, 0, 0, 0, 1), Fraction(1000)),
    }
)
_PREFIXES: Mapping[str, Fraction] = MappingProxyType(
    {
        "f": Fraction(1, 10**15),
        "p": Fraction(1, 10**12),
        "n": Fraction(1, 10**9),
        "u": Fraction(1, 10**6),
        "\N{MICRO SIGN}": Fraction(1, 10**6),
        "\N{GREEK SMALL LETTER MU}": Fraction(1, 10**6),
        "m": Fraction(1, 1000),
        "k": Fraction(1000),
        "M": Fraction(10**6),
        "G": Fraction(10**9),
    }
)
_LARGE = {"M": ("Ohm", "Hz"), "G": ("Ohm", "Hz")}  # Ms, MV, MS ... are slips of the shift key, no units
_NAMED: Mapping[Dimension, str] = MappingProxyType(
    {
        _dimension(0, -1, 1): "nS",
        _dimension(1, -1, 1): "pF",
        _dimension(0, 1, -1): "GOhm",
        _dimension(-1): "kHz",
    }
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Parameters
    ----------
    text : str
        As written.
    dimension : Dimension
        What it measures.
    factor : Fraction
        Its value in internal units, without the steps in it.
    step_power : int
        How often the length of a step is a factor of it.
    """

    text: str
    dimension: Dimension
    factor: Fraction
    step_power: int = 0


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number with a unit."""

    value: Fraction
    unit: Unit


def unit_symbol(text: str) -> Unit | None:
    """Return the unit of a single symbol such as ``ms``, or None."""
    if text == "step":
        return Unit("step", _dimension(1), Fraction(1), 1)
    if text == "cm":
        return Unit("cm", _dimension(0, 0, 0, 1), Fraction(10**4))
    if text in _SYMBOLS:
        dimension, factor = _SYMBOLS[text]
        return Unit(text, dimension, factor)
    prefix, symbol = text[:1], text[1:]
    if prefix in _PREFIXES and symbol in _SYMBOLS and symbol in _LARGE.get(prefix, _SYMBOLS):
        dimension, factor = _SYMBOLS[symbol]
        return Unit(text, dimension, factor * _PREFIXES[prefix])
    return None


_POWERS = {"\N{SUPERSCRIPT TWO}": "2", "\N{SUPERSCRIPT THREE}": "3"}
_POWERED = ("2", "3", *_POWERS)  # cm2 is written cm^2
_SYMBOLS_OF_PREFIX = ("cm", *_SYMBOLS, *(prefix + symbol for prefix in "fpnumkMG" for symbol in _SYMBOLS))


def near_unit(text: str, dimension: Dimension | None = None) -> str:
    """Return the unit symbol that was meant, of exactly the same size, or nothing: ``ms`` for ``msec``, ``us`` for ``uS``.

    Parameters
    ----------
    text : str
        What was written: no symbol (``msec``), or with `dimension` the symbol of another quantity (``uS`` for a time).
    dimension : Dimension or None
        What the symbol must measure.
    """
    if dimension is None:
        word, power = (text[:-1], "^" + _POWERS.get(text[-1], text[-1])) if text[-1:] in _POWERED else (text, "")
        symbol = word if power and unit_symbol(word) is not None else spelled_symbol(word)
        return symbol + power if unit_symbol(symbol) is not None else ""
    same = [
        symbol
        for symbol in _SYMBOLS_OF_PREFIX
        if symbol.lower() == text.lower() and symbol[:-1] == text[:-1]  # M and m as prefixes differ by 1e9
        if symbol != text and (unit := unit_symbol(symbol)) is not None and unit.dimension == dimension
    ]
    return " or ".join(same)


_FACTOR = re.compile(r"\s*([A-Za-z\u00b5\u03bc]+|1)\s*(?:\^\s*([+-]?[0-9]{1,3})(?![0-9]))?\s*", re.ASCII)


def parse_unit(text: str) -> Unit:
    """Return the unit of a text such as ``mS/cm^2``.

    Parameters
    ----------
    text : str
        Symbols with integer exponents from -9 to 9, joined by ``*`` and ``/``.

    Raises
    ------
    TextFault
        unit-unknown (with the nearest symbol), unit-exponent.
    """
    dimension, factor, steps = ONE, Fraction(1), 0
    place, sign = 0, 1
    stripped = text.strip()
    while True:
        match = _FACTOR.match(text, place)
        if match is None or len(text) > _MAX_UNIT:
            raise _no_unit(stripped, place, "units such as ms, mV, mS/cm^2")
        unit = Unit("1", ONE, Fraction(1)) if match[1] == "1" else unit_symbol(match[1])
        if unit is None:
            raise _unknown_unit(match[1], match.start(1))
        exponent = int(match[2] or 1)
        if abs(exponent) > _MAX_EXPONENT or exponent == 0:
            raise TextFault("unit-exponent", f"exponent {exponent} of {match[1]}", match.start(2), "an integer from -9 to 9")
        power = sign * exponent
        dimension, factor = dimension * unit.dimension.power(power), factor * unit.factor**power
        steps += unit.step_power * power
        place = match.end()
        if place == len(text):
            return Unit(stripped, dimension, factor, steps)
        if text[place] not in "*/" or text[place : place + 2] == "**":
            raise _no_unit(stripped, place, "units joined by * and /, with ^ for powers")
        sign = 1 if text[place] == "*" else -1
        place += 1


def _no_unit(text: str, offset: int, expected: str) -> TextFault:
    return TextFault("unit-unknown", f"{text[:40]!r} is no unit" if text else "there is no unit", offset, expected)


def _unknown_unit(symbol: str, offset: int) -> TextFault:
    expected = "s V A S F Ohm Hz C m M with f p n u m k (M and G before Ohm and Hz), cm, step"
    meant = near_unit(symbol) or slipped_symbols(symbol)
    return TextFault("unit-unknown", f"{symbol[:40]!r} is no unit", offset, expected, meant)


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?\s*\.?(nan|inf|infinity)(\s+[A-Za-z\u00b5\u03bc^*/0-9-]+)?", re.IGNORECASE)
_COMPOUND = re.compile(
    r"\s*([A-Za-z\u00b5\u03bc]+|1)(?:\s*\^\s*[+-]?[0-9]+)?(?:\s*[*/]\s*(?:[A-Za-z\u00b5\u03bc]+|1\b)(?:\s*\^\s*[+-]?[0-9]+)?)*\s*"
)


@lru_cache(maxsize=1024)  # a list of values holds the same texts again and again
def parse_quantity(text: str) -> Quantity | None:
    """Return the quantity that a whole scalar is, or None if it is something else (an expression).

    Parameters
    ----------
    text : str
        A whole scalar, for example ``0.3 mS/cm^2``.

    Raises
    ------
    TextFault
        If it is shaped like a quantity but its unit is unknown, or its number not finite or ambiguous.
    """
    lead = len(text) - len(text.lstrip())
    stripped = text.strip()
    if _NOT_FINITE.fullmatch(stripped):
        raise TextFault("not-finite", f"{stripped[:40]!r} is no finite number", lead, "a finite number")
    match = _NUMBER.match(stripped)
    if match is None:
        return None
    rest = stripped[match.end() :]
    if not rest:
        return Quantity(number_value(match[0], lead), Unit("1", ONE, Fraction(1)))
    compound = _COMPOUND.fullmatch(rest)
    if compound is None:
        return None
    value = number_value(match[0], lead)
    try:
        unit = parse_unit(rest)
    except TextFault as error:
        if compound[1] != "1" and unit_symbol(compound[1]) is not None and "^" not in rest:
            return None  # 5 Hz*t is an expression
        if compound[1] == "1" or compound[1] in ("and", "or", "not"):
            return None
        error.offset += lead + match.end()
        raise
    check_range(value * unit.factor, match[0], lead)
    return Quantity(value, unit)


def number_value(text: str, offset: int = 0) -> Fraction:
    """Return a decimal number exactly.

    Parameters
    ----------
    text : str
        Digits, with a sign, a point and an exponent if need be.
    offset : int
        Place of it in a longer text.

    Raises
    ------
    TextFault
        number-ambiguous for ``010``; number-too-large, number-too-small if no double can hold it.
    """
    mantissa, _, exponent = text.lower().partition("e")
    digits = mantissa.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        shown = digits.lstrip("0") or "0"
        raise TextFault("number-ambiguous", f"{text[:30]!r} begins with 0", offset, "no leading zeros", shown[:30])
    if len(mantissa) > _MAX_DIGITS:
        raise TextFault("number-too-long", f"a number of {len(text)} characters", offset, f"at most {_MAX_DIGITS}")
    if len(exponent) > 5 or abs(int(exponent or 0)) > _MAX_DIGITS:
        small = exponent.startswith("-")
        raise _out_of_range("small" if small else "large", text, offset)
    value = Fraction(text)
    check_range(value, text, offset)
    return value


def check_range(value: Fraction, text: str, offset: int) -> None:
    """Refuse a number that no double can hold.

    Parameters
    ----------
    value : Fraction
        Of the number, in internal units.
    text : str
        As written.
    offset : int
        Place of it.

    Raises
    ------
    TextFault
        number-too-large, number-too-small.
    """
    try:
        nearest = float(value)
    except OverflowError:
        raise _out_of_range("large", text, offset) from None
    if value and not nearest:
        raise _out_of_range("small", text, offset)


def _out_of_range(side: str, text: str, offset: int) -> TextFault:
    expected = "a number below 1.8e308" if side == "large" else "0, or a number above 5e-324"
    return TextFault(f"number-too-{side}", f"{text[:40]} is too {side} for a double", offset, expected)


def to_internal(value: Fraction, unit: Unit | None, step: Fraction | None = None) -> float:
    """Return the double nearest to the exact value in internal units.

    Parameters
    ----------
    value : Fraction
        The number as written.
    unit : Unit or None
        Its unit.
    step : Fraction or None
        Length of a step in ms, needed for units with ``step``.

    Raises
    ------
    TextFault
        number-too-large, number-too-small.
    """
    if unit is None:
        return float(value)
    scaled = value * unit.factor
    if unit.step_power:
        if step is None:
            raise ValueError("the length of a step is not known here")
        scaled *= Fraction(step) ** unit.step_power
    try:
        nearest = float(scaled)
    except OverflowError:
        raise _out_of_range("large", f"the value in {unit.text}", 0) from None
    if scaled and not nearest:
        raise _out_of_range("small", f"the value in {unit.text}", 0)
    return nearest
