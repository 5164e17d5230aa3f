"""Units: a small exact table, a grammar of our own, dimensions with rational exponents.

Inside, everything is in the coherent system ms, mV, pA (so nS, pF, GOhm, kHz, fC), um and uM... Numbers are exact until
they become the double nearest to their decimal value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from snndsl.errors import TextFault

__all__ = ["ONE", "Dimension", "Quantity", "Unit", "parse_quantity", "parse_unit", "to_internal", "unit_symbol"]

_BASES = ("ms", "mV", "pA", "um", "mM")
_MAX_EXPONENT = 9


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
        if self in _NAMED:
            return _NAMED[self]
        up = [_powered(base, e) for base, e in zip(_BASES, self.exponents, strict=True) if e > 0]
        down = [_powered(base, -e) for base, e in zip(_BASES, self.exponents, strict=True) if e < 0]
        return "*".join(up or ["1"]) + "".join(f"/{part}" for part in down)


def _powered(base: str, exponent: Fraction) -> str:
    return base if exponent == 1 else f"{base}^{exponent}"


def _dimension(time: int = 0, voltage: int = 0, current: int = 0, length: int = 0, amount: int = 0) -> Dimension:
    return Dimension(tuple(Fraction(e) for e in (time, voltage, current, length, amount)))


ONE = Dimension()

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
_NAMED: Mapping[Dimension, str] = MappingProxyType(
    {
        ONE: "1",
        _dimension(0, -1, 1): "nS",
        _dimension(1, -1, 1): "pF",
        _dimension(0, 1, -1): "GOhm",
        _dimension(-1): "kHz",
        _dimension(1, 0, 1): "fC",
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
    if text[:1] in _PREFIXES and text[1:] in _SYMBOLS:
        dimension, factor = _SYMBOLS[text[1:]]
        return Unit(text, dimension, factor * _PREFIXES[text[0]])
    return None


_FACTOR = re.compile(r"\s*([A-Za-z\u00b5\u03bc]+|1)\s*(?:\^\s*([+-]?\d{1,3})(?!\d))?\s*")


def parse_unit(text: str) -> Unit:
    """Return the unit of a text such as ``mS/cm^2``.

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
        if match is None or len(text) > 64:
            raise TextFault("unit-unknown", f"{stripped[:40]!r} is no unit", place, "units such as ms, mV, mS/cm^2")
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
        if text[place] not in "*/":
            raise TextFault("unit-unknown", f"{stripped[:40]!r} is no unit", place, "units joined by * and /")
        sign = 1 if text[place] == "*" else -1
        place += 1


def _unknown_unit(symbol: str, offset: int) -> TextFault:
    known = [*_SYMBOLS, *(p + s for p in "pnumkMG" for s in _SYMBOLS), "cm", "step"]
    same = [item for item in known if item.lower() == symbol.lower()]
    near = same or difflib.get_close_matches(symbol, known, 1, 0.5)
    return TextFault(
        "unit-unknown",
        f"{symbol!r} is no unit",
        offset,
        "s V A S F Ohm Hz C m M with p n u m k M G, cm, step",
        " or ".join(near),
    )


_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


def parse_quantity(text: str) -> Quantity | None:
    """Return the quantity that a whole scalar is, or None if it is something else (an expression).

    Raises
    ------
    TextFault
        If it begins like a quantity but its unit is unknown, or its number is too large.
    """
    stripped = text.strip()
    match = _NUMBER.match(stripped)
    if match is None:
        return None
    rest = stripped[match.end() :]
    lead = len(text) - len(text.lstrip())
    if rest.strip() and not re.fullmatch(r"\s*[A-Za-z\u00b5\u03bc1][A-Za-z0-9\u00b5\u03bc^*/+\-\s]*", rest):
        return None
    value = number_value(match[0], lead)
    if not rest.strip():
        return Quantity(value, Unit("1", ONE, Fraction(1)))
    if re.search(r"[*/]\s*[0-9]*\.?[0-9]+(?![\^])", rest) and not re.search(r"\b1\b", rest):
        return None
    symbol = re.match(r"\s*([A-Za-z\u00b5\u03bc]+)\s*(.?)", rest)
    if symbol is None or (symbol[2] and symbol[2] not in "*/^"):
        return None
    try:
        return Quantity(value, parse_unit(rest))
    except TextFault as error:
        if symbol[2] in ("*", "/") and unit_symbol(symbol[1]) is not None:
            return None  # 5 Hz*t is an expression
        error.offset += lead + match.end()
        raise


def number_value(text: str, offset: int = 0) -> Fraction:
    """Return a decimal number exactly; refuse what no double can hold."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > 400 or len(exponent) > 5 or abs(int(exponent or 0)) > 400:
        raise TextFault("number-too-large", f"{text[:30]!r} is not a finite double", offset, "a number below 1.8e308")
    value = Fraction(text)
    try:
        float(value)
    except OverflowError:
        raise TextFault("number-too-large", f"{text[:30]!r} is not a finite double", offset, "a number below 1.8e308") from None
    return value


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
    """
    if unit is None:
        return float(value)
    scaled = value * unit.factor
    if unit.step_power:
        if step is None:
            raise ValueError("the length of a step is not known here")
        scaled *= Fraction(step) ** unit.step_power
    return float(scaled)
