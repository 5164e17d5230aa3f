"""Installed backends: whatever is registered under the entry-point group ``snndsl.backends``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

from snndsl.backend import REFERENCE
from snndsl.backend.protocol import Backend
from snndsl.deferred import Deferred
from snndsl.errors import Fault, ModelError

if TYPE_CHECKING:
    from importlib import metadata
else:
    metadata = Deferred("importlib.metadata")  # slow to load, and `validate` has no use for it

__all__ = ["backend", "backend_names"]


def _registered() -> Iterable[metadata.EntryPoint]:
    """Return what is registered."""
    return metadata.entry_points(group="snndsl.backends")


@cache
def backend_names() -> tuple[str, ...]:
    """Return the names of all registered backends, the reference first."""
    names = {point.name for point in _registered()}
    return tuple(sorted(names, key=lambda name: (name != REFERENCE, name)))


@cache
def backend(name: str) -> Backend:
    """Return a backend by name.

    Raises
    ------
    ModelError
        backend-unknown.
    """
    for point in _registered():
        if point.name == name:
            return cast(Backend, point.load())
    near = difflib.get_close_matches(name, backend_names(), 1)
    raise ModelError(
        Fault(
            "backend-unknown",
            f"there is no backend {name!r}",
            expected=", ".join(backend_names()),
            try_=f"-b {near[0]}" if near else "snndsl backends",
        )
    )
