"""Motifs as numbers: which neuron of which population spikes, or is reached, at which step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.rows import listed_columns
from snndsl.graph.steps import to_steps
from snndsl.graph.times import moment
from snndsl.graph.values import evaluate_term, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.motif import MotifEvents, MotifSpikes, SpikeColumns
from snndsl.model.text import Place, first_term

__all__ = ["motif_part", "motif_spikes", "motif_tolerance"]


def motif_spikes(model: CheckedModel, name: str) -> MotifSpikes:
    """Return the spikes of a motif.

    Raises
    ------
    ModelError
        off-grid, population-unknown, list-length.
    """
    spikes = model.motifs[name].spikes
    return _named(model, spikes) if isinstance(spikes, MotifEvents) else _listed(model, name, spikes)


def motif_part(model: CheckedModel, name: str, part: Literal["arrive", "leads_to"]) -> MotifSpikes:
    """Return what a motif says under ``arrive`` or ``leads_to``; empty if it says nothing there.

    Raises
    ------
    ModelError
        off-grid.
    """
    motif = model.motifs[name]
    return _named(model, motif.arrive if part == "arrive" else motif.leads_to)


def motif_tolerance(model: CheckedModel, name: str) -> int:
    """Return how many steps a spike of a motif may be early or late; 1 if the motif does not say.

    Raises
    ------
    ModelError
        off-grid.
    """
    term = model.motifs[name].tolerance
    return 1 if term is None else moment(model, term, "the tolerance of a motif")


def _named(model: CheckedModel, events: MotifEvents) -> MotifSpikes:
    found = list(_each(model, events))
    return MotifSpikes(
        tuple(population for population, *_ in found),
        np.array([neuron for _, neuron, _, _ in found], np.int64),
        np.array([step for _, _, step, _ in found], np.int64),
        tuple(place for *_, place in found),
    )


def _each(model: CheckedModel, events: MotifEvents) -> Iterator[tuple[str, int, int, Place]]:
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    for population, neuron, terms in events.events:
        for term in terms:
            time = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, "a time of a motif"), np.float64))
            for step in to_steps(time, model.step, None, term, "a time of a motif", ""):
                yield population, neuron, int(step), term.place


def _listed(model: CheckedModel, name: str, columns: SpikeColumns) -> MotifSpikes:
    selection = columns.selection
    table = listed_columns(model, {"i": columns.i, "t": columns.t})
    neuron, time = np.broadcast_arrays(table["i"], table["t"])
    if np.any((neuron != np.floor(neuron)) | (neuron < 0) | (neuron >= selection.size)):
        what, expected = f"a neuron of motif {name!r}", f"whole numbers 0 .. {selection.size - 1}"
        raise ModelError(first_term(columns.i).problem("index-out-of-range", what, expected))
    step = to_steps(np.asarray(time, np.float64), model.step, None, first_term(columns.t), "a time of a motif", "")
    owner = selection.block[neuron.astype(np.int64)]
    starts = np.cumsum([0, *(block.size for block in selection.blocks)])[:-1]
    local = neuron.astype(np.int64) - starts[owner] + np.array([block.start for block in selection.blocks])[owner]
    return MotifSpikes(tuple(selection.blocks[k].population for k in owner), local, step)
