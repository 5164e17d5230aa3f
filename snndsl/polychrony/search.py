"""The search for polychronous groups: counted beforehand, in processes, on disk, resumable."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.parallel import Task, ordered
from snndsl.polychrony.blocks import MotherBlock, Neurons, Searcher, blocks, triples
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import Activated, Definition, Izhikevich2006, definition_of
from snndsl.polychrony.folder import FORMAT, TABLES, Chunk, Folder
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.signatures import takes

__all__ = ["Given", "Prediction", "Searching", "discover", "fingerprint", "predict"]

MICROSECONDS = {"map": 4.0, "program": 40.0, "events": 10.0}
"""Per probe and core, rounded up from what was measured on the network of 2006; programs at steps of 1 ms."""

TOGETHER = 8
"""Blocks in a chunk of the folder: a killed search repeats fewer."""

REMEDY = 'call discover under if __name__ == "__main__":, or with workers=1; resume=True (--resume) goes on from here'

Told = Callable[[int, int, int], None]


class Given(NamedTuple):
    """What a worker has to know: a network, what counts as a group in it, what answers, and a recording."""

    table: SynapseTable
    definition: Definition
    neurons: Neurons
    trains: SpikeTrains | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """Who searches, where the groups are kept, and how long it may take.

    Parameters
    ----------
    out : path, optional
        Folder of the catalogue; without it, a temporary one that goes with the catalogue.
    resume : bool
        Go on with the search that left `out` unfinished. The catalogue is the same as that of a search without interruption.
    workers : int
        Processes. With more than one, a script has to call this under ``if __name__ == "__main__":``.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers search instead.
    limit_s : float or None
        A search predicted to take longer, in s, is refused. None: never.
    progress : callable, optional
        Called with the probes done, the probes in all and the groups found.
    """

    out: str | os.PathLike[str] | None = None
    resume: bool = False
    workers: int = 1
    scheduler: str | None = None
    limit_s: float | None = 86_400.0
    progress: Told | None = None


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


def predict(
    table: SynapseTable,
    definition: Definition | None = None,
    neurons: Neurons = None,
    mothers: ArrayLike | None = None,
) -> Prediction:
    """Count the combinations of anchors that a search would try.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Definition, optional
        Without it, `Izhikevich2006` with the published numbers.
    neurons : ndarray, NeuronModel or None
        As in `discover`; programs take longer than the map of 2006.
    mothers : array-like of int, optional
        Neurons whose inputs are tried; without it, all.

    Returns
    -------
    Prediction
        Counted in milliseconds.
    """
    chosen = definition or Izhikevich2006()
    counts, tried = triples(table, chosen), _mothers(table, mothers)
    if tried is not None:
        counts = [counts[mother] for mother in tried.tolist()]
    trying, seconds = sum(count > 0 for count in counts), _seconds(counts, chosen, neurons)
    return Prediction(sum(counts), trying, max(counts, default=0), seconds)


def _seconds(counts: list[int], definition: Definition, neurons: Neurons) -> float:
    """Return how long so many probes take on one core, roughly, s."""
    each = MICROSECONDS["map"]
    if not isinstance(definition, Izhikevich2006):
        each = MICROSECONDS["events"]
    elif isinstance(neurons, NeuronModel):
        each = MICROSECONDS["program"] * definition.end / 61
    return sum(counts) * each / 1e6


@takes(Searching)
def discover(
    table: SynapseTable,
    definition: str | Definition = "izhikevich2006",
    *,
    mode: str | None = None,
    parameters: dict[str, Any] | None = None,
    neurons: ArrayLike | NeuronModel | None = None,
    trains: SpikeTrains | None = None,
    step_ms: float = 1.0,
    mothers: ArrayLike | None = None,
    **searching: Any,
) -> Catalogue:
    """Search a network for polychronous groups.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : str or Definition
        One of `DEFINITIONS`, or a definition with its numbers.
    mode : str, optional
        ``original`` or ``corrected`` (``izhikevich2006``); without it, that of the definition; of a definition by name,
        ``original`` where all neurons are the map of 2006.
    parameters : dict, optional
        Numbers of the definition that differ from the published ones; times in steps.
    neurons : array-like of float, shape (neurons, 4), or NeuronModel, optional
        a, b, c, d of every neuron of 2006, or programs of any neurons; without it, neurons of 2006: regular spiking, fast
        spiking where inhibitory. Definitions by events take no notice of it.
    trains : SpikeTrains, optional
        The recording in which ``activated`` groups have to occur.
    step_ms : float
        Length of a step, ms: published times of a definition by name are brought to it.
    mothers : array-like of int, optional
        Neurons whose inputs are tried as anchors; without it, all.
    **searching : object
        ``out``, ``resume``, ``workers``, ``scheduler``, ``limit_s``, ``progress``, as in `snndsl.polychrony.search.Searching`.

    Returns
    -------
    Catalogue
        With groups in the order of mothers and combinations, whatever the number of workers.

    Raises
    ------
    snndsl.errors.ModelError
        For a wrong parameter, a search that would take too long, neurons that do not rest, a folder that holds something else.
    """
    how = Searching(**searching)
    values = neurons if neurons is None or isinstance(neurons, NeuronModel) else np.ascontiguousarray(neurons, np.float64)
    given = Given(table, _definition(table, definition, mode, parameters or {}, values, step_ms), values, trains)
    _check(given, step_ms, how.workers)
    return _catalogue(given, step_ms, _mothers(table, mothers), how)


def _catalogue(given: Given, step_ms: float, mothers: NDArray[np.int64] | None, how: Searching) -> Catalogue:
    """Search block by block into a folder."""
    plan = blocks(triples(given.table, given.definition), mothers=mothers)
    probes = [block.probes for block in plan]
    _refuse(_seconds(probes, given.definition, given.neurons), sum(probes), how)
    keep = None if how.out is not None else tempfile.TemporaryDirectory(prefix="groups-")
    folder = Folder(str(how.out) if keep is None else keep.name)
    folder.lock()
    try:
        _prepare(folder, given, sum(probes), mothers, step_ms, how.resume)
        if folder.manifest["status"] != "complete":
            _search(folder, given, plan, how)
    finally:
        folder.unlock()
    return Catalogue(folder, keep)


def _definition(
    table: SynapseTable,
    definition: str | Definition,
    mode: str | None,
    parameters: dict[str, Any],
    neurons: Neurons,
    step_ms: float,
) -> Definition:
    given = parameters if mode is None else parameters | {"mode": mode}
    if not isinstance(definition, str):
        known = {field.name for field in fields(definition)}
        unknown = sorted(set(given) - known)
        if unknown:
            raise ModelError(Fault("definition-parameter", f"no parameter {unknown[0]!r}", expected=", ".join(sorted(known))))
        return replace(definition, **given)
    if definition == Izhikevich2006.name and isinstance(neurons, NeuronModel):
        given = {"mode": "corrected"} | given
    return definition_of(definition, given, step_ms=step_ms, longest=int(table.delay.max(initial=1)))


def _check(given: Given, step_ms: float, workers: int) -> None:
    """Refuse what does not fit together."""
    definition, programs = given.definition, isinstance(given.neurons, NeuronModel)
    if workers < 1:
        raise ModelError(Fault("workers", f"{workers} workers", expected="at least 1"))
    longest = int(given.table.delay.max(initial=0))
    if longest > definition.max_delay:
        what = f"a delay of {longest} steps, but max_delay is {definition.max_delay}"
        hint = f"parameters={{'max_delay': {longest}, 'last_step': {2 * longest + definition.answer + 2}}}"
        expected = "max_delay of at least the longest delay"
        raise ModelError(Fault("definition-parameter", what, expected=expected, try_=hint))
    if isinstance(definition, Izhikevich2006) and not programs and step_ms != 1.0:
        what = f"steps of {step_ms:g} ms, but neurons of 2006 answer, which are made for steps of 1 ms"
        hint = "a model with its own neurons, or a definition by events: --definition event_triggered"
        raise ModelError(Fault("made-for-step", what, expected="steps of 1 ms", try_=hint))
    if programs and getattr(definition, "mode", "") == "original":
        what = "original mode with neurons that are not the map of 2006"
        raise ModelError(Fault("definition-parameter", what, expected="mode corrected"))
    if isinstance(definition, Activated) and given.trains is None:
        what = "activated groups without a recording"
        raise ModelError(Fault("recording-missing", what, expected="a run folder with spikes"))


def _mothers(table: SynapseTable, mothers: ArrayLike | None) -> NDArray[np.int64] | None:
    if mothers is None:
        return None
    chosen = np.unique(np.asarray(mothers, np.int64))
    if not len(chosen) or chosen[0] < 0 or chosen[-1] >= table.neurons:
        what = f"mothers {chosen[0]} .. {chosen[-1]}" if len(chosen) else "no mothers"
        raise ModelError(Fault("mothers", what, expected=f"neurons within 0 .. {table.neurons - 1}"))
    return chosen


def _refuse(seconds: float, probes: int, how: Searching) -> None:
    """Refuse a search that would take too long."""
    if how.limit_s is not None and how.scheduler is None and seconds / how.workers > how.limit_s:
        hours = f"{seconds / how.workers / 3600:,.0f} h with {how.workers} workers"
        what, expected = f"{probes:,} combinations of anchors would take about {hours}", f"at most {how.limit_s / 3600:,.1f} h"
        hint = "a higher threshold, fewer anchors or mothers, more workers, or limit_s=None (--limit HOURS)"
        raise ModelError(Fault("search-too-long", what, expected=expected, try_=hint))


def _prepare(
    folder: Folder, given: Given, probes: int, mothers: NDArray[np.int64] | None, step_ms: float, resume: bool
) -> None:
    """Begin a manifest, or check that the one there is of the same search."""
    table = given.table
    head = {
        "format": FORMAT,
        "definitions": [given.definition.to_dict()],
        "network": fingerprint(table, given.neurons, given.trains),
        "neurons": table.neurons,
        "inhibitory": np.flatnonzero(table.inhibitory).tolist(),
        "step_ms": step_ms,
        "probes": probes,
        "mothers": None if mothers is None else mothers.tolist(),
    }
    old = folder.manifest
    if not old:
        folder.manifest = head | {"status": "running", "blocks": 0, "chunks": []}
        folder.write_manifest()
        return
    if not resume:
        what = f"the folder holds a catalogue ({old.get('status')})"
        hint = "resume=True (--resume DIR), or another folder"
        raise ModelError(Fault("catalogue-exists", what, str(folder.path), try_=hint))
    other = [key for key, value in head.items() if old.get(key) != value]
    if other:
        what = f"other {', '.join(other)}"
        raise ModelError(Fault("catalogue-of-another-search", what, str(folder.path), try_="another folder"))


def fingerprint(table: SynapseTable, neurons: Neurons = None, trains: SpikeTrains | None = None) -> str:
    """Return a hash of all that a search looks at: synapses, neurons, recording.

    Parameters
    ----------
    table : SynapseTable
        The network.
    neurons : ndarray, NeuronModel or None
        As in `discover`.
    trains : SpikeTrains, optional
        As in `discover`.
    """
    state = blake2b(digest_size=16)
    for array in (table.pre, table.post, table.weight, table.delay, table.inhibitory):
        state.update(np.ascontiguousarray(array).tobytes())
    if table.port.any():
        state.update(table.port.tobytes())
    if isinstance(neurons, NeuronModel):
        state.update(neurons.digest())
    elif neurons is not None:
        state.update(neurons.tobytes())
    if trains is not None:
        state.update(trains.start.tobytes() + trains.step.tobytes())
    return state.hexdigest()


def _search(folder: Folder, given: Given, plan: list[MotherBlock], how: Searching) -> None:
    """Search the blocks that are not done."""
    manifest = folder.manifest
    done, groups = int(manifest["blocks"]), sum(chunk["groups"] for chunk in manifest["chunks"])
    probes = sum(block.probes for block in plan[:done])
    ended: dict[str, int] = manifest.get("ended", {}) if done else {}
    known = bool(ended) or not done  # a catalogue of an earlier version does not say how its probes ended
    told = how.progress or (lambda probes, total, groups: None)
    told(probes, manifest["probes"], groups)
    manifest["status"] = "running"
    waiting: list[Chunk] = []
    try:
        found_in = ordered(Task(Searcher, given, REMEDY), plan[done:], workers=how.workers, scheduler=how.scheduler)
        for number, chunk in enumerate(found_in, done):
            found = len(chunk["groups"]["id"])
            if found:
                for table, column in (("groups", "id"), ("spikes", "group"), ("links", "group")):
                    chunk[table][column] += groups
                waiting.append(chunk)
            groups += found
            ended = _together(ended, chunk["ended"])
            probes += plan[number].probes
            if (number + 1) % TOGETHER == 0 or number + 1 == len(plan):
                if waiting:
                    folder.append(number // TOGETHER, _joined(waiting))
                manifest["blocks"] = number + 1
                manifest |= {"ended": ended} if known else {}
                folder.write_manifest()
                waiting = []
            told(probes, manifest["probes"], groups)
        manifest["status"] = "complete"
    except BaseException:
        manifest["status"] = "interrupted"
        raise
    finally:
        folder.write_manifest()


def _together(ended: dict[str, int], more: dict[str, NDArray[Any]]) -> dict[str, int]:
    """Add up how probes ended; of the longest paths the longest."""
    counts = {name: ended.get(name, 0) + int(count.sum()) for name, count in more.items()}
    return counts | {"longest": max(ended.get("longest", 0), int(more["longest"].max()))}


def _joined(parts: list[Chunk]) -> Chunk:
    """Return the groups of consecutive blocks as one chunk."""
    return {
        table: {name: np.concatenate([part[table][name] for part in parts]) for name in columns}
        for table, columns in TABLES.items()
    }
