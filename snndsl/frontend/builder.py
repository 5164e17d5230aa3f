"""The same model from Python: sections as dictionaries or dataclasses, numbers as text, quantities or arrays.

What is given is turned into the plain data a file would hold and validated in the same way; faults name the place
(``populations.exc.size``) where a file would give its name, and lines and columns of a text count in that text.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.frontend.foreign import quantity_text
from snndsl.frontend.loader import ModelSource, source_from
from snndsl.locations import Location, SourceMap
from snndsl.locations import Path as KeyPath

__all__ = ["build_source", "plain"]

_WORDS = {name: name.removesuffix("_") for name in ("from_", "in_", "self_", "for_", "while_")}
"""Keys that are words of Python."""
_DEEPEST = 32


class _PythonMap(SourceMap):
    """Places in a model that was written in Python: dotted paths."""

    def key(self, path: KeyPath) -> Location:
        """Return the dotted path as a place."""
        return Location(".".join(map(str, path)) or self.file, 0, 0)

    value = key

    def inside(self, path: KeyPath, line: int, column: int) -> Location:
        """Return the dotted path as a place, with the line and column in its text if it is not the first character."""
        return Location(self.key(path).file, line + 1, column + 1) if line or column else self.key(path)


def build_source(
    sections: Mapping[str, Any], folder: str | os.PathLike[str] | None = None, settings: Mapping[str, Any] | None = None
) -> ModelSource:
    """Validate a model that is given as dictionaries.

    Parameters
    ----------
    sections : mapping
        As the sections of a model file; ``snndsl: 1`` may be left out; ``from_``, ``self_``, ``in_``, ``for_`` and ``while_``
        stand for the keys that are words of Python.
    folder : path, optional
        Below which data and imports are looked for; none: nowhere.
    settings : mapping, optional
        As of `load_source`.

    Raises
    ------
    ModelError
        With every fault.
    """
    raw = plain({"snndsl": 1, **sections}, ())
    given = {path: plain(value, tuple(path.split("."))) for path, value in (settings or {}).items()}
    return source_from(raw, _PythonMap("model"), "model", Path(folder).resolve() if folder is not None else None, given)


def plain(value: Any, path: tuple[str, ...]) -> Any:
    """Return what was written in Python as a file would hold it.

    Parameters
    ----------
    value : Any
        Text, numbers, flags, quantities, arrays, lists, mappings, dataclasses.
    path : tuple of str
        Names it in a fault.

    Raises
    ------
    ModelError
        not-a-value, not-finite.
    """
    if len(path) > _DEEPEST:
        raise _fault("too-deep", path, f"more than {_DEEPEST} levels", f"at most {_DEEPEST}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, Mapping) or (is_dataclass(value) and not isinstance(value, type)):
        return {key: plain(item, (*path, key)) for key, item in _entries(value, path)}
    if isinstance(value, list | tuple | range):
        return [plain(item, (*path, str(place))) for place, item in enumerate(value)]
    try:
        text = quantity_text(value)
    except ValueError as error:
        raise _fault("unit-unknown", path, str(error), "units made of V, A, s, m and M with whole exponents") from None
    return _number(value, path) if text is None else plain(text, path)


def _entries(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield keys and values of a mapping, or of a dataclass what is given."""
    if not isinstance(value, Mapping):
        given = {field.name: getattr(value, field.name) for field in fields(value)}
        yield from ((_WORDS.get(name, name), item) for name, item in given.items() if item is not None)
        return
    words = _WORDS if _has_words(path) else {}
    for key, item in value.items():
        name = key if isinstance(key, str) else str(plain(key, path))
        yield words.get(name, name), item


def _has_words(path: tuple[str, ...]) -> bool:
    """Tell whether keys of the language may stand at a place that are words of Python; elsewhere ``in_`` is a name."""
    if len(path) == 2:
        return path[0] in ("projections", "discover", "motifs")
    return len(path) == 3 and (path[0], path[2]) == ("neurons", "refractory")


def _number(value: Any, path: tuple[str, ...]) -> Any:
    """Return a number, or the numbers of an array."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _fault("not-finite", path, f"{value} is no finite number", "a finite number")
        return float(value)
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "__array__"):
        items = np.asarray(value).tolist()
        if isinstance(items, list | str | bool | int | float):
            return plain(items, path)
    expected = "text, a number, a quantity, a list, a mapping or an array"
    raise _fault("not-a-value", path, f"found {type(value).__name__}", expected)


def _fault(code: str, path: tuple[str, ...], what: str, expected: str) -> ModelError:
    return ModelError(Fault(code, what, ".".join(path) or "model", expected=expected))
