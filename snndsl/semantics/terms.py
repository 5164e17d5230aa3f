"""Texts of a model file as terms: parsed, with their places."""

from __future__ import annotations

from typing import Any

from snndsl.expressions import parse_expression
from snndsl.expressions.walk import calls_in, names_in, renamed
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["Place", "Term", "calls_in", "names_in", "parse_term", "renamed", "value_terms"]


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
