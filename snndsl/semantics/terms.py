"""Parsed text with its place, and the change of names that puts a piece of a model into its owner's namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from snndsl.errors import Fault
from snndsl.expressions import TextFault, parse_expression, tree
from snndsl.locations import Location, Path, SourceMap

__all__ = ["Place", "Term", "calls_in", "names_in", "parse_term", "renamed"]

Expression = tree.Expression


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


def parse_term(text: str, place: Place) -> Term:
    """Parse one expression.

    Raises
    ------
    TextFault
        With the offset in `text`; `Place.fault` turns it into a fault of the file.
    """
    return Term(parse_expression(text), place)


def names_in(node: Expression) -> Iterator[tree.Name]:
    """Yield every name of an expression."""
    match node:
        case tree.Name():
            yield node
        case tree.Call():
            for argument in node.arguments:
                yield from names_in(argument)
        case tree.Unary():
            yield from names_in(node.operand)
        case tree.Binary() | tree.Compare():
            yield from names_in(node.left)
            yield from names_in(node.right)
        case tree.Logic():
            for operand in node.operands:
                yield from names_in(operand)


def calls_in(node: Expression) -> Iterator[tree.Call]:
    """Yield every call of an expression."""
    if isinstance(node, tree.Call):
        yield node
    for child in tree.children(node):
        yield from calls_in(child)


def renamed(
    node: Expression, name: Callable[[tree.Name], Expression], call: Callable[[str], str] = lambda function: function
) -> Expression:
    """Return the expression with every name replaced by `name` and every called function by `call`."""
    match node:
        case tree.Name():
            return name(node)
        case tree.Call():
            return replace(node, function=call(node.function), arguments=tuple(renamed(a, name, call) for a in node.arguments))
        case tree.Unary():
            return replace(node, operand=renamed(node.operand, name, call))
        case tree.Binary() | tree.Compare():
            return replace(node, left=renamed(node.left, name, call), right=renamed(node.right, name, call))
        case tree.Logic():
            return replace(node, operands=tuple(renamed(operand, name, call) for operand in node.operands))
    return node
