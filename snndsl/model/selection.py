"""Selections of neurons: spans of populations in written order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["NeuronRange", "Selection", "Sides"]


@dataclass(frozen=True, slots=True)
class NeuronRange:
    """Neurons start <= i < stop of one population or source."""

    population: str
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Selection:
    """Blocks in written order; i, j and N count through them."""

    blocks: tuple[NeuronRange, ...]

    @property
    def size(self) -> int:
        """Number of neurons."""
        return sum(block.size for block in self.blocks)

    @property
    def populations(self) -> tuple[str, ...]:
        """Names of the populations, each once, in order of appearance."""
        return tuple(dict.fromkeys(block.population for block in self.blocks))

    @property
    def block(self) -> NDArray[np.int64]:
        """Number of the block of every neuron."""
        return np.repeat(np.arange(len(self.blocks)), [block.size for block in self.blocks])

    def index_in(self, population: str) -> NDArray[np.int64]:
        """Return the index of every neuron in a population; -1 for neurons of others."""
        index = np.full(self.size, -1)
        first = 0
        for block in self.blocks:
            if block.population == population:
                index[first : first + block.size] = np.arange(block.start, block.stop)
            first += block.size
        return index


@dataclass(frozen=True, slots=True)
class Sides:
    """Sources and targets among which a connect rule is applied once.

    Parameters
    ----------
    sources, targets : Selection
        Both sides; i and j count through them.
    first : tuple of int
        Place of the first source and of the first target in the selections of the projection.
    block : tuple of int or None
        Place of the two blocks in the lists of the projection, where each pair of blocks is wired by itself.
    """

    sources: Selection
    targets: Selection
    first: tuple[int, int] = (0, 0)
    block: tuple[int, int] | None = None
