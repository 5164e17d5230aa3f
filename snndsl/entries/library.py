"""The shipped definitions, read once."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from snndsl.deferred import dataclass
from snndsl.entries.entry import KINDS, Entry, Symbol
from snndsl.entries.example import example
from snndsl.errors import Fault, ModelError, nearest
from snndsl.frontend.loader import LIBRARY, ModelSource, load_source, shipped_files

__all__ = ["Library", "entries_of", "library"]

_HEADINGS = ("equations", "update", "threshold", "reset", "on_start", "on_pre", "on_post")
_LAST = ("bound", "order")


@dataclass(frozen=True, slots=True)
class Library:
    """The shipped definitions, sorted by file.

    Parameters
    ----------
    entries : tuple of Entry
        All of them; iterate, or look one up by ``"lif.lif_exp"``.
    """

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, key: str) -> Entry:
        """Return the entry of a name.

        Raises
        ------
        ModelError
            If there is none, with the nearest name.
        """
        found = {entry.key: entry for entry in self.entries}
        if key not in found:
            near = nearest(key, found)
            what = f"the library has no {key!r}"
            raise ModelError(Fault("name-unknown", what, expected="a name that `snndsl library` lists", try_=near))
        return found[key]

    def lines(self) -> Iterator[str]:
        """Yield a table: name, kind, title, source."""
        width = max(len(f"{entry.file} {entry.name}") for entry in self.entries)
        for entry in self.entries:
            source = entry.references[0] if entry.references else ""
            yield f"{f'{entry.file} {entry.name}':<{width}}  {entry.kind:<6}  {entry.title}  [{source}]"

    def __repr__(self) -> str:
        return "\n".join([f"<Library of {len(self)} definitions>", *self.lines()])

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(text)}</td>" for text in (e.file, e.name, e.kind, e.title, *e.references[:1]))
            + "</tr>"
            for e in self.entries
        )
        return f"<table><tr><th>file</th><th>name</th><th>kind</th><th>what it is</th><th>source</th></tr>{rows}</table>"


@cache
def library() -> Library:
    """Return the shipped definitions."""
    return Library(tuple(entry for name in shipped_files() for entry in entries_of(load_source(f"{LIBRARY}{name}"))))


def entries_of(source: ModelSource) -> tuple[Entry, ...]:
    """Return the definitions of a file in its order."""
    return tuple(
        _entry(source, section, name, spec) for section in KINDS for name, spec in getattr(source.spec, section).items()
    )


def _entry(source: ModelSource, section: str, name: str, spec: Any) -> Entry:
    return Entry(
        file=source.locations.file,
        name=name,
        kind=KINDS[section],
        title=spec.title or "",
        references=spec.references or source.spec.references,
        symbols=tuple(_symbols(spec)),
        texts=tuple(_texts(spec)),
        example=example(source, section, name, spec),
    )


def _symbols(spec: Any) -> Iterator[Symbol]:
    def symbol(name: str, kind: str, value: Any) -> Symbol:
        text = f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
        return Symbol(name, kind, text, spec.meanings.get(name, ""))

    for name, parameter in spec.parameters.items():
        given = parameter.default is not None
        yield symbol(name, "parameter", parameter.default if given else f"in {_unit(parameter.unit)}")
    for name, unit in getattr(spec, "needs", {}).items():
        yield symbol(name, "need", f"in {_unit(unit)}")
    for name, state in spec.state.items():
        yield symbol(name, "state", state.initial)
    for name, trace in getattr(spec, "traces", {}).items():
        yield symbol(name, "trace", trace.tau)
    for name, port in getattr(spec, "ports", {}).items():
        yield symbol(name, "port", f"in {_unit(port.unit)}")
    for name in spec.meanings:
        if all(name not in getattr(spec, key, {}) for key in ("parameters", "needs", "state", "traces", "ports")):
            yield symbol(name, "alias", "")


def _unit(unit: str) -> str:
    return {"1": "plain numbers", "weight": "the unit of the weights"}.get(unit, unit)


def _texts(spec: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield headings with their lines, in the order in which a step runs them."""
    parts = getattr(spec, "parts", {})
    if parts:
        yield "parts", tuple(_part(name, use) for name, use in parts.items())
    for key in _HEADINGS:
        value = getattr(spec, key, None)
        if value:
            method = (
                f" (integrator {_method(spec.integrator)})" if key == "equations" and getattr(spec, "integrator", None) else ""
            )
            yield f"{key}{method}", _lines(value)
        if key == "update":
            yield from ((f"every {period}", _lines(text)) for period, text in spec.every.items())
        if key == "threshold" and getattr(spec, "refractory", None):
            yield "refractory", (_refractory(spec.refractory),)
    if not getattr(spec, "on_pre", None) and hasattr(spec, "on_pre"):
        yield "on_pre", ("deliver(w)",)
    yield from ((key, (str(getattr(spec, key)),)) for key in _LAST if key in spec.model_fields_set)
    if getattr(spec, "made_for", None):
        yield "made for steps of", (spec.made_for,)
    if spec.require:
        yield "require", spec.require


def _lines(value: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in (value.strip().split("\n") if isinstance(value, str) else value))


def _part(name: str, use: Any) -> str:
    given = [f"{key} = {value}" for key, value in use.values.items()]
    return f"{name}: {use.use}" + (f" with {', '.join(given)}" if given else "")


def _method(integrator: Any) -> str:
    return (
        ", ".join(f"{key}: {value}" for key, value in integrator.items()) if isinstance(integrator, dict) else str(integrator)
    )


def _refractory(spec: Any) -> str:
    lasts = f"for {spec.for_}" if spec.for_ is not None else f"while {spec.while_}"
    return lasts + (f", holding {', '.join(spec.hold)}" if spec.hold else "")
