"""Synapses of a generated tree as arrays; copied into every tree as ``code/synapse_tables.py``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["column", "synapse_table"]

Array = NDArray[Any]


def column(file: Path, rows: int) -> Array:
    """Return a column of so many rows; a file of one number holds it for all."""
    array: Array = np.load(file, allow_pickle=False)
    return np.broadcast_to(array, (rows,)) if len(array) == 1 else array


def synapse_table(tree: Path, settings: Mapping[str, Any], projection: str) -> dict[str, Path | Array]:
    """Return the table of a projection, as a run folder keeps it.

    Parameters
    ----------
    tree : Path
        The generated tree.
    settings : mapping
        Of settings.json.
    projection : str
        Its name.

    Returns
    -------
    dict of str to Path or ndarray
        The files of the tree that it shares, and what is put together from the Synapses it was split into; an array of one
        number holds it for all rows.
    """
    data, rows = tree / "data", settings["projections"][projection]["rows"]
    names = ("pre", "post", "pre_population", "post_population", "row")
    table: dict[str, Path | Array] = {name: data / "projections" / projection / f"{name}.npy" for name in names}
    parts = {name: part for name, part in settings["synapses"].items() if part["projection"] == projection}
    for name, kind in (("weight", np.float64), ("axonal", np.int32), ("dendritic", np.int32)):
        values = [_values(data / "synapses" / of, name, part) for of, part in parts.items()]
        if all(len(value) == 1 for value in values) and len({value.tobytes() for value in values}) == 1:
            table[name] = values[0].astype(kind)
            continue
        whole = table[name] = np.zeros(rows, kind)
        for (of, part), value in zip(parts.items(), values, strict=True):
            whole[column(data / "synapses" / of / "row.npy", part["rows"])] = value
    return table


def _values(folder: Path, name: str, part: Mapping[str, Any]) -> Array:
    """Return a value of synapses: one for all, or one for each."""
    name = "w" if name == "weight" and part["rule"] else name
    value = part["values"].get(name)
    array: Array = np.load(folder / f"{name}.npy", allow_pickle=False) if value is None else np.array([float(value)])
    return array
