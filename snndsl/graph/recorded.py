"""Synapses that a record chooses by a condition on what is known before the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.values import PopulationValues, evaluate_term, model_names
from snndsl.graph.wiring import NumbersOfWiring
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Projection
from snndsl.model.text import Term

__all__ = ["chosen_rows"]


def chosen_rows(
    model: CheckedModel, projection: Projection, rows: SynapseRows, populations: Mapping[str, PopulationValues], where: Term
) -> NDArray[np.int64]:
    """Return the rows of a projection that meet a condition, ascending.

    Parameters
    ----------
    model : CheckedModel
        With the projection.
    projection : Projection
        Whose synapses are recorded.
    rows : SynapseRows
        Its synapses.
    populations : mapping of str to PopulationValues
        By population.
    where : Term
        May read i, j, row, N_from, N_to, w (as it starts) and parameters of both sides.
    """
    numbers = NumbersOfWiring(model, projection, populations)
    scope: dict[str, Any] = {
        "i": rows.i.astype(np.float64),
        "j": rows.j.astype(np.float64),
        "row": rows.row.astype(np.float64),
        "N_from": float(projection.sources.size),
        "N_to": float(projection.targets.size),
        "w": rows.weight,
    }
    scope |= numbers.side("pre", rows.i) | numbers.side("post", rows.j)
    evaluator = Evaluator(model_names(model, scope, len(rows.i)), model.step, model.data)
    met = np.asarray(evaluate_term(where, evaluator, "where"), np.bool_)
    return np.flatnonzero(np.broadcast_to(met, rows.i.shape)).astype(np.int64)
