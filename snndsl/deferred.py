"""Modules and methods of dataclasses that come when first used: `validate` pays for nothing that it does not reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any

__all__ = ["Deferred", "dataclass"]


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


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Make a dataclass as `dataclasses.dataclass` does; a frozen one with slots gets its methods when they are first used.

        Compiling the methods of a class takes longer than reading its module, and most classes are never made into objects.

        Parameters
        ----------
        cls : type
            With annotations as text (``from __future__ import annotations``).
        **options
            Of `dataclasses.dataclass`.
        """
        if cls is None:
            return lambda given: dataclass(given, **options)
        if not (options.get("frozen") and options.get("slots")):
            return dataclasses.dataclass(cls, **options)
        return _Methods(cls, options).made


_ALWAYS = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
_FROZEN = ("__setattr__", "__delattr__", "__getstate__", "__setstate__")
_ASKED = {"init": ("__init__",), "repr": ("__repr__",), "eq": ("__eq__", "__hash__")}
"""Methods by the option that leaves them out."""


class _Methods:
    """What `dataclasses.dataclass` adds to a class, which is asked for it when anything of it is first looked up."""

    def __init__(self, written: type, options: dict[str, bool]) -> None:
        asked = [name for option, names in _ASKED.items() if options.get(option, True) for name in names]
        own = {name for name, value in vars(written).items() if (name, value) != ("__hash__", None)}
        self.names = [name for name in (*_ALWAYS, *_FROZEN, *asked) if name not in own]
        self.add: Callable[[], type] | None = lambda: dataclasses.dataclass(written, **options)
        self.made = _with_slots(written, {name: _Method(self, name) for name in self.names})

    def complete(self) -> None:
        """Put everything in its place."""
        with _LOCK:
            if self.add is not None:
                full = vars(self.add())
                for name in self.names:
                    if name in full:
                        setattr(self.made, name, full[name])
                    else:
                        delattr(self.made, name)
                self.add = None


_LOCK = RLock()  # a class is completed once: threads may meet it together, and its bases are completed meanwhile


class _Method:
    """Stands for a method, or what else a class has, until it is looked up."""

    __slots__ = ("_methods", "_name")

    def __init__(self, methods: _Methods, name: str) -> None:
        self._methods, self._name = methods, name

    def __get__(self, instance: object, owner: type) -> Any:
        """Return what it stands for, bound as it would be."""
        self._methods.complete()
        found = vars(self._methods.made)[self._name]
        return found.__get__(instance, owner) if hasattr(found, "__get__") else found


def _with_slots(written: type, methods: dict[str, Any]) -> type:
    """Return the class with a slot for each field of its own, and methods: slots have to be there when a class is made."""
    fields = [name for name, text in vars(written).get("__annotations__", {}).items() if not text.startswith("ClassVar")]
    inherited = {name for base in written.__mro__[1:] for name in vars(base).get("__slots__", ())}
    kept = {name: value for name, value in vars(written).items() if name not in {*fields, "__dict__", "__weakref__"}}
    kept["__slots__"] = tuple(name for name in fields if name not in inherited)
    return type(written)(written.__name__, written.__bases__, kept | methods | {"__qualname__": written.__qualname__})
