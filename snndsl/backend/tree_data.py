"""Files that every generated tree has: its script and description, settings.json, program.txt, data/, and what it runs with."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import CountRecord, Program, Rule, Synapses, Table
from snndsl.ir.dump import dump
from snndsl.ir.serial import neuron_to, ranges_to, reads_to
from snndsl.ir.table import is_same

__all__ = ["arrays", "common_files", "settings", "shipped"]


def common_files(
    program: Program, backend: str, readme: str, run: str, extra: Mapping[str, Any] | None = None
) -> dict[str, str | NDArray[np.generic]]:
    """Return the files that every tree has, by path.

    Parameters
    ----------
    program : Program
        Whose tree it is.
    backend : str
        Name of the backend.
    readme, run : str
        README.md and run.py.
    extra : mapping, optional
        More entries of settings.json.
    """
    return {
        "README.md": readme,
        "run.py": run,
        "settings.json": settings(program, backend, extra),
        "program.txt": dump(program),
        **{
            f"code/{name}": _beside_each_other(package, name)
            for package, names in {
                "snndsl.results": ("run_folder.py", "run_files.py", "counting.py"),
                "snndsl.backend": ("failure.py", "synapse_tables.py"),
            }.items()
            for name in names
        },
        **arrays(program),
    }


def shipped(package: str, endings: tuple[str, ...]) -> dict[str, str]:
    """Return the source files of a package as files below ``code/``, in order of their names.

    Parameters
    ----------
    package : str
        ``my_backend.tree``.
    endings : tuple of str
        Of the files: ``.py``, ``.h``.
    """
    entries = sorted(files(package).iterdir(), key=lambda entry: entry.name)
    return {
        f"code/{entry.name}": entry.read_text(encoding="utf-8")
        for entry in entries
        if entry.name.endswith(endings) and entry.name != "__init__.py"
    }


def _beside_each_other(package: str, name: str) -> str:
    """Return a file whose neighbours in its package are its neighbours in the tree."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return text.replace(f"from {package}.", "from ")


def settings(program: Program, backend: str, extra: Mapping[str, Any] | None = None) -> str:
    """Return settings.json. A null among values stands for an array file in data/."""
    return json.dumps(_settings(program, backend) | dict(extra or {}), indent=1) + "\n"


def _settings(program: Program, backend: str) -> dict[str, Any]:
    return {
        "format": 1,
        "backend": backend,
        "name": program.name,
        "step_ms": str(program.step),
        "steps": program.steps,
        "chunk": program.chunk,
        "trial": program.trial,
        "samples": [sample.name for sample in program.samples],
        "sample_sizes": [len(sample.values) for sample in program.samples],
        "populations": _populations(program),
        "neurons": _neurons(program),
        "rules": _rules(program),
        **({"carries": _carries(program)} if program.carries else {}),
        "projections": {
            projection.name: {"rows": projection.rows, "populations": list(projection.populations)}
            for projection in program.projections
        },
        "synapses": _synapses(program),
        "injections": {
            injection.name: {"target": injection.target, "port": injection.port, "events": injection.events.rows}
            for injection in program.injections
        },
        "spike_records": [
            {"population": record.population, "all": record.neurons is None}
            | ({} if record.kept is None else {"kept": [list(part) for part in record.kept]})
            for record in program.spike_records
        ],
        "state_records": _state_records(program),
        "synapse_records": [
            {"projection": record.projection, "variables": list(record.variables), "stamps": list(record.stamps)}
            | ({} if record.rows is None else {"chosen": len(record.rows)})
            for record in program.synapse_records
        ],
        **({"count_records": [_counts(record) for record in program.count_records]} if program.count_records else {}),
    }


def _counts(record: CountRecord) -> dict[str, Any]:
    parts: dict[str, list[list[int]]] = {}
    for population, start, stop in record.parts:
        parts.setdefault(population, []).append([start, stop])
    return {"name": record.name, "width": record.width, "parts": parts}


def _populations(program: Program) -> dict[str, Any]:
    """Return what each population is, and its values."""
    return {
        population.name: {
            "size": population.size,
            "neuron": population.neuron,
            "states": list(program.neuron(population.neuron).states) if population.neuron else [],
            "undriven": neuron_to(population.undriven) if population.undriven else None,
            "values": {
                name: None if isinstance(value, np.ndarray) else _number(value)
                for name, value in sorted(population.values.items())
            },
        }
        for population in program.populations
    }


def _neurons(program: Program) -> dict[str, Any]:
    """Return the names in each neuron."""
    return {
        neuron.name: {
            "params": list(neuron.params),
            "states": list(neuron.states),
            "ports": list(neuron.ports),
            **ranges_to(neuron.ranges),
            **reads_to(neuron.reads),
        }
        for neuron in program.neurons
    }


def _rules(program: Program) -> dict[str, Any]:
    """Return the names in each rule, and when it acts."""
    return {
        rule.name: {
            "params": list(rule.params),
            "states": list(rule.states),
            "deliver": [list(pair) for pair in rule.deliver],
            "order": rule.order,
            "every": [tick.period for tick in rule.every],
            "bound": rule.bound,
            **_sums(rule),
            **ranges_to(rule.ranges),
            **reads_to(rule.reads),
        }
        for rule in program.rules
    }


def _carries(program: Program) -> dict[str, Any]:
    """Return the names in what synapses carry."""
    return {
        carry.name: {"params": list(carry.params), "bound": carry.bound, **reads_to(carry.reads)} for carry in program.carries
    }


def _sums(rule: Rule) -> dict[str, Any]:
    """Return the sums of a rule: period, name and the side that synapses share; nothing where there are none."""
    found = [[tick.period, item.local, item.over] for tick in rule.every for item in tick.sums]
    return {"sums": found} if found else {}


def _synapses(program: Program) -> dict[str, Any]:
    """Return what the synapses join, and their values."""
    return {
        synapses.name: {
            "projection": synapses.projection,
            "source": synapses.source,
            "target": synapses.target,
            "port": synapses.port,
            **({"ports": dict(sorted(synapses.ports.items()))} if synapses.ports else {}),
            "rule": synapses.rule,
            **({"carry": synapses.carry} if synapses.carry else {}),
            "rows": synapses.rows.rows,
            "values": dict.fromkeys(_varying(program, synapses))
            | {name: _number(value) for name, value in sorted(synapses.values.items())},
        }
        for synapses in program.synapses
    }


def _state_records(program: Program) -> list[dict[str, Any]]:
    """Return which states are kept."""
    return [
        {
            "name": record.name,
            "population": record.population,
            "variables": list(record.variables),
            "period": record.period,
            "first": record.first,
            "last": record.last,
        }
        for record in program.state_records
    ]


def arrays(program: Program) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a program by path."""
    return dict(_arrays(program))


def _arrays(program: Program) -> Iterator[tuple[str, NDArray[np.generic]]]:
    for population in program.populations:
        for name, value in sorted(population.values.items()):
            if isinstance(value, np.ndarray):
                yield f"data/populations/{population.name}/{name}.npy", np.asarray(value, np.float64)
        if population.spikes is not None:
            yield from _columns(f"data/sources/{population.name}", population.spikes)
    for projection in program.projections:
        yield from _columns(f"data/projections/{projection.name}", projection.columns)
    for synapses in program.synapses:
        yield from _columns(f"data/synapses/{synapses.name}", synapses.rows)
    for injection in program.injections:
        yield from _columns(f"data/injections/{injection.name}", injection.events)
    for sample in program.samples:
        yield f"data/samples/{sample.name}.npy", np.asarray(sample.values, np.float64)
    for spikes in program.spike_records:
        if spikes.neurons is not None:
            yield f"data/records/spikes/{spikes.population}.npy", spikes.neurons
    for states in program.state_records:
        yield f"data/records/states/{states.population}/{states.name}.npy", states.neurons
    for record in program.synapse_records:
        if record.rows is not None:
            yield f"data/records/synapses/{record.projection}.npy", record.rows


def _columns(folder: str, table: Table) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield the columns of a table; of one number for all rows that number (`synapse_tables.column`)."""
    for name, column in table.columns.items():
        yield f"{folder}/{name}.npy", column[:1] if is_same(column) else column


def _varying(program: Program, synapses: Synapses) -> list[str]:
    if synapses.carry is not None:
        names = program.carry(synapses.carry).params
    elif synapses.rule is None:
        names = ("weight",)
    else:
        names = program.rule(synapses.rule).params + program.rule(synapses.rule).states
    return [name for name in names if name not in synapses.values]


def _number(value: float) -> float | str:
    """Return the number, or its text where JSON has no such number."""
    return float(value) if math.isfinite(value) else repr(float(value))
