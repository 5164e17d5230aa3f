"""Motifs that are played: their spikes at chosen or drawn times, shifted, dropped and replaced as asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.errors import ModelError
from snndsl.graph.motifs import motif_spikes
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, model_names
from snndsl.lowering.stimuli import Listed, drive_delay, drive_window, flat_port
from snndsl.numerics import stream_key
from snndsl.schema.stimulus import PlaySpec, StimulusSpec
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.element import value_terms
from snndsl.semantics.terms import parse_term

__all__ = ["played_events"]

Index = NDArray[np.int64]
_OCCURRENCE, _JITTER, _DROPOUT, _REPLACE, _WHO = (float(call) for call in range(5))


def played_events(model: CheckedModel, name: str) -> Iterator[Listed]:
    """Yield the events of a stimulus that plays motifs, by target population.

    Into the port ``spike`` (the default) a played spike is a spike of its neuron, with its own stamp; into any other port it
    is an event that enters a delay later.

    Raises
    ------
    ModelError
        off-grid, spike-outside-run, probability, key-missing.
    """
    spec = model.spec.stimuli[name]
    assert spec.play is not None
    port = spec.port or "spike"
    found: list[tuple[str, Index, Index]] = []
    for number, item in enumerate(spec.play):
        found += _item(model, name, spec, number, item)
    weight = 1.0 if spec.weight is None else _scalar(model, spec.weight, "stimuli", name, "weight")
    if spec.weight is None and port != "spike":
        raise ModelError(
            model.place("stimuli", name).problem("key-missing", f"{name!r} plays into {port!r} without 'weight'", "weight: ..")
        )
    delay = 0 if port == "spike" else drive_delay(model, name, spec)
    window = drive_window(model, name, spec)
    for population in dict.fromkeys(item[0] for item in found):
        neuron = np.concatenate([item[1] for item in found if item[0] == population])
        stamp = np.concatenate([item[2] for item in found if item[0] == population])
        kept = (stamp >= (1 if port == "spike" else 0)) & (stamp + delay - 1 < model.steps)
        if window is not None:
            kept &= (stamp >= window[0]) & (stamp < window[1])
        pairs = (
            np.unique(np.stack([stamp[kept], neuron[kept]]), axis=1)
            if port == "spike"
            else np.stack([stamp[kept], neuron[kept]])
        )
        order = np.lexsort((pairs[1], pairs[0]))
        step, who = pairs[0][order] + delay - 1, pairs[1][order]
        yield Listed(name, population, flat_port(model, population, port), step, who, np.full(len(step), weight))


def _item(
    model: CheckedModel, name: str, spec: StimulusSpec, number: int, item: PlaySpec
) -> Iterator[tuple[str, Index, Index]]:
    spikes = motif_spikes(model, item.motif)
    stream = f"{spec.stream or f'stimuli.{name}'}/play.{number}"
    seed = model.spec.seed
    key = (0, 0) if seed is None or seed.input is None else stream_key(seed.input, stream)
    starts = _occurrences(model, name, number, item, key, int(spikes.step.max(initial=0)))
    occurrence = np.repeat(np.arange(len(starts)), len(spikes)).astype(np.float64)
    which = np.tile(np.arange(len(spikes)), len(starts))

    def uniform(call: float) -> Any:
        return numerics.uniform(*key, which.astype(np.float64), occurrence, 0.0, call)

    stamp = np.repeat(starts, len(spikes)) + spikes.step[which]
    neuron = spikes.neuron[which]
    kept = np.ones(len(stamp), np.bool_)
    if item.jitter is not None:
        sd = _scalar(model, item.jitter, "stimuli", name, "play", number, "jitter") / float(model.step)
        if not sd >= 0:
            place = model.place("stimuli", name, "play", number, "jitter")
            raise ModelError(place.problem("jitter-negative", f"a jitter of {item.jitter}", "a time of 0 or more"))
        normal = numerics.normal(*key, which.astype(np.float64), occurrence, 0.0, _JITTER)
        stamp = stamp + np.floor(sd * normal + 0.5).astype(np.int64)
    if item.dropout is not None:
        kept = uniform(_DROPOUT) >= _probability(model, item.dropout, name, number, "dropout")
    population = np.array(spikes.population, dtype=object)[which]
    if item.replace is not None:
        other = uniform(_REPLACE) < _probability(model, item.replace, name, number, "replace")
        sizes = np.array([model.sizes[owner] for owner in population], np.float64)
        neuron = np.where(other, np.floor(uniform(_WHO) * sizes).astype(np.int64), neuron)
    for owner in dict.fromkeys(spikes.population):
        mine = (population == owner) & kept
        yield owner, neuron[mine], stamp[mine]


def _occurrences(model: CheckedModel, name: str, number: int, item: PlaySpec, key: tuple[int, int], length: int) -> Index:
    """Return the stamps at which a motif begins."""
    path = ("stimuli", name, "play", number)
    place = model.place(*path)
    if (item.at is None) == (item.rate is None):
        raise ModelError(
            place.problem("key-missing", "needs exactly one of 'at' and 'rate'", "at: [T, ..], at: {every: T} or rate: R")
        )
    if item.rate is not None:
        chance = _scalar(model, item.rate, *path, "rate") * float(model.step)
        if not 0 <= chance <= 1:
            raise ModelError(place.problem("rate-above-one-per-step", f"{chance:g} occurrences a step", "0 to one a step"))
        stamps = np.arange(1, model.steps + 1, dtype=np.int64)
        drawn: Index = stamps[numerics.uniform(*key, 0.0, stamps.astype(np.float64), 0.0, _OCCURRENCE) < chance]
        return drawn
    if isinstance(item.at, dict):
        every = _steps(model, item.at.get("every"), *path, "at", "every")
        start = _steps(model, item.at.get("start", "0 ms"), *path, "at", "start")
        if every < 1:
            raise ModelError(place.problem("period", f"a period of {every} steps", "at least one step"))
        return np.arange(start, model.steps - length + 1, every, dtype=np.int64)
    listed = item.at if isinstance(item.at, list | tuple) else (item.at,)
    terms = value_terms(tuple(str(time) for time in listed), model.place(*path, "at"))
    assert isinstance(terms, tuple)
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    starts: list[int] = []
    for term in terms:
        times = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, "a time"), np.float64))
        stamps = to_steps(times, model.step, None, term, "the time of a motif", "")
        if np.any(stamps < 0):
            raise ModelError(term.problem("spike-outside-run", "a motif before the run", "0 or later"))
        if np.any(stamps + length > model.file_steps):
            raise ModelError(
                term.problem("spike-outside-run", "a motif that is not over by the end of the run", "an earlier time")
            )
        starts += stamps.tolist()
    return np.array(starts, np.int64)


def _steps(model: CheckedModel, text: Any, *path: str | int) -> int:
    if text is None:
        raise ModelError(model.place(*path[:-1]).problem("key-missing", f"no {path[-1]!r}", "{every: T, start: T}"))
    term = parse_term(str(text), model.place(*path))
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    time = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, str(path[-1])), np.float64))
    return int(to_steps(time, model.step, None, term, f"{path[-1]}", "")[0])


def _scalar(model: CheckedModel, text: Any, *path: str | int) -> float:
    term = parse_term(str(text), model.place(*path))
    return float(evaluate_term(term, Evaluator(model_names(model, {}, None), model.step, model.data), str(path[-1])))


def _probability(model: CheckedModel, text: Any, name: str, number: int, key: str) -> float:
    path = ("stimuli", name, "play", number, key)
    value = _scalar(model, text, *path)
    if not 0 <= value <= 1:
        raise ModelError(model.place(*path).problem("probability", f"{key} is {value:g}", "between 0 and 1"))
    return value
