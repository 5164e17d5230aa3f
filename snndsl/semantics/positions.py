"""Positions of a population or source are read: a coordinate for each axis, and after which length an axis closes on itself."""

from __future__ import annotations

import math
from collections.abc import Mapping

from snndsl.errors import nearest
from snndsl.expressions.dimensions import fits
from snndsl.model.space import Space
from snndsl.model.text import Place, ValueTerm
from snndsl.schema.population import PositionsSpec
from snndsl.semantics.constants import constant_value
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, said
from snndsl.semantics.values import read_value
from snndsl.units import LENGTH

__all__ = ["read_positions"]


def read_positions(
    reading: Reading, spec: PositionsSpec | None, owner: Place, taken: Mapping[str, str], own: Mapping[str, Result]
) -> Space:
    """Return where the neurons of a population or source are, and let projections know.

    Parameters
    ----------
    reading : Reading
        The file.
    spec : PositionsSpec or None
        What it says of positions.
    owner : Place
        Of the population or source.
    taken : mapping of str to str
        Other names of its neurons that projections read, and what they are.
    own : mapping of str to Dimension or NoQuantity
        Names that its values may read.
    """
    name, place = str(owner.path[-1]), owner.inner("positions")
    if spec is None:
        return Space()
    if not spec.axes:
        reading.report(place, "key-missing", f"positions of {name!r} without coordinates", "x, y or z", "x: 10 um*i")
    found: dict[str, ValueTerm] = {}
    for axis in spec.axes:
        if axis in taken:
            said_ = f"{axis!r} is a position of {name!r}, and a {taken[axis]} of its neurons: pre.{axis} would be either"
            reading.report(place.inner(axis), "name-twice", said_, f"another name for the {taken[axis]}")
        terms = read_value(reading, getattr(spec, axis), LENGTH, f"position {axis!r}", own, *place.inner(axis).path).terms
        if terms is not None:
            found[axis] = terms
    reading.spaces[name] = Space(found, dict(_periods(reading, place, spec)))
    return reading.spaces[name]


def _periods(reading: Reading, positions: Place, spec: PositionsSpec) -> list[tuple[str, float]]:
    """Return the axes that close on themselves, with their lengths."""
    found, axes = [], spec.axes
    for axis, text in spec.period.items():
        place = positions.inner("period", axis)
        if axis not in axes:
            what = f"a period of {axis!r}, of which {positions.path[-2]!r} has no positions"
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
