"""Searches for groups are read: numbers of definitions, projections, mothers, surrogates and expectations that exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import BOOLEAN, UNKNOWN
from snndsl.model.search import DeclaredSearch, Surrogate
from snndsl.model.selection import Selection
from snndsl.model.text import Term
from snndsl.schema.observation import DiscoverSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.definition_numbers import read_number
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result
from snndsl.semantics.selection import resolve
from snndsl.semantics.usable import PURE
from snndsl.units import Dimension

__all__ = ["read_searches"]

SURROGATES = {"shuffle_weights": "weights", "shuffle_delays": "delays", "rewire": "rewired"}
"""Surrogates of a section, and the nulls they are."""

OPTIONS = ("times", "of")
MEASURES = ("groups", "p")
COMPARISONS = ("equals", "at_least", "at_most", "between")


def read_searches(reading: Reading) -> dict[str, DeclaredSearch]:
    """Return the section ``discover``; whether a definition takes such numbers is for those who search."""
    found = {}
    for name, spec in reading.spec.discover.items():
        search = _search(reading, name, spec)
        if search is not None:
            found[name] = search
    return found


def _search(reading: Reading, name: str, spec: DiscoverSpec) -> DeclaredSearch | None:
    """Return a search; None after reporting what makes it unreadable."""
    path = ("discover", name)
    if len(spec.definition) != 1:
        what = f"search {name!r} has {len(spec.definition)} definitions"
        _fault(reading, "definition-unknown", what, "one definition", "", *path, "definition")
    if spec.in_ not in reading.spec.projections:
        what, known = f"search {name!r} is in {spec.in_!r}", list(reading.spec.projections)
        _fault(reading, "name-unknown", what, f"a projection ({listed(known)})", nearest(spec.in_, known), *path, "in")
    inhibitory = None
    for kind, given in spec.definition.items():
        if "inhibitory" in given:
            inhibitory = _inhibitory(reading, name, kind, given["inhibitory"])
    mothers = _mothers(reading, name, spec)
    surrogates = [_surrogate(reading, spec, key, *path, "surrogates", key) for key in spec.surrogates]
    _expectations(reading, name, spec)
    if len(spec.definition) != 1:
        return None
    [(kind, given)] = spec.definition.items()
    weight = reading.weights.get(spec.in_, UNKNOWN)
    return DeclaredSearch(
        name=name,
        place=reading.place(*path, "definition", kind),
        kind=kind,
        numbers=_numbers_of(reading, given, weight, *path, "definition", kind),
        inhibitory=inhibitory,
        projection=spec.in_,
        weight=weight,
        mothers=mothers,
        surrogates=tuple(item for item in surrogates if item is not None),
        expect=spec.expect,
    )


def _numbers_of(reading: Reading, given: Mapping[str, Any], weight: Result, *path: str | int) -> dict[str, Any]:
    """Return the numbers of a definition, resolved; those that cannot be read are reported and left out."""
    units = (str(weight),) if isinstance(weight, Dimension) else None
    numbers: dict[str, Any] = {}
    for key, value in given.items():
        if key == "inhibitory":
            continue
        try:
            name, number = read_number(key, value, reading.step, units, given.get("fraction_of") is not None)
        except ModelError as error:
            where = reading.place(*path, key).at()
            reading.faults += [replace(fault, file=where.file, line=where.line, column=where.column) for fault in error.faults]
        else:
            numbers[name] = number
    return numbers


def _inhibitory(reading: Reading, name: str, kind: str, named: Any) -> tuple[str, ...]:
    """Return the populations that a search calls inhibitory."""
    items = tuple(str(item) for item in named) if isinstance(named, list | tuple) else (str(named),)
    for item in items:
        if item not in reading.spec.populations:
            what, known = f"search {name!r} calls {item!r} inhibitory", list(reading.spec.populations)
            path = ("discover", name, "definition", kind, "inhibitory")
            _fault(reading, "population-unknown", what, listed(known), nearest(item, known), *path)
    return items


def _mothers(reading: Reading, name: str, spec: DiscoverSpec) -> Selection | None:
    if spec.mothers is None:
        return None
    try:
        sizes = {known: reading.sizes[known] for known in reading.spec.populations if known in reading.sizes}
        place = reading.place("discover", name, "mothers")
        return resolve(spec.mothers, sizes, reading.spec.groups, place, "mothers are", reading.number)
    except ModelError as error:
        reading.faults += error.faults
        return None


def _surrogate(reading: Reading, spec: DiscoverSpec, key: str, *path: str | int) -> Surrogate | None:
    """Return a surrogate; None after reporting what is wrong."""
    if key not in SURROGATES:
        _fault(reading, "null-unknown", f"there is no surrogate {key!r}", listed(SURROGATES), nearest(key, SURROGATES), *path)
        return None
    options, before = spec.surrogates[key], len(reading.faults)
    for option in options:
        if option not in OPTIONS:
            what = f"{key} has no option {option!r}"
            _fault(reading, "unknown-key", what, listed(OPTIONS), nearest(str(option), OPTIONS), *path, option)
    times = str(options.get("times", 1))
    if not times.isdigit() or int(times) < 1:
        _fault(reading, "repetitions", f"{key} {options['times']} times", "a whole number from 1", "19", *path, "times")
    of: Term | None = None
    if "of" in options:
        of = reading.term(options["of"], *path, "of")
        if of is not None:
            reading.scope.before_run(of, PURE)
            reading.scope.expect(of, BOOLEAN, "the condition", builtin_dimensions("search"))
    return Surrogate(SURROGATES[key], int(times), of) if len(reading.faults) == before else None


def _expectations(reading: Reading, name: str, spec: DiscoverSpec) -> None:
    for key, bounds in spec.expect.items():
        path = ("discover", name, "expect", key)
        if key not in MEASURES:
            _fault(reading, "expect-unknown", f"{key!r} is not measured", listed(MEASURES), nearest(key, MEASURES), *path)
            continue
        if key == "p" and not spec.surrogates:
            _fault(reading, "expect-unknown", "p without surrogates", "surrogates: {shuffle_weights: {times: 19}}", "", *path)
        for how, bound in (bounds if isinstance(bounds, Mapping) else {"equals": bounds}).items():
            inside = (*path, how) if isinstance(bounds, Mapping) else path
            if how not in COMPARISONS:
                _fault(reading, "expect-unknown", f"{how!r}", listed(COMPARISONS), nearest(str(how), COMPARISONS), *inside)
            elif not _numbers(bound, 2 if how == "between" else 1):
                expected = "two numbers" if how == "between" else "a number"
                _fault(reading, "not-numeric", f"{how} is {bound!r}", expected, "", *inside)


def _numbers(value: Any, count: int) -> bool:
    """Tell whether a value is so many numbers."""
    items = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, list | tuple) != (count > 1) or len(items) != count:
        return False
    try:
        return all(not isinstance(item, bool) and abs(float(item)) < float("inf") for item in items)
    except (TypeError, ValueError):
        return False


def _fault(reading: Reading, code: str, what: str, expected: str, try_: str, *path: str | int) -> None:
    reading.faults.append(reading.place(*path).problem(code, what, expected, try_))
