"""A run of several trials: a sequence of recordings, and their arrays with an axis for the trial."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.results.facts import RunFacts
from snndsl.results.manifest import read_manifest
from snndsl.results.measured import BinnedCounts, MeasuredSynapses, Shown, Spikes, States, Weights
from snndsl.results.recording import Lazy, Recording

__all__ = [
    "Run", "TrialCounts", "TrialSpikes", "TrialStates", "TrialWeights", "TrialsRecording", "read_run", "single", "trial_folder",
    "trial_status",
]  # fmt: skip


T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrialSpikes(Shown):
    """Spikes of one population in all trials, sorted by (trial, step, neuron).

    Parameters
    ----------
    trial : ndarray of int32, shape (spikes,)
        Number of the trial, from 0.
    step : ndarray of int64, shape (spikes,)
        Stamps.
    neuron : ndarray of int32, shape (spikes,)
        0-based in the population.
    step_ms : Fraction
        Length of a step.
    """

    trial: NDArray[np.int32]
    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    step_ms: Fraction

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Times in ms, shape (spikes,)."""
        return Spikes(self.step, self.neuron, self.step_ms).time_ms

    def of_trial(self, trial: int) -> Spikes:
        """Return the spikes of one trial."""
        begin, end = np.searchsorted(self.trial, (trial, trial + 1))
        return Spikes(self.step[begin:end], self.neuron[begin:end], self.step_ms)

    def __len__(self) -> int:
        return len(self.step)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with the columns trial, step, neuron, time_ms."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame({"trial": self.trial, "step": self.step, "neuron": self.neuron, "time_ms": self.time_ms})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrialStates(Shown):
    """One variable in all trials.

    Parameters
    ----------
    value : ndarray of float64, shape (trials, samples, neurons)
        In `unit`.
    step : ndarray of int64, shape (samples,)
        Stamps.
    neuron : ndarray of int32, shape (neurons,)
        0-based in the population.
    unit : str
        Internal unit, empty if unknown.
    step_ms : Fraction
        Length of a step.
    """

    value: NDArray[np.float64]
    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    unit: str
    step_ms: Fraction

    def of_trial(self, k: int) -> States:
        """Return the samples of the k-th of the trials."""
        return States(self.value[k], self.step, self.neuron, self.unit, self.step_ms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrialWeights(Shown):
    """Snapshots of one variable of a projection's synapses in all trials.

    Parameters
    ----------
    step : ndarray of int64, shape (snapshots,)
        Stamps.
    value : ndarray of float64, shape (trials, snapshots, synapses)
        Internal units.
    row : ndarray of int64, shape (synapses,)
        Rows of the projection's table.
    step_ms : Fraction
        Length of a step.
    """

    step: NDArray[np.int64]
    value: NDArray[np.float64]
    row: NDArray[np.int64]
    step_ms: Fraction

    def of_trial(self, k: int) -> Weights:
        """Return the snapshots of the k-th of the trials."""
        return Weights(self.step, self.value[k], self.row, self.step_ms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrialCounts(Shown):
    """Spikes of a selection together, in bins, in all trials.

    Parameters
    ----------
    value : ndarray of int64, shape (trials, bins)
        Spikes of stamps step - width < n <= step.
    step : ndarray of int64, shape (bins,)
        Ends of the bins, stamps.
    width : int
        Of a bin, in steps.
    neurons : int
        Of the selection.
    step_ms : Fraction
        Length of a step.
    """

    value: NDArray[np.int64]
    step: NDArray[np.int64]
    width: int
    neurons: int
    step_ms: Fraction

    @property
    def rate(self) -> NDArray[np.float64]:
        """Spikes per neuron and second, Hz, shape (trials, bins)."""
        return np.asarray(self.value / (self.neurons * self.width * float(self.step_ms) / 1000), np.float64)

    def of_trial(self, k: int) -> BinnedCounts:
        """Return the counts of the k-th of the trials."""
        return BinnedCounts(self.value[k], self.step, self.width, self.neurons, self.step_ms)


class TrialsRecording(RunFacts):
    """What the trials of a run left behind.

    Parameters
    ----------
    path : Path
        A run folder with ``trials``.
    manifest : mapping
        Of the whole.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        super().__init__(manifest)
        self.path = path

    @classmethod
    def opened(cls, path: Path) -> TrialsRecording:
        """Open the folder of a run of several trials.

        Raises
        ------
        ModelError
            run-missing, run-damaged, run-format; run-has-no-trials.
        """
        manifest = read_manifest(path)
        if "trials" not in manifest:
            what = f"{path} is one run, not one of several trials"
            raise ModelError(Fault("run-has-no-trials", what, expected="a run of a model with 'trials' above 1"))
        return cls(path, manifest)

    # ---- facts

    @property
    def steps_done(self) -> int:
        """Steps of all complete trials together."""
        return self.steps * len(self.trials)

    @property
    def populations(self) -> Mapping[str, int]:
        """Sizes by name."""
        return self._first.populations

    @cached_property
    def trials(self) -> tuple[Recording, ...]:
        """The recordings of the complete trials, in the order of their numbers (`Recording.trial`)."""
        numbers = [k for k in range(int(self.manifest["trials"])) if trial_status(self.path, k) == "complete"]
        return tuple(Recording(trial_folder(self.path, k)) for k in numbers)

    @property
    def spike_counts(self) -> dict[str, int]:
        """Spikes of all trials together by population."""
        found: dict[str, int] = {}
        for trial in self.trials:
            for name, count in trial.spike_counts.items():
                found[name] = found.get(name, 0) + count
        return found

    # ---- arrays

    @cached_property
    def spikes(self) -> Mapping[str, TrialSpikes]:
        """Spikes by population."""
        return Lazy(list(self._first.spikes), self._spikes)

    @cached_property
    def states(self) -> Mapping[str, Mapping[str, TrialStates]]:
        """States by population and variable; see `Recording.states`."""
        return self._stacked(lambda run: run.states, self._states)

    @cached_property
    def signals(self) -> Mapping[str, Mapping[str, TrialStates]]:
        """States by signal and variable; see `Recording.signals`."""
        return self._stacked(lambda run: run.signals, self._states)

    @cached_property
    def records(self) -> Mapping[str, Mapping[str, TrialStates]]:
        """States by record and variable; see `Recording.records`."""
        return self._stacked(lambda run: run.records, self._states)

    @cached_property
    def counts(self) -> Mapping[str, TrialCounts]:
        """Spikes in bins, by selection as it was written."""
        return Lazy(list(self._first.counts), self._counts)

    @cached_property
    def weights(self) -> Mapping[str, Mapping[str, TrialWeights]]:
        """Snapshots by projection and variable."""
        return self._stacked(lambda run: run.weights, self._weights)

    @property
    def synapses(self) -> Mapping[str, MeasuredSynapses]:
        """Tables of synapses by projection: the same in all trials."""
        return self._first.synapses

    def verify(self) -> list[str]:
        """Return the files, of all complete trials, whose bytes are not those that were committed."""
        return [f"{trial.path.relative_to(self.path).as_posix()}/{name}" for trial in self.trials for name in trial.verify()]

    @property
    def _first(self) -> Recording:
        if not self.trials:
            what = f"{self.path} has no complete trial ({self.status})"
            raise ModelError(Fault("run-has-no-trials", what, expected="at least one", try_="snndsl run --resume"))
        return self.trials[0]

    def _spikes(self, population: str) -> TrialSpikes:
        parts = [run.spikes[population] for run in self.trials]
        numbers = np.array([run.trial for run in self.trials], np.int32)
        return TrialSpikes(
            np.repeat(numbers, [len(part) for part in parts]),
            np.concatenate([part.step for part in parts]),
            np.concatenate([part.neuron for part in parts]),
            self.step_length,
        )

    def _counts(self, name: str) -> TrialCounts:
        parts = [run.counts[name] for run in self.trials]
        first, value = parts[0], np.stack([part.value for part in parts])
        return TrialCounts(value, first.step, first.width, first.neurons, first.step_ms)

    def _stacked(self, of: Callable[[Recording], Any], joined: Callable[[list[Any]], T]) -> Mapping[str, Mapping[str, T]]:
        def _variables(name: str) -> Mapping[str, T]:
            return Lazy(list(of(self._first)[name]), lambda key: joined([of(run)[name][key] for run in self.trials]))

        return Lazy(list(of(self._first)), _variables)

    def _states(self, parts: list[States]) -> TrialStates:
        first = parts[0]
        return TrialStates(np.stack([part.value for part in parts]), first.step, first.neuron, first.unit, first.step_ms)

    def _weights(self, parts: list[Weights]) -> TrialWeights:
        return TrialWeights(parts[0].step, np.stack([part.value for part in parts]), parts[0].row, parts[0].step_ms)

    # ---- showing

    def __repr__(self) -> str:
        done, total = len(self.trials), int(self.manifest["trials"])
        each, spikes = f"{self.steps:,} steps each", sum(self.spike_counts.values())
        head = f"{self.name} on {self.backend}: {done} of {total} trials, {each}"
        return f"<TrialsRecording {head}, {spikes:,} spikes, {self.status}>"

    def _repr_html_(self) -> str:
        if not self.trials:
            return f"<p>{html.escape(repr(self))}</p>"
        counts = self.spike_counts
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{size:,}</td><td>{counts.get(name, 0) / len(self.trials):,.1f}</td></tr>"
            for name, size in self.populations.items()
            if name not in self.manifest.get("declared", {}).get("signals", [])
        )
        head = "<tr><th>population</th><th>neurons</th><th>spikes a trial</th></tr>"
        return f"<p>{html.escape(repr(self))}</p><table>{head}{rows}</table>"


Run = Recording | TrialsRecording
"""What a run folder holds."""


def trial_folder(folder: Path, trial: int) -> Path:
    """Return the run folder of a trial."""
    return folder / "trials" / str(trial)


def trial_status(folder: Path, trial: int) -> str:
    """Return how far a trial is; empty: it was not begun."""
    try:
        manifest = json.loads((trial_folder(folder, trial) / "manifest.json").read_text(encoding="utf-8"))
        return str(manifest["status"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def read_run(path: str | os.PathLike[str]) -> Run:
    """Open a run folder: one run, or a run of several trials.

    Raises
    ------
    ModelError
        run-missing, run-damaged, run-format.
    """
    place = Path(path)
    manifest = read_manifest(place)
    return TrialsRecording(place, manifest) if "trials" in manifest else Recording(place)


def single(run: Run) -> Recording:
    """Return a run that is one trial.

    Raises
    ------
    ModelError
        run-has-trials.
    """
    if isinstance(run, Recording):
        return run
    what = f"{run.path} holds {run.manifest['trials']} trials"
    first = run.trials[0].path if run.trials else trial_folder(run.path, 0)
    raise ModelError(Fault("run-has-trials", what, expected="the folder of one trial", try_=str(first)))
