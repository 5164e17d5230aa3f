"""Recordings piece by piece: a run of any length is read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.results import Recording, Spikes, States

__all__ = ["SpikeChunks", "StateChunks", "has", "listed", "same_files", "sampled", "snapshot", "state_records", "walk"]

PIECE = 2**20
"""Spikes, or values of states, that are held at a time for each run."""


def listed(run: Recording, folder: str, ending: str = ".npy") -> dict[str, int]:
    """Return the committed files below a folder of a run, in order, and their rows."""
    files = {item["file"]: int(item["rows"]) for item in run.manifest["files"]}
    return {name: files[name] for name in sorted(files) if name.startswith(folder) and name.endswith(ending)}


def has(recorded: Mapping[str, Any], *names: str) -> bool:
    """Tell whether a recording has something, by population and variable (``has(run.states, "exc", "v")``); nothing is read."""
    for depth, name in enumerate(names):
        if name not in list(recorded):
            return False
        if depth + 1 < len(names):
            recorded = recorded[name]
    return True


def sampled(run: Recording) -> dict[str, Mapping[str, States]]:
    """Return the recorded states of populations and signals together, by name and variable."""
    return {**run.states, **run.signals}


def same_files(one: Recording, other: Recording, folder: str) -> bool:
    """Tell whether two run folders hold the same files below a folder: with the listed checksums, which are those of the bytes.

    Raises
    ------
    ModelError
        run-damaged: a file of equal checksums is not as it was written.
    """

    def _checksums(run: Recording) -> dict[str, str]:
        return {item["file"]: item["sha256"] for item in run.manifest["files"] if item["file"].startswith(folder)}

    mine = _checksums(one)
    if one.steps_done != other.steps_done or not mine or mine != _checksums(other):
        return False
    for run in (one, other):
        for name in mine:
            run.intact(name)
    return True


class SpikeChunks:
    """The spikes of a population in a run folder.

    Parameters
    ----------
    run : Recording
        A run.
    population : str
        Of which spikes were recorded.
    """

    def __init__(self, run: Recording, population: str) -> None:
        self._run = run
        self._counts = list(listed(run, f"spikes/{population}/", ".count.npy").items())
        self._neurons = list(listed(run, f"spikes/{population}/", ".neuron.npy").items())
        if len(self._counts) != len(self._neurons):
            what = f"{run.path} lists {len(self._counts)} counts and {len(self._neurons)} lists of spikes of {population}"
            raise ModelError(Fault("run-damaged", what, expected="one of each a chunk"))
        self._ends = np.cumsum([0, *(rows for _, rows in self._counts)])
        self._held = -1
        self._held_total: NDArray[np.int64] = np.zeros(1, np.int64)

    def count(self, first: int, last: int) -> int:
        """Return the number of spikes of stamps first .. last."""
        return sum(int(total[end] - total[begin]) for _, total, begin, end in self._parts(first, last))

    def between(self, first: int, last: int) -> Spikes:
        """Return the spikes of stamps first .. last."""
        steps, neurons = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for chunk, total, begin, end in self._parts(first, last):
            stamps = np.arange(begin, end, dtype=np.int64) + self._ends[chunk] + 1
            steps.append(np.repeat(stamps, np.diff(total[begin : end + 1])))
            name, rows = self._neurons[chunk]
            array = self._run.array(name, mapped=True)
            if len(array) != total[-1]:
                what = f"{self._run.path / name} lists {len(array)} spikes"
                raise ModelError(Fault("run-damaged", what, expected=f"{total[-1]}, as its counts say"))
            neurons.append(np.asarray(array[total[begin] : total[end]], np.int32))
        return Spikes(np.concatenate(steps), np.concatenate(neurons), self._run.step_length)

    def reach(self, first: int, last: int, spikes: int) -> int:
        """Return the last stamp from `first` to `last` up to which there are at most so many spikes; at least `first`."""
        for chunk, total, begin, end in self._parts(first, last):
            within = int(np.searchsorted(total[begin + 1 : end + 1] - total[begin], spikes, side="right"))
            return int(self._ends[chunk]) + begin + max(within, 1)
        return last

    def _parts(self, first: int, last: int) -> Iterator[tuple[int, NDArray[np.int64], int, int]]:
        """Yield the chunks of a window: number, running total of spikes, first and end stamp within the chunk (0-based)."""
        since, until = np.searchsorted(self._ends, (first - 1, last), side="right")
        for chunk in range(max(int(since) - 1, 0), min(int(until), len(self._counts))):
            start, stop = int(self._ends[chunk]), int(self._ends[chunk + 1])
            begin, end = max(first - 1, start) - start, min(last, stop) - start
            if begin < end:
                yield chunk, self._total(chunk), begin, end

    def _total(self, chunk: int) -> NDArray[np.int64]:
        if chunk != self._held:
            counts = self._run.array(self._counts[chunk][0], mapped=True)
            self._held, self._held_total = chunk, np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        return self._held_total


def walk(trains: Sequence[SpikeChunks], first: int, last: int, spikes: int = PIECE) -> Iterator[tuple[Spikes, ...]]:
    """Yield the spikes of stamps first .. last of several runs, cut at the same stamps.

    Parameters
    ----------
    trains : sequence of SpikeChunks
        One a run.
    first, last : int
        Stamps, both included.
    spikes : int
        At most so many of each run at a time, unless one step has more.
    """
    while first <= last:
        end = min(train.reach(first, last, spikes) for train in trains)
        yield tuple(train.between(first, end) for train in trains)
        first = end + 1


class StateChunks:
    """One variable of one record of states in a run folder.

    Parameters
    ----------
    run : Recording
        A run.
    population, variable : str
        What was recorded.
    record : mapping
        Of the manifest: name, first, period.

    Attributes
    ----------
    neuron : ndarray of int32, shape (neurons,)
        0-based in the population.
    rows : int
        Samples.
    first, period : int
        Stamps: sample k is of stamp first + k*period.
    """

    def __init__(self, run: Recording, population: str, variable: str, record: Mapping[str, Any]) -> None:
        folder = f"states/{population}/{variable}/{record['name']}/"
        files = listed(run, folder)
        name = f"{folder}neuron.npy"
        self._run = run
        self.neuron: NDArray[np.int32] = (
            np.asarray(run.array(name)) if files.pop(name, None) is not None else np.zeros(0, np.int32)
        )
        self._files = {name: rows for name, rows in files.items() if rows}
        self._ends = np.cumsum([0, *self._files.values()])
        self.rows = int(self._ends[-1])
        self.first, self.period = int(record["first"]), int(record["period"])

    def steps(self, last: int) -> NDArray[np.int64]:
        """Return the stamps of the samples up to stamp `last`, shape (samples,)."""
        rows = min(self.rows, max(0, (last - self.first) // self.period + 1))
        return self.first + self.period * np.arange(rows, dtype=np.int64)

    def values(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return samples, shape (rows, neurons); `rows` ascend."""
        parts = [np.zeros((0, len(self.neuron)))]
        for (name, length), start in zip(self._files.items(), self._ends[:-1], strict=True):
            begin, end = np.searchsorted(rows, (start, start + length))
            if begin < end:
                parts.append(np.asarray(self._run.array(name, mapped=True)[rows[begin:end] - start], np.float64))
        return np.concatenate(parts)


def state_records(run: Recording, population: str, variable: str) -> list[StateChunks]:
    """Return the records of a variable."""
    return [
        StateChunks(run, population, variable, item)
        for item in run.manifest["state_records"]
        if item["population"] == population and variable in item["variables"]
    ]


def snapshot(run: Recording, projection: str, variable: str, stamp: int) -> NDArray[np.float64] | None:
    """Return a variable of all synapses of a projection at a stamp, shape (synapses,); None if there is no snapshot."""
    name = f"weights/{projection}/{variable}/{stamp:012d}.npy"
    rows = listed(run, name, "").get(name)
    return None if rows is None else np.asarray(run.array(name, mapped=True), np.float64)
