"""What is kept of a run."""

from __future__ import annotations

from snndsl.deferred import dataclass
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term

__all__ = ["RecordedCounts", "RecordedStates", "RecordedSynapses", "Records"]


@dataclass(frozen=True, slots=True, eq=False)
class RecordedStates:
    """States of a selection at stamps after < s <= until that are multiples of a period.

    Parameters
    ----------
    name : str
        The selection as written.
    place : Place
        Of the entry.
    selection : Selection
        Whose states.
    of : tuple of str
        Which.
    every : int
        Steps.
    after, until : int or None
        Stamps; None: from 0 on, to the end.
    """

    name: str
    place: Place
    selection: Selection
    of: tuple[str, ...]
    every: int
    after: int | None
    until: int | None


@dataclass(frozen=True, slots=True, eq=False)
class RecordedSynapses:
    """Variables of the synapses of a projection, at multiples of a period and at listed stamps."""

    projection: str
    place: Place
    of: tuple[str, ...]
    every: int | None
    at: tuple[int, ...]
    where: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCounts:
    """Spikes of a selection, counted in bins of so many steps."""

    name: str
    place: Place
    selection: Selection
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The section ``record``."""

    place: Place
    spikes: Selection
    states: tuple[RecordedStates, ...]
    synapses: tuple[RecordedSynapses, ...]
    counts: tuple[RecordedCounts, ...]
