"""From the runtime to the run folder: chunks of spikes and states, snapshots, and why a run ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from engine import Engine  # type: ignore[import-not-found]
from numpy.typing import NDArray
from run_folder import synapse_table  # type: ignore[import-not-found]

__all__ = ["Recorder"]


class Recorder:
    """Hands over what was measured.

    Parameters
    ----------
    engine : Engine
        Filled, before the first step.
    folder : RunFolder
        Of the run.
    tree : Path
        The generated tree.
    steps : int
        Of the run.
    """

    def __init__(self, engine: Engine, folder: Any, tree: Path, steps: int) -> None:
        self.engine, self.folder, self.settings = engine, folder, engine.settings
        self.done, self.steps = 0, steps
        self.states = [_StateBuffer(engine, tree, record, steps) for record in self.settings["state_records"]]
        self.snapshots = [(record, self._expect(record)) for record in self.settings["synapse_records"]]
        for name in self.settings["projections"]:
            folder.synapses(name, synapse_table(tree, self.settings, name))
        for record, buffer in zip(self.settings["state_records"], self.states, strict=True):
            folder.state_neurons(record["population"], record["variables"], record["name"], buffer.neurons)

    def commit(self, stamp: int) -> None:
        """Write everything up to a stamp; every synapse has reached it."""
        for record in self.settings["spike_records"]:
            stamps, neurons = self.engine.spikes(record["population"], stamp)
            self.folder.spikes(record["population"], self.done + 1, stamp, stamps, neurons)
        for record, buffer in zip(self.settings["state_records"], self.states, strict=True):
            for variable, values in buffer.take(stamp):
                self.folder.states(record["population"], variable, record["name"], values)
        for record, stamps in self.snapshots:
            for number, when in enumerate(stamps):
                if self.done < when <= stamp:
                    self._snapshot(record, number, when)
        self.folder.commit(stamp)
        self.done = stamp

    def _expect(self, record: Mapping[str, Any]) -> list[int]:
        stamps = [stamp for stamp in record["stamps"] if stamp <= self.steps]
        for name in self._parts(record):
            self.engine.snapshots(name, record["variables"], stamps)
        return stamps

    def _parts(self, record: Mapping[str, Any]) -> list[str]:
        parts: Mapping[str, Any] = self.settings["synapses"]
        return [
            name for name, part in parts.items() if part["projection"] == record["projection"] and part["rule"] and part["rows"]
        ]

    def _snapshot(self, record: Mapping[str, Any], number: int, stamp: int) -> None:
        rows = self.settings["projections"][record["projection"]]["rows"]
        values = np.zeros((len(record["variables"]), rows))
        for name in self._parts(record):
            row = np.load(self.engine.data / "synapses" / name / "row.npy")
            values[:, row] = self.engine.take_snapshot(name, number, len(record["variables"]))
        for variable, column in zip(record["variables"], values, strict=True):
            self.folder.weights(record["projection"], variable, stamp, column)


class _StateBuffer:
    """Samples of one record that are not written yet; the runtime fills them in."""

    def __init__(self, engine: Engine, tree: Path, record: Mapping[str, Any], steps: int) -> None:
        population = record["population"]
        self.record, self.last = record, min(record["last"], steps)
        self.neurons = np.load(tree / "data" / "records" / "states" / population / f"{record['name']}.npy")
        ahead = engine.settings["chunk"] + 4 * engine.slice + 4
        samples = min(ahead, steps + 2) // record["period"] + 2
        self.values = {variable: np.zeros((samples, len(self.neurons))) for variable in record["variables"]}
        self.offset = np.zeros(1, np.int64)
        place = np.full(engine.settings["populations"][population]["size"], -1, np.int32)
        place[self.neurons] = np.arange(len(self.neurons))
        names = engine.settings["populations"][population]["states"]
        for variable, buffer in self.values.items():
            if record["first"] == 0:
                buffer[0] = engine.states[population][self.neurons, names.index(variable)]
            engine.record_state(population, variable, place, {**record, "last": self.last}, buffer, self.offset)

    def take(self, stamp: int) -> list[tuple[str, NDArray[np.float64]]]:
        """Return the samples up to a stamp, shape (samples, neurons), and make room for others."""
        upto = min(stamp, self.last)
        complete = (upto - self.record["first"]) // self.record["period"] + 1 if upto >= self.record["first"] else 0
        ready = max(0, complete - int(self.offset[0]))
        found = []
        for variable, buffer in self.values.items():
            found.append((variable, buffer[:ready].copy()))
            buffer[: len(buffer) - ready] = buffer[ready:].copy()
        self.offset += ready
        return found
