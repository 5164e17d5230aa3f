"""What `run.py` needs beside PyNEST: its command line, the numbers of the tree, and the run folder."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

import nest
import numpy as np
from building import built, compiler_version, nest_version  # type: ignore[import-not-found]
from failure import not_built  # type: ignore[import-not-found]
from numpy.typing import NDArray
from recording import Recorder  # type: ignore[import-not-found]
from run_folder import RunFolder, RunFolderError  # type: ignore[import-not-found]
from runtime import Runtime, nest_name  # type: ignore[import-not-found]
from synapse_tables import column  # type: ignore[import-not-found]

__all__ = ["Simulation"]

_PIECE = 0.1  # seconds between two looks at the clock and at signals
_TOGETHER = 2**20  # synapses that are connected with one call
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Simulation:
    """One run of the tree, as its command line says; as a context it closes the run folder, whatever happens.

    Parameters
    ----------
    tree : Path
        Folder of run.py.

    Attributes
    ----------
    threads : int
        Of NEST.
    status : int
        What the process should exit with.
    """

    def __init__(self, tree: Path) -> None:
        options = _options(tree)
        self.threads: int = options.threads
        self.settings: dict[str, Any] = json.loads((tree / "settings.json").read_text(encoding="utf-8"))
        if options.steps is not None:
            self.settings["steps"] = options.steps
        self._tree, self._data, self._build = tree, tree / "data", options.build.resolve() if options.build else None
        try:
            self._folder = RunFolder(
                options.out.resolve(), self.settings, {"nest": nest_version(), "compiler": compiler_version()}
            )
        except RunFolderError as error:
            print(error, file=sys.stderr)
            sys.exit(2)
        self._folder.watch_signals()

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if not isinstance(error, OSError | subprocess.CalledProcessError):
            return False
        reason = not_built(error)
        self._folder.fail(**reason)
        print(reason["what"], file=sys.stderr)
        return True

    @property
    def status(self) -> int:
        return int(self._folder.exit_status())

    # ---- what the network is made from

    def models(self) -> str:
        """Compile code/ if that was not done yet; return what `nest.Install` takes."""
        self._folder.emit({"event": "phase", "name": "build"})
        libraries = built(self._tree, self._build)
        self._folder.emit({"event": "phase", "name": "load"})
        self._runtime = Runtime(self.settings, self._data, libraries)
        return str(libraries[0])

    def values(self, population: str) -> dict[str, Any]:
        """Return parameters and initial states of a population: numbers, and arrays where neurons differ."""
        item = self.settings["populations"][population]
        neuron, folder = self.settings["neurons"][item["neuron"]], self._data / "populations" / population
        return {
            nest_name(name): np.load(folder / f"{name}.npy") if item["values"][name] is None else float(item["values"][name])
            for name in (*neuron["params"], *neuron["states"])
        }

    def spike_trains(self, population: str) -> list[dict[str, NDArray[np.int64]]]:
        """Return the stamps at which each of the sources of a population spikes."""
        stamps, neurons = (np.load(self._data / "sources" / population / f"{column}.npy") for column in ("stamp", "neuron"))
        start, order = _by_neuron(neurons, self.settings["populations"][population]["size"])
        return [{"spike_stamps": train.astype(np.int64)} for train in np.split(stamps[order], start[1:-1])]

    def synapses(self, name: str, sources: Any, targets: Any) -> Iterator[SimpleNamespace]:
        """Yield synapses between two populations as arrays, so many at a time that these need little room.

        They are pre and post (ids of nodes), row, delay (in steps), and weight.
        """
        item, folder = self.settings["synapses"][name], self._data / "synapses" / name
        names = ("pre", "post", "axonal", "dendritic", *(["weight"] if item["rule"] is None else []))
        columns = [column(folder / f"{name}.npy", item["rows"]) for name in names]
        for start in range(0, item["rows"], _TOGETHER):
            pre, post, axonal, dendritic, *weight = (values[start : start + _TOGETHER] for values in columns)
            yield SimpleNamespace(
                pre=pre.astype(np.int64) + sources[0].global_id,
                post=post.astype(np.int64) + targets[0].global_id,
                row=np.arange(start, start + len(pre)),
                delay=axonal.astype(np.float64) + dendritic,
                weight=weight[0] if weight else None,
            )

    def table(self, synapses: str) -> int:
        """Return the number of the table that holds parameters and states of plastic synapses."""
        return int(self._runtime.table(synapses))

    def carry(self, name: str, targets: Any) -> None:
        """Have the runtime add up what synapses carry to the neurons of a population; NEST's own events are spikes."""
        self._runtime.carry(name, int(targets[0].global_id), len(targets))

    def inject(self, name: str, targets: Any) -> None:
        """Have listed events from outside delivered to the neurons of a population."""
        item = self.settings["injections"][name]
        columns = (np.load(self._data / "injections" / name / f"{column}.npy") for column in ("step", "neuron", "amount"))
        step, neuron, amount = columns
        order, pointer = np.argsort(step, kind="stable"), self._runtime.pointer
        ports: list[str] = self.settings["neurons"][self.settings["populations"][item["target"]]["neuron"]]["ports"]
        self._runtime.library.snn_injection(
            ctypes.c_long(targets[0].global_id), ports.index(item["port"]), ctypes.c_long(len(order)),
            pointer(step[order], np.int64), pointer(neuron[order], np.int32), pointer(amount[order], np.float64),
        )  # fmt: skip

    # ---- what happens to it

    def start(self, nodes: Mapping[str, Any], recorders: Mapping[str, Any]) -> None:
        """Prepare for the first step and for what is recorded, once all nodes are connected.

        Parameters
        ----------
        nodes : mapping of str to NodeCollection
            All populations, in the order in which they were created.
        recorders : mapping of str to NodeCollection
            The spike recorder of a population.
        """
        library, self._slice = self._runtime.library, int(nest.min_delay)
        ring = 1 << (int(nest.max_delay) + 2 * self._slice + 4).bit_length()
        first, size = zip(*((collection[0].global_id, len(collection)) for collection in nodes.values()), strict=True)
        library.snn_start(
            ctypes.c_long(self.threads), ctypes.c_long(ring), ctypes.c_double(self.settings["trial"]),
            ctypes.c_long(len(first)), self._runtime.pointer(first, np.int64), self._runtime.pointer(size, np.int64),
        )  # fmt: skip
        self._runtime.reads({name: int(collection[0].global_id) for name, collection in nodes.items()})
        self._runtime.sums()
        with self._folder.concluding():
            self._recorder = Recorder(self._runtime, self._folder, self._tree, nodes, recorders)
        self._folder.emit({"event": "phase", "name": "simulate"})

    def pieces(self) -> Iterator[float]:
        """Yield steps to simulate next, until the run is over; in between, write what is complete.

        A stamp is committed once NEST is a slice further: then every spike has reached its synapses.
        """
        recorder, folder, piece = self._recorder, self._folder, 1
        steps, chunk = self.settings["steps"], self.settings["chunk"]
        now = 0  # of NEST, in steps: its step S makes stamp S - 1
        with folder.concluding():
            while folder.manifest["status"] == "running":
                ready, target = now - 1 - self._slice, min(recorder.done + chunk, steps)
                failure = self._runtime.failure()
                if failure and failure[0] < steps and ready >= failure[0]:
                    self._failed()
                elif folder.stop_requested:
                    recorder.commit(min(ready, steps))
                    folder.finish("interrupted" if recorder.done < steps else "complete")
                elif ready >= target:
                    recorder.commit(target)
                    if recorder.done == steps:
                        folder.finish()
                else:
                    slices = min(piece, -(-(target + 1 + self._slice - now) // self._slice))
                    slices = self._runtime.until_together(now, slices)  # where there are such ticks, a slice is one step
                    now += slices * self._slice
                    recorder.expect(now)
                    begun = time.monotonic()
                    with _signals_wait():
                        yield float(slices * self._slice)
                    self._runtime.tick_together(now)
                    piece = max(1, int(slices * _PIECE / max(time.monotonic() - begun, 1e-4)))
                    folder.emit({"event": "progress", "step": min(max(now - 1, 0), steps), "spikes": recorder.counted()})

    def _failed(self) -> None:
        """End a run whose model failed: everything before is kept, nothing after."""
        complete, _ = self._runtime.failure()
        self._recorder.catch_up(complete)  # a synapse that was late may have failed before
        complete, reason = self._runtime.failure()
        if complete > self._recorder.done or not self._folder.manifest["files"]:
            self._recorder.write(complete)
        self._folder.fail(**reason)
        print(reason["what"], file=sys.stderr)


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Keep signals until NEST is back: it would swallow them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _by_neuron(neurons: NDArray[Any], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the events of each neuron start, and the order that puts them together."""
    order = np.argsort(neurons, kind="stable")
    return np.searchsorted(neurons[order], np.arange(size + 1)).astype(np.int64), order.astype(np.int64)


def _options(tree: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the model of this folder with NEST.")
    parser.add_argument("--out", type=Path, default=tree / "results", metavar="DIR", help="run folder to write (%(default)s)")
    parser.add_argument("--steps", type=int, metavar="N", help="run the first N steps only")
    parser.add_argument("--build", type=Path, metavar="DIR", help="folder of the compiled parts")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of NEST (%(default)s); same spikes")
    options = parser.parse_args()
    if options.threads < 1 or (options.steps is not None and options.steps < 0):
        parser.error("threads and steps are positive numbers")
    return options
