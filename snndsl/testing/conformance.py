"""Cases of the conformance suite, and equality without tolerance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import load, run_model
from snndsl.results import Recording

__all__ = ["case_file", "cases", "differences", "run_case"]

_COLUMNS = ("pre", "post", "pre_population", "post_population", "row", "weight", "axonal", "dendritic")


def cases() -> list[str]:
    """Return the names of all cases."""
    return sorted(Path(entry.name).stem for entry in _folder().iterdir() if entry.name.endswith(".yaml"))


def case_file(case: str) -> Path:
    """Return the model file of a case."""
    return Path(str(_folder().joinpath(f"{case}.yaml")))


def run_case(case: str, backend: str, out: str | os.PathLike[str], threads: int = 1) -> Recording:
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


def differences(one: Recording, other: Recording) -> list[str]:
    """Return every way in which two recordings are not equal, bit for bit; empty if they are.

    Parameters
    ----------
    one, other : Recording
        Of the same model.
    """
    return list(_differences(one, other))


def _folder() -> Any:
    return resources.files("snndsl.testing").joinpath("cases")


def _differences(one: Recording, other: Recording) -> Iterator[str]:
    if (one.status, one.steps_done) != (other.status, other.steps_done):
        yield f"{one.status} after {one.steps_done} steps, {other.status} after {other.steps_done}"
    for name in sorted({*one.spikes, *other.spikes}):
        if name not in one.spikes or name not in other.spikes:
            yield f"spikes of {name} are in one recording alone"
            continue
        yield from _unequal(f"{name}: stamps of spikes", one.spikes[name].step, other.spikes[name].step)
        yield from _unequal(f"{name}: neurons of spikes", one.spikes[name].neuron, other.spikes[name].neuron)
    for name in one.records:
        for variable, states in one.records[name].items():
            there = other.records[name][variable]
            yield from _unequal(f"{name}.{variable}: stamps", states.step, there.step)
            yield from _unequal(f"{name}.{variable}: neurons", states.neuron, there.neuron)
            yield from _unequal(f"{name}.{variable}", states.value, there.value)
    for name in one.weights:
        for variable, weights in one.weights[name].items():
            yield from _unequal(f"{name}.{variable}: stamps", weights.step, other.weights[name][variable].step)
            yield from _unequal(f"{name}.{variable}", weights.value, other.weights[name][variable].value)
    for name in one.synapses:
        for column in _COLUMNS:
            yield from _unequal(
                f"{name}: {column} of synapses", getattr(one.synapses[name], column), getattr(other.synapses[name], column)
            )
    yield from _unequal("hashes of blocks", one.blocks, other.blocks)


def _unequal(what: str, one: Any, other: Any) -> Iterator[str]:
    if one.shape != other.shape:
        yield f"{what}: shape {one.shape} and {other.shape}"
    elif not np.array_equal(one, other):
        place = tuple(int(index) for index in np.argwhere(one != other)[0])
        yield f"{what}: {int(np.sum(one != other))} unequal, first {one[place]!r} and {other[place]!r} at {place}"
