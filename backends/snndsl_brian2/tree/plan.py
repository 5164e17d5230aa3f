"""The plan of a run: one line a fact, from settings.json to the compiled program (code/recorder.h reads it)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["plan", "read_settings"]


def read_settings(tree: Path) -> dict[str, Any]:
    """Return what settings.json says."""
    return dict(json.loads((tree / "settings.json").read_text()))


def plan(tree: Path, settings: Mapping[str, Any], scratch: Path) -> str:
    """Return the plan.

    Parameters
    ----------
    tree : Path
        Whose ``data`` the program reads.
    settings : mapping
        Of `read_settings`.
    scratch : Path
        Folder for arrays on their way into the run folder.
    """
    data = tree / "data"
    lines = [f"steps {settings['steps']}", f"chunk {settings['chunk']}", f"trial {settings['trial']}", f"out {scratch}"]
    lines += [f"key {word}" for word in settings["keys"]]
    lines += [f"sample {name} {data}/samples/{name}.npy" for name in settings["samples"]]
    for name, population in settings["populations"].items():
        if population["neuron"] is None:
            lines.append(f"source {name} {data}/sources/{name}")
        for variable, value in population["values"].items():
            lines.append(f"population {name} {variable} {_value(value, f'{data}/populations/{name}/{variable}.npy')}")
        lines += _watched(name, population["states"], settings["neurons"].get(population["neuron"], {}).get("ranges", {}))
    lines += [f"read {population} {state}" for population, state in settings.get("reads", ())]
    lines += [f"past {population} {state} {steps}" for population, state, steps in settings.get("past", ())]
    for name, synapses in settings["synapses"].items():
        lines.append(f"connect {name} {data}/synapses/{name}")
        for variable, value in synapses["values"].items():
            lines.append(f"synapses {name} {variable} {_value(value, f'{data}/synapses/{name}/{variable}.npy')}")
        sums = settings["rules"].get(synapses["rule"], {}).get("sums", ())
        lines += [f"synapses {name} {summed} number 0.0" for _, summed, _ in sums]
        ranges = settings["rules"].get(synapses["rule"], {}).get("ranges", {})
        lines += [f"limits {name} {state} {low} {high}" for state, (low, high) in ranges.items()]
    for name, injection in settings["injections"].items():
        lines.append(f"inject {injection['target']} {injection['port']} {data}/injections/{name}")
    return "\n".join([*lines, *_records(data, settings)]) + "\n"


def _watched(population: str, states: Iterable[str], ranges: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield what stops the run where it is no finite number, or outside its range."""
    for state in states:
        if not state.endswith("__"):
            yield " ".join(["watch", population, state, *map(str, ranges.get(state, ()))])


def _value(value: float | str | None, path: str) -> str:
    return f"file {path}" if value is None else f"number {value}"


def _records(data: Path, settings: Mapping[str, Any]) -> Iterator[str]:
    for record in settings["spike_records"]:
        name = record["population"]
        yield f"spikes {name} all" if record["all"] else f"spikes {name} file {data}/records/spikes/{name}.npy"
    for record in settings["state_records"]:
        neurons = f"{data}/records/states/{record['population']}/{record['name']}.npy"
        times = f"{record['first']} {record['last']} {record['period']}"
        for variable in record["variables"]:
            yield f"states {record['population']} {record['name']} {variable} {times} {neurons}"
    for record in settings["synapse_records"]:
        name = record["projection"]
        parts = [part for part, synapses in settings["synapses"].items() if synapses["projection"] == name]
        rows = settings["projections"][name]["rows"]
        for stamp in record["stamps"]:
            for variable in record["variables"] if stamp <= settings["steps"] else ():
                yield " ".join(["snapshot", name, variable, str(stamp), str(rows), *parts])
