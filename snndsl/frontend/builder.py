"""The same model from Python: sections as dictionaries, numbers with a dimension as text or Pint quantities.

What is given is turned into the plain data a file would hold and validated in the same way; faults name the section
(``model.populations.exc.size``) where a file would give line and column.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import ModelSource, source_from
from snndsl.locations import Location, SourceMap
from snndsl.locations import Path as KeyPath

__all__ = ["build_source", "plain"]


class _PythonMap(SourceMap):
    """Places in a model that was written in Python: dotted paths."""

    def key(self, path: KeyPath) -> Location:
        """Return the dotted path as a place."""
        return Location(".".join((self.file, *map(str, path))), 0, 0)

    value = key

    def inside(self, path: KeyPath, line: int, column: int) -> Location:
        """Return the dotted path as a place."""
        return self.key(path)


def build_source(
    sections: Mapping[str, Any], folder: str | os.PathLike[str] | None = None, settings: Mapping[str, Any] | None = None
) -> ModelSource:
    """Validate a model that is given as dictionaries.

    Parameters
    ----------
    sections : mapping
        As the sections of a model file; ``snndsl: 1`` may be left out; ``from_``, ``in_`` and ``self_`` stand for the keys
        that are words of Python.
    folder : path, optional
        Below which data and imports are looked for; none: nowhere.
    settings : mapping, optional
        As of `load_source`.

    Raises
    ------
    ModelError
        With every fault.
    """
    raw = plain({"snndsl": 1, **sections}, ("model",))
    return source_from(
        raw, _PythonMap("model"), "model", Path(folder).resolve() if folder is not None else None, settings or {}
    )


def plain(value: Any, path: tuple[str, ...]) -> Any:
    """Return what was written in Python as a file would hold it; `path` names it in a fault."""
    if isinstance(value, Mapping):
        return {_key(key): plain(item, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(item, (*path, str(place))) for place, item in enumerate(value)]
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), path)
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return _quantity(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    what = f"{'.'.join(path)} is {type(value).__name__}"
    raise ModelError(Fault("not-a-value", what, expected="text, a number, a list, a dictionary or an array"))


def _key(key: Any) -> str:
    return {"from_": "from", "in_": "in", "self_": "self"}.get(str(key), str(key))


def _quantity(value: Any) -> Any:
    """Return a Pint quantity as text: magnitude and short unit."""
    unit = f"{value.units:~}".replace(" ", "").replace("**", "^").replace("µ", "u").replace("μ", "u").replace("Ω", "Ohm")
    magnitude = np.asarray(value.magnitude)
    if magnitude.ndim:
        return [f"{item!r} {unit}" for item in magnitude.tolist()]
    return f"{magnitude.item()!r} {unit}".strip()
