"""A definition of a file, as plain text for people."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from snndsl.deferred import dataclass
from snndsl.entries.typesetting import aligned, typeset

__all__ = ["KINDS", "Entry", "Symbol"]

KINDS = {"neurons": "neuron", "parts": "part", "plasticity": "rule"}
"""What a definition is, by the section it stands in."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of a definition.

    Parameters
    ----------
    name, kind : str
        As written; ``parameter``, ``state``, ``port``, ``need`` or ``trace``.
    value : str
        Default of a parameter, initial value of a state, unit of a port or need, time constant of a trace.
    meaning : str
        What it stands for; empty if nobody said so.
    """

    name: str
    kind: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A neuron, part or rule of a file of definitions.

    Parameters
    ----------
    file, name, kind : str
        ``snndsl:lif``, ``lif_exp``, ``neuron``.
    title : str
        One line.
    references : tuple of str
        Where it was published.
    symbols : tuple of Symbol
        Parameters, needs, states, traces and ports, in the order of the file.
    texts : tuple of (str, tuple of str)
        What it does in a step or at a spike, as written: headings of the language with their lines.
    example : str
        A model file that uses it, and runs.
    """

    file: str
    name: str
    kind: str
    title: str
    references: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    example: str

    @property
    def key(self) -> str:
        """Its name in the library: ``lif.lif_exp``."""
        return f"{self.file.rpartition(':')[2]}.{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "texts": {heading: list(lines) for heading, lines in self.texts}}

    def lines(self, plain: bool = False) -> Iterator[str]:
        """Yield it as text.

        Parameters
        ----------
        plain : bool
            Only characters of ASCII: the text of the file.
        """
        yield f"{self.file} {self.name}   {self.kind}"
        yield f"  {self.title}".rstrip()
        yield from (f"  source: {reference}" for reference in self.references)
        for heading, written in self.texts:
            yield ""
            yield heading
            yield from (f"  {line}" for line in aligned([line if plain else typeset(line) for line in written]))
        if self.symbols:
            yield ""
            yield from self._symbols(plain)
        yield ""
        yield "use it"
        yield from (f"  {line}" for line in self.example.splitlines())

    def _symbols(self, plain: bool) -> Iterator[str]:
        rows = [(item.name, item.value if plain else typeset(item.value), item.kind, item.meaning) for item in self.symbols]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        yield "symbols"
        for row in rows:
            yield "  " + "   ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]]).rstrip()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return f"<{self.kind} {self.key}: {self.title}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
