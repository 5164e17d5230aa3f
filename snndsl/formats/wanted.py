"""Which columns of a file are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from snndsl.formats.limits import damaged, shortened

__all__ = ["Wanted", "chosen"]

Wanted = Callable[[Sequence[str]], Collection[str]]
"""Given the names in a file, the ones to read; raises if they do not fit."""


def chosen(names: Sequence[str], wanted: Wanted | None) -> list[str]:
    """Return the names to read, in the order of the file.

    Parameters
    ----------
    names : sequence of str
        In the file.
    wanted : callable or None
        None: all.

    Raises
    ------
    ModelError
        data-format, if one of them is there twice.
    """
    mine = None if wanted is None else frozenset(wanted(names))
    found: dict[str, None] = {}
    for name in names:
        if mine is None or name in mine:
            if name in found:
                raise damaged(f"two columns are called {shortened(name)!r}")
            found[name] = None
    return list(found)
