"""What differs in meaning between two models: entry by entry, in the units of their authors, with both places.

Order, comments, spelling of numbers and units, and what a shorthand stands for make no difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from snndsl.api import Model, load
from snndsl.deferred import dataclass
from snndsl.errors import TextFault
from snndsl.expressions.parser import parse_expression
from snndsl.expressions.tree import Number, children
from snndsl.frontend.loader import ModelSource, open_below
from snndsl.locations import Location

__all__ = ["Difference", "Differences", "diff"]

SILENT = frozenset({"snndsl", "title", "description", "references", "meanings", "example"})
"""Keys that mean nothing to a simulation, wherever they stand."""

_STATEMENT = re.compile(r"^(.*?[^<>=!+\-*/])\s*(\+=|-=|\*=|/=|=)(?!=)\s*(.*)$")
_FILE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs.

    Parameters
    ----------
    path : str
        As in ``--set``: ``populations.exc.size``.
    first, second : str or None
        What the models say; None: nothing.
    first_place, second_place : Location
        Where; of what is not there, where it would belong.
    """

    path: str
    first: str | None
    second: str | None
    first_place: Location
    second_place: Location

    @property
    def line(self) -> str:
        """One line."""
        both = [
            f"{'absent' if value is None else value} ({f'{place.file}:{place.line}' if place.line else 'in Python'})"
            for value, place in ((self.first, self.first_place), (self.second, self.second_place))
        ]
        return f"{self.path}: {both[0]} -> {both[1]}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        places = {"first_place": self.first_place, "second_place": self.second_place}
        named = {key: f"{place.file}:{place.line}:{place.column}" for key, place in places.items()}
        return {"path": self.path, "first": self.first, "second": self.second, **named}


@dataclass(frozen=True, slots=True)
class Differences(Sequence[Difference]):
    """What differs between two models.

    Parameters
    ----------
    entries : tuple of Difference
        By path.
    same_digest : bool
        Whether the models compute the same: their programs are equal.
    """

    entries: tuple[Difference, ...]
    same_digest: bool

    def __getitem__(self, index: Any) -> Any:
        return self.entries[index]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def verdict(self) -> str:
        """One sentence."""
        if not self.entries:
            return "the models mean the same"
        computed = "compute the same (equal digests)" if self.same_digest else "compute something else"
        count = len(self.entries)
        return f"{count} difference{'s' if count > 1 else ''}; the models {computed}"

    def __repr__(self) -> str:
        return "\n".join([*(entry.line for entry in self.entries), self.verdict])


def diff(first: Model | str | os.PathLike[str], second: Model | str | os.PathLike[str]) -> Differences:
    """Say what differs in meaning between two models.

    Parameters
    ----------
    first, second : Model or path
        Two models.

    Returns
    -------
    Differences
        A sequence of `Difference`; empty if the models mean the same. Titles, descriptions and references do not count,
        everything else does: what is recorded and expected, too, on which the digest does not depend.

    Raises
    ------
    ModelError
        What is wrong with a file.
    """
    models = [model if isinstance(model, Model) else load(model) for model in (first, second)]
    one, two = ({path: (text, key, place) for path, text, key, place in _entries(model.source)} for model in models)
    found = [
        Difference(
            _dotted(path),
            one[path][0] if path in one else None,
            two[path][0] if path in two else None,
            one[path][2] if path in one else _near(models[0].source, path),
            two[path][2] if path in two else _near(models[1].source, path),
        )
        for path in sorted({*one, *two}, key=lambda path: [str(part) for part in path])
        if (one[path][1] if path in one else None) != (two[path][1] if path in two else None)
    ]
    return Differences(tuple(found), models[0].digest == models[1].digest)


Entry = tuple[tuple[str | int, ...], str, Any, Location]


def _entries(source: ModelSource, base: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Yield path, text, what it stands for and place of everything that a file and its imports say."""
    document = source.spec.model_dump(by_alias=True, exclude_none=True)
    for path, text in _leaves(document, ()):
        if base and path[0] == "name" or path[0] == "imports":
            continue
        yield (*base, *path), text, _meaning(text), source.locations.value(path)
    for name, data in document.get("data", {}).items():
        if data.get("file"):
            place = source.locations.value(("data", name, "file"))
            content, _ = open_below(source.folder, data["file"], place, _FILE_BYTES)
            yield (*base, "data", name, "content"), f"{len(content):,} bytes", content, place
    for alias, imported in source.imports.items():
        yield from _entries(imported, (*base, "imports", alias))


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in SILENT:
                yield from _leaves(item, (*path, key))
    elif isinstance(value, list | tuple):
        if all(isinstance(item, str) for item in value) and value:
            yield path, "; ".join(value)
        else:
            for k, item in enumerate(value):
                yield from _leaves(item, (*path, k))
    elif isinstance(value, str):
        lines = [line.partition("#")[0].strip() for line in value.splitlines()]
        yield path, "; ".join(line for line in lines if line)
    else:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(text: str) -> Any:
    """Return what a text stands for: equal for ``10 ms`` and ``0.01 s``, and whatever the spaces are."""
    return tuple(_statement(part.strip()) for part in text.split(";"))


def _statement(text: str) -> Any:
    parts = _STATEMENT.match(text)
    if parts is not None:
        left, sign, right = parts.groups()
        return (re.sub(r"\s", "", left), sign, _expression(right))
    return _expression(text)


def _expression(text: str) -> Any:
    try:
        return _tree(parse_expression(text))
    except (TextFault, ValueError):
        return " ".join(text.split())


def _tree(node: Any) -> Any:
    if isinstance(node, Number):
        unit = node.unit
        if unit is None:
            return ("number", node.value)
        return ("number", node.value * unit.factor, unit.dimension, unit.step_power)
    words = tuple(getattr(node, name) for name in ("text", "function", "op", "ops") if hasattr(node, name))
    return (type(node).__name__, *words, *(_tree(child) for child in children(node)))


def _dotted(path: tuple[str | int, ...]) -> str:
    """Return a path as files have it: without ``default`` of a parameter and ``initial`` of a state."""
    if len(path) > 2 and (path[-3], path[-1]) in (("parameters", "default"), ("state", "initial")):
        path = path[:-1]
    return ".".join(str(part) for part in path)


def _near(source: ModelSource, path: tuple[str | int, ...]) -> Location:
    """Return where an absent entry would belong."""
    while len(path) > 2 and path[0] == "imports" and path[1] in source.imports:
        source, path = source.imports[str(path[1])], path[2:]
    return source.locations.value(path)
