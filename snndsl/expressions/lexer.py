"""Text to tokens, with offsets; every character that is no part of the language is named."""

from __future__ import annotations

import re
import unicodedata

from snndsl.deferred import dataclass
from snndsl.errors import TextFault
from snndsl.units import near_unit

__all__ = ["COPY", "KEYWORDS", "MAX_LENGTH", "MAX_NAME", "Token", "check_name", "compound_unit", "tokens"]

MAX_LENGTH = 4096
MAX_NAME = 64
KEYWORDS = frozenset({"and", "or", "not"})

COPY = r"(?:\[(?:0|[1-9][0-9]{0,8}|copy)\](?=\.))?"
"""What may stand between a part and its dot: the number of a copy (a pattern)."""

_NUMBER = re.compile(r"\[(?:[0-9]+|copy)\]\Z", re.ASCII)
_TOKEN = re.compile(
    r"(?P<space>[ \t]+|\n\s*\Z)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>[A-Za-z_\u00b5\u03bc][A-Za-z0-9_]*{COPY}(?:\.[A-Za-z_][A-Za-z0-9_]*{COPY})*)"
    r"|(?P<op>\*\*|<=|>=|==|!=|[-+*/%<>(),])",
    re.ASCII,
)
_HINTS = {  # character: what it is called, what to write instead
    "^": ("'^' is no operator", "**"),
    "=": ("'=' in an expression", "== to compare"),
    "&": ("'&' is no operator", "and"),
    "|": ("'|' is no operator", "or"),
    "!": ("'!' is no operator", "not"),
    '"': ("text in quotes", "a number or a name"),
    "'": ("text in quotes", "a number or a name"),
    "[": ("'[' in an expression", "data arrays are called: net.v0(i)"),
    "]": ("']' in an expression", "data arrays are called: net.v0(i)"),
    "{": ("'{' in an expression", ""),
    ";": ("';' in an expression", "one statement a line"),
    "#": ("'#' in an expression", "comments outside of the text"),
    "\\": ("a backslash in an expression", "one statement a line"),
    "\n": ("an expression of several lines", "one line; in YAML >- in place of | joins lines"),
    ".": ("'.' in an expression", "dots only inside names: soma.V"),
    "?": ("'?' in an expression", "where(condition, a, b)"),
    ":": ("':' in an expression", ""),
    "%": ("'%' in an expression", ""),
}
_WORD = re.compile(r"[^\s()+\-*/%<>=!,.]*")
_UNIT_WORD = re.compile(r"[0-9.][ \t]*(?:[A-Za-z^0-9]+[*/])?([A-Za-z]*)\Z", re.ASCII)
_LITERAL = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*"
    r"(?P<unit>[A-Za-z\u00b5\u03bc]+(?:\^[+-]?[0-9]+)?(?:\s*[*/]\s*[A-Za-z\u00b5\u03bc]+(?:\^[+-]?[0-9]+)?)*)\Z"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `kind` is number, name, op or end."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset just behind it."""
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """Return the tokens of an expression, closed by one of kind ``end``.

    Raises
    ------
    TextFault
        expression-too-long, expression-syntax, name-not-ascii, name-reserved, name-too-long.
    """
    if len(text) > MAX_LENGTH:
        raise TextFault(
            "expression-too-long", f"an expression of {len(text)} characters", 0, f"at most {MAX_LENGTH}", "locals or data"
        )
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _bad_character(text, place)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], place))
        place = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _bad_character(text: str, place: int) -> TextFault:
    character = text[place]
    if ord(character) > 126:
        return _not_ascii(text, place)
    if character == "^" and (literal := _compound_literal(text, place)) is not None:
        return literal
    what, hint = _HINTS.get(character, (f"{character!r} in an expression", ""))
    return TextFault("expression-syntax", what, place, "numbers, names, calls, + - * / % **, comparisons, and or not", hint)


def _not_ascii(text: str, place: int) -> TextFault:
    word = _WORD.match(text, place)
    strange = [character for character in (word[0] if word else "") or text[place] if ord(character) > 126]
    names = [f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}" for character in dict.fromkeys(strange)]
    plain = "".join(c for c in unicodedata.normalize("NFKD", text[place]) if 32 < ord(c) < 127)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    expected = "letters a-z, A-Z, digits, underscore"
    if (unit := _UNIT_WORD.search(text[:place])) is not None:  # an angstrom is no ampere
        plain = near_unit(unit[1] + (word[0] if word else ""))
    return TextFault("name-not-ascii", f"not ASCII: {', '.join(names[:3])}{more}", place, expected, plain)


def _compound_literal(text: str, place: int) -> TextFault | None:
    """Find ``14e-5 mV^-1`` around a ``^``; say how it is written in an expression."""
    power = re.compile(r"\^[+-]?[0-9]+").match(text, place)
    found = _LITERAL.search(text, max(0, place - 80), power.end()) if power else None
    if found is None:
        return None
    return compound_unit(found["number"], found["unit"], found.start("unit"))


def compound_unit(number: str, unit: str, offset: int) -> TextFault:
    """Refuse a compound unit behind a number; show how an expression says it.

    Parameters
    ----------
    number, unit : str
        For example ``40`` and ``mV/ms``.
    offset : int
        Where the unit begins.
    """
    clear = ""
    for sign, symbol, exponent in re.findall(r"([*/]?)\s*([A-Za-z\u00b5\u03bc]+)(?:\^([+-]?[0-9]+))?", unit):
        power = int(exponent or 1) * (-1 if sign == "/" else 1)
        raised = f"**{abs(power)}" if abs(power) != 1 else ""
        if not clear and power == 1:
            clear = f"({number} {symbol})"
        else:
            clear = f"{clear or number}{'*' if power > 0 else '/'}(1 {symbol}){raised}"
    return TextFault("unit-compound", f"a compound unit {unit} in an expression", offset, "one unit symbol", clear)


def check_name(text: str, offset: int) -> None:
    """Refuse names that are too long, reserved or not names.

    Parameters
    ----------
    text : str
        A name, dots included.
    offset : int
        Where it stands.

    Raises
    ------
    TextFault
        name-too-long, name-reserved, name-not-ascii, expression-syntax.
    """
    for whole in text.split("."):
        part = _NUMBER.sub("", whole)
        if len(part) > MAX_NAME:
            raise TextFault("name-too-long", f"a name of {len(part)} characters", offset, f"at most {MAX_NAME}")
        if "__" in part or part.startswith("_"):
            raise TextFault("name-reserved", f"{part!r} is reserved", offset, "names that begin with a letter, without '__'")
        if not part.isascii():
            fault = _not_ascii(text, next(place for place, character in enumerate(text) if ord(character) > 126))
            fault.offset += offset
            raise fault
        if not part or part in KEYWORDS:
            raise TextFault("expression-syntax", f"{text!r} is no name", offset, "a name")
