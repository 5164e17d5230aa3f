"""The search for polychronous groups: counted beforehand, in processes, on disk, resumable."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.errors import Fault, ModelError, SimulationFailed
from snndsl.polychrony.blocks import Block, Searcher, blocks, triples
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import Definition, Izhikevich2006
from snndsl.polychrony.folder import FORMAT, TABLES, Chunk, Folder
from snndsl.polychrony.table import SynapseTable

__all__ = ["Prediction", "discover", "predict"]

MICROSECONDS = 4.0
"""Per probe and core, rounded up from the 2 measured on the network of 2006."""

TOGETHER = 8
"""Blocks in a chunk of the folder: a killed search repeats fewer."""

Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a search will do.

    Parameters
    ----------
    probes : int
        Combinations of anchors, exact.
    mothers : int
        Neurons with at least one.
    largest : int
        Most combinations of one mother.
    seconds : float
        Rough time on one core, s.
    """

    probes: int
    mothers: int
    largest: int
    seconds: float


def predict(table: SynapseTable, definition: Definition | None = None) -> Prediction:
    """Count the combinations of anchors that a search would try.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Definition, optional
        Without it, `Izhikevich2006` with the published numbers.

    Returns
    -------
    Prediction
        Counted in milliseconds.
    """
    counts = triples(table, definition or Izhikevich2006())
    return Prediction(sum(counts), sum(count > 0 for count in counts), max(counts, default=0), sum(counts) * MICROSECONDS / 1e6)


def discover(
    table: SynapseTable,
    definition: str | Definition = "izhikevich2006",
    *,
    mode: str | None = None,
    parameters: dict[str, Any] | None = None,
    neurons: ArrayLike | None = None,
    mothers: ArrayLike | None = None,
    workers: int = 1,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    limit_s: float | None = 86_400.0,
    progress: Progress | None = None,
) -> Catalogue:
    """Search a network for polychronous groups.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : str or Definition
        ``izhikevich2006``, or a definition with its numbers.
    mode : str, optional
        ``original`` or ``corrected``; without it, that of the definition.
    parameters : dict, optional
        Numbers of the definition that differ from the published ones.
    neurons : array-like of float, shape (neurons, 4), optional
        a, b, c, d of every neuron; without it, those of 2006: regular spiking, fast spiking where inhibitory.
    mothers : array-like of int, optional
        Neurons whose inputs are tried as anchors; without it, all.
    workers : int
        Processes. With more than one, a script has to call this under ``if __name__ == "__main__":``.
    out : path, optional
        Folder of the catalogue; without it, a temporary one that goes with the catalogue.
    resume : bool
        Go on with the search that left `out` unfinished. The catalogue is the same as that of a search without interruption.
    limit_s : float or None
        A search predicted to take longer, in s, is refused. None: never.
    progress : callable, optional
        Called with the probes done, the probes in all and the groups found.

    Returns
    -------
    Catalogue
        With groups in the order of mothers and combinations, whatever the number of workers.

    Raises
    ------
    snndsl.errors.ModelError
        For a wrong parameter, a search that would take too long, or a folder that holds something else.
    """
    chosen = _definition(definition, mode, parameters or {})
    _check(table, chosen, workers)
    values = None if neurons is None else np.ascontiguousarray(neurons, np.float64)
    counts = triples(table, chosen)
    tried = _mothers(table, mothers)
    plan = blocks(counts, mothers=tried)
    probes = sum(block.probes for block in plan)
    _refuse(probes, workers, limit_s)
    keep = None
    if out is None:
        keep = tempfile.TemporaryDirectory(prefix="groups-")
        out = keep.name
    folder = Folder(out)
    folder.lock()
    try:
        _prepare(folder, table, chosen, values, probes, tried, resume)
        if folder.manifest["status"] != "complete":
            _search(folder, (table, chosen, values), plan, workers, progress)
    finally:
        folder.unlock()
    return Catalogue(folder, keep)


def _definition(definition: str | Definition, mode: str | None, parameters: dict[str, Any]) -> Izhikevich2006:
    if isinstance(definition, str):
        if definition != "izhikevich2006":
            raise ModelError(Fault("definition-unknown", f"{definition!r}", expected="izhikevich2006"))
        definition = Izhikevich2006()
    known = {field.name for field in fields(definition)} - {"name"}
    unknown = sorted(set(parameters) - known)
    if unknown:
        raise ModelError(Fault("definition-parameter", f"no parameter {unknown[0]!r}", expected=", ".join(sorted(known))))
    changes = parameters if mode is None else parameters | {"mode": mode}
    return replace(definition, **changes)


def _check(table: SynapseTable, definition: Izhikevich2006, workers: int) -> None:
    if workers < 1:
        raise ModelError(Fault("workers", f"{workers} workers", expected="at least 1"))
    longest = int(table.delay.max(initial=0))
    if longest > definition.max_delay:
        raise ModelError(
            Fault(
                "definition-parameter",
                f"a delay of {longest} steps, but max_delay is {definition.max_delay}",
                expected="max_delay of at least the longest delay",
                try_=f"parameters={{'max_delay': {longest}, 'last_step': {max(979, 2 * longest + definition.latency + 1)}}}",
            )
        )


def _mothers(table: SynapseTable, mothers: ArrayLike | None) -> NDArray[np.int64] | None:
    if mothers is None:
        return None
    chosen = np.unique(np.asarray(mothers, np.int64))
    if not len(chosen) or chosen[0] < 0 or chosen[-1] >= table.neurons:
        what = f"mothers {chosen[0]} .. {chosen[-1]}" if len(chosen) else "no mothers"
        raise ModelError(Fault("mothers", what, expected=f"neurons within 0 .. {table.neurons - 1}"))
    return chosen


def _refuse(probes: int, workers: int, limit_s: float | None) -> None:
    seconds = probes * MICROSECONDS / 1e6 / workers
    if limit_s is not None and seconds > limit_s:
        raise ModelError(
            Fault(
                "search-too-long",
                f"{probes:,} combinations of anchors would take about {seconds / 3600:,.0f} h with {workers} workers",
                expected=f"at most {limit_s / 3600:,.1f} h",
                try_="a higher threshold, fewer anchors, more workers, or limit_s=None",
            )
        )


def _prepare(
    folder: Folder,
    table: SynapseTable,
    definition: Izhikevich2006,
    neurons: NDArray[np.float64] | None,
    probes: int,
    mothers: NDArray[np.int64] | None,
    resume: bool,
) -> None:
    """Begin a manifest, or check that the one there is of the same search."""
    head = {
        "format": FORMAT,
        "definitions": [definition.to_dict()],
        "network": _fingerprint(table, neurons),
        "neurons": table.neurons,
        "probes": probes,
        "mothers": None if mothers is None else mothers.tolist(),
    }
    old = folder.manifest
    if not old:
        folder.manifest = head | {"status": "running", "blocks": 0, "chunks": []}
        folder.write_manifest()
        return
    if not resume:
        raise ModelError(
            Fault(
                "catalogue-exists", f"the folder holds a catalogue ({old.get('status')})", str(folder.path), try_="resume=True"
            )
        )
    other = [key for key, value in head.items() if old.get(key) != value]
    if other:
        raise ModelError(
            Fault("catalogue-of-another-search", f"other {', '.join(other)}", str(folder.path), try_="another folder")
        )


def _fingerprint(table: SynapseTable, neurons: NDArray[np.float64] | None) -> str:
    state = blake2b(digest_size=16)
    for array in (table.pre, table.post, table.weight, table.delay, table.inhibitory):
        state.update(np.ascontiguousarray(array).tobytes())
    if neurons is not None:
        state.update(neurons.tobytes())
    return state.hexdigest()


_searcher: Searcher | None = None


def _start(table: SynapseTable, definition: Izhikevich2006, neurons: NDArray[np.float64] | None) -> None:
    global _searcher
    _searcher = Searcher(table, definition, neurons)


def _work(block: Block) -> Chunk:
    assert _searcher is not None
    return _searcher(block)


def _results(work: tuple[Any, ...], todo: list[Block], workers: int) -> Iterator[Chunk]:
    """Chunks in the order of blocks, with few of them in flight."""
    if workers == 1 or len(todo) < 2:
        searcher = Searcher(*work)
        yield from map(searcher, todo)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(todo)), mp_context=context, initializer=_start, initargs=work) as pool:
        flight: deque[Future[Chunk]] = deque()
        try:
            for block in todo:
                flight.append(pool.submit(_work, block))
                if len(flight) > 4 * workers:
                    yield flight.popleft().result()
            while flight:
                yield flight.popleft().result()
        except BrokenProcessPool:
            raise SimulationFailed(
                Fault(
                    "worker-lost",
                    "a worker process ended before its work was done",
                    try_='call discover under if __name__ == "__main__":, or with workers=1; resume=True goes on from here',
                )
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _search(folder: Folder, work: tuple[Any, ...], plan: list[Block], workers: int, progress: Progress | None) -> None:
    manifest = folder.manifest
    done: int = manifest["blocks"]
    total: int = manifest["probes"]
    probes = sum(block.probes for block in plan[:done])
    groups = sum(chunk["groups"] for chunk in manifest["chunks"])
    if progress:
        progress(probes, total, groups)
    manifest["status"] = "running"
    waiting: list[Chunk] = []
    try:
        for number, chunk in enumerate(_results(work, plan[done:], workers), done):
            found = len(chunk["groups"]["id"])
            if found:
                chunk["groups"]["id"] += groups
                chunk["spikes"]["group"] += groups
                chunk["links"]["group"] += groups
                waiting.append(chunk)
            groups += found
            probes += plan[number].probes
            if (number + 1) % TOGETHER == 0 or number + 1 == len(plan):
                _write(folder, number // TOGETHER, waiting)
                manifest["blocks"] = number + 1
                folder.write_manifest()
                waiting = []
            if progress:
                progress(probes, total, groups)
        manifest["status"] = "complete"
    except BaseException:
        manifest["status"] = "interrupted"
        raise
    finally:
        folder.write_manifest()


def _write(folder: Folder, number: int, parts: list[Chunk]) -> None:
    """Write the groups of consecutive blocks as one chunk."""
    if not parts:
        return
    chunk: Chunk = {
        table: {name: np.concatenate([part[table][name] for part in parts]) for name in columns}
        for table, columns in TABLES.items()
    }
    folder.write_chunk(number, chunk)
    rows = {name: len(chunk[name][columns[0]]) for name, columns in TABLES.items()}
    folder.manifest["chunks"].append({"number": number} | rows)
