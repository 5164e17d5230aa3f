"""Edges of SONATA: populations in one HDF5 file, weights and delays there or in the csv file of edge types beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, ToolMissing, listed
from snndsl.formats.delimited import text_of
from snndsl.formats.limits import check_unpacked, damaged

__all__ = ["Edges", "read_edges"]

NAMES = {"syn_weight": "weight", "delay": "delay_ms"}
"""Attributes of an edge, and the columns they become."""

EXPECTED = "edges as in the SONATA format"


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """One population of edges.

    Parameters
    ----------
    name : str
        Of the population.
    source, target : str
        Populations of nodes that `pre` and `post` are numbered in.
    columns : dict of str to ndarray, shape (edges,)
        ``pre``, ``post``, ``weight``, ``delay_ms``, as they are in the file.
    sizes : dict of str to int
        Nodes of those populations, if the file says how many there are.
    """

    name: str
    source: str
    target: str
    columns: dict[str, NDArray[Any]]
    sizes: dict[str, int]


def read_edges(path: Path, population: str | None = None) -> list[Edges]:
    """Read populations of edges.

    Parameters
    ----------
    path : Path
        HDF5 file with ``/edges/<population>``. What its groups do not hold, ``syn_weight`` or ``delay``, is looked up by
        ``edge_type_id`` in the csv file of types beside it: ``a_edge_types.csv`` for ``a_edges.h5``, else ``edge_types.csv``.
    population : str, optional
        Only this one.

    Returns
    -------
    list of Edges
        In order of names. An edge of ``nsyns`` synapses has that many times the weight, as between point neurons.

    Raises
    ------
    snndsl.errors.ModelError
        data-format, not-numeric, file-too-large, population-unknown, sonata-missing, sonata-unsupported, sonata-index.
    snndsl.errors.ToolMissing
        h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        what = "a SONATA file needs h5py"
        raise ToolMissing(Fault("package-missing", what, expected="h5py", try_="pip install 'snndsl[tables]'")) from None
    try:
        with h5py.File(path, "r") as file:
            names = sorted(file["edges"]) if isinstance(file.get("edges"), h5py.Group) else []
            if not names:
                raise ModelError(Fault("sonata-missing", "the file has no populations in /edges", expected=EXPECTED))
            if population is not None and population not in names:
                raise ModelError(Fault("population-unknown", f"no population {population!r}", expected=listed(names)))
            chosen = names if population is None else [population]
            store = _Store(file, h5py.Dataset, h5py.HardLink, path.stat().st_size)
            return [_population(store, path, name) for name in chosen]
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise damaged(error) from None


class _Store:
    """Datasets by their full names; nothing outside of the file is followed."""

    def __init__(self, file: Any, dataset: type, hard: type, size: int) -> None:
        self._file, self._dataset, self._hard, self._size = file, dataset, hard, size

    def get(self, name: str) -> Any:
        """Return a group or dataset; None if there is none, or if a link to another place stands for it."""
        node = self._file
        for part in name.strip("/").split("/"):
            if not hasattr(node, "keys") or not isinstance(node.get(part, getlink=True), self._hard):
                return None
            node = node[part]
        return node

    def has(self, name: str) -> bool:
        return isinstance(self.get(name), self._dataset)

    def members(self, name: str) -> list[str]:
        group = self.get(name)
        return sorted(group) if hasattr(group, "keys") else []

    def read(self, name: str, length: int | None = None) -> NDArray[Any]:
        if not self.has(name):
            raise ModelError(Fault("sonata-missing", f"the file has no dataset {name}", expected=EXPECTED))
        dataset = self.get(name)
        if dataset.dtype.kind not in "iuf" or dataset.ndim != 1:
            what = f"dataset {name} holds {dataset.dtype} in shape {dataset.shape}"
            raise ModelError(Fault("not-numeric", what, expected="one number an edge"))
        if dataset.is_virtual or dataset.external:
            raise damaged(f"dataset {name} holds what stands in other files")
        check_unpacked(dataset.size * dataset.dtype.itemsize, self._size)
        array = np.asarray(dataset[()])
        if length is not None and len(array) != length:
            what = f"dataset {name} has {len(array)} rows, source_node_id {length}"
            raise ModelError(Fault("synapse-columns-unequal", what, expected="one number an edge in every dataset"))
        return array

    def node_population(self, name: str) -> str:
        value = self._file[name].attrs.get("node_population")
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(-1)[0]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str):
            what = f"dataset {name} has no attribute node_population"
            raise ModelError(Fault("sonata-missing", what, expected="the name of the population of nodes"))
        return value

    def nodes(self, population: str) -> int | None:
        """Number of nodes, where the same file lists them."""
        name = f"/nodes/{population}/node_type_id"
        return len(self._file[name]) if self.has(name) else None


def _population(store: _Store, path: Path, name: str) -> Edges:
    base = f"/edges/{name}"
    pre = store.read(f"{base}/source_node_id")
    edges = len(pre)
    columns = {"pre": pre, "post": store.read(f"{base}/target_node_id", edges)}
    nodes = [store.node_population(f"{base}/{end}_node_id") for end in ("source", "target")]
    groups = [item for item in store.members(base) if item.isdigit()]
    if store.has(f"{base}/edge_group_id"):
        group = store.read(f"{base}/edge_group_id", edges)
        index = store.read(f"{base}/edge_group_index", edges)
    else:
        group, index = np.zeros(edges, np.int64), np.arange(edges)
    held = {item: {key for key in (*NAMES, "nsyns") if store.has(f"{base}/{item}/{key}")} for item in groups}
    values = {key: np.full(edges, np.nan) for key in NAMES}
    open_ = {key: np.ones(edges, bool) for key in NAMES}
    synapses = np.ones(edges)
    for item in groups:
        mine = group == int(item)
        for key in sorted(held[item]):
            array = _taken(store.read(f"{base}/{item}/{key}"), index, mine, f"{base}/{item}/{key}")
            if key == "nsyns":
                _check_synapses(array, mine, f"{base}/{item}/nsyns")
                synapses[mine] = array
            else:
                values[key][mine] = array
                open_[key][mine] = False
    for key, rows in open_.items():
        if rows.any():
            _from_types(key, rows, values[key], store, path, base)
    values["syn_weight"] *= synapses
    columns |= {NAMES[key]: array for key, array in values.items()}
    sizes = {node: size for node in nodes if (size := store.nodes(node)) is not None}
    return Edges(name, nodes[0], nodes[1], columns, sizes)


def _taken(array: NDArray[Any], index: NDArray[Any], mine: NDArray[np.bool_], name: str) -> NDArray[Any]:
    wanted = index[mine]
    wrong = (wanted < 0) | (wanted >= len(array)) | (wanted != np.floor(wanted))
    if wrong.any():
        row = int(np.flatnonzero(mine)[np.argmax(wrong)])
        what = f"row {row}: edge_group_index is {index[row]}, but {name} has {len(array)} rows"
        raise ModelError(Fault("sonata-index", what, expected=f"0 to {len(array) - 1}"))
    return array[wanted.astype(np.int64)]


def _check_synapses(array: NDArray[Any], mine: NDArray[np.bool_], name: str) -> None:
    wrong = ~(array >= 1) | (array != np.floor(array))
    if wrong.any():
        row = int(np.flatnonzero(mine)[np.argmax(wrong)])
        what = f"row {row}: {name} is {array[np.argmax(wrong)]}"
        raise ModelError(Fault("sonata-unsupported", what, expected="a whole number of synapses, 1 or more"))


def _from_types(key: str, rows: NDArray[np.bool_], values: NDArray[Any], store: _Store, path: Path, base: str) -> None:
    """Fill in what the types of the edges say."""
    row = int(np.argmax(rows))
    places = list(
        dict.fromkeys([path.with_name(path.stem.replace("edges", "edge_types") + ".csv"), path.with_name("edge_types.csv")])
    )
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        what = f"row {row}: the edge has no {key}, and there is no {' or '.join(place.name for place in places)}"
        raise ModelError(Fault("sonata-missing", what, expected=f"{key} in {base}/0, or a column {key} of the edge types"))
    types = _types(file)
    kinds = store.read(f"{base}/edge_type_id", len(rows))
    for kind in np.unique(kinds[rows]):
        mine = rows & (kinds == kind)
        row = int(np.argmax(mine))
        entry = types.get(str(int(kind)) if np.isfinite(kind) else str(kind))
        if entry is None:
            raise ModelError(Fault("sonata-missing", f"row {row}: no edge type {kind}", str(file), expected=listed(types)))
        if _given(entry, "weight_function") and key == "syn_weight":
            what = f"edge type {kind}: weight_function {entry['weight_function']}"
            raise ModelError(
                Fault("sonata-unsupported", what, str(file), expected=f"weights as numbers, in {base}/0/syn_weight")
            )
        if not _given(entry, key):
            raise ModelError(
                Fault("sonata-missing", f"row {row}: edge type {kind} has no {key}", str(file), expected="a number")
            )
        try:
            values[mine] = float(entry[key])
        except ValueError:
            what = f"edge type {kind}: {key} is {entry[key]!r}"
            raise ModelError(Fault("not-numeric", what, str(file), expected="a number")) from None


def _given(entry: Mapping[str, str], key: str) -> bool:
    return entry.get(key, "NULL").strip() not in ("", "NULL", "NA", "NaN", "None")


def _types(file: Path) -> dict[str, dict[str, str]]:
    """Rows of a csv file of edge types, with blanks between cells, by ``edge_type_id``."""
    try:
        text = text_of(file.read_bytes())
        lines: Sequence[list[str]] = [row for row in csv.reader(io.StringIO(text), delimiter=" ", skipinitialspace=True) if row]
    except ModelError as error:
        raise ModelError(replace(fault, file=str(file)) for fault in error.faults) from None
    except (OSError, csv.Error) as error:
        raise ModelError(replace(damaged(error).faults[0], file=str(file))) from None
    head = lines[0] if lines else []
    if "edge_type_id" not in head:
        what = f"the file has the columns {', '.join(head)[:120] or 'none'}"
        expected = "columns with blanks between them, one of them edge_type_id"
        raise ModelError(Fault("sonata-missing", what, str(file), expected=expected))
    types: dict[str, dict[str, str]] = {}
    for k, line in enumerate(lines[1:]):
        if len(line) < len(head):
            what = f"row {k} has {len(line)} cells, the header {len(head)}"
            raise ModelError(Fault("data-format", what, str(file), expected="one cell a column"))
        entry = dict(zip(head, line))
        if entry["edge_type_id"] in types:
            what = f"row {k}: a second edge type {entry['edge_type_id']}"
            raise ModelError(Fault("sonata-duplicate", what, str(file), expected="each edge type once"))
        types[entry["edge_type_id"]] = entry
    return types
