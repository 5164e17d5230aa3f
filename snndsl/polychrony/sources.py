"""A network to search, from whatever holds one: a run folder with its weights at some time, or a table on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.ir import Program
from snndsl.polychrony.table import SynapseTable
from snndsl.polychrony.table_files import read_table
from snndsl.results import Recording, read_run

__all__ = ["Network", "network_from_program", "network_from_run", "read_network"]

_IZHIKEVICH = ("a", "b", "c", "d")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What a search needs of a network.

    Parameters
    ----------
    table : SynapseTable
        Neurons are numbered through the populations in order of their names.
    neurons : ndarray of float64, shape (neurons, 4), or None
        a, b, c, d of every neuron; None: those of 2006.
    step_ms : Fraction
        Length of a step.
    first : dict of str to int
        Number of the first neuron of each population; empty for a bare table.
    """

    table: SynapseTable
    neurons: NDArray[np.float64] | None
    step_ms: Fraction
    first: dict[str, int]


def read_network(
    source: str | os.PathLike[str], step: int | None = None, *, step_ms: Fraction | None = None, population: str | None = None
) -> Network:
    """Read a network.

    Parameters
    ----------
    source : path
        A run folder, or a table that `snndsl.polychrony.table_files.read_table` reads: csv, npz, Parquet, SONATA.
    step : int, optional
        Stamp of the weights of a run; without it, the last that were recorded.
    step_ms : Fraction, optional
        Length of a step of a table, in ms; has to be given where the delays of the table are in ms.
    population : str, optional
        Population of SONATA edges; without it, all.

    Raises
    ------
    ModelError
        source-unknown, and what `read_table` and `network_from_run` refuse.
    """
    path = Path(source)
    if path.is_dir():
        return network_from_run(read_run(path), step)
    found = read_table(path, step_ms=step_ms, population=population)
    return Network(found.table, None, found.step_ms, found.first)


def network_from_run(run: Recording, step: int | None = None) -> Network:
    """Return the network of a run, with the weights of one moment.

    Parameters
    ----------
    run : Recording
        With its generated source, as every run folder has it.
    step : int, optional
        Stamp of the weights; without it, the last that were recorded. Weights that were never recorded are the initial ones.

    Raises
    ------
    ModelError
        weights-missing: nothing was recorded at `step`.
    """
    data = run.path / "source" / "data"
    try:
        settings: dict[str, Any] = json.loads((run.path / "source" / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelError(Fault("run-damaged", f"{run.path} has no source", expected="an intact run folder")) from None
    first, total = {}, 0
    for name, population in settings["populations"].items():
        first[name] = total
        total += population["size"]
    parts: dict[str, list[NDArray[Any]]] = {"pre": [], "post": [], "weight": [], "delay": [], "plastic": []}
    for name, part in settings["synapses"].items():
        column = {
            what: np.load(data / "synapses" / name / f"{what}.npy") for what in ("pre", "post", "axonal", "dendritic", "row")
        }
        parts["pre"].append(column["pre"] + first[part["source"]])
        parts["post"].append(column["post"] + first[part["target"]])
        parts["delay"].append(column["axonal"] + column["dendritic"])
        parts["weight"].append(_weights(run, part["projection"], part["rule"] is not None, step)[column["row"]])
        parts["plastic"].append(np.full(len(column["pre"]), part["rule"] is not None))
    columns = {name: np.concatenate([*arrays, np.zeros(0, np.int64)]) for name, arrays in parts.items()}
    table = SynapseTable.from_columns(columns, neurons=total)
    return Network(table, _neurons(settings, data), run.step_length, first)


def network_from_program(program: Program) -> Network:
    """Return the network of a model before it has run.

    Raises
    ------
    ModelError
        neuron-unsupported.
    """
    first, total, neurons = {}, 0, []
    for population in program.populations:
        first[population.name] = total
        total += population.size
        states = program.neuron(population.neuron).states if population.neuron else ()
        neurons.append(_izhikevich(population.name, population.neuron, population.size, population.values, states))
    parts: dict[str, list[NDArray[Any]]] = {"pre": [], "post": [], "weight": [], "delay": [], "plastic": []}
    for synapses in program.synapses:
        column = {name: np.asarray(synapses.rows[name], np.int64) for name in ("pre", "post", "axonal", "dendritic")}
        key = "w" if synapses.rule else "weight"
        weight = synapses.rows[key] if key in synapses.rows else np.full(synapses.rows.rows, synapses.values[key])
        parts["pre"].append(column["pre"] + first[synapses.source])
        parts["post"].append(column["post"] + first[synapses.target])
        parts["delay"].append(column["axonal"] + column["dendritic"])
        parts["weight"].append(np.asarray(weight, np.float64))
        parts["plastic"].append(np.full(synapses.rows.rows, synapses.rule is not None))
    columns = {name: np.concatenate([*arrays, np.zeros(0, np.int64)]) for name, arrays in parts.items()}
    table = SynapseTable.from_columns(columns, neurons=total)
    return Network(table, np.concatenate(neurons), program.step, first)


def _weights(run: Recording, projection: str, plastic: bool, step: int | None) -> NDArray[np.float64]:
    if not plastic:
        return run.synapses[projection].weight
    snapshots = run.weights[projection]["w"] if projection in run.weights and "w" in run.weights[projection] else None
    if snapshots is None or not len(snapshots.step):
        if step is not None and step > 0:
            what = f"the weights of {projection} were not recorded"
            raise ModelError(
                Fault("weights-missing", what, expected=f"record: {{synapses: {{{projection}: {{of: [w], at: [T]}}}}}}")
            )
        return run.synapses[projection].weight
    if step is None:
        return np.asarray(snapshots.value[-1], np.float64)
    place = np.nonzero(snapshots.step == step)[0]
    if not len(place):
        known = ", ".join(f"{stamp:,}" for stamp in snapshots.step[:20])
        raise ModelError(Fault("weights-missing", f"no weights of {projection} at step {step:,}", expected=f"one of {known}"))
    return np.asarray(snapshots.value[place[0]], np.float64)


def _neurons(settings: dict[str, Any], data: Path) -> NDArray[np.float64]:
    found = []
    for name, population in settings["populations"].items():
        values = {
            key: np.load(data / "populations" / name / f"{key}.npy") if value is None else value
            for key, value in population["values"].items()
            if key in _IZHIKEVICH
        }
        found.append(_izhikevich(name, population["neuron"], population["size"], values, population["states"]))
    return np.concatenate(found)


def _izhikevich(
    name: str, neuron: str | None, size: int, values: Mapping[str, Any], states: Sequence[str]
) -> NDArray[np.float64]:
    """Return a, b, c, d of a population; the search answers with the map of 2006, other neurons cannot be searched."""
    if neuron is None:
        return np.zeros((size, 4))
    if any(key not in values for key in _IZHIKEVICH) or not {"v", "u"} <= set(states):
        what = f"{name} consists of {neuron}, no Izhikevich neurons"
        raise ModelError(Fault("neuron-unsupported", what, expected="parameters a, b, c, d and states v, u"))
    return np.stack([np.broadcast_to(np.asarray(values[key], np.float64), (size,)) for key in _IZHIKEVICH], axis=1)
