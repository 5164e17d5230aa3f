"""What must hold in discover: projections, mothers, surrogates and expectations that exist; definitions are polychrony's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import BOOLEAN
from snndsl.schema.observation import DiscoverSpec
from snndsl.semantics.selection import resolve
from snndsl.semantics.usable import PURE
from snndsl.units import ONE

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["COMPARISONS", "MEASURES", "SURROGATES", "check_discover"]

SURROGATES = {"shuffle_weights": "weights", "shuffle_delays": "delays", "rewire": "rewired"}
"""Surrogates of a section, and the nulls they are."""

OPTIONS = ("times", "of")
MEASURES = ("groups", "p")
COMPARISONS = ("equals", "at_least", "at_most", "between")


def check_discover(model: CheckedModel) -> None:
    """Check the section ``discover``, but for what a definition is made of."""
    for name, spec in model.spec.discover.items():
        if len(spec.definition) != 1:
            what = f"search {name!r} has {len(spec.definition)} definitions"
            _fault(model, "definition-unknown", what, "one definition", "", "discover", name, "definition")
        if spec.in_ not in model.spec.projections:
            what, known = f"search {name!r} is in {spec.in_!r}", list(model.spec.projections)
            near = nearest(spec.in_, known)
            _fault(model, "name-unknown", what, f"a projection ({listed(known)})", near, "discover", name, "in")
        for kind, given in spec.definition.items():
            named = given.get("inhibitory", ())
            for item in [named] if isinstance(named, str) else named:
                if item not in model.spec.populations:
                    what, known = f"search {name!r} calls {item!r} inhibitory", list(model.spec.populations)
                    path = ("discover", name, "definition", kind, "inhibitory")
                    _fault(model, "population-unknown", what, listed(known), nearest(str(item), known), *path)
        if spec.mothers is not None:
            try:
                sizes = {known: model.sizes[known] for known in model.spec.populations if known in model.sizes}
                resolve(spec.mothers, sizes, model.spec.groups, model.place("discover", name, "mothers"), "mothers are")
            except ModelError as error:
                model.faults += error.faults
        _surrogates(model, name, spec)
        _expectations(model, name, spec)


def _surrogates(model: CheckedModel, name: str, spec: DiscoverSpec) -> None:
    for key, options in spec.surrogates.items():
        path = ("discover", name, "surrogates", key)
        if key not in SURROGATES:
            _fault(model, "null-unknown", f"there is no surrogate {key!r}", listed(SURROGATES), nearest(key, SURROGATES), *path)
            continue
        for option in options:
            if option not in OPTIONS:
                what = f"{key} has no option {option!r}"
                _fault(model, "unknown-key", what, listed(OPTIONS), nearest(str(option), OPTIONS), *path, option)
        times = options.get("times", 1)
        if not str(times).isdigit() or int(str(times)) < 1:
            _fault(model, "repetitions", f"{key} {times} times", "a whole number from 1", "19", *path, "times")
        if "of" in options:
            term = model.term(options["of"], *path, "of")
            if term is not None:
                model.names.before_run(term, PURE)
                model.names.expect(term, BOOLEAN, "the condition", {"i": ONE, "j": ONE})


def _expectations(model: CheckedModel, name: str, spec: DiscoverSpec) -> None:
    for key, bounds in spec.expect.items():
        path = ("discover", name, "expect", key)
        if key not in MEASURES:
            _fault(model, "expect-unknown", f"{key!r} is not measured", listed(MEASURES), nearest(key, MEASURES), *path)
            continue
        if key == "p" and not spec.surrogates:
            _fault(model, "expect-unknown", "p without surrogates", "surrogates: {shuffle_weights: {times: 19}}", "", *path)
        for how, bound in (bounds if isinstance(bounds, Mapping) else {"equals": bounds}).items():
            inside = (*path, how) if isinstance(bounds, Mapping) else path
            if how not in COMPARISONS:
                _fault(model, "expect-unknown", f"{how!r}", listed(COMPARISONS), nearest(str(how), COMPARISONS), *inside)
            elif not _numbers(bound, 2 if how == "between" else 1):
                expected = "two numbers" if how == "between" else "a number"
                _fault(model, "not-numeric", f"{how} is {bound!r}", expected, "", *inside)


def _numbers(value: Any, count: int) -> bool:
    """Tell whether a value is so many numbers."""
    items = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, list | tuple) != (count > 1) or len(items) != count:
        return False
    try:
        return all(not isinstance(item, bool) and abs(float(item)) < float("inf") for item in items)
    except (TypeError, ValueError):
        return False


def _fault(model: CheckedModel, code: str, what: str, expected: str, try_: str, *path: str | int) -> None:
    model.faults.append(model.place(*path).problem(code, what, expected, try_))
