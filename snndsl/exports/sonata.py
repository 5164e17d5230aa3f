"""Network and spikes of a run in the SONATA format: nodes, edges and spikes in HDF5, types in csv, one configuration.

Format: https://github.com/AllenInstitute/sonata/blob/master/docs/SONATA_DEVELOPER_GUIDE.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, ToolMissing
from snndsl.exports.tables import in_ms
from snndsl.results import Recording, TrialsRecording

__all__ = ["write_sonata"]

VERSION = (0, 1)
MAGIC = 0x0A7A
"""Attributes `version` and `magic` of every file."""


def write_sonata(run: Recording | TrialsRecording, folder: Path) -> None:
    """Write the network of a run, with its initial weights, and its spikes.

    Parameters
    ----------
    run : Recording or TrialsRecording
        Of one trial.
    folder : Path
        Gets ``circuit_config.json``, ``nodes.h5``, ``node_types.csv``, ``edges.h5``, ``edge_types.csv``, ``spikes.h5``. An edge
        has ``syn_weight``, and ``delay`` in ms with its parts ``axonal_delay`` and ``dendritic_delay``.

    Raises
    ------
    ModelError
        usage: a run of several trials.
    ToolMissing
        package-missing: h5py.
    """
    if isinstance(run, TrialsRecording):
        what = f"{run.path} has {len(run.trials)} trials, SONATA has one time"
        raise ModelError(Fault("usage", what, expected="a run of one trial", try_=str(run.trials[0].path)))
    try:
        import h5py
    except ImportError:
        what = "SONATA needs h5py"
        raise ToolMissing(Fault("package-missing", what, expected="h5py", try_="pip install 'snndsl[tables]'")) from None
    folder.mkdir()
    types = {f"{projection}__{pre}_to_{post}": k for k, (projection, pre, post, _) in enumerate(_edges(run))}
    with _file(h5py, folder / "nodes.h5") as file:
        for k, (name, size) in enumerate(run.populations.items()):
            _write_nodes(file, name, size, k)
    with _file(h5py, folder / "edges.h5") as file:
        for (name, k), (projection, pre, post, rows) in zip(types.items(), _edges(run), strict=True):
            _write_edges(file, name, k, (pre, post), _columns(run, projection, rows))
    with _file(h5py, folder / "spikes.h5") as file:
        for name in run.spikes:
            _write_spikes(h5py, file, run, name)
    _write_types(folder, run, types)


def _file(h5py: Any, place: Path) -> Any:
    """Return an open file that is the same for the same content: nothing in it says when it was made."""
    file = h5py.File(place, "w", track_order=True)
    file.attrs["version"] = np.array(VERSION, np.uint32)
    file.attrs["magic"] = np.uint32(MAGIC)
    return file


def _edges(run: Recording) -> Iterator[tuple[str, str, str, NDArray[np.bool_]]]:
    """Yield projection, both populations, and the synapses between them."""
    for projection, table in run.synapses.items():
        names = table.populations
        ends = sorted(set(zip(table.pre_population.tolist(), table.post_population.tolist(), strict=True)))
        for pre, post in ends:
            yield projection, names[pre], names[post], (table.pre_population == pre) & (table.post_population == post)


def _columns(run: Recording, projection: str, rows: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    table, (pre, post) = run.synapses[projection], run.ends(projection)
    axonal, dendritic = (in_ms(np.asarray(part)[rows], run) for part in (table.axonal, table.dendritic))
    return {
        "pre": pre[rows],
        "post": post[rows],
        "syn_weight": np.asarray(table.weight)[rows],
        "delay": in_ms(np.asarray(table.axonal)[rows] + np.asarray(table.dendritic)[rows], run),
        "axonal_delay": axonal,
        "dendritic_delay": dendritic,
    }


def _write_nodes(file: Any, name: str, size: int, kind: int) -> None:
    group = file.create_group(f"nodes/{name}")
    group["node_type_id"] = np.full(size, kind, np.uint64)
    group["node_group_id"] = np.zeros(size, np.uint64)
    group["node_group_index"] = np.arange(size, dtype=np.uint64)
    group.create_group("0")


def _write_edges(file: Any, name: str, kind: int, ends: tuple[str, str], columns: dict[str, NDArray[Any]]) -> None:
    group = file.create_group(f"edges/{name}")
    size = len(columns["pre"])
    for key, column, population in zip(("source_node_id", "target_node_id"), ("pre", "post"), ends, strict=True):
        group[key] = columns[column].astype(np.uint64)
        group[key].attrs["node_population"] = population
    group["edge_type_id"] = np.full(size, kind, np.uint64)
    group["edge_group_id"] = np.zeros(size, np.uint64)
    group["edge_group_index"] = np.arange(size, dtype=np.uint64)
    for key in ("syn_weight", "delay", "axonal_delay", "dendritic_delay"):
        group[f"0/{key}"] = columns[key]


def _write_spikes(h5py: Any, file: Any, run: Recording, name: str) -> None:
    spikes = run.spikes[name]
    group = file.create_group(f"spikes/{name}")
    kinds = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")
    group.attrs.create("sorting", 2, dtype=kinds)
    group["timestamps"] = spikes.time_ms
    group["timestamps"].attrs["units"] = "milliseconds"
    group["node_ids"] = spikes.neuron.astype(np.uint64)


def _write_types(folder: Path, run: Recording, types: dict[str, int]) -> None:
    nodes = [f"{k} {name}" for k, name in enumerate(run.populations)]
    (folder / "node_types.csv").write_text("\n".join(["node_type_id pop_name", *nodes]) + "\n", encoding="utf-8")
    edges = [f"{k} {name} {run.unit_of_weights(name.split('__')[0]) or '1'}" for name, k in types.items()]
    (folder / "edge_types.csv").write_text("\n".join(["edge_type_id name weight_unit", *edges]) + "\n", encoding="utf-8")
    networks = {
        "nodes": [_listed("node", run.populations)],
        "edges": [_listed("edge", types)] if types else [],
    }
    config = {"manifest": {"$NETWORK_DIR": "."}, "networks": networks}
    (folder / "circuit_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _listed(kind: str, populations: Iterable[str]) -> dict[str, Any]:
    """Return an entry of the configuration: the files of nodes or edges, and which populations are in them."""
    files = {f"{kind}s_file": f"$NETWORK_DIR/{kind}s.h5", f"{kind}_types_file": f"$NETWORK_DIR/{kind}_types.csv"}
    facts = {"type": "point_neuron"} if kind == "node" else {}
    return {**files, "populations": dict.fromkeys(populations, facts)}
