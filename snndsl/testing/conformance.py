"""Cases of the conformance suite, and equality without tolerance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import load, run_model
from snndsl.results import Recording, Run

__all__ = ["case_file", "cases", "differences", "run_case"]

_COLUMNS = ("pre", "post", "pre_population", "post_population", "row", "weight", "axonal", "dendritic")


def cases() -> list[str]:
    """Return the names of all cases."""
    return sorted(Path(entry.name).stem for entry in _folder().iterdir() if entry.name.endswith(".yaml"))


def case_file(case: str) -> Path:
    """Return the model file of a case."""
    return Path(str(_folder().joinpath(f"{case}.yaml")))


def run_case(case: str, backend: str, out: str | os.PathLike[str], threads: int = 1) -> Run:
    """Run a case.

    Parameters
    ----------
    case : str
        Of `cases`.
    backend : str
        Name of an installed backend.
    out : path
        Run folder.
    threads : int
        Of the simulator.
    """
    return run_model(load(case_file(case)), backend, out, threads=threads).recording


def differences(one: Run, other: Run, prefix: str | None = None) -> list[str]:
    """Return every way in which two recordings are not equal, bit for bit; empty if they are.

    Parameters
    ----------
    one, other : Recording or TrialsRecording
        Of the same model.
    prefix : str, optional
        Of the names in `other`, where the model lies beside others (`side_by_side`) in a run that is perhaps longer.
    """
    mine, theirs = one.trials, other.trials
    if len(mine) != len(theirs):
        return [f"{len(mine)} and {len(theirs)} trials"]
    if len(mine) > 1:
        return [f"trial {a.trial}: {said}" for a, b in zip(mine, theirs, strict=True) for said in differences(a, b)]
    return list(_differences(mine[0], theirs[0]) if prefix is None else _beside(mine[0], theirs[0], prefix))


def _folder() -> Any:
    return resources.files("snndsl.testing").joinpath("cases")


def _differences(one: Recording, other: Recording) -> Iterator[str]:
    if (one.status, one.steps_done) != (other.status, other.steps_done):
        yield f"{one.status} after {one.steps_done} steps, {other.status} after {other.steps_done}"
    if one.trial != other.trial:
        yield f"trial {one.trial} and trial {other.trial}"
    yield from (f"spikes of {name} are in one recording alone" for name in other.spikes if name not in one.spikes)
    yield from _beside(one, other, "")
    yield from _unequal("hashes of blocks", one.blocks, other.blocks)


def _beside(one: Recording, other: Recording, prefix: str) -> Iterator[str]:
    """Compare all that one recording holds with what the other holds under the same names behind a prefix."""
    for name in sorted(one.spikes):
        if f"{prefix}{name}" not in other.spikes:
            yield f"spikes of {name} are in one recording alone"
            continue
        here, there = one.spikes[name], other.spikes[f"{prefix}{name}"]
        kept = there.step <= one.steps if prefix else slice(None)
        yield from _unequal(f"{name}: stamps of spikes", here.step, there.step[kept])
        yield from _unequal(f"{name}: neurons of spikes", here.neuron, there.neuron[kept])
    for name in one.records:
        for variable, states in one.records[name].items():
            found = other.records[f"{prefix}{name}"][variable]
            yield from _unequal(f"{name}.{variable}: stamps", states.step, found.step)
            yield from _unequal(f"{name}.{variable}: neurons", states.neuron, found.neuron)
            yield from _unequal(f"{name}.{variable}", states.value, found.value)
    for name in one.counts:
        binned = other.counts[f"{prefix}{name}"]
        yield from _unequal(f"counts of {name}", one.counts[name].value, binned.value[: len(one.counts[name])])
    for name in one.weights:
        for variable, weights in one.weights[name].items():
            snapshots = other.weights[f"{prefix}{name}"][variable]
            yield from _unequal(f"{name}.{variable}: stamps", weights.step, snapshots.step)
            yield from _unequal(f"{name}.{variable}: rows", weights.row, snapshots.row)
            yield from _unequal(f"{name}.{variable}", weights.value, snapshots.value)
    for name in one.synapses:
        table = other.synapses[f"{prefix}{name}"]
        for column in _COLUMNS:
            yield from _unequal(f"{name}: {column} of synapses", getattr(one.synapses[name], column), getattr(table, column))


def _unequal(what: str, one: Any, other: Any) -> Iterator[str]:
    if one.shape != other.shape:
        yield f"{what}: shape {one.shape} and {other.shape}"
    elif not np.array_equal(one, other):
        place = tuple(int(index) for index in np.argwhere(one != other)[0])
        yield f"{what}: {int(np.sum(one != other))} unequal, first {one[place]!r} and {other[place]!r} at {place}"
