"""Values are read: one expression, or one for each element, with their dimension."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from snndsl.errors import ModelError
from snndsl.expressions import TextFault, to_text
from snndsl.expressions.dimensions import TIME, fits
from snndsl.expressions.tree import Number
from snndsl.model.text import Term, ValueTerm
from snndsl.semantics.builtins import run_names
from snndsl.semantics.constants import constant_value
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, said
from snndsl.semantics.terms import value_terms
from snndsl.semantics.times import whole_steps
from snndsl.semantics.usable import BUILD, PURE, in_a_run
from snndsl.units import ONE, Dimension, near_unit, parse_unit

_RATE = parse_unit("Hz").dimension

__all__ = ["ReadValue", "read_moment", "read_value", "whole_size"]


_LATE = run_names("stimulus")


class ReadValue(NamedTuple):
    """A value and its dimension; None for what is reported as wrong."""

    terms: ValueTerm | None
    kind: Result | None


def read_value(
    reading: Reading,
    value: Any,
    wanted: Result | None,
    what: str,
    extra: Mapping[str, Result],
    *path: str | int,
    functions: Collection[str] = BUILD,
) -> ReadValue:
    """Read a value for every element of something; its length, names, dimension, and the functions it calls are checked."""
    place = reading.place(*path)
    try:
        terms = value_terms(value, place)
    except TextFault as error:
        reading.faults.append(place.fault(error))
        return ReadValue(None, None)
    if isinstance(terms, tuple):  # one number each, found before the run
        for term in terms:
            reading.scope.before_run(term, BUILD.intersection(functions), _LATE)
    else:
        terms = reading.moving(terms) if in_a_run(functions) else terms
        reading.scope.before_run(terms, functions)
    if isinstance(terms, Term):
        found = reading.scope.of(terms, extra)
        if found is not None and isinstance(wanted, Dimension) and not fits(found, wanted):
            fault = terms.problem("dimension", f"{what} is {said(found)}", said(wanted), _with_unit(terms, wanted))
            reading.faults.append(fault)
        return ReadValue(terms, found)
    size = reading.sizes.get(str(path[1])) if path[0] == "populations" else None
    if size is not None and path[1] not in reading.unsized and len(terms) != size:
        reading.faults.append(
            place.problem("list-length", f"{what} has {len(terms)} values for {size} neurons", f"{size} values")
        )
    found = None
    for term in terms:
        found = reading.scope.expect(term, wanted, what, extra)
    return ReadValue(terms, found)


def read_moment(reading: Reading, text: Any, what: str, *path: str | int) -> Term | None:
    """Return a time that is known before the run, on the grid if it is a literal; None after reporting what is wrong."""
    before = len(reading.faults)
    term = read_value(reading, str(text), TIME, what, {}, *path, functions=PURE).terms
    if not isinstance(term, Term) or len(reading.faults) > before:
        return None
    if isinstance(term.tree, Number):
        try:
            whole_steps(term, reading.step, what)
        except ModelError as error:
            reading.faults += error.faults
    return term


def _with_unit(term: Term, wanted: Dimension) -> str:
    """Return a bare number with the unit it lacks, or with the one that was probably meant."""
    node = term.tree
    if not isinstance(node, Number) or wanted.is_dimensionless:
        return ""
    if node.unit is None:
        usual = "Hz" if wanted == _RATE else str(wanted)  # kHz is what the program computes in, not what people write
        return f"{node.text} {usual}"
    near = near_unit(node.unit.text, wanted)
    return f"{to_text(Number(node.value, None))} {near}" if near else ""


def whole_size(reading: Reading, text: str, what: str, *path: str | int) -> int | None:
    """Return a constant positive whole number; None after reporting what is wrong."""
    place = reading.place(*path)
    value = constant_value(reading, text, *path)
    term = reading.term(text, *path) if value is not None else None
    if value is None or term is None:
        return None
    if not fits(reading.scope.of(term) or ONE, ONE):
        reading.scope.expect(term, ONE, what)
        return None
    if not abs(value) < float("inf"):
        reading.faults.append(place.problem("size-not-positive", f"{what} has size {value}", "a whole number, at least 1"))
        return None
    if value != int(value) or value < 1:
        shown = int(value) if value == int(value) else value
        reading.faults.append(place.problem("size-not-positive", f"{what} has size {shown}", "a whole number, at least 1"))
        return None
    if value > 2**31 - 1:
        reading.faults.append(place.problem("too-many-neurons", f"{what} has size {value:.3g}", "at most 2147483647"))
        return None
    return int(value)
