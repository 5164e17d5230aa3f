"""Numbers that are known when the model is loaded: literals and constants, exactly rounded in one place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from snndsl.errors import ModelError
from snndsl.expressions import TextFault, tree
from snndsl.expressions.arithmetic import evaluate
from snndsl.expressions.dimensions import TIME, UNKNOWN
from snndsl.expressions.meanings import FIXED
from snndsl.expressions.walk import calls_in, names_in
from snndsl.model.text import Rounding, Term
from snndsl.semantics.reading import Reading
from snndsl.semantics.times import near_steps, whole_steps
from snndsl.semantics.usable import PURE

__all__ = ["constant_number", "constant_steps", "constant_term", "constant_value", "is_constant"]


def is_constant(reading: Reading, term: Term) -> bool:
    """Tell whether an expression depends on nothing but constants."""
    return _depends_on(term.tree, reading.constants)


def constant_number(term: Term, constants: Mapping[str, Term], step: Fraction) -> float | None:
    """Return the value of an expression of constants in internal units; None if it depends on anything else."""
    if not _depends_on(term.tree, constants):
        return None
    known: dict[str, float] = {}
    return float(evaluate(term.tree, lambda name: _named(constants, step, known, name), step))


def constant_term(reading: Reading, term: Term) -> float | None:
    """Return the value of an expression of constants in internal units; None after reporting what is wrong."""
    if reading.scope.of(term) in (None, UNKNOWN):
        return None
    try:
        value = constant_number(term, reading.constants, reading.step)
    except (ZeroDivisionError, OverflowError, ValueError):
        reading.faults.append(term.problem("not-finite", "the value is no finite number", "a finite number"))
        return None
    if value is None:
        reading.faults.append(term.problem("not-constant", "this value must be known before the run", "literals and constants"))
    return value


def constant_value(reading: Reading, text: Any, *path: str | int) -> float | None:
    """Parse and evaluate an expression of constants; None after reporting what is wrong."""
    term = reading.term(text, *path)
    return None if term is None else constant_term(reading, term)


def constant_steps(
    reading: Reading, text: Any, what: str, *path: str | int, rounding: Rounding | None = None, hint: str = ""
) -> int | None:
    """Return a constant time as whole steps; None if there is none, or after reporting what is wrong.

    `rounding` says how a time off the grid is rounded (None: it is a fault), `hint` what else could be written for one.
    """
    term = None if text is None else reading.term(text, *path)
    if term is None:
        return None
    try:
        if isinstance(term.tree, tree.Number):
            return whole_steps(term, reading.step, what, rounding, hint)
        before = len(reading.faults)
        reading.scope.expect(term, TIME, what)
        value = constant_term(reading, term) if len(reading.faults) == before else None
        return None if value is None else near_steps(value, reading.step, term, what, rounding, hint)
    except ModelError as error:
        reading.faults += error.faults
        return None


def _named(constants: Mapping[str, Term], step: Fraction, known: dict[str, float], name: str) -> float:
    if name not in constants:
        raise TextFault("name-unknown", f"there is no {name!r} here")
    if name not in known:
        known[name] = float(evaluate(constants[name].tree, lambda inner: _named(constants, step, known, inner), step))
    return known[name]


def _depends_on(node: tree.Expression, constants: Mapping[str, Term]) -> bool:
    """Tell whether an expression, and the constants it reads, are made of constants and functions of numbers alone."""
    pending, seen = [node], set[str]()
    while pending:
        current = pending.pop()
        if any(call.function not in PURE for call in calls_in(current)):
            return False
        for name in {item.text for item in names_in(current)} - FIXED.keys() - seen:
            if name not in constants:
                return False
            seen.add(name)
            pending.append(constants[name].tree)
    return True
