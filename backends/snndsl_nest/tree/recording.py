"""From NEST and the runtime to the run folder: chunks of spikes and states, and snapshots of synapses."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nest
import numpy as np
from numpy.typing import NDArray
from runtime import Runtime, values_of  # type: ignore[import-not-found]
from synapse_tables import synapse_table  # type: ignore[import-not-found]

__all__ = ["Recorder"]


class Recorder:
    """Writes what was measured.

    Parameters
    ----------
    runtime : Runtime
        Of the network.
    folder : RunFolder
        Of the run.
    tree : Path
        The generated tree.
    nodes : mapping of str to NodeCollection
        All populations.
    spikes : mapping of str to NodeCollection
        The spike recorder of each recorded population.
    """

    def __init__(self, runtime: Runtime, folder: Any, tree: Path, nodes: Mapping[str, Any], spikes: Mapping[str, Any]) -> None:
        self.runtime, self.folder, self.settings, self.data = runtime, folder, runtime.settings, tree / "data"
        self.done, steps = 0, self.settings["steps"]
        first = {name: int(collection[0].global_id) for name, collection in nodes.items()}
        self.spikes = [_SpikeBuffer(name, recorder, first[name]) for name, recorder in spikes.items()]
        self.states = [_StateBuffer(runtime, first[record["population"]], record) for record in self.settings["state_records"]]
        self.snapshots = [
            (record, [stamp for stamp in record["stamps"] if stamp <= steps]) for record in self.settings["synapse_records"]
        ]
        for record, stamps in self.snapshots:
            for name in self._parts(record):
                self._keep_snapshots(name, record["variables"], stamps)
        for name in self.settings["projections"]:
            folder.synapses(name, synapse_table(tree, self.settings, name))
        for states in self.states:
            folder.state_neurons(states.population, states.record["variables"], states.record["name"], states.neurons)

    def commit(self, stamp: int) -> None:
        """Write everything up to a stamp, unless a synapse that was late fails before it."""
        if stamp < self.done or stamp < 0:
            return
        self.catch_up(stamp)
        failure = self.runtime.failure()
        if failure is None or failure[0] >= stamp:
            self.write(stamp)

    def catch_up(self, stamp: int) -> None:
        """Bring every synapse to a stamp."""
        self.runtime.library.snn_catch_up(ctypes.c_long(stamp))

    def expect(self, stamp: int) -> None:
        """Make room for what is kept up to a stamp."""
        self.runtime.library.snn_open_snapshots(ctypes.c_long(stamp))

    def counted(self) -> int:
        """Return the number of spikes so far."""
        count = self.runtime.library.snn_counted
        count.restype = ctypes.c_long
        return int(count())

    def write(self, stamp: int) -> None:
        """Write everything up to a stamp; every synapse has reached it."""
        nest.Cleanup()  # recorders can be emptied only between runs
        for spikes in self.spikes:
            self.folder.spikes(spikes.population, self.done + 1, stamp, *spikes.take(stamp))
        nest.Prepare()
        for states in self.states:
            for variable, values in states.take(stamp):
                self.folder.states(states.population, variable, states.record["name"], values)
        for record, stamps in self.snapshots:
            for number, when in enumerate(stamps):
                if self.done < when <= stamp:
                    self._write_snapshot(record, number, when)
        self.folder.commit(stamp)
        self.done = stamp

    # ---- synapses

    def _parts(self, record: Mapping[str, Any]) -> list[str]:
        parts: Mapping[str, Any] = self.settings["synapses"]
        return [
            name for name, part in parts.items() if part["projection"] == record["projection"] and name in self.runtime.tables
        ]

    def _keep_snapshots(self, synapses: str, variables: list[str], stamps: list[int]) -> None:
        states = self.settings["rules"][self.settings["synapses"][synapses]["rule"]]["states"]
        chosen = np.array([states.index(variable) for variable in variables], np.int32)
        self.runtime.library.snn_snapshots(
            ctypes.c_long(self.runtime.tables[synapses]), len(chosen), self.runtime.pointer(chosen, np.int32),
            ctypes.c_long(len(stamps)), self.runtime.pointer(np.array(stamps, np.int64), np.int64),
        )  # fmt: skip

    def _write_snapshot(self, record: Mapping[str, Any], number: int, stamp: int) -> None:
        values = np.zeros((len(record["variables"]), self.settings["projections"][record["projection"]]["rows"]))
        for name, synapses in self.settings["synapses"].items():
            if synapses["projection"] == record["projection"] and not synapses["rule"]:  # what is static is as it was
                folder = self.data / "synapses" / name
                values[:, np.load(folder / "row.npy")] = np.load(folder / "weight.npy")
        for name in self._parts(record):
            row = np.load(self.data / "synapses" / name / "row.npy")
            part = np.zeros((len(values), len(row)))
            table = ctypes.c_long(self.runtime.tables[name])
            self.runtime.library.snn_take_snapshot(table, ctypes.c_long(number), part.ctypes.data_as(ctypes.c_void_p))
            values[:, row] = part
        for variable, column in zip(record["variables"], values, strict=True):
            self.folder.weights(record["projection"], variable, stamp, column)


class _SpikeBuffer:
    """Spikes of one population that are not written yet."""

    def __init__(self, population: str, recorder: Any, first: int) -> None:
        self.population, self.recorder, self.first = population, recorder, first
        self.stamps, self.neurons = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def take(self, stamp: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return stamps and neurons up to a stamp. NEST's step S makes stamp S - 1; stamp 0 is not recorded."""
        events = self.recorder.events
        self.recorder.n_events = 0
        self.stamps = np.concatenate([self.stamps, np.asarray(events["times"], np.int64) - 1])
        self.neurons = np.concatenate([self.neurons, np.asarray(events["senders"], np.int64) - self.first])
        due, later = (self.stamps > 0) & (self.stamps <= stamp), self.stamps > stamp
        taken = self.stamps[due], self.neurons[due]
        self.stamps, self.neurons = self.stamps[later], self.neurons[later]
        return taken


class _StateBuffer:
    """Samples of one record that are not written yet; the runtime fills them in."""

    def __init__(self, runtime: Runtime, first: int, record: Mapping[str, Any]) -> None:
        self.population, self.record = str(record["population"]), record
        settings, population = runtime.settings, runtime.settings["populations"][record["population"]]
        steps, states = settings["steps"], settings["neurons"][population["neuron"]]["states"]
        self.last = min(record["last"], steps)
        self.neurons = np.load(runtime.data / "records" / "states" / self.population / f"{record['name']}.npy")
        samples = min(settings["chunk"] + 4 * int(nest.min_delay) + 4, steps + 2) // record["period"] + 2
        self.values = {variable: np.zeros((samples, len(self.neurons))) for variable in record["variables"]}
        self.offset = np.zeros(1, np.int64)
        place = np.full(population["size"], -1, np.int32)
        place[self.neurons] = np.arange(len(self.neurons))
        initial = values_of(
            population["values"], record["variables"], runtime.data / "populations" / self.population, population["size"]
        )
        times = (ctypes.c_long(record[name]) for name in ("period", "first"))
        facts = (runtime.pointer(place, np.int32), ctypes.c_long(len(self.neurons)), *times, ctypes.c_long(self.last))
        for (variable, buffer), column in zip(self.values.items(), initial.T, strict=True):
            if record["first"] == 0:
                buffer[0] = column[self.neurons]
            runtime.library.snn_state_record(
                ctypes.c_long(first), states.index(variable), *facts, runtime.pointer(buffer, np.float64),
                runtime.pointer(self.offset, np.int64),
            )  # fmt: skip

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
