"""Texts of a model that were parsed, each with the place where it stands."""

from __future__ import annotations

from typing import Literal

from snndsl.deferred import dataclass
from snndsl.errors import Fault, TextFault
from snndsl.expressions.tree import Expression
from snndsl.locations import Location, Path, SourceMap

__all__ = ["Place", "Rounding", "Term", "ValueTerm", "first_term"]

Rounding = Literal["nearest", "up", "down"]
"""How a time off the grid is rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A text of a model file.

    Parameters
    ----------
    locations : SourceMap
        Of the file.
    path : Path
        Of the text.
    """

    locations: SourceMap
    path: Path

    def inner(self, *path: str | int) -> Place:
        """Return a place inside this one."""
        return Place(self.locations, (*self.path, *path))

    def at(self, column: int = 0, line: int = 0) -> Location:
        """Return the location of a character of the text."""
        return self.locations.inside(self.path, line, column)

    def fault(self, error: TextFault, line: int = 0) -> Fault:
        """Return a fault of the text as a fault of the file."""
        where = self.at(error.offset, line)
        return Fault(error.code, error.what, where.file, where.line, where.column, error.expected, error.try_)

    def problem(self, code: str, what: str, expected: str = "", try_: str = "", column: int = 0, line: int = 0) -> Fault:
        """Return a fault at a character of the text."""
        where = self.at(column, line)
        return Fault(code, what, where.file, where.line, where.column, expected, try_)

    def unused(self, key: str, what: str, expected: str) -> Fault:
        """Return the fault of a key below this place that nothing would read."""
        where = self.locations.key((*self.path, key))
        return Fault("key-unused", what, where.file, where.line, where.column, expected)


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """An expression and where it stands (`line` counts within a multi-line text), with the user's comment on it."""

    tree: Expression
    place: Place
    line: int = 0
    comment: str = ""

    def problem(self, code: str, what: str, expected: str = "", try_: str = "") -> Fault:
        """Return a fault at the start of the expression."""
        return self.place.problem(code, what, expected, try_, self.tree.start, self.line)


ValueTerm = Term | tuple[Term, ...]
"""One expression for all elements, or one for each."""


def first_term(value: ValueTerm) -> Term:
    """Return the expression at whose place a fault of the value is reported."""
    return value[0] if isinstance(value, tuple) else value
