"""Definitions by name: in a file, or in one that it imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import ModelError, nearest
from snndsl.frontend.loader import ModelSource
from snndsl.locations import Path
from snndsl.model.text import Place

__all__ = ["find"]


def find(source: ModelSource, section: str, name: str, at: Place, what: str) -> tuple[Any, ModelSource, Path]:
    """Return a definition, the file it stands in and its path there.

    Raises
    ------
    ModelError
        If there is none, with the nearest name.
    """
    owner, local = source, name
    if "." in name:
        alias, _, local = name.partition(".")
        if alias in source.imports:
            owner = source.imports[alias]
    table: Mapping[str, Any] = getattr(owner.spec, section)
    if local in table and ("." not in name or owner is not source):
        return table[local], owner, (section, local)
    known = [*getattr(source.spec, section)]
    known += [f"{alias}.{key}" for alias, item in source.imports.items() for key in getattr(item.spec, section)]
    near = nearest(name, known)
    expected = ", ".join(known) or f"a definition in the section {section!r}"
    raise ModelError(at.problem("name-unknown", f"there is no {what} {name!r}", expected, near))
