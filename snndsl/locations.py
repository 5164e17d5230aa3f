"""Where a thing stands in the user's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from snndsl.deferred import dataclass

__all__ = ["Location", "Path", "SourceMap"]

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a model file, for example ``("populations", "exc", "size")``."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file.

    Parameters
    ----------
    file : str
        As the user named it.
    line, column : int
        1-based.
    """

    file: str
    line: int
    column: int

    def shifted(self, characters: int) -> Location:
        """Return the place `characters` to the right on the same line."""
        return Location(self.file, self.line, self.column + characters)


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Positions of every key and value of one document.

    Parameters
    ----------
    file : str
        The document.
    keys, values : mapping of Path to Location
        Where the key of an entry stands, and where its value starts.
    lines : mapping of Path to tuple of Location
        For multi-line text: the place of the first character of each line of the value.
    """

    file: str
    keys: Mapping[Path, Location] = field(default_factory=dict)
    values: Mapping[Path, Location] = field(default_factory=dict)
    lines: Mapping[Path, tuple[Location, ...]] = field(default_factory=dict)

    def key(self, path: Path) -> Location:
        """Return the place of the key at `path`, or of the nearest ancestor that has one."""
        return self._nearest(self.keys, path)

    def value(self, path: Path) -> Location:
        """Return the place of the value at `path`, or of the nearest ancestor that has one."""
        return self._nearest(self.values, path)

    def inside(self, path: Path, line: int, column: int) -> Location:
        """Return the place of a character of the text at `path`.

        Parameters
        ----------
        path : Path
            Of a scalar.
        line, column : int
            0-based, counted in the text.
        """
        starts = self.lines.get(path)
        if starts and line < len(starts):
            return starts[line].shifted(column)
        return self.value(path).shifted(column if line == 0 else 0)

    def _nearest(self, table: Mapping[Path, Location], path: Path) -> Location:
        while path:
            if path in table:
                return table[path]
            path = path[:-1]
        return table.get((), Location(self.file, 1, 1))
