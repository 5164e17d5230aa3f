"""Equations that one integrator advances together, linear ones split into coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
        Right sides split, for the linear methods; empty otherwise.
    """

    method: str
    states: tuple[str, ...]
    parts: Mapping[str, Linear]

    def reaches(self) -> set[tuple[str, str]]:
        """Return the pairs (row, column) of the propagator that are not zero by structure."""
        reach = {row: {row, *self.parts[row].coefficients} for row in self.states}
        for middle in self.states:  # Warshall's closure
            for row in self.states:
                if middle in reach[row]:
                    reach[row] |= reach[middle]
        return {(row, column) for row, columns in reach.items() for column in columns}
