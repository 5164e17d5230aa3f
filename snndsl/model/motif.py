"""A motif: spikes with relative times, where they meet, what they lead to."""

from __future__ import annotations

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["DeclaredMotif", "MotifEvents", "MotifSpikes", "SpikeColumns"]


@dataclass(frozen=True, slots=True, eq=False)
class MotifEvents:
    """Named events: the population and index of each neuron, and the times that stand beside it."""

    events: tuple[tuple[str, int, tuple[Term, ...]], ...]

    def __len__(self) -> int:
        """Return how many neurons are named."""
        return len(self.events)


@dataclass(frozen=True, slots=True, eq=False)
class SpikeColumns:
    """Events in columns: places within a selection, and times."""

    selection: Selection
    i: ValueTerm
    t: ValueTerm


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredMotif:
    """A motif.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    spikes : MotifEvents or SpikeColumns
        Of its neurons.
    arrive, leads_to : MotifEvents
        Where and when they meet; what follows.
    tolerance : Term or None
        How early or late a spike may be.
    """

    name: str
    place: Place
    spikes: MotifEvents | SpikeColumns
    arrive: MotifEvents
    leads_to: MotifEvents
    tolerance: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class MotifSpikes:
    """Spikes (or arrivals) of a motif, in the order of the file.

    Parameters
    ----------
    population : tuple of str
        Of every spike.
    neuron, step : ndarray of int64, shape (spikes,)
        Index in the population, and time from the beginning of the motif in steps.
    places : tuple of Place
        Where the file gives the time of each; empty for spikes in arrays.
    """

    population: tuple[str, ...]
    neuron: NDArray[np.int64]
    step: NDArray[np.int64]
    places: tuple[Place, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.step)
