"""Motifs found in recorded spikes: every time at which enough of a motif's spikes are there, within a tolerance.

Each spike of a motif votes: an event of its neuron at step e votes for the beginnings e - offset - tolerance .. e - offset +
tolerance. A beginning with enough votes is an occurrence; of neighbouring ones the best is kept. So a spike may be missing or
early, and other spikes do not matter. The work is (events of the motif's neurons) x (2 tolerance + 1), whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.engine.votes import count_extra, distances, forget, vote
from snndsl.polychrony.group import Group
from snndsl.results import Recording

__all__ = [
    "Motif",
    "Occurrences",
    "SpikeTrains",
    "detect",
    "extra_spikes",
    "first_neurons",
    "motif_of",
    "trains_of",
    "votes_cast",
    "votes_needed",
]

_LONGEST = 2**31 - 2**20
_WIDEST = 1000
_MOST = 60_000
"""Spikes of a motif: votes are counted with 16 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Motif:
    """Spikes with relative times.

    Parameters
    ----------
    neuron : ndarray of int64, shape (spikes,)
        Who.
    step : ndarray of int64, shape (spikes,)
        When, in steps after the first; the first is 0.
    """

    neuron: NDArray[np.int64]
    step: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, slots=True, eq=False)
class SpikeTrains:
    """Recorded spikes by neuron.

    Parameters
    ----------
    start : ndarray of int64, shape (neurons + 1,)
        Where the spikes of each neuron begin.
    step : ndarray of int64, shape (spikes,)
        Stamps, sorted within each neuron.
    last : int
        Last stamp of the recording.
    """

    start: NDArray[np.int64]
    step: NDArray[np.int64]
    last: int

    @classmethod
    def from_events(cls, step: ArrayLike, neuron: ArrayLike, neurons: int, last: int | None = None) -> SpikeTrains:
        """Sort spikes by neuron.

        Parameters
        ----------
        step, neuron : array-like of int, shape (spikes,)
            In any order.
        neurons : int
            Number of neurons.
        last : int, optional
            Last stamp; without it, that of the last spike.

        Raises
        ------
        ModelError
            spike-unknown-neuron, spike-time.
        """
        when, who = np.asarray(step, np.int64), np.asarray(neuron, np.int64)
        if len(who) and (who.min() < 0 or who.max() >= neurons):
            bad = int(np.argmax((who < 0) | (who >= neurons)))
            what = f"spike {bad} is of neuron {who[bad]}"
            raise ModelError(Fault("spike-unknown-neuron", what, expected=f"0 .. {neurons - 1}"))
        end = int(when.max(initial=0)) if last is None else last
        if len(when) and (when.min() < 0 or when.max() > end or end > _LONGEST):
            bad = int(np.argmax((when < 0) | (when > end)))
            raise ModelError(Fault("spike-time", f"spike {bad} is at step {when[bad]}", expected=f"0 .. {min(end, _LONGEST)}"))
        order = np.lexsort((when, who))
        return cls(np.searchsorted(who[order], np.arange(neurons + 1)).astype(np.int64), when[order], end)

    def between(self, first: int, last: int) -> SpikeTrains:
        """Return the spikes from one stamp to another, both included, with stamps from the first."""
        inside = (self.step >= first) & (self.step <= last)
        before = np.concatenate([[0], np.cumsum(inside)])
        return SpikeTrains(before[self.start].astype(np.int64), self.step[inside] - first, last - first)


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Where motifs were found, sorted by motif and time.

    Parameters
    ----------
    motif : ndarray of int64, shape (occurrences,)
        Number of the motif.
    step : ndarray of int64, shape (occurrences,)
        Stamp of its beginning.
    spikes : ndarray of int64, shape (occurrences,)
        How many of its spikes are there.
    """

    motif: NDArray[np.int64]
    step: NDArray[np.int64]
    spikes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.step)


def motif_of(group: Group) -> Motif:
    """Return all spikes of a group, anchors included, as a motif."""
    order = np.lexsort((group.neuron, group.step))
    step = group.step.astype(np.int64)[order]
    return Motif(group.neuron.astype(np.int64)[order], step - step[0])


def first_neurons(sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the number of the first neuron of each population, if they follow each other in the order of their names."""
    names = sorted(sizes)
    return dict(zip(names, np.cumsum([0, *(sizes[name] for name in names)]).tolist(), strict=False))


def trains_of(recording: Recording, first: Mapping[str, int] | None = None) -> SpikeTrains:
    """Return the spikes of a run, neurons numbered through its populations.

    Parameters
    ----------
    recording : Recording
        With spikes.
    first : mapping of str to int, optional
        Number of the first neuron of each population; without it, populations follow each other in the order of their names.
    """
    first = first_neurons(recording.populations) if first is None else first
    total = max((first[name] + size for name, size in recording.populations.items()), default=0)
    steps = [recording.spikes[name].step for name in recording.spikes]
    neurons = [recording.spikes[name].neuron.astype(np.int64) + first[name] for name in recording.spikes]
    empty = np.zeros(0, np.int64)
    step, neuron = np.concatenate([*steps, empty]), np.concatenate([*neurons, empty])
    return SpikeTrains.from_events(step, neuron, total, recording.steps_done)


def detect(
    motifs: Sequence[Motif],
    trains: SpikeTrains,
    *,
    tolerance: int | Sequence[int] = 1,
    fraction: float = 0.8,
    progress: Callable[[int, int, int], None] | None = None,
) -> Occurrences:
    """Find motifs in recorded spikes.

    Parameters
    ----------
    motifs : sequence of Motif
        What is looked for.
    trains : SpikeTrains
        Where.
    tolerance : int or sequence of int
        Steps that a spike may be early or late, for all motifs or for each.
    fraction : float
        Of the motif's spikes that must be there; at least two spikes.
    progress : callable, optional
        Called with the motifs done, their number and the occurrences so far.

    Returns
    -------
    Occurrences
        Of beginnings within twice the tolerance the one with most spikes, of these the one whose spikes are least off, then
        the earlier one.

    Raises
    ------
    ModelError
        detect-parameter, motif-unknown-neuron, motif-too-long.
    """
    tolerances = _checked(motifs, trains, tolerance, fraction)
    longest = max((int(motif.step.max(initial=0)) for motif in motifs), default=0)
    room = trains.last + longest + 2 * max(tolerances, default=0) + 2
    votes, voter = (np.zeros(room, np.uint16) for _ in range(2))
    reached = np.zeros(4096, np.int64)
    found: list[tuple[int, NDArray[np.int64], NDArray[np.int64]]] = []
    total = 0
    for number, (motif, own) in enumerate(zip(motifs, tolerances, strict=True)):
        need = votes_needed(motif, fraction)
        if len(motif) >= need:
            arguments = (motif.neuron, motif.step, trains.start, trains.step, own)
            while (count := vote(*arguments, need, votes, voter, longest, reached)) > len(reached):
                forget(*arguments, votes, voter, longest)
                reached = np.zeros(2 * count, np.int64)
            places = np.unique(reached[:count])
            starts, counts = places - longest - own, votes[places].astype(np.int64)
            forget(*arguments, votes, voter, longest)
            off = np.zeros(len(starts), np.int64)
            distances(*arguments, starts, off)
            starts, counts = _best(starts, counts, off, own)
            found.append((number, starts, counts))
            total += len(starts)
        if progress:
            progress(number + 1, len(motifs), total)
    return _occurrences(found)


def _occurrences(found: Sequence[tuple[int, NDArray[np.int64], NDArray[np.int64]]]) -> Occurrences:
    """Return together what was found of each motif: its number, where, and with how many spikes."""
    columns = zip(*((np.full(len(starts), number, np.int64), starts, counts) for number, starts, counts in found))
    empty = np.zeros(0, np.int64)
    return Occurrences(*(np.concatenate(column) for column in columns)) if found else Occurrences(empty, empty, empty)


def votes_needed(motif: Motif | Group, fraction: float) -> int:
    """Return how many spikes make an occurrence, if this fraction of them must be there."""
    return max(2, int(np.ceil(fraction * len(motif) - 1e-9)))


def votes_cast(motifs: Sequence[Motif], trains: SpikeTrains, tolerance: int | Sequence[int] = 1) -> int:
    """Return the work of a detection before it is done: how many votes there will be, 4 to 10 ns each."""
    events = np.diff(trains.start)
    widths = [2 * own + 1 for own in _checked(motifs, trains, tolerance, 1.0)]
    return sum(int(events[motif.neuron].sum()) * width for motif, width in zip(motifs, widths, strict=True))


def extra_spikes(
    motifs: Sequence[Motif], trains: SpikeTrains, found: Occurrences, tolerance: int | Sequence[int] = 1
) -> NDArray[np.int64]:
    """Count the spikes that a motif's neurons fire beside it while it occurs; other arguments as in `detect`, which found it.

    Returns
    -------
    ndarray of int64, shape (occurrences,)
        Spikes of the motif's neurons, from its first spike to its last and the tolerance around them, that are within the
        tolerance of no spike of the motif.
    """
    tolerances = _checked(motifs, trains, tolerance, 1.0)
    extra = np.zeros(len(found), np.int64)
    bounds = np.searchsorted(found.motif, np.arange(len(motifs) + 1))
    for number, (motif, own) in enumerate(zip(motifs, tolerances, strict=True)):
        first, last = bounds[number], bounds[number + 1]
        if last > first:
            order = np.argsort(motif.neuron, kind="stable")
            counted = np.zeros(last - first, np.int64)
            neuron, step = motif.neuron[order], motif.step[order]
            count_extra(neuron, step, trains.start, trains.step, own, found.step[first:last], counted)
            extra[first:last] = counted
    return extra


def _checked(motifs: Sequence[Motif], trains: SpikeTrains, tolerance: int | Sequence[int], fraction: float) -> list[int]:
    """Return the tolerance of every motif, after a look at all arguments."""
    tolerances = [tolerance] * len(motifs) if isinstance(tolerance, int) else list(tolerance)
    if not 0 < fraction <= 1:
        raise ModelError(Fault("detect-parameter", f"a fraction of {fraction}", expected="above 0, at most 1"))
    if len(tolerances) != len(motifs):
        what = f"{len(tolerances)} tolerances for {len(motifs)} motifs"
        raise ModelError(Fault("detect-parameter", what, expected="one for all, or one for each"))
    for own in [tolerance] if isinstance(tolerance, int) else tolerances:
        if not 0 <= own <= _WIDEST:
            raise ModelError(Fault("detect-parameter", f"a tolerance of {own} steps", expected=f"0 to {_WIDEST} steps"))
    neurons = len(trains.start) - 1
    for number, motif in enumerate(motifs):
        beyond = motif.neuron[(motif.neuron < 0) | (motif.neuron >= neurons)]
        if len(beyond):
            what, expected = f"motif {number} has neuron {beyond[0]}", f"neurons of the recording, 0 .. {neurons - 1}"
            raise ModelError(Fault("motif-unknown-neuron", what, expected=expected))
        if len(motif) > _MOST:
            what = f"motif {number} has {len(motif):,} spikes"
            raise ModelError(Fault("motif-too-long", what, expected=f"at most {_MOST:,} spikes"))
    return tolerances


def _best(
    starts: NDArray[np.int64], counts: NDArray[np.int64], off: NDArray[np.int64], tolerance: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep the best of beginnings that are close; `starts` is sorted."""
    if not tolerance:
        return starts, counts
    kept: list[int] = []
    near: set[int] = set()
    for place in np.lexsort((starts, off, -counts)).tolist():
        step = int(starts[place])
        if step not in near:
            kept.append(place)
            near.update(range(step - 2 * tolerance, step + 2 * tolerance + 1))
    kept.sort()
    return starts[kept], counts[kept]
