"""A generated tree back as tables and blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.backend.synapse_tables import column
from snndsl.ir import Carry, Injection, Neuron, Population, Rule, StateRecord, SynapseRecord, Synapses, Table
from snndsl.ir.serial import carry_from, neuron_from, rule_from

__all__ = ["LoadedProgram", "load_tree"]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedProgram:
    """What a tree says, arrays mapped from disk where possible."""

    tree: Path
    settings: Mapping[str, Any]
    chunk: int
    trial: int
    neurons: Mapping[str, Neuron]
    rules: Mapping[str, Rule]
    carries: Mapping[str, Carry]
    populations: tuple[Population, ...]
    synapses: tuple[Synapses, ...]
    injections: tuple[Injection, ...]
    samples: Mapping[str, NDArray[np.float64]]
    projections: Mapping[str, int]
    spike_records: Mapping[str, NDArray[np.int32] | None]
    state_records: tuple[StateRecord, ...]
    synapse_records: tuple[SynapseRecord, ...]

    def depth(self) -> int:
        """Return how many steps an arrival may lie ahead, and one more."""
        return max([1, *(synapses.delays[1] for synapses in self.synapses)]) + 2


def load_tree(tree: Path) -> LoadedProgram:
    """Read settings.json, code/program.json and data/ of a generated tree."""
    settings = json.loads((tree / "settings.json").read_text(encoding="utf-8"))
    code = json.loads((tree / "code" / "program.json").read_text(encoding="utf-8"))
    data = tree / "data"
    return LoadedProgram(
        tree=tree,
        settings=settings,
        chunk=settings["chunk"],
        trial=settings["trial"],
        neurons={item["name"]: neuron_from(item) for item in code["neurons"]},
        rules={item["name"]: rule_from(item) for item in code["rules"]},
        carries={item["name"]: carry_from(item) for item in code.get("carries", ())},
        populations=tuple(_population(data, name, item) for name, item in settings["populations"].items()),
        synapses=tuple(_synapses(data, name, item) for name, item in settings["synapses"].items()),
        injections=tuple(
            Injection(name, item["target"], item["port"], _table(data / "injections" / name))
            for name, item in settings["injections"].items()
        ),
        samples={name: _load(data / "samples" / f"{name}.npy") for name in settings["samples"]},
        projections={name: item["rows"] for name, item in settings["projections"].items()},
        spike_records={
            item["population"]: None if item["all"] else _load(data / "records" / "spikes" / f"{item['population']}.npy")
            for item in settings["spike_records"]
        },
        state_records=tuple(_state_record(data, item) for item in settings["state_records"]),
        synapse_records=tuple(
            SynapseRecord(item["projection"], tuple(item["variables"]), tuple(item["stamps"]))
            for item in settings["synapse_records"]
        ),
    )


def _population(data: Path, name: str, item: Mapping[str, Any]) -> Population:
    if item["neuron"] is None:
        return Population(name, item["size"], None, {}, _table(data / "sources" / name))
    values = {
        key: _load(data / "populations" / name / f"{key}.npy") if value is None else float(value)
        for key, value in item["values"].items()
    }
    return Population(name, item["size"], item["neuron"], values)


def _synapses(data: Path, name: str, item: Mapping[str, Any]) -> Synapses:
    values = {key: float(value) for key, value in item["values"].items() if value is not None}
    rows = Table({file.stem: column(file, item["rows"]) for file in sorted((data / "synapses" / name).glob("*.npy"))})
    ends = item["source"], item["target"], item["port"]
    return Synapses(name, item["projection"], *ends, item["rule"], rows, values, item.get("ports", {}), item.get("carry"))


def _state_record(data: Path, item: Mapping[str, Any]) -> StateRecord:
    neurons = _load(data / "records" / "states" / item["population"] / f"{item['name']}.npy")
    return StateRecord(
        item["name"], item["population"], tuple(item["variables"]), neurons, item["period"], item["first"], item["last"]
    )


def _table(folder: Path) -> Table:
    return Table({file.stem: _load(file) for file in sorted(folder.glob("*.npy"))})


def _load(file: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(file, allow_pickle=False)
    return array
