"""Text to tokens, with offsets; every character that is no part of the language is named."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from snndsl.errors import TextFault

__all__ = ["MAX_LENGTH", "MAX_NAME", "Token", "check_name", "tokens"]

MAX_LENGTH = 4096
MAX_NAME = 64

_TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_\u00b5\u03bc][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<op>\*\*|<=|>=|==|!=|[-+*/%<>(),])",
    re.ASCII,
)
_HINTS = {
    "^": ("expression-syntax", "'^' is no operator", "**"),
    "=": ("expression-syntax", "'=' in an expression", "== to compare"),
    "&": ("expression-syntax", "'&' is no operator", "and"),
    "|": ("expression-syntax", "'|' is no operator", "or"),
    "!": ("expression-syntax", "'!' is no operator", "not"),
    '"': ("expression-syntax", "text in quotes", "a number or a name"),
    "'": ("expression-syntax", "text in quotes", "a number or a name"),
    "[": ("expression-syntax", "'[' in an expression", "data arrays are called: net.v0(i)"),
    ";": ("expression-syntax", "';' in an expression", "one statement a line"),
    "#": ("expression-syntax", "'#' in an expression", ""),
}


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
    if character in _HINTS:
        code, what, hint = _HINTS[character]
        return TextFault(code, what, place, "numbers, names, calls, + - * / % **, comparisons, and or not", hint)
    if ord(character) > 126 or ord(character) < 32:
        label = f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
        return TextFault("name-not-ascii", f"the character {label}", place, "letters a-z, A-Z, digits, underscore")
    return TextFault("expression-syntax", f"{character!r} in an expression", place, "numbers, names, calls, operators")


def check_name(token: Token) -> None:
    """Refuse names that are too long or reserved."""
    for part in token.text.split("."):
        if len(part) > MAX_NAME:
            raise TextFault("name-too-long", f"a name of {len(part)} characters", token.start, f"at most {MAX_NAME}")
        if "__" in part or part.startswith("_"):
            raise TextFault(
                "name-reserved", f"{part!r} is reserved", token.start, "names that begin with a letter, without '__'"
            )
