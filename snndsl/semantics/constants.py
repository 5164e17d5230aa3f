"""Constant values of the file as it is read: literals and constants, with what is wrong with them."""

from __future__ import annotations

from typing import Any

from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.expressions.dimensions import TIME, UNKNOWN
from snndsl.model.text import Rounding, Term
from snndsl.semantics.constant_numbers import constant_number, depends_on_constants
from snndsl.semantics.reading import Reading
from snndsl.semantics.times import near_steps, whole_steps

__all__ = ["constant_steps", "constant_term", "constant_value", "is_constant"]


def is_constant(reading: Reading, term: Term) -> bool:
    """Tell whether an expression depends on nothing but constants."""
    return depends_on_constants(term.tree, reading.constants)


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
