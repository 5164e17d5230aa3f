"""Motifs found in recorded spikes: every time at which enough of a motif's spikes are there, within a tolerance.

Each spike of a motif votes: an event of its neuron at step e votes for the beginnings e - offset - tolerance .. e - offset +
tolerance. A beginning with enough votes is an occurrence; of neighbouring ones the best is kept. So a spike may be missing or
early, and other spikes do not matter. The work is (events of the motif's neurons) x (2 tolerance + 1), whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.engine.compiled import kernel
from snndsl.polychrony.group import Group
from snndsl.results import Recording

__all__ = ["Motif", "Occurrences", "SpikeTrains", "detect", "motif_of", "shifted", "trains_of"]

_LONGEST = 2**31 - 2**20


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
            raise ModelError(
                Fault("spike-unknown-neuron", f"spike {bad} is of neuron {who[bad]}", expected=f"0 .. {neurons - 1}")
            )
        end = int(when.max(initial=0)) if last is None else last
        if len(when) and (when.min() < 0 or when.max() > end or end > _LONGEST):
            bad = int(np.argmax((when < 0) | (when > end)))
            raise ModelError(Fault("spike-time", f"spike {bad} is at step {when[bad]}", expected=f"0 .. {min(end, _LONGEST)}"))
        order = np.lexsort((when, who))
        return cls(np.searchsorted(who[order], np.arange(neurons + 1)).astype(np.int64), when[order], end)


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


def trains_of(recording: Recording, first: Mapping[str, int] | None = None) -> SpikeTrains:
    """Return the spikes of a run, neurons numbered through its populations.

    Parameters
    ----------
    recording : Recording
        With spikes.
    first : mapping of str to int, optional
        Number of the first neuron of each population; without it, populations follow each other in the order of the run.
    """
    if first is None:
        ends = np.cumsum([0, *recording.populations.values()]).tolist()
        first = dict(zip(recording.populations, ends, strict=False))
    total = max((first[name] + size for name, size in recording.populations.items()), default=0)
    steps = [recording.spikes[name].step for name in recording.spikes]
    neurons = [recording.spikes[name].neuron.astype(np.int64) + first[name] for name in recording.spikes]
    empty = np.zeros(0, np.int64)
    step, neuron = np.concatenate([*steps, empty]), np.concatenate([*neurons, empty])
    return SpikeTrains.from_events(step, neuron, total, recording.steps_done)


def shifted(trains: SpikeTrains, rng: np.random.Generator) -> SpikeTrains:
    """Shift every neuron's train by a random time, round the end: rates and intervals stay, timing between neurons goes.

    Parameters
    ----------
    trains : SpikeTrains
        As recorded.
    rng : numpy.random.Generator
        Source of chance.
    """
    neurons = len(trains.start) - 1
    owner = np.repeat(np.arange(neurons), np.diff(trains.start))
    length = trains.last + 1
    step = (trains.step + rng.integers(0, length, neurons)[owner]) % length
    return SpikeTrains.from_events(step, owner, neurons, trains.last)


def detect(
    motifs: Sequence[Motif],
    trains: SpikeTrains,
    *,
    tolerance: int = 1,
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
    tolerance : int
        Steps that a spike may be early or late.
    fraction : float
        Of the motif's spikes that must be there; at least two spikes.
    progress : callable, optional
        Called with the motifs done, their number and the occurrences so far.

    Returns
    -------
    Occurrences
        Of two beginnings closer than twice the tolerance the one with more spikes, then the earlier one.

    Raises
    ------
    ModelError
        detect-parameter, motif-unknown-neuron.
    """
    if not 0 < fraction <= 1 or not 0 <= tolerance <= 1000:
        what = f"fraction {fraction}, tolerance {tolerance}"
        raise ModelError(Fault("detect-parameter", what, expected="0 < fraction <= 1, 0 <= tolerance <= 1000 steps"))
    neurons = len(trains.start) - 1
    longest = max((int(motif.step.max(initial=0)) for motif in motifs), default=0)
    votes, voter = (np.zeros(trains.last + longest + 2 * tolerance + 2, np.uint16) for _ in range(2))
    reached = np.zeros(4096, np.int64)
    found: list[tuple[int, NDArray[np.int64], NDArray[np.int64]]] = []
    total = 0
    for number, motif in enumerate(motifs):
        if len(motif) and (motif.neuron.min() < 0 or motif.neuron.max() >= neurons):
            what = f"motif {number} has neuron {motif.neuron.max()}"
            raise ModelError(Fault("motif-unknown-neuron", what, expected=f"0 .. {neurons - 1}"))
        need = max(2, int(np.ceil(fraction * len(motif) - 1e-9)))
        if len(motif) >= need:
            arguments = (motif.neuron, motif.step, trains.start, trains.step, tolerance)
            while (count := _vote(*arguments, need, votes, voter, longest, reached)) > len(reached):
                _forget(*arguments, votes, voter, longest)
                reached = np.zeros(2 * count, np.int64)
            places = np.unique(reached[:count])
            starts, counts = _best(places - longest - tolerance, votes[places].astype(np.int64), tolerance)
            _forget(*arguments, votes, voter, longest)
            found.append((number, starts, counts))
            total += len(starts)
        if progress:
            progress(number + 1, len(motifs), total)
    numbers = [np.full(len(starts), number, np.int64) for number, starts, _ in found]
    empty = np.zeros(0, np.int64)
    return Occurrences(
        np.concatenate([*numbers, empty]),
        np.concatenate([*(starts for _, starts, _ in found), empty]),
        np.concatenate([*(counts for _, _, counts in found), empty]),
    )


def _best(starts: NDArray[np.int64], counts: NDArray[np.int64], tolerance: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep the best of beginnings that are close; `starts` is sorted."""
    kept: list[int] = []
    edges = np.flatnonzero(np.diff(starts) > 2 * tolerance) + 1
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(starts)], strict=True):
        chosen: list[int] = []
        for place in sorted(range(first, last), key=lambda place: (-counts[place], starts[place])):
            if all(abs(int(starts[place]) - int(starts[other])) > 2 * tolerance for other in chosen):
                chosen.append(place)
        kept += sorted(chosen)
    return starts[kept], counts[kept]


@kernel
def _vote(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    need: int,
    votes: NDArray[np.uint16],
    voter: NDArray[np.uint16],
    longest: int,
    reached: NDArray[np.int64],
) -> int:
    """Count votes; put the places that reach `need` into `reached` as far as it goes, return their number."""
    count = 0
    for k in range(len(neuron)):
        for e in range(start[neuron[k]], start[neuron[k] + 1]):
            middle = step[e] - offset[k] + longest + tolerance
            for place in range(middle - tolerance, middle + tolerance + 1):
                if voter[place] != k + 1:
                    voter[place] = k + 1
                    votes[place] += 1
                    if votes[place] == need:
                        if count < len(reached):
                            reached[count] = place
                        count += 1
    return count


@kernel
def _forget(
    neuron: NDArray[np.int64],
    offset: NDArray[np.int64],
    start: NDArray[np.int64],
    step: NDArray[np.int64],
    tolerance: int,
    votes: NDArray[np.uint16],
    voter: NDArray[np.uint16],
    longest: int,
) -> None:
    """Undo `_vote` where it has been."""
    for k in range(len(neuron)):
        for e in range(start[neuron[k]], start[neuron[k] + 1]):
            middle = step[e] - offset[k] + longest + tolerance
            for place in range(middle - tolerance, middle + tolerance + 1):
                votes[place] = 0
                voter[place] = 0
