"""A run as tables of columns, for data frames, and as arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.formats.writers import write_csv, write_parquet
from snndsl.ir.naming import user_name
from snndsl.results import Recording, TrialsRecording

__all__ = ["arrays", "facts", "in_ms", "tables", "write_tables"]

Columns = dict[str, NDArray[Any]]
Run = Recording | TrialsRecording


def facts(run: Run) -> dict[str, Any]:
    """Return what a table does not say: which model, computed by whom, length of a step, sizes of populations."""
    known = {key: run.manifest.get(key) for key in ("name", "model", "backend", "mode", "seed", "versions", "status")}
    return known | {"step_ms": run.step_ms, "steps": run.steps, "populations": dict(run.populations), "trials": len(run.trials)}


def tables(run: Run) -> Iterator[tuple[str, Callable[[], Columns]]]:
    """Yield the tables of a run by name, each made when it is asked for.

    Returns
    -------
    iterator of (str, callable)
        ``spikes/POPULATION`` (step, time_ms, neuron), ``states/POPULATION.VARIABLE`` and ``signals/...``
        (step, time_ms, neuron, ``V (mV)``),
        ``counts/NAME``, ``weights/PROJECTION.VARIABLE`` (step, time_ms, row, value) and ``synapses/PROJECTION``. Of several
        trials the first column is ``trial``; records of a variable at different times are told apart by their names.
    """
    for name in run.spikes:
        yield f"spikes/{name}", partial(_over_trials, run, partial(_spikes, name=name))
    for name, variable, key in _states(run):
        label = f"{_kind(run, key)}/{key}.{user_name(variable)}"
        yield label, partial(_over_trials, run, partial(_samples, name=name, variable=variable))
    for name in run.counts:
        yield f"counts/{name}", partial(_over_trials, run, partial(_counts, name=name))
    for name, variables in run.weights.items():
        for variable in variables:
            yield f"weights/{name}.{variable}", partial(_over_trials, run, partial(_weights, name=name, variable=variable))
    for name in run.synapses:
        yield f"synapses/{name}", partial(_synapses, run.trials[0], name)


def write_tables(run: Run, folder: Path, form: str) -> None:
    """Write the tables of a run as csv or Parquet, a file each, and its facts as ``run.json``."""
    for name, make in tables(run):
        file = folder / f"{name}.{form}"
        file.parent.mkdir(parents=True, exist_ok=True)
        columns = make()
        if form == "csv":
            write_csv({key: column.tolist() for key, column in columns.items()}, file)
        else:
            write_parquet(columns, file)
    (folder / "run.json").write_text(json.dumps(facts(run), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def arrays(run: Run) -> Columns:
    """Return a run as arrays by path, states and weights as matrices: ``spikes/exc/step``, ``states/exc/V/value``."""
    found: Columns = {"run": np.array(json.dumps(facts(run), sort_keys=True))}
    for k, one in enumerate(run.trials):
        base = f"trials/{one.trial}/" if isinstance(run, TrialsRecording) else ""
        for name, spikes in one.spikes.items():
            found |= {f"{base}spikes/{name}/step": spikes.step, f"{base}spikes/{name}/neuron": spikes.neuron}
        for name, variable, key in _states(one):
            part, place = one.records[name][variable], f"{base}{_kind(one, key)}/{key}/{user_name(variable)}"
            found |= {f"{place}/{item}": getattr(part, item) for item in ("step", "neuron", "value")}
            found[f"{place}/unit"] = np.array(part.unit)
        for name, counts in one.counts.items():
            found |= {f"{base}counts/{name}/step": counts.step, f"{base}counts/{name}/value": counts.value}
        for name, variables in one.weights.items():
            for variable, weights in variables.items():
                place = f"{base}weights/{name}/{variable}"
                found |= {f"{place}/{item}": getattr(weights, item) for item in ("step", "row", "value")}
        if k == 0:
            found |= {f"synapses/{name}/{key}": item for name in one.synapses for key, item in _ends(one, name).items()}
    return found


def _kind(run: Run, key: str) -> str:
    return "signals" if key.partition("[")[0].partition(" ")[0] in run.signals else "states"


def _states(run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield record, variable, and the name in files: the population where its records can be told apart by it."""
    of = {name: run.trials[0].manifest["state_records"][k]["population"] for k, name in enumerate(run.records)}
    pairs = [(name, variable) for name, variables in run.records.items() for variable in variables]
    twice = [(of[name], variable) for name, variable in pairs]
    for name, variable in pairs:
        yield name, variable, of[name] if twice.count((of[name], variable)) == 1 else name


def _over_trials(run: Run, make: Callable[[Recording], Columns]) -> Columns:
    if not isinstance(run, TrialsRecording):
        return make(run)
    parts = [make(one) for one in run.trials]
    lengths = [len(next(iter(part.values()))) for part in parts]
    trial = np.repeat([one.trial for one in run.trials], lengths)
    return {"trial": trial} | {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _at(step: NDArray[Any], run: Recording) -> Columns:
    return {"step": step, "time_ms": in_ms(step, run)}


def in_ms(steps: NDArray[Any], run: Recording) -> NDArray[np.float64]:
    """Return the doubles nearest to times: 1.2 for 12 steps of 0.1 ms."""
    length = run.step_length
    return np.asarray(steps * float(length.numerator) / float(length.denominator), np.float64)


def _spikes(run: Recording, name: str) -> Columns:
    spikes = run.spikes[name]
    return {"step": spikes.step, "time_ms": spikes.time_ms, "neuron": spikes.neuron}


def _named(variable: str, unit: str) -> str:
    return f"{variable} ({unit})" if unit not in ("", "1") else variable


def _samples(run: Recording, name: str, variable: str) -> Columns:
    part = run.records[name][variable]
    times = _at(np.repeat(part.step, len(part.neuron)), run)
    return times | {"neuron": np.tile(part.neuron, len(part.step)), _named(user_name(variable), part.unit): part.value.ravel()}


def _counts(run: Recording, name: str) -> Columns:
    counts = run.counts[name]
    return _at(counts.step, run) | {"count": counts.value}


def _weights(run: Recording, name: str, variable: str) -> Columns:
    part = run.weights[name][variable]
    label = _named(variable, run.unit_of_weights(name) if variable == "w" else "")
    times = _at(np.repeat(part.step, len(part.row)), run)
    return times | {"row": np.tile(part.row, len(part.step)), label: part.value.ravel()}


def _ends(run: Recording, name: str) -> Mapping[str, NDArray[Any]]:
    """Return the columns of a table of synapses, populations by name."""
    table, (pre, post) = run.synapses[name], run.ends(name)
    names = np.array([str(item) for item in table.populations])
    return {
        "pre_population": names[table.pre_population],
        "pre": pre,
        "post_population": names[table.post_population],
        "post": post,
        "weight": np.asarray(table.weight),
        "axonal": np.asarray(table.axonal),
        "dendritic": np.asarray(table.dendritic),
    }


def _synapses(run: Recording, name: str) -> Columns:
    ends = dict(_ends(run, name))
    weight, axonal, dendritic = (ends.pop(key) for key in ("weight", "axonal", "dendritic"))
    parts = {"axonal_ms": in_ms(axonal, run), "dendritic_ms": in_ms(dendritic, run)}
    return ends | {_named("weight", run.unit_of_weights(name)): weight} | parts
