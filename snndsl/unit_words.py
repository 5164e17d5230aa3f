"""Spellings of units that the language does not know, and the symbol of exactly the same size: a table, and two rules.

A hint must never change what a number means: a word is split into a prefix and a unit of this table and nothing else. What
cannot be split so, or has no symbol of that size, gets no hint.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["slipped_symbols", "spelled_symbol"]

_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # symbol: words, in lower case
        "s": ("sec", "secs", "second", "seconds"),
        "V": ("v", "volt", "volts"),
        "A": ("a", "amp", "amps", "ampere", "amperes"),
        "S": ("siemens", "mho", "mhos"),
        "F": ("f", "farad", "farads"),
        "Ohm": ("ohm", "ohms", "\N{GREEK SMALL LETTER OMEGA}"),
        "Hz": ("hz", "hertz"),
        "C": ("coulomb", "coulombs"),
        "m": ("meter", "meters", "metre", "metres"),
        "M": ("molar",),
        "cm": ("centimeter", "centimeters", "centimetre", "centimetres"),
        "step": ("steps", "timestep", "timesteps"),
    }
)
_PREFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # prefix: words, in lower case, and letters as they are written
        "": ("",),
        "f": ("femto", "f"),
        "p": ("pico", "p"),
        "n": ("nano", "n"),
        "u": ("micro", "mikro", "u", "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"),
        "m": ("milli", "mili", "m"),
        "k": ("kilo", "k", "K"),
        "M": ("mega", "meg", "M"),
        "G": ("giga", "G"),
    }
)
_BARE = ("v", "hz", "ohm", "\N{GREEK SMALL LETTER OMEGA}")  # stand for one unit only: 5 a may be a year
_USUAL = (
    "ms", "mV", "pA", "pF", "nS", "nA", "um", "us", "uF", "Hz", "MOhm", "kHz", "GOhm", "kOhm", "step", "nF", "uS", "uA",
)  # fmt: skip
_OTHERS = ("g", "l", "L", "N", "W", "J", "T", "K", "b", "B")  # of other quantities, behind a prefix
_MOST = 3
_SLIP = 0.85  # least likeness of a misspelled word of five letters or more: seimens
_SYMBOLS = ("V", "A", "S", "F", "Ohm", "Hz", "C", "M")  # behind a prefix that is a word: microS, megaOhm


def spelled_symbol(text: str) -> str:
    """Return the symbol of a unit in words or in another usual spelling: ``ms`` for ``msec``; nothing if it is none.

    Parameters
    ----------
    text : str
        As written, for example ``megohm``, ``microS`` or ``millivolts``.

    Returns
    -------
    str
        Prefix and symbol of exactly that size; whether the language has it is for the caller to see (``MV`` is none).
    """
    readings: dict[str, int] = {}
    for prefix, words in _PREFIXES.items():
        for word in words:
            spelled = text if len(word) == 1 else text.lower()  # m and M are two prefixes
            if spelled.startswith(word) and (unit := _unit(text[len(word) :], word)):
                readings.setdefault(prefix + unit, len(word))
    if readings:
        longest = max(readings.values())  # micrometers: micro, not m with something behind it
        readings = {symbol: length for symbol, length in readings.items() if length == longest}
    return next(iter(readings)) if len(readings) == 1 else ""


def slipped_symbols(text: str) -> str:
    """Return the usual symbols that are one slip of a finger away: ``ms`` for ``mss`` and ``sm``, ``pA or pF`` for ``px``.

    The first letter is never changed, since it says the size, nor is the case; another quantity of the same first letter
    (``mg``) is none of these.

    Parameters
    ----------
    text : str
        No symbol.
    """
    sure = [symbol for symbol in _USUAL if text in _doubled(symbol) or (len(symbol) > 1 and text in _swapped(symbol))]
    maybe = [symbol for symbol in _USUAL if _one_letter_off(symbol, text)] if text[1:] not in _OTHERS else []
    return " or ".join(sure or maybe[:_MOST])


def _doubled(symbol: str) -> list[str]:
    return [symbol[: k + 1] + symbol[k:] for k in range(len(symbol))]


def _swapped(symbol: str) -> list[str]:
    return [symbol[:k] + symbol[k + 1] + symbol[k] + symbol[k + 2 :] for k in range(len(symbol) - 1)]


def _one_letter_off(symbol: str, text: str) -> bool:
    """Tell whether one letter behind the first is another, or missing."""
    if symbol[:1] != text[:1] or symbol.lower() == text.lower():
        return False
    missing = [symbol[:k] + symbol[k + 1 :] for k in range(1, len(symbol))]
    other = len(symbol) == len(text) and sum(one != two for one, two in zip(symbol, text, strict=True)) == 1
    return text in missing or other


def _unit(word: str, prefix: str) -> str:
    lower = word.lower()
    if len(prefix) > 1 and word in _SYMBOLS:
        return word
    for symbol, words in _UNITS.items():
        if lower in words and (len(lower) > 1 or prefix or lower in _BARE) and not (prefix and symbol in ("cm", "step")):
            return symbol
    known = {name: symbol for symbol, words in _UNITS.items() for name in words if name[:1] == lower[:1] and len(name) > 4}
    near = difflib.get_close_matches(lower, known, 3, _SLIP) if len(lower) > 4 else []
    return known[near[0]] if len({known[name] for name in near}) == 1 else ""
