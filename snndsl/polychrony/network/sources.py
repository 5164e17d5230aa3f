"""A network to search, from whatever holds one: a run folder with its weights at some time, or a table on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.ir import Neuron, Program
from snndsl.ir.serial import neuron_from
from snndsl.polychrony.engine.bounds import resting
from snndsl.polychrony.network.table import Network, SynapseTable
from snndsl.polychrony.network.table_files import read_table
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.rest import is_map_of_2006
from snndsl.results import Recording, read_run, single

__all__ = ["Network", "network_from_program", "network_from_run", "read_network", "weights_at"]


def read_network(
    source: str | os.PathLike[str],
    step: int | None = None,
    *,
    step_ms: Fraction | None = None,
    population: str | None = None,
    inhibitory: Sequence[str] | None = None,
) -> Network:
    """Read a network.

    Parameters
    ----------
    source : path
        A run folder, or a table that `snndsl.polychrony.network.table_files.read_table` reads: csv, npz, Parquet, SONATA.
    step : int, optional
        Stamp of the weights of a run; without it, the last that were recorded.
    step_ms : Fraction, optional
        Length of a step of a table, in ms; has to be given where the delays of the table are in ms.
    population : str, optional
        Population of SONATA edges; without it, all.
    inhibitory : sequence of str, optional
        Inhibitory populations of a run.

    Raises
    ------
    ModelError
        source-unknown, and what `read_table` and `network_from_run` refuse.
    """
    path = Path(source)
    if path.is_dir():
        return network_from_run(single(read_run(path)), step, inhibitory)
    return read_table(path, step_ms=step_ms, population=population)


def network_from_run(run: Recording, step: int | None = None, inhibitory: Sequence[str] | None = None) -> Network:
    """Return the network of a run, with the weights of one moment.

    Parameters
    ----------
    run : Recording
        With its generated source, as every run folder has it.
    step : int, optional
        Stamp of the weights; without it, the last that were recorded. Weights that were never recorded are the initial ones.
    inhibitory : sequence of str, optional
        Inhibitory populations; without it, neurons with negative weights are.

    Raises
    ------
    ModelError
        weights-missing: nothing was recorded at `step`; neuron-unsupported: neurons that draw or read the time.
    """
    data = run.path / "source" / "data"
    try:
        settings: dict[str, Any] = json.loads(run.intact("source/settings.json").read_text(encoding="utf-8"))
        populations = [_population(data, name, population) for name, population in settings["populations"].items()]
    except (OSError, ValueError):
        raise ModelError(Fault("run-damaged", f"{run.path} has no source", expected="an intact run folder")) from None
    except KeyError:
        what = f"the source of {run.path} does not say what a neuron does at rest"
        raise ModelError(Fault("run-of-older-version", what, try_="run the model again, or search the model file")) from None
    parts = []
    for name, part in settings["synapses"].items():
        if "carry" in part:
            raise _never_rests(part["projection"])
        column = {
            what: np.broadcast_to(np.load(run.intact(f"source/data/synapses/{name}/{what}.npy")), (part["rows"],))
            for what in ("pre", "post", "axonal", "dendritic", "row")
        }
        column["weight"] = weights_at(run, part["projection"], part["rule"] is not None, step)[column["row"]]
        parts.append(Part(part["source"], part["target"], part["port"], part["rule"] is not None, column))
    return _network(populations, parts, run.step_length, inhibitory, run.manifest.get("units", {}))


def network_from_program(
    program: Program, inhibitory: Sequence[str] | None = None, units: Mapping[str, Mapping[str, str]] | None = None
) -> Network:
    """Return the network of a model before it has run.

    Parameters
    ----------
    program : Program
        Of the model.
    inhibitory : sequence of str, optional
        Inhibitory populations; without it, neurons with negative weights are.
    units : mapping of str to mapping of str to str, optional
        Internal units of states and ports by population, as `snndsl.Model.units` gives them.

    Raises
    ------
    ModelError
        neuron-unsupported.
    """
    populations = [(item.name, item.size, item.undriven, item.values) for item in program.populations]
    parts = []
    for synapses in program.synapses:
        if synapses.carry is not None:
            raise _never_rests(synapses.projection)
        column = {name: np.asarray(synapses.rows[name], np.int64) for name in ("pre", "post", "axonal", "dendritic")}
        key = "w" if synapses.rule else "weight"
        weight = synapses.rows[key] if key in synapses.rows else np.full(synapses.rows.rows, synapses.values[key])
        column["weight"] = np.asarray(weight, np.float64)
        parts.append(Part(synapses.source, synapses.target, synapses.port, synapses.rule is not None, column))
    return _network(populations, parts, program.step, inhibitory, units or {})


def _never_rests(projection: str) -> ModelError:
    """Return what is said of a network whose neurons reach each other without spikes."""
    what, expected = f"projection {projection!r} carries a value in every step", "synapses that transmit spikes alone"
    return ModelError(Fault("neuron-unsupported", what, expected=expected, try_="a model without it for the search"))


class Part(NamedTuple):
    """Synapses between two populations."""

    source: str
    target: str
    port: str
    plastic: bool
    column: Mapping[str, NDArray[Any]]


def _population(data: Path, name: str, population: Mapping[str, Any]) -> tuple[str, int, Neuron | None, dict[str, Any]]:
    values = {
        key: np.load(data / "populations" / name / f"{key}.npy") if value is None else float(value)
        for key, value in population["values"].items()
    }
    undriven = population["undriven"]
    return name, population["size"], None if undriven is None else neuron_from(undriven), values


def _network(
    populations: Sequence[tuple[str, int, Neuron | None, Mapping[str, Any]]],
    parts: list[Part],
    step_ms: Fraction,
    inhibitory: Sequence[str] | None,
    units: Mapping[str, Mapping[str, str]],
) -> Network:
    """Number the neurons through the populations and put all synapses into one table."""
    first, total, ports = {}, 0, {}
    for name, size, neuron, _ in populations:
        first[name] = total
        ports[name] = neuron.ports if neuron else ()
        total += size
    model = NeuronModel.from_populations(populations, float(step_ms))
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in ("pre", "post", "weight", "delay", "plastic", "port")}
    for part in parts:
        if part.port not in ports[part.target]:
            what = f"synapses onto {part.target} force spikes"
            raise ModelError(Fault("neuron-unsupported", what, expected="synapses into a port of the neuron's equations"))
        rows = len(part.column["pre"])
        columns["pre"].append(part.column["pre"] + first[part.source])
        columns["post"].append(part.column["post"] + first[part.target])
        columns["delay"].append(part.column["axonal"] + part.column["dendritic"])
        columns["weight"].append(part.column["weight"])
        columns["plastic"].append(np.full(rows, part.plastic))
        columns["port"].append(np.full(rows, ports[part.target].index(part.port), np.int8))
    whole = {name: np.concatenate([*arrays, np.zeros(0, np.int64)]) for name, arrays in columns.items()}
    whole["port"] = whole["port"].astype(np.int8)
    mask = None
    if inhibitory is not None:
        mask = np.zeros(total, bool)
        for name, size, _, _ in populations:
            mask[first[name] : first[name] + size] = name in inhibitory
        unknown = sorted(set(inhibitory) - set(first))
        if unknown:
            raise ModelError(Fault("unknown-name", f"no population {unknown[0]!r}", expected=", ".join(first)))
    table = SynapseTable.from_columns(whole, neurons=total, inhibitory=mask)
    weight_units = {units.get(part.target, {}).get(part.port, "") for part in parts}
    answering = _map_parameters(model) if _is_map(model) else model
    return Network(table, answering, step_ms, first, () if "" in weight_units else tuple(sorted(weight_units)))


def _is_map(model: NeuronModel) -> bool:
    """Whether the fast search, which knows the map of 2006 and its state of rest, may answer for the neurons."""
    if not all(is_map_of_2006(model, kind) for kind in range(len(model.kinds))):
        return False
    return bool(np.isfinite(resting(_map_parameters(model))).all())


def _map_parameters(model: NeuronModel) -> NDArray[np.float64]:
    parameters = np.zeros((len(model.kind), 4))
    for kind, neuron in enumerate(model.kinds):
        own = model.kind == kind
        for column, name in enumerate(("a", "b", "c", "d")):
            parameters[own, column] = model.parameter[own, neuron.params.index(name)]
    return parameters


def weights_at(run: Recording, projection: str, plastic: bool, step: int | None) -> NDArray[np.float64]:
    """Return the weights of a projection at a stamp of a run (None: the last recorded), in the order of its synapses.

    Raises
    ------
    ModelError
        weights-missing.
    """
    if not plastic:
        return run.synapses[projection].weight
    snapshots = run.weights[projection]["w"] if projection in run.weights and "w" in run.weights[projection] else None
    if snapshots is not None and snapshots.value.shape[1] < len(run.synapses[projection].row):
        what = f"the weights of some synapses of {projection} were recorded alone"
        raise ModelError(Fault("weights-missing", what, expected="a record of synapses without 'where'"))
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
