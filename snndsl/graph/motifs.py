"""Motifs as numbers: which neuron of which population spikes, or is reached, at which step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, model_names
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.element import value_terms
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import Place, Term

__all__ = ["MotifSpikes", "motif_part", "motif_spikes", "motif_tolerance"]

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MotifSpikes:
    """Spikes (or arrivals) of a motif, in the order of the file.

    Parameters
    ----------
    population : tuple of str
        Of every spike.
    neuron, step : ndarray of int64, shape (spikes,)
        Index in the population, and time from the beginning of the motif in steps.
    places : tuple of Place
        Where the file gives the time of each; empty for spikes in arrays.
    """

    population: tuple[str, ...]
    neuron: Index
    step: Index
    places: tuple[Place, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.step)


def motif_spikes(model: CheckedModel, name: str) -> MotifSpikes:
    """Return the spikes of a motif.

    Raises
    ------
    ModelError
        off-grid, population-unknown, list-length.
    """
    spec = model.spec.motifs[name]
    if isinstance(spec.spikes, Mapping) and not {"i", "t"} <= {*spec.spikes}:
        return _named(model, name, "spikes", spec.spikes)
    if isinstance(spec.spikes, Mapping):
        return _arrays(model, name, spec.spikes)
    place = model.place("motifs", name, "spikes")
    raise _problem(place, "motif-spikes", f"the spikes of motif {name!r} are no mapping", "{neuron: time}, or {i, t} with 'in'")


def motif_part(model: CheckedModel, name: str, part: str) -> MotifSpikes:
    """Return what a motif says under ``arrive`` or ``leads_to``; empty if it says nothing there.

    Raises
    ------
    ModelError
        off-grid, population-unknown.
    """
    return _named(model, name, part, getattr(model.spec.motifs[name], part))


def motif_tolerance(model: CheckedModel, name: str) -> int:
    """Return how many steps a spike of a motif may be early or late; 1 if the motif does not say.

    Raises
    ------
    ModelError
        off-grid.
    """
    text = model.spec.motifs[name].tolerance
    if text is None:
        return 1
    term = value_terms(str(text), model.place("motifs", name, "tolerance"))
    assert isinstance(term, Term)
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    time = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, "the tolerance of a motif"), np.float64))
    return int(to_steps(time, model.step, None, term, "the tolerance of a motif", "")[0])


def _named(model: CheckedModel, name: str, section: str, given: Mapping[str, Any]) -> MotifSpikes:
    found = list(_each(model, name, section, given))
    return MotifSpikes(
        tuple(population for population, *_ in found),
        np.array([neuron for _, neuron, _, _ in found], np.int64),
        np.array([step for _, _, step, _ in found], np.int64),
        tuple(place for *_, place in found),
    )


def _each(model: CheckedModel, name: str, section: str, given: Mapping[str, Any]) -> Iterator[tuple[str, int, int, Place]]:
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    for text, times in given.items():
        path = ("motifs", name, section, text)
        selection = resolve((str(text),), model.sizes, model.spec.groups, model.place(*path), f"motif {name!r} names")
        [block] = selection.blocks
        listed = tuple(str(item) for item in times) if isinstance(times, list | tuple) else str(times)
        terms = value_terms(listed, model.place(*path))
        for term in terms if isinstance(terms, tuple) else (terms,):
            time = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, "a time of a motif"), np.float64))
            for step in to_steps(time, model.step, None, term, "a time of a motif", ""):
                yield block.population, block.start, int(step), term.place


def _arrays(model: CheckedModel, name: str, given: Mapping[str, Any]) -> MotifSpikes:
    spec = model.spec.motifs[name]
    place = model.place("motifs", name, "in")
    if spec.in_ is None:
        raise _problem(
            place, "key-missing", f"motif {name!r} lists spikes as arrays and has no 'in'", "in: POPULATION or group"
        )
    selection = resolve((spec.in_,), model.sizes, model.spec.groups, place, f"motif {name!r} is in")
    path = ("motifs", name, "spikes")
    terms = {
        key: value_terms(
            tuple(map(str, item)) if isinstance(item := given[key], list | tuple) else str(item), model.place(*path, key)
        )
        for key in ("i", "t")
    }
    rows = row_count(model, terms)
    scope = {} if rows is None else {"row": np.arange(rows, dtype=np.float64)}
    evaluator = Evaluator(model_names(model, scope, None), model.step, model.data)
    columns = {}
    for key, term in terms.items():
        items: tuple[Term, ...] = term if isinstance(term, tuple) else (term,)
        columns[key] = np.concatenate([np.atleast_1d(np.asarray(evaluate_term(i, evaluator, key), np.float64)) for i in items])
    neuron, time = np.broadcast_arrays(columns["i"], columns["t"])
    first = terms["i"][0] if isinstance(terms["i"], tuple) else terms["i"]
    if np.any((neuron != np.floor(neuron)) | (neuron < 0) | (neuron >= selection.size)):
        raise _problem(
            first.place, "index-out-of-range", f"a neuron of motif {name!r}", f"whole numbers 0 .. {selection.size - 1}"
        )
    moment = terms["t"][0] if isinstance(terms["t"], tuple) else terms["t"]
    step = to_steps(np.asarray(time, np.float64), model.step, None, moment, "a time of a motif", "")
    owner = np.repeat(np.arange(len(selection.blocks)), [block.size for block in selection.blocks])[neuron.astype(np.int64)]
    starts = np.cumsum([0, *(block.size for block in selection.blocks)])[:-1]
    local = neuron.astype(np.int64) - starts[owner] + np.array([block.start for block in selection.blocks])[owner]
    return MotifSpikes(tuple(selection.blocks[k].population for k in owner), local, step)


def _problem(place: Place, code: str, what: str, expected: str) -> ModelError:
    return ModelError(place.problem(code, what, expected))
