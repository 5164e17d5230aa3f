"""The run folder: what a simulation leaves, in chunks that count only once they are listed.

This file needs Python, NumPy, ``counting.py`` and ``run_files.py``: all are copied into every generated tree, into ``code``.

A folder holds ``manifest.json`` and arrays (``.npy``)::

    spikes/POPULATION/000000.neuron.npy   000000.count.npy      neurons in order of (stamp, neuron); spikes of each stamp
    states/POPULATION/VARIABLE/RECORD/neuron.npy  000000.npy    (samples, neurons)
    weights/PROJECTION/VARIABLE/STAMP.npy                       in the order of the projection's rows, those in row.npy
    synapses/PROJECTION/COLUMN.npy
    counts/NUMBER/000000.npy                                    spikes in each complete bin of a record of counts
    blocks.npy                                                  one number for the spikes of each 100 ms

Every file is written beside its place, flushed to disk, renamed, and then listed with rows and checksum; the manifest is
replaced in the same way, and carries a checksum of what it says. What is not listed does not exist: a run that is killed
leaves all chunks it committed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.results.counting import Bins, among
from snndsl.results.run_files import checksum, link_array, write_array, write_manifest

__all__ = ["FORMAT", "RunFolder", "RunFolderError"]

FORMAT = 2
"""Of the folder; since 2 a manifest carries its own checksum, and those of what the run was made from."""

Array = NDArray[Any]


class RunFolderError(Exception):
    """The folder cannot be written: it holds another run, or another process writes it."""


class RunFolder:
    """Writes one run.

    Parameters
    ----------
    path : path
        Created if needed. A folder that already holds a run is refused, unless its manifest says ``prepared``.
    settings : mapping
        ``name``, ``step_ms`` (text of a fraction), ``steps``, ``trial``, ``backend``, ``populations`` {name: size or {size}},
        ``projections``, ``spike_records``, ``state_records``, ``synapse_records`` as in ``settings.json``.
    versions : mapping, optional
        Versions of the simulator and what matters for its numbers.

    Attributes
    ----------
    stop_requested : int
        Number of the signal that asked the run to stop (SIGINT, SIGTERM), else 0.
    """

    def __init__(
        self, path: str | os.PathLike[str], settings: Mapping[str, Any], versions: Mapping[str, str] | None = None
    ) -> None:
        self.path = Path(path)
        self.stop_requested = 0
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock()
        self.manifest = self._prepared() | {
            "format": FORMAT,
            "name": settings["name"],
            "step_ms": str(settings["step_ms"]),
            "steps": int(settings["steps"]),
            "steps_done": 0,
            "trial": int(settings.get("trial", 0)),
            "backend": settings.get("backend", ""),
            "versions": dict(versions or {}),
            "status": "running",
            "populations": {name: _size(item) for name, item in settings["populations"].items()},
            "projections": settings.get("projections", {}),
            "spike_records": [item["population"] for item in settings.get("spike_records", []) if item.get("kept", True)],
            "state_records": list(settings.get("state_records", [])),
            "synapse_records": list(settings.get("synapse_records", [])),
            "spikes": {},
            "files": [],
        }
        spikes = settings.get("spike_records", [])
        self._kept: dict[str, list[list[int]]] = {item["population"]: item["kept"] for item in spikes if "kept" in item}
        self._bins = [Bins(item["width"], item["parts"]) for item in settings.get("count_records", [])]
        if self._bins:
            self.manifest |= {"count_records": settings["count_records"], "kept_spikes": self._kept}
        chosen = [item["projection"] for item in self.manifest["synapse_records"] if "chosen" in item]
        data = Path(__file__).resolve().parent.parent / "data" / "records" / "synapses"
        self._chosen = {name: np.load(data / f"{name}.npy") for name in chosen}
        self._staged: list[tuple[str, Path | Array]] = []
        self._pending: list[dict[str, Any]] = []
        self._number = 0
        per_block = Fraction(100) / Fraction(self.manifest["step_ms"])
        self._block = max(1, int(per_block))
        self._blocks = np.zeros(-(-self.manifest["steps"] // self._block), np.uint64)
        self._index = {name: number for number, name in enumerate(sorted(self.manifest["populations"]))}
        descriptor = os.environ.get("SNNDSL_EVENTS", "")
        self._events = int(descriptor) if descriptor.isdigit() else -1
        try:
            self._write_manifest()
        except OSError:
            self._unlock()
            raise

    # ---- what a run says

    def emit(self, event: Mapping[str, Any]) -> None:
        """Send an event to whoever started the run; silently nothing if nobody listens."""
        if self._events >= 0:
            with contextlib.suppress(OSError):
                os.write(self._events, (json.dumps(event) + "\n").encode())

    def watch_signals(self) -> None:
        """Note SIGINT and SIGTERM in `stop_requested` instead of dying of them."""

        def _note(number: int, frame: object) -> None:
            self.stop_requested = number

        signal.signal(signal.SIGINT, _note)
        signal.signal(signal.SIGTERM, _note)

    # ---- what a run measures

    def spikes(self, population: str, first: int, last: int, stamps: Array, neurons: Array) -> None:
        """Stage the spikes of stamps first .. last.

        Parameters
        ----------
        population : str
            Of the program.
        first, last : int
            Stamps of the chunk, both included.
        stamps, neurons : ndarray of int, shape (spikes,)
            In any order.
        """
        stamps, neurons = np.asarray(stamps, np.int64), np.asarray(neurons, np.int64)
        order = np.lexsort((neurons, stamps))
        stamps, neurons = stamps[order], neurons[order]
        counts = np.bincount(stamps - first, minlength=last - first + 1)
        self.counted_spikes(population, first, counts, neurons)

    def counted_spikes(self, population: str, first: int, counts: Array, neurons: Array) -> None:
        """Stage spikes that are already sorted by (stamp, neuron): neurons, and how many of them each stamp has."""
        size = self.manifest["populations"][population]
        counts = np.asarray(counts, np.int64)
        if int(counts.sum()) != len(neurons):
            raise RunFolderError(f"{population}: {int(counts.sum())} spikes counted, {len(neurons)} listed")
        stamps = np.repeat(np.arange(first, first + len(counts), dtype=np.int64), counts)
        neurons = np.asarray(neurons, np.int64)
        for bins in self._bins:
            bins.add(population, stamps, neurons)
        if population in self._kept:
            inside = among(neurons, self._kept[population])
            stamps, neurons = stamps[inside], neurons[inside]
            counts = np.bincount(stamps - first, minlength=len(counts))
            if not self._kept[population]:
                return
        place = f"spikes/{population}/{self._number:06d}"
        self._staged.append((f"{place}.neuron.npy", neurons.astype(_smallest(size - 1))))
        self._staged.append((f"{place}.count.npy", counts.astype(_smallest(size))))
        mixed = _mix(stamps, self._index[population], neurons)
        np.add.at(self._blocks, np.minimum((stamps - 1) // self._block, len(self._blocks) - 1), mixed)
        self.manifest["spikes"][population] = self.manifest["spikes"].get(population, 0) + len(neurons)

    def state_neurons(self, population: str, variables: Sequence[str], record: str, neurons: Array) -> None:
        """Stage the neurons of a record of states; once, before its samples."""
        for variable in variables:
            self._staged.append((f"states/{population}/{variable}/{record}/neuron.npy", np.asarray(neurons, np.int32)))

    def states(self, population: str, variable: str, record: str, values: Array) -> None:
        """Stage samples of the chunk, shape (samples, neurons)."""
        place = f"states/{population}/{variable}/{record}/{self._number:06d}.npy"
        self._staged.append((place, np.asarray(values, np.float64)))

    def weights(self, projection: str, variable: str, stamp: int, values: Array) -> None:
        """Stage a snapshot, shape (rows of the projection,), of which those that were chosen are kept."""
        kept = np.asarray(values, np.float64)[self._chosen.get(projection, slice(None))]
        self._staged.append((f"weights/{projection}/{variable}/{stamp:012d}.npy", kept))

    def synapses(self, projection: str, columns: Mapping[str, Path | Array]) -> None:
        """Stage the table of a projection: arrays, and files of the tree, which are there once where disks have links."""
        if projection in self._chosen:
            self._staged.append((f"weights/{projection}/row.npy", self._chosen[projection]))
        for name, column in columns.items():
            self._staged.append((f"synapses/{projection}/{name}.npy", column))

    def adopt(self, place: str, file: str | os.PathLike[str]) -> None:
        """Stage an array that another process wrote: `file` is moved to `place` after a look at its header."""
        array = np.load(file, mmap_mode="r", allow_pickle=False)
        target = self.path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(os.fspath(file), target)
        self._pending.append({"file": place, "rows": len(array), "sha256": checksum(target)})

    # ---- committing

    def commit(self, last_step: int) -> None:
        """Write what is staged, list it, and say that the run is done up to `last_step`."""
        for number, bins in enumerate(self._bins):
            self._staged.append((f"counts/{number}/{self._number:06d}.npy", bins.taken(last_step)))
        self._pending += [self._take(place, array) for place, array in self._staged]
        self._staged.clear()
        self.manifest["files"] += self._pending
        self._pending = []
        self.manifest["steps_done"] = int(last_step)
        self._number += 1
        self._write_manifest()
        self.emit({"event": "chunk", "last_step": int(last_step)})

    def finish(self, status: str = "complete") -> None:
        """Close the folder: ``complete`` or ``interrupted``."""
        write_array(self.path / "blocks.npy", self._blocks)
        self.manifest["status"] = status
        item = {"file": "blocks.npy", "rows": len(self._blocks), "sha256": checksum(self.path / "blocks.npy")}
        self.manifest["files"] = [*(known for known in self.manifest["files"] if known["file"] != item["file"]), item]
        self._write_manifest()
        self._unlock()

    def fail(self, kind: str, what: str, **where: Any) -> None:
        """Close the folder with the reason why the run stopped; `where` may hold population, neuron, variable, step."""
        reason = {"kind": kind, "what": what, **where}
        self.manifest["reason"] = reason
        try:
            self.finish("failed")
        except OSError:
            self._end_without_room()
        self.emit({"event": "failed", **reason})

    @contextlib.contextmanager
    def concluding(self) -> Iterator[None]:
        """Close the folder with the reason if a file cannot be written (a full disk) or read in this block."""
        try:
            yield
        except OSError as error:
            step, why = self.manifest["steps_done"], error.strerror or str(error)
            what = f"{error.filename}: {why}" if error.filename else why
            self._forget_uncommitted()
            self.fail("simulator", what, step=step)
            print(f"step {step}: {what}", file=sys.stderr)

    def exit_status(self) -> int:
        """Return what the process should exit with: 0, 4, 130 or 143."""
        status = self.manifest["status"]
        if status == "failed":
            return 4
        return 0 if status == "complete" else 128 + (self.stop_requested or signal.SIGINT)

    # ---- inside

    def _prepared(self) -> dict[str, Any]:
        file = self.path / "manifest.json"
        if not file.exists():
            return {}
        known: dict[str, Any] = json.loads(file.read_text())
        if known.get("status") != "prepared":
            self._unlock()
            raise RunFolderError(f"{self.path} already holds a run ({known.get('status')})")
        return known

    def _lock(self) -> None:
        lock = self.path / "lock"
        for _ in range(2):
            try:
                descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            except FileExistsError:
                owner = _owner(lock)
                if owner is not None:
                    raise RunFolderError(f"{self.path} is being written by process {owner}") from None
                with contextlib.suppress(OSError):
                    lock.unlink()
                continue
            with os.fdopen(descriptor, "w") as stream:
                stream.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
            return
        raise RunFolderError(f"{self.path} is being written by another process")

    def _unlock(self) -> None:
        with contextlib.suppress(OSError):
            (self.path / "lock").unlink()

    def _forget_uncommitted(self) -> None:
        """Remove what is not listed: it does not count, and its room lets the folder be closed."""
        self._staged.clear()
        self._pending.clear()
        listed = {item["file"] for item in self.manifest["files"]}
        for top in ("spikes", "states", "weights", "counts", "synapses"):
            for file in (self.path / top).rglob("*"):
                if not file.is_dir() and file.relative_to(self.path).as_posix() not in listed:
                    with contextlib.suppress(OSError):
                        file.unlink()

    def _end_without_room(self) -> None:
        """Close the folder although not even the numbers of blocks fit; whoever started the run is told the reason anyway."""
        for file in self.path.glob(".*.part"):
            with contextlib.suppress(OSError):
                file.unlink()
        self.manifest["status"] = "failed"
        with contextlib.suppress(OSError):
            self._write_manifest()
        self._unlock()

    def _take(self, place: str, array: Path | Array) -> dict[str, Any]:
        """Write an array, or link a file of the tree; return what is listed of it: rows, and the checksum."""
        target = self.path / place
        if isinstance(array, Path):
            rows = link_array(target, array)
            known = self.manifest.get("made_from", {}).get(Path(os.path.relpath(array, self.path)).as_posix())
            return {"file": place, "rows": rows, "sha256": known or checksum(target)}
        write_array(target, array)
        return {"file": place, "rows": len(array), "sha256": checksum(target)}

    def _write_manifest(self) -> None:
        write_manifest(self.path, self.manifest)


def _size(item: Any) -> int:
    return int(item["size"]) if isinstance(item, Mapping) else int(item)


def _smallest(largest: int) -> Any:
    return next(kind for kind in (np.uint8, np.uint16, np.uint32) if largest <= np.iinfo(kind).max)


def _mix(stamps: Array, population: int, neurons: Array) -> Array:
    """Return one well-mixed 64-bit number for each spike (the finaliser of splitmix64); their sum names a block."""
    with np.errstate(over="ignore"):
        x = stamps.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x ^= (neurons.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
        x += np.uint64(population + 1) * np.uint64(0x94D049BB133111EB)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def _owner(lock: Path) -> int | None:
    """Return the process that holds a lock, or None if it is gone (or the lock is from a dead process of this host)."""
    try:
        held = json.loads(lock.read_text())
        if held["host"] == socket.gethostname():
            os.kill(int(held["pid"]), 0)
        return int(held["pid"])
    except (OSError, ValueError, KeyError):
        return None
