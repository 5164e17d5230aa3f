"""The section ``sweep`` is read: paths that the file has, and the values that they take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Any, Literal

from snndsl.errors import ModelError, TextFault, listed, nearest
from snndsl.frontend.settings import with_settings
from snndsl.model.record import Records
from snndsl.model.sweep import Axis, Objective, Setting, Span
from snndsl.model.text import Place
from snndsl.schema.observation import ObjectiveSpec, SweepSpec
from snndsl.semantics.reading import Reading
from snndsl.units import Quantity, parse_quantity

__all__ = ["MAX_POINTS", "MAX_VALUES", "axis_values", "read_sweep", "span"]

MAX_POINTS = 1_000_000
"""Largest number of runs in a sweep."""
MAX_VALUES = 100_000
"""Largest number of values of one axis that a file need not list."""

_EXACT = Context(prec=40, traps=[Inexact])
_RANGES = {"range": "{range: [FROM, TO, BY]}", "linspace": "{linspace: [FROM, TO, NUMBER]}"}
_EXPECTED = f"a list, {' or '.join(_RANGES.values())}"


def read_sweep(reading: Reading, records: Records) -> tuple[Setting | Objective, ...]:
    """Return the section ``sweep``."""
    found: dict[str, Setting | Objective] = {}
    rates = _rates(reading, records)
    for k, spec in enumerate(reading.spec.sweep):
        setting = _setting(reading, k, spec, rates)
        if setting.name in found:
            reading.report(setting.place, "name-twice", f"two settings are called {setting.name!r}", "a name of its own")
        found[setting.name] = setting
    points = sum(setting.size for setting in found.values())
    if points > MAX_POINTS:
        what = f"{points:,} runs"
        reading.report(reading.place("sweep"), "sweep-too-large", what, f"at most {MAX_POINTS:,}", "coarser grids")
    return tuple(found.values())


def _rates(reading: Reading, records: Records) -> list[str]:
    """Return the rates that a run measures: of populations and sources whose spikes are recorded whole."""
    kept: dict[str, int] = {}
    for block in records.spikes.blocks:
        kept[block.population] = kept.get(block.population, 0) + block.size
    return [f"rate.{name}" for name, number in kept.items() if number == reading.sizes[name]]


def _setting(reading: Reading, k: int, spec: SweepSpec, rates: list[str]) -> Setting | Objective:
    place, name = reading.place("sweep", k), spec.name or str(k + 1)
    for section in ("set", "grid"):
        for path in getattr(spec, section):
            _check_path(reading, path, place.inner(section, path))
    raw = reading.source.raw["sweep"][k].get("expect") or {}
    fixed = {**({} if spec.trials is None else {"trials": spec.trials}), **spec.set}
    if spec.objective is not None:
        for path in spec.objective.between:
            _check_path(reading, path, place.inner("objective", "between", path))
        known = [*reading.spec.expect, *raw, *rates]
        return _objective(reading, name, place, spec.objective, fixed, raw, known)
    axes = []
    for path, value in spec.grid.items():
        try:
            axes.append(Axis(path, axis_values(value, place.inner("grid", path))))
        except ModelError as error:
            reading.faults += error.faults
    return Setting(name, place, fixed, tuple(axes), raw)


def _objective(
    reading: Reading,
    name: str,
    place: Place,
    spec: ObjectiveSpec,
    fixed: Mapping[str, Any],
    expect: Mapping[str, Any],
    known: list[str],
) -> Objective:
    goal: Literal["minimise", "maximise"] = "minimise" if spec.minimise is not None else "maximise"
    value = str(spec.minimise if spec.minimise is not None else spec.maximise)
    if value not in known:
        what = f"nothing that is measured is called {value!r}"
        reading.report(place.inner("objective", goal), "name-unknown", what, listed(known), nearest(value, known))
    spans = []
    for path, given in spec.between.items():
        try:
            spans.append(span(path, given, place.inner("objective", "between", path)))
        except ModelError as error:
            reading.faults += error.faults
    if not spec.between:
        reading.report(place.inner("objective", "between"), "sweep-values", "no settings to look among", "path: [FROM, TO]")
    chosen = spec.method, spec.evaluations, spec.batch, spec.seed
    return Objective(name, place, fixed, expect, goal, value, tuple(spans), *chosen)


def span(path: str, given: Any, place: Place) -> Span:
    """Return between which values a path may lie: ``[FROM, TO]``, ``{log: [FROM, TO]}`` or ``{whole: [FROM, TO]}``.

    Parameters
    ----------
    path : str
        Of the model.
    given : Any
        As written.
    place : Place
        Of it.

    Raises
    ------
    ModelError
        sweep-values: nothing of these kinds, or an empty span.
    """
    kind: Any = "even"
    if isinstance(given, Mapping) and len(given) == 1:
        [(kind, given)] = given.items()
    if kind not in ("even", "log", "whole") or not isinstance(given, list | tuple) or len(given) != 2:
        expected = "[FROM, TO], {log: [FROM, TO]} or {whole: [FROM, TO]}"
        raise ModelError(place.problem("sweep-values", f"found {_shown(given)}", expected))
    inner = place if kind == "even" else place.inner(kind)
    first, last = (_quantity(value, inner.inner(k)) for k, value in enumerate(given))
    _same(first, last, inner.inner(1))
    low, high = first.value, _in_unit(last, first)
    if not low < high:
        raise ModelError(inner.problem("sweep-values", f"nothing lies between {given[0]} and {given[1]}", "[least, largest]"))
    if kind == "log" and low <= 0:
        raise ModelError(inner.inner(0).problem("sweep-values", f"found {_shown(given[0])}", "a value above 0"))
    if kind == "whole" and (low.denominator != 1 or high.denominator != 1 or first.unit.text != "1"):
        raise ModelError(inner.problem("sweep-values", f"found {_shown(given)}", "two whole numbers without a unit"))
    return Span(path, float(low), float(high), "" if first.unit.text == "1" else first.unit.text, kind)


def _check_path(reading: Reading, path: str, place: Place) -> None:
    try:
        with_settings(reading.source.raw, {path: 0}, "")
    except ModelError as error:
        where = place.locations.key(place.path)
        reading.faults += [replace(f, file=where.file, line=where.line, column=where.column) for f in error.faults]


def axis_values(value: Any, place: Place) -> tuple[Any, ...]:
    """Return the values of an axis: those of a list, of ``{range: [FROM, TO, BY]}`` or of ``{linspace: [FROM, TO, NUMBER]}``.

    A range holds its last value if a step reaches it; between whole numbers without a unit BY may be left out, and is 1.
    Numbers are exact: ``[0.1 ms, 0.5 ms, 0.1 ms]`` has five values, and each is written as short as the limits are.

    Parameters
    ----------
    value : Any
        As written.
    place : Place
        Of it.

    Raises
    ------
    ModelError
        sweep-values: nothing of these kinds, or of no values.
    """
    if isinstance(value, list | tuple):
        if not value:
            raise ModelError(place.problem("sweep-values", "no values", _EXPECTED))
        return tuple(value)
    if isinstance(value, Mapping) and len(value) == 1:
        [(kind, given)] = value.items()
        if kind == "range" and isinstance(given, list | tuple) and len(given) == 2:
            given = [*given, _by(given, place.inner(kind))]
        if kind in _RANGES and isinstance(given, list | tuple) and len(given) == 3:
            return _spaced(kind, given, place.inner(kind))
        near = nearest(str(kind), _RANGES)
        if kind not in _RANGES and near:
            raise ModelError(place.problem("sweep-values", f"found {str(kind)!r}", _EXPECTED, near))
        if kind in _RANGES:
            raise ModelError(place.inner(kind).problem("sweep-values", "not three values", _RANGES[kind]))
    ends = [part.strip() for part in re.split(r":|\.\.+", str(value))]
    hint = f"[{_shown(value)}]"
    if len(ends) in (2, 3) and all(ends) and not isinstance(value, Mapping):  # as 1:0.5:3 or 1..3
        hint = f"{{range: [{', '.join((ends[0], ends[-1], *ends[1:-1]))}]}}"
    raise ModelError(place.problem("sweep-values", f"found {_shown(value)}", _EXPECTED, hint))


def _by(given: Sequence[Any], place: Place) -> str:
    """Return the steps of a range that does not say them: 1 between whole numbers without a unit."""
    first, last = (_quantity(value, place.inner(k)) for k, value in enumerate(given))
    if any(item.unit.text != "1" or item.value.denominator != 1 for item in (first, last)):
        what = f"no step from {_shown(given[0])} to {_shown(given[1])}"
        raise ModelError(place.problem("sweep-values", what, f"{_RANGES['range']}; only whole numbers have steps of 1"))
    return "1" if first.value <= last.value else "-1"


def _shown(value: Any) -> str:
    return str(value)[:60]


def _spaced(kind: str, given: Any, place: Place) -> tuple[Any, ...]:
    first, last = (_quantity(given[k], place.inner(k)) for k in (0, 1))
    _same(first, last, place.inner(1))
    if kind == "linspace":
        number = int(given[2]) if str(given[2]).isdecimal() and len(str(given[2])) < 9 else 0
        if not 1 < number <= MAX_VALUES:
            expected = f"a whole number from 2 to {MAX_VALUES:,}"
            raise ModelError(place.inner(2).problem("sweep-values", f"found {_shown(given[2])}", expected))
        by = (_in_unit(last, first) - first.value) / (number - 1)
    else:
        step = _quantity(given[2], place.inner(2))
        _same(first, step, place.inner(2))
        by = _in_unit(step, first)
        if not by or (_in_unit(last, first) - first.value) / by < 0:
            what = f"steps of {_shown(given[2])} do not lead from {_shown(given[0])} to {_shown(given[1])}"
            raise ModelError(place.inner(2).problem("sweep-values", what, "a step towards the last value"))
        number = int((_in_unit(last, first) - first.value) / by) + 1
        if number > MAX_VALUES:
            what = f"more than {MAX_VALUES:,} values"
            raise ModelError(place.problem("sweep-too-large", what, f"at most {MAX_VALUES:,}", "larger steps"))
    return tuple(_written(first.value + k * by, first.unit.text) for k in range(number))


def _quantity(value: Any, place: Place) -> Quantity:
    try:
        found = parse_quantity(str(value))
    except TextFault as error:
        raise ModelError(place.fault(error)) from None
    if found is None:
        raise ModelError(place.problem("sweep-values", f"found {_shown(value)}", "a number with its unit"))
    return found


def _same(one: Quantity, other: Quantity, place: Place) -> None:
    if (one.unit.dimension, one.unit.step_power) != (other.unit.dimension, other.unit.step_power):
        what = f"{other.unit.text} beside {one.unit.text}"
        raise ModelError(place.problem("dimension", what, f"a quantity as the first, in {one.unit.text}"))


def _in_unit(quantity: Quantity, other: Quantity) -> Fraction:
    return quantity.value * quantity.unit.factor / other.unit.factor


def _written(value: Fraction, unit: str) -> str | float | int:
    """Return a number as text with its unit: all its digits if they end, else those of the nearest double."""
    try:
        text = f"{_EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(_EXACT):f}"
    except Inexact:
        text = repr(float(value))
    if unit != "1":
        return f"{text} {unit}"
    return int(value) if value.denominator == 1 else float(value)
