"""Groups of a catalogue, or motifs of a model, in the spikes of a run and in surrogates of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from snndsl.api import Model
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, nearest
from snndsl.groups.detection import Detection
from snndsl.groups.sought import Sought, recorded_trains, sought_in
from snndsl.groups.sources import PathLike, steps_from
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.recordings.detect import SpikeTrains, extra_spikes, votes_cast
from snndsl.polychrony.recordings.detect import detect as occurrences_of
from snndsl.polychrony.recordings.significance import recording_significance
from snndsl.polychrony.recordings.surrogates import SURROGATES
from snndsl.results import Recording, read_run, single

__all__ = ["DetectionPlan", "detect", "detection_plan"]

WIDTH_MS = 15.0
"""By which spikes are dithered where nothing is said."""

_VOTE = 1e-8
"""s of a core for a vote, as measured."""
_SPIKE = {"shift": 1e-8, "dither": 1e-7, "joint_isi": 3e-7, "exchange": 7e-7}
"""s of a core for a spike of a surrogate, as measured."""

Told = Callable[[str, int, int, int], None]
"""Told what is under way (``detect`` or a null), how much of it is done, of how much, and occurrences so far."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectionPlan:
    """A detection before it is made: what is looked for, where, and how much work that is.

    Parameters
    ----------
    sought : Sought
        Motifs with their names.
    trains : SpikeTrains
        The recording.
    step : Fraction
        Length of a step, ms.
    fraction : float
        Of a motif's spikes that must be there.
    nulls : mapping of str to int
        How many surrogates of which kind.
    width : int
        Steps by which surrogates move spikes.
    seed, workers : int
        Of the surrogates.
    votes : int
        Of the spikes of one recording.
    """

    sought: Sought
    trains: SpikeTrains
    step: Fraction
    fraction: float
    nulls: Mapping[str, int]
    width: int
    seed: int
    workers: int
    votes: int

    @property
    def seconds(self) -> float:
        """Time that the work will take, roughly, s."""
        each = {name: len(self.trains.step) * _SPIKE[name] + self.votes * _VOTE for name in self.nulls}
        return self.votes * _VOTE + sum(times * each[name] for name, times in self.nulls.items()) / self.workers

    @property
    def silent(self) -> int:
        """Neurons of the motifs that never fire in the recording."""
        neurons = np.unique(np.concatenate([motif.neuron for motif in self.sought.motifs]))
        inside = neurons[(neurons >= 0) & (neurons < len(self.trains.start) - 1)]
        return int(np.count_nonzero(np.diff(self.trains.start)[inside] == 0))

    def find(self, progress: Told | None = None) -> Detection:
        """Return what is in the recording and in its surrogates."""
        motifs, trains, told = self.sought.motifs, self.trains, progress or _silently
        how: dict[str, Any] = {"tolerance": self.sought.tolerance, "fraction": self.fraction}
        found = occurrences_of(motifs, trains, progress=lambda *state: told("detect", *state), **how)
        extra = extra_spikes(motifs, trains, found, self.sought.tolerance)
        tested = {}
        for name, times in self.nulls.items():
            drawn: dict[str, Any] = {"repetitions": times, "seed": self.seed, "width": self.width, "workers": self.workers}
            drawn["progress"] = lambda *state, name=name: told(name, *state)
            tested[name] = recording_significance(motifs, trains, name, observed=found, **drawn, **how)
        return Detection(self.sought, found, extra, tested, self.fraction, self.votes, self.silent, self.step)


def _silently(name: str, done: int, total: int, found: int) -> None:
    """Say nothing."""


def detect(
    source: Catalogue | Model | PathLike,
    run: Recording | PathLike,
    *,
    tolerance: int | str | None = None,
    fraction: float = 0.8,
    nulls: Mapping[str, int] | None = None,
    width: int | str | None = None,
    groups: Sequence[int | str] = (),
    seed: int = 0,
    workers: int = 1,
    progress: Told | None = None,
) -> Detection:
    """Find groups or motifs in recorded spikes, and in surrogates that chance alone could have made.

    Parameters
    ----------
    source : Catalogue, Model or path
        Groups of a catalogue, or the motifs of a model.
    run : Recording or path
        With spikes.
    tolerance : int or str, optional
        Steps, or a time, that a spike may be off; without it, 1 step for groups, its own for a motif.
    fraction : float
        Of a group's spikes that must be there.
    nulls : mapping of str to int, optional
        How many surrogates of which kind (``shift``, ``dither``, ``joint_isi``, ``exchange``); without it, 19 of ``dither``.
    width : int or str, optional
        Steps, or a time, by which ``dither`` and ``joint_isi`` move spikes; without it, 15 ms.
    groups : sequence of int or str
        Numbers of groups, names of motifs; empty: all.
    seed : int
        Of the surrogates.
    workers : int
        Processes for the surrogates.
    progress : callable, optional
        Told what is under way, how much is done, of how much, and the occurrences so far.

    Returns
    -------
    Detection
        Every occurrence, and how many there are in the surrogates.

    Raises
    ------
    ModelError
        For whatever does not fit together.
    """
    how: dict[str, Any] = {"tolerance": tolerance, "fraction": fraction, "width": width, "groups": groups}
    return detection_plan(source, run, nulls=nulls, seed=seed, workers=workers, **how).find(progress)


def detection_plan(
    source: Catalogue | Model | PathLike,
    run: Recording | PathLike,
    settings: Mapping[str, Any] | None = None,
    *,
    tolerance: int | str | None = None,
    fraction: float = 0.8,
    nulls: Mapping[str, int] | None = None,
    width: int | str | None = None,
    groups: Sequence[int | str] = (),
    seed: int = 0,
    workers: int = 1,
) -> DetectionPlan:
    """Return what a detection will do; parameters as in `detect`, with the settings of a model file.

    Raises
    ------
    ModelError
        As `detect`.
    """
    wanted = {"dither": 19} if nulls is None else dict(nulls)
    for name, times in wanted.items():
        if name not in SURROGATES or times < 1:
            expected = f"{', '.join(SURROGATES)}, each once or more"
            raise ModelError(Fault("null-unknown", f"{name} {times} times", expected=expected, try_=nearest(name, SURROGATES)))
    recording = run if isinstance(run, Recording) else single(read_run(run))
    trains, step = recorded_trains(recording), recording.step_length
    sought = sought_in(source, recording, [str(item) for item in groups], settings, tolerance)
    votes = votes_cast(sought.motifs, trains, sought.tolerance)
    return DetectionPlan(sought, trains, step, fraction, wanted, _width(width, step), seed, workers, votes)


def _width(given: int | str | None, step: Fraction) -> int:
    """Return the steps by which surrogates move spikes."""
    if given is None:
        return max(1, round(WIDTH_MS / float(step)))
    width = steps_from(given, step, "--width")
    if width < 1:
        raise ModelError(Fault("surrogate-width", f"--width {given}", expected="at least one step", try_='--width "15 ms"'))
    return width
