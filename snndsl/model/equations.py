"""Equations that one integrator advances together, linear ones split into coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from snndsl.deferred import dataclass
from snndsl.expressions.tree import Expression

__all__ = ["Linear", "StateGroup"]


@dataclass(frozen=True, slots=True)
class Linear:
    """coefficients[s]*s summed over the states, plus rest (None: nothing)."""

    coefficients: dict[str, Expression] = field(default_factory=dict)
    rest: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StateGroup:
    """States that one integrator advances together.

    Parameters
    ----------
    method : str
        Name of the integrator.
    states : tuple of str
        In the order of the file.
    parts : mapping of str to Linear
        Right sides split, for the linear methods; empty otherwise. Without their noise.
    drift : mapping of str to Expression
        Right sides without their noise, of the states that have some.
    noise : mapping of str to mapping of str to Expression
        By source of white noise (one ``xi()`` of the text), by state: what it is multiplied by.
    """

    method: str
    states: tuple[str, ...]
    parts: Mapping[str, Linear]
    drift: Mapping[str, Expression] = field(default_factory=dict)
    noise: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)

    def reaches(self) -> set[tuple[str, str]]:
        """Return the pairs (row, column) of the propagator that are not zero by structure."""
        reach = {row: {row, *self.parts[row].coefficients} for row in self.states}
        for middle in self.states:  # Warshall's closure
            for row in self.states:
                if middle in reach[row]:
                    reach[row] |= reach[middle]
        return {(row, column) for row, columns in reach.items() for column in columns}

    def spread(self, source: str) -> list[tuple[str, str]]:
        """Return what a source of noise moves in a step: pairs (state, equation through which), each equation's own first.

        Parameters
        ----------
        source : str
            Key of `noise`.
        """
        reach, entries = self.reaches(), self.noise[source]
        pairs = [(state, entry) for entry in entries for state in self.states if (state, entry) in reach]
        return sorted(pairs, key=lambda pair: pair[0] != pair[1])
