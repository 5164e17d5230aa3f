"""Statements and equations: one a line, in order, each with the comment behind (or above) it.

What stands behind ``#`` is free text: it has no meaning, no two statements differ by it, and it is printed through
`snndsl.ir.remarks` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import TypeVar

from snndsl.deferred import dataclass
from snndsl.errors import TextFault
from snndsl.expressions.lexer import COPY, check_name
from snndsl.expressions.parser import parse_expression
from snndsl.expressions.tree import Compare, Expression, FunctionCall, Name
from snndsl.units import near_unit

__all__ = ["Alias", "Assignment", "Deliver", "Derivative", "Equation", "Statement", "parse_equations", "parse_statements"]

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_ASSIGNMENT = re.compile(rf"(\s*)({_NAME}{COPY}(?:\.{_NAME})*)\s*([+\-*/]?=)(?!=)", re.ASCII)
_DERIVATIVE = re.compile(rf"(\s*)d({_NAME})\s*/\s*dt\s*=(?!=)", re.ASCII)
_ALIAS = re.compile(rf"(\s*)({_NAME})\s*=(?!=)", re.ASCII)
_SIGN = re.compile(r"(?<![=<>!])=(?!=)")
_BEHIND = re.compile(r"(?P<unit>1|[A-Za-z][A-Za-z0-9*/^]*) *(?P<flags>\([^()]*\))?", re.ASCII)
_LONGEST_UNIT = 80
_ASSIGNS = "name = expression, += -= *= /=, deliver(x)"


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target op value``; offsets of `value` count in its line."""

    target: str
    op: str
    value: Expression
    line: int = 0
    start: int = 0
    comment: str = field(default="", compare=False)

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
    comment: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Derivative:
    """``dname/dt = value``."""

    name: str
    value: Expression
    line: int = 0
    start: int = 0
    comment: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Alias:
    """``name = value``, readable everywhere in the neuron."""

    name: str
    value: Expression
    line: int = 0
    start: int = 0
    comment: str = field(default="", compare=False)


Statement = Assignment | Deliver
Equation = Derivative | Alias
MAX_LINES = 1000
_Kind = TypeVar("_Kind", bound=Statement | Equation)


def parse_statements(text: str | Sequence[str]) -> tuple[Statement, ...]:
    """Return the statements of a text (one a line) or of a list of texts.

    Parameters
    ----------
    text : str or sequence of str
        Blank lines count, and hold nothing; what stands behind ``#`` is a comment.

    Raises
    ------
    TextFault
        Its `line` is the 0-based line (or item), its offset counts in that line.
    """
    return _each(_statement, text)


def parse_equations(text: str | Sequence[str]) -> tuple[Equation, ...]:
    """Return the equations of a text: ``dx/dt = ...`` and aliases ``x = ...``.

    Parameters
    ----------
    text : str or sequence of str
        As in `parse_statements`.

    Raises
    ------
    TextFault
        As `parse_statements`.
    """
    return _each(_equation, text)


def _each(parse: Callable[[str, int], _Kind], text: str | Sequence[str]) -> tuple[_Kind, ...]:
    """Parse line by line; a comment on lines of its own belongs to what follows, or else to the last."""
    lines = text.split("\n") if isinstance(text, str) else list(text)
    if len(lines) > MAX_LINES:
        what, expected = f"a text of {len(lines):,} lines", f"at most {MAX_LINES:,}"
        raise TextFault("text-too-long", what, 0, expected, line=MAX_LINES)
    found: list[_Kind] = []
    faults: list[TextFault] = []
    above: list[str] = []
    for number, line in enumerate(lines):
        code, _, comment = line.partition("#")
        above += [comment.strip()] if comment.strip() else []
        if code.strip():
            try:
                found.append(replace(_placed(parse, code, number), comment="; ".join(above)))
            except TextFault as error:
                faults.append(error)
            above = []
    if faults:
        faults[0].more = tuple(faults[1:])
        raise faults[0]
    if above and found:
        found[-1] = replace(found[-1], comment="; ".join([*filter(None, [found[-1].comment]), *above]))
    return tuple(found)


def _placed(parse: Callable[[str, int], _Kind], line: str, number: int) -> _Kind:
    try:
        _no_unit_behind(line)
        return parse(line, number)
    except TextFault as error:
        error.line = number
        raise


def _no_unit_behind(line: str) -> None:
    """Refuse what Brian2 writes behind a line, ``dv/dt = -v/tau : volt``, and its declarations, ``g : siemens``."""
    before, sign, behind = line.rpartition(":")
    found = _BEHIND.fullmatch(behind.strip()) if sign and len(behind) <= _LONGEST_UNIT else None
    if found is None:
        return
    place, before = len(before), before.strip()
    if "=" in before:
        expected = "the line alone: units follow from values and states"
        if found["flags"]:
            expected += "; refractory: {for: T, hold: [..]} says what rests"
        raise TextFault("unit-behind-equation", f"': {found[0]}' behind an equation", place, expected, before)
    if re.fullmatch(_NAME, before):
        unit = near_unit(found["unit"]) or found["unit"]
        what, hint = f"{line.strip()[:40]!r} is no equation", f"parameters: {{{before}: {{unit: {unit}}}}}"
        raise TextFault("equation-syntax", what, len(line) - len(line.lstrip()), "dx/dt = ... or x = ...", hint)


def _value(line: str, begin: int) -> Expression:
    """Parse what stands behind the sign; blanks keep the offsets right."""
    if not line[begin:].strip():
        raise TextFault("expression-syntax", "nothing stands behind the '='", begin, "an expression")
    return parse_expression(" " * begin + line[begin:], whole=False)


def _statement(line: str, number: int) -> Statement:
    match = _ASSIGNMENT.match(line)
    if match is not None:
        start = match.start(2)
        check_name(match[2], start)
        return Assignment(match[2], match[3], _value(line, match.end()), number, start)
    _check_target(line)
    tree = parse_expression(line, whole=False)
    if isinstance(tree, FunctionCall) and tree.function == "deliver":
        return _deliver(tree, number)
    hint = line.strip().replace("==", "=", 1) if isinstance(tree, Compare) and tree.op == "==" else ""
    raise TextFault("not-assignable", f"{line.strip()[:40]!r} assigns nothing", tree.start, _ASSIGNS, hint)


def _deliver(tree: FunctionCall, number: int) -> Deliver:
    match tree.arguments:
        case (value,):
            return Deliver(value, None, number, tree.start)
        case (value, Name(text=port)):
            return Deliver(value, port, number, tree.start)
    what = "deliver takes a value, and perhaps a port"
    raise TextFault("argument-count", what, tree.start, "deliver(w) or deliver(w, port)")


def _check_target(line: str) -> None:
    """Refuse an assignment whose left side is no name."""
    sign = _SIGN.search(line)
    if sign is None:
        return
    left = line[: sign.start()]
    start = len(left) - len(left.lstrip())
    if left.strip().isidentifier():
        check_name(left.strip(), start)  # says which characters are not ASCII
    name = re.match(rf"\s*({_NAME}(?:\.{_NAME})*)\s*(\*\*|//|%|\^|&|\||:)\Z", left, re.ASCII)
    if name is not None:
        what, hint = f"'{name[2]}=' is no assignment", f"{name[1]} = {name[1]}{name[2]}..." if name[2] in "**%" else ""
        raise TextFault("not-assignable", what, name.start(2), _ASSIGNS, hint)
    what = f"{left.strip()[:40]!r} cannot be assigned to" if left.strip() else "no name stands before the '='"
    hint = "write it under equations" if re.match(rf"\s*d{_NAME}\s*/\s*dt", left) else ""
    raise TextFault("not-assignable", what, start, _ASSIGNS, hint)


def _equation(line: str, number: int) -> Equation:
    for pattern, kind in ((_DERIVATIVE, Derivative), (_ALIAS, Alias)):
        match = pattern.match(line)
        if match is not None:
            check_name(match[2], match.start(2))
            return kind(match[2], _value(line, match.end()), number, len(match[1]))
    left = line[: sign.start()].strip() if (sign := _SIGN.search(line)) else ""
    start = len(line) - len(line.lstrip())
    if left.isidentifier():
        check_name(left, start)
    what, right = f"{line.strip()[:40]!r} is no equation", line[sign.end() :].strip() if sign else ""
    raise TextFault("equation-syntax", what, start, "dx/dt = ... or x = ...", _solved(left, right))


def _solved(left: str, right: str) -> str:
    """Return an equation solved for its derivative: ``tau*dV/dt = -V`` and ``V' = ..`` as people write them."""
    if right and (factor := re.fullmatch(rf"({_NAME})\s*\*\s*d({_NAME})\s*/\s*dt", left, re.ASCII)):
        return f"d{factor[2]}/dt = ({right})/{factor[1]}"
    if right and (prime := re.fullmatch(rf"({_NAME})'", left, re.ASCII)):
        return f"d{prime[1]}/dt = {right}"
    return ""
