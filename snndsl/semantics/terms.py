"""Texts of a model file as terms: parsed, with their places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from snndsl.expressions import parse_expression, tree
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.units import unit_symbol

__all__ = ["defined_names", "initial_place", "is_unit_alone", "parse_term", "value_terms"]


def parse_term(text: str, place: Place) -> Term:
    """Parse one expression.

    Raises
    ------
    TextFault
        With the offset in `text`; `Place.fault` turns it into a fault of the file.
    """
    return Term(parse_expression(text), place)


def value_terms(value: Any, place: Place) -> ValueTerm:
    """Parse a value of the schema: one text, or one for each neuron."""
    if isinstance(value, tuple):
        return tuple(parse_term(str(item), place.inner(k)) for k, item in enumerate(value))
    return parse_term(str(value), place)


def initial_place(place: Place) -> Place:
    """Return where the initial value of a state stands: a state may be a value, or a mapping that holds it."""
    inner = place.inner("initial")
    return inner if inner.path in place.locations.values else place


def is_unit_alone(node: tree.Expression, known: Collection[str]) -> bool:
    """Tell whether an expression is a unit without a number, such as ``pF`` or ``mV/ms``.

    Parameters
    ----------
    node : Expression
        What is written.
    known : collection of str
        Names that are declared: those are no units.
    """
    match node:
        case tree.Name(text=text):
            return text not in known and unit_symbol(text) is not None
        case tree.Binary(op="*" | "/", left=left, right=right):
            return is_unit_alone(left, known) and is_unit_alone(right, known)
    return False


def defined_names(text: str | Sequence[str]) -> Iterator[str]:
    """Yield the names that lines of equations define by ``name = ...``, also where a line cannot be read."""
    for line in text.split("\n") if isinstance(text, str) else text:
        name, sign, _ = line.partition("=")
        if sign and name.strip().isidentifier():
            yield name.strip()
