"""Kinds of a part of the language: a word, what it means, and how the words of a package are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from typing import ClassVar, Generic, TypeVar

__all__ = ["Kind", "Kinds"]


class Kind:
    """A word of the language and its meaning.

    Attributes
    ----------
    name : str
        The word, as a file writes it.
    rank : int
        Where it stands among the others in lists and messages; words of one rank are in the order of the alphabet.
    """

    __slots__ = ()
    name: ClassVar[str]
    rank: ClassVar[int] = 100


T = TypeVar("T", bound=Kind)


class Kinds(Mapping[str, type[T]], Generic[T]):
    """The kinds that a package tells, one module each, by their words.

    Parameters
    ----------
    package : str
        Name of the package.
    path : iterable of str
        Its folders.
    base : type
        What each of them is.
    """

    def __init__(self, package: str, path: Iterable[str], base: type[T]) -> None:
        modules = [import_module(f"{package}.{item.name}") for item in iter_modules(path)]
        own = [(value, module.__name__) for module in modules for value in vars(module).values()]
        self._found: tuple[type[T], ...] = _ordered(
            value
            for value, module in own
            if isinstance(value, type) and issubclass(value, base) and value.__module__ == module and not isabstract(value)
        )

    def __getitem__(self, name: str) -> type[T]:
        """Return the kind that a word stands for."""
        for kind in self._found:
            if kind.name == name:
                return kind
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the words in their order."""
        return (kind.name for kind in self._found)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    @property
    def all(self) -> tuple[type[T], ...]:
        """The kinds in their order."""
        return self._found

    @contextmanager
    def with_(self, *kinds: type[T]) -> Iterator[None]:
        """Take in further kinds for a while: a new one is tried before it has its file in the package."""
        before = self._found
        self._found = _ordered((*before, *kinds))
        try:
            yield
        finally:
            self._found = before


def _ordered(kinds: Iterable[type[T]]) -> tuple[type[T], ...]:
    return tuple(sorted(kinds, key=lambda kind: (kind.rank, kind.name)))
