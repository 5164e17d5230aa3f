"""The table of a projection, as a run folder keeps it; copied into every generated tree as ``code/synapse_tables.py``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["synapse_table"]

Array = NDArray[Any]


def synapse_table(tree: Path, settings: Mapping[str, Any], projection: str) -> dict[str, Array]:
    """Return the table of a projection, put together from the Synapses it was split into.

    Parameters
    ----------
    tree : Path
        The generated tree.
    settings : mapping
        Of settings.json.
    projection : str
        Its name.
    """
    data, rows = tree / "data", settings["projections"][projection]["rows"]
    names = ("pre", "post", "pre_population", "post_population", "row")
    table = {name: np.load(data / "projections" / projection / f"{name}.npy") for name in names}
    table |= {"weight": np.zeros(rows), "axonal": np.zeros(rows, np.int32), "dendritic": np.zeros(rows, np.int32)}
    for name, part in settings["synapses"].items():
        if part["projection"] == projection:
            row = np.load(data / "synapses" / name / "row.npy")
            for column in ("axonal", "dendritic"):
                table[column][row] = np.load(data / "synapses" / name / f"{column}.npy")
            weight = "w" if part["rule"] else "weight"
            value = part["values"].get(weight)
            table["weight"][row] = np.load(data / "synapses" / name / f"{weight}.npy") if value is None else float(value)
    return table
