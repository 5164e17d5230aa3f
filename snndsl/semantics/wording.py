"""What a definition says for people is about names that it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snndsl.errors import Fault, listed, nearest
from snndsl.frontend.loader import ModelSource
from snndsl.model.text import Place
from snndsl.semantics.terms import defined_names

__all__ = ["named", "wording_faults"]

_DEFINITIONS = ("parts", "neurons", "signals", "plasticity")
_DECLARED = ("parameters", "needs", "state", "traces", "ports")
_GIVEN = ("parameters", "needs", "ports")
_ALWAYS = ("step", "duration")


def named(spec: Any) -> list[str]:
    """Return every name that a definition declares, its aliases included."""
    return [*(name for section in _DECLARED for name in getattr(spec, section, {})), *_aliases(spec)]


def wording_faults(source: ModelSource) -> Iterator[Fault]:
    """Yield meanings and values of examples that belong to no name of their definition."""
    for section in _DEFINITIONS:
        for name, spec in getattr(source.spec, section, {}).items():
            place = Place(source.locations, (section, name))
            yield from _unknown(place, "meanings", spec.meanings, named(spec))
            given = [item for part in _GIVEN for item in getattr(spec, part, {})]
            own = ["w"] if section == "plasticity" else []
            yield from _unknown(place, "example", spec.example, [*_ALWAYS, *own, *given])


def _unknown(place: Place, key: str, names: Any, known: list[str]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            where = place.locations.key((*place.path, key, name))
            what = f"{key} of {str(place.path[-1])!r} names {name!r}, which it does not have"
            yield Fault("name-unknown", what, where.file, where.line, where.column, listed(known), nearest(name, known))


def _aliases(spec: Any) -> Iterator[str]:
    text = getattr(spec, "equations", "")
    yield from defined_names(text) if text else ()
