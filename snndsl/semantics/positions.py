"""Positions of a population are read: a coordinate for each axis, and after which length an axis closes on itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field

from snndsl.deferred import dataclass
from snndsl.errors import nearest
from snndsl.expressions.dimensions import fits
from snndsl.model.text import ValueTerm
from snndsl.semantics.constants import constant_value
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, said
from snndsl.semantics.values import read_value
from snndsl.units import LENGTH

__all__ = ["Space", "read_positions"]


@dataclass(frozen=True, slots=True)
class Space:
    """Coordinates by axis, and the periods in um of those that close on themselves."""

    positions: Mapping[str, ValueTerm] = field(default_factory=dict)
    period: Mapping[str, float] = field(default_factory=dict)


def read_positions(reading: Reading, name: str, own: Mapping[str, Result]) -> Space:
    """Return where the neurons of a population are.

    Parameters
    ----------
    reading : Reading
        The file.
    name : str
        Of the population.
    own : mapping of str to Dimension or NoQuantity
        Names that its values may read.
    """
    spec, place = reading.spec.populations[name].positions, reading.place("populations", name, "positions")
    if spec is None:
        return Space()
    if not spec.axes:
        reading.report(place, "key-missing", f"positions of {name!r} without coordinates", "x, y or z", "x: 10 um*i")
    parameters = reading.elements[name].parameters
    found: dict[str, ValueTerm] = {}
    for axis in spec.axes:
        for taken, what in ((parameters, "parameter"), (reading.spec.populations[name].let, "value of 'let'")):
            if axis in taken:
                said_ = f"{axis!r} is a position of {name!r}, and a {what} of its neurons: pre.{axis} would be either"
                reading.report(place.inner(axis), "name-twice", said_, f"another name for the {what}")
        terms = read_value(reading, getattr(spec, axis), LENGTH, f"position {axis!r}", own, *place.inner(axis).path).terms
        if terms is not None:
            found[axis] = terms
    return Space(found, dict(_periods(reading, name, spec.period, spec.axes)))


def _periods(reading: Reading, name: str, period: Mapping[str, str], axes: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return the axes that close on themselves, with their lengths."""
    found = []
    for axis, text in period.items():
        place = reading.place("populations", name, "positions", "period", axis)
        if axis not in axes:
            what = f"a period of {axis!r}, of which {name!r} has no positions"
            reading.report(place, "name-unknown", what, ", ".join(axes), nearest(axis, axes))
            continue
        before = len(reading.faults)
        value = constant_value(reading, text, *place.path)
        term = reading.term(text, *place.path) if value is not None else None
        kind = None if term is None else reading.scope.of(term)
        if value is None or kind is None or len(reading.faults) > before:
            continue
        if not fits(kind, LENGTH) or not 0 < value < math.inf:
            shown = f"{value:g} um" if fits(kind, LENGTH) and value else f"{value:g}" if fits(kind, LENGTH) else said(kind)
            reading.report(place, "period", f"the period of {axis!r} is {shown}", "a length above 0 um")
            continue
        found.append((axis, value))
    return found
