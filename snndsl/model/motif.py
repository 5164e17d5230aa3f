"""A motif: spikes with relative times, where they meet, what they lead to."""

from __future__ import annotations

from dataclasses import dataclass

from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["Motif", "MotifEvents", "SpikeColumns"]


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
class Motif:
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
