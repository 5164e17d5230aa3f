"""How many partners a neuron can have: what a rule of fixed numbers may ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Place

__all__ = ["check_degree", "excludes_itself", "identities", "partners", "too_many"]

Index = NDArray[np.int64]


def excludes_itself(projection: Projection) -> bool:
    """Tell whether a rule that draws or takes all pairs leaves out those of a neuron with itself."""
    return projection.own is False and projection.connect.rule not in ("pairs", "one_to_one")


def identities(model: CheckedModel, side: Selection) -> Index:
    """Return a number for each neuron of a selection that is the same wherever the neuron is selected."""
    offsets, total = {}, 0
    for name, size in model.sizes.items():
        offsets[name] = total
        total += size
    parts = [np.arange(block.start, block.stop, dtype=np.int64) + offsets[block.population] for block in side.blocks]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def partners(projection: Projection, ids: tuple[Index, Index], rule: str) -> Index:
    """Return how many partners each row of a rule may have, its ``where`` left aside.

    Parameters
    ----------
    projection : Projection
        What the projection says.
    ids : tuple of ndarray of int64, shapes (sources,) and (targets,)
        A number for every neuron that is the same on both sides.
    rule : str
        ``fixed_indegree``: rows are targets; else they are sources.
    """
    rows, others = (ids[1], ids[0]) if rule == "fixed_indegree" else ids
    if not excludes_itself(projection):
        return np.full(len(rows), len(others))
    neuron, count = np.unique(others, return_counts=True)
    place = np.minimum(np.searchsorted(neuron, rows), len(neuron) - 1)
    return len(others) - np.where(neuron[place] == rows, count[place], 0)


def check_degree(projection: Projection, ids: tuple[Index, Index], value: Any, place: Place) -> None:
    """Refuse a number of partners that some row cannot have, before any is drawn.

    Raises
    ------
    ModelError
        degree-too-large.
    """
    rule = projection.connect.rule
    if projection.where is not None or not rule.startswith("fixed"):
        return
    there = partners(projection, ids, rule)
    there = np.array([there.sum()]) if rule == "fixed_total_number" else there
    wanted = np.broadcast_to(np.asarray(value, np.float64), there.shape)
    missing = there < (wanted if projection.multiple is False else np.minimum(wanted, 1))
    if missing.any():
        row = int(np.argmax(missing))
        raise ModelError(too_many(projection, row, int(wanted[row]), int(there[row]), place))


def too_many(projection: Projection, row: int, wanted: int, there: int, place: Place) -> Fault:
    """Return the fault of a row that cannot have the partners that its rule asks for."""
    rule = projection.connect.rule
    who = {"fixed_indegree": f" for target {row}", "fixed_outdegree": f" for source {row}"}.get(rule, "")
    ways = ["fewer"]
    ways += ["multiple: true"] if projection.multiple is False and there else []
    ways += ["self: true"] if excludes_itself(projection) else []
    ways += ["a condition that more pairs meet"] if projection.where is not None else []
    return place.problem("degree-too-large", f"{rule} of {wanted}{who}, {there} can be drawn", ", or ".join(ways))
