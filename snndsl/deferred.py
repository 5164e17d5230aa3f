"""Modules that are loaded when something in them is first used: `validate` pays for no stage that it does not reach."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["Deferred"]


class Deferred:
    """A module by its name, imported when one of its attributes is first read.

    The place that uses it says for readers and checkers what it stands for::

        if TYPE_CHECKING:
            from snndsl.backend import repeats
        else:
            repeats = Deferred("snndsl.backend.repeats")

    Parameters
    ----------
    name : str
        Full name of the module.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Return an attribute of the module."""
        return getattr(import_module(self._name), attribute)
