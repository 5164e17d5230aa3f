"""Statements and equations: one a line, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from snndsl.errors import TextFault
from snndsl.expressions.lexer import Token, check_name
from snndsl.expressions.parser import parse_expression
from snndsl.expressions.tree import Call, Expression, Name

__all__ = ["Alias", "Assignment", "Deliver", "Derivative", "Equation", "Statement", "parse_equations", "parse_statements"]

_ASSIGNMENT = re.compile(r"(\s*)([A-Za-z_][A-Za-z0-9_.]*)\s*([+\-*/]?=)(?!=)", re.ASCII)
_DERIVATIVE = re.compile(r"(\s*)d([A-Za-z_][A-Za-z0-9_]*)\s*/\s*dt\s*=(?!=)", re.ASCII)
_ALIAS = re.compile(r"(\s*)([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target op value``; offsets of `value` count in its line."""

    target: str
    op: str
    value: Expression
    line: int = 0
    start: int = 0

    def moved(self, target: str, value: Expression) -> Assignment:
        """Return the same statement about other names."""
        return replace(self, target=target, value=value)


@dataclass(frozen=True, slots=True)
class Deliver:
    """``deliver(value)`` or ``deliver(value, port)``."""

    value: Expression
    port: str | None
    line: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Derivative:
    """``dname/dt = value``."""

    name: str
    value: Expression
    line: int = 0


@dataclass(frozen=True, slots=True)
class Alias:
    """``name = value``, readable everywhere in the neuron."""

    name: str
    value: Expression
    line: int = 0


Statement = Assignment | Deliver
Equation = Derivative | Alias


def parse_statements(text: str | Sequence[str]) -> tuple[Statement, ...]:
    """Return the statements of a text (one a line) or of a list of texts.

    Raises
    ------
    TextFault
        Its `line` is the 0-based line (or item), its offset counts in that line.
    """
    return tuple(_placed(_statement, line, number) for number, line in _lines(text))


def parse_equations(text: str | Sequence[str]) -> tuple[Equation, ...]:
    """Return the equations of a text: ``dx/dt = ...`` and aliases ``x = ...``.

    Raises
    ------
    TextFault
        As `parse_statements`.
    """
    return tuple(_placed(_equation, line, number) for number, line in _lines(text))


def _lines(text: str | Sequence[str]) -> list[tuple[int, str]]:
    lines = text.split("\n") if isinstance(text, str) else list(text)
    return [(number, line) for number, line in enumerate(lines) if line.strip()]


def _placed(parse, line: str, number: int):  # type: ignore[no-untyped-def]
    try:
        return parse(line, number)
    except TextFault as error:
        error.line = number
        raise


def _value(line: str, begin: int) -> Expression:
    """Parse what stands behind the sign; blanks keep the offsets right."""
    return parse_expression(" " * begin + line[begin:])


def _statement(line: str, number: int) -> Statement:
    match = _ASSIGNMENT.match(line)
    if match is not None:
        start = match.start(2)
        check_name(Token("name", match[2], start))
        return Assignment(match[2], match[3], _value(line, match.end()), number, start)
    tree = parse_expression(line)
    if isinstance(tree, Call) and tree.function == "deliver":
        if len(tree.arguments) not in (1, 2) or (len(tree.arguments) == 2 and not isinstance(tree.arguments[1], Name)):
            raise TextFault(
                "argument-count", "deliver takes a value, and perhaps a port", tree.start, "deliver(w) or deliver(w, port)"
            )
        port = tree.arguments[1].text if len(tree.arguments) == 2 and isinstance(tree.arguments[1], Name) else None
        return Deliver(tree.arguments[0], port, number, tree.start)
    raise TextFault(
        "not-assignable", f"{line.strip()[:40]!r} assigns nothing", tree.start, "name = expression, += -= *= /=, deliver(x)"
    )


def _equation(line: str, number: int) -> Equation:
    match = _DERIVATIVE.match(line)
    if match is not None:
        check_name(Token("name", match[2], match.start(2)))
        return Derivative(match[2], _value(line, match.end()), number)
    match = _ALIAS.match(line)
    if match is not None:
        check_name(Token("name", match[2], match.start(2)))
        return Alias(match[2], _value(line, match.end()), number)
    raise TextFault(
        "equation-syntax", f"{line.strip()[:40]!r} is no equation", len(line) - len(line.lstrip()), "dx/dt = ... or x = ..."
    )
