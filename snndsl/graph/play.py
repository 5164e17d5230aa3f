"""Motifs that are played: their spikes at chosen or drawn times, shifted, dropped and replaced as asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.errors import Fault, ModelError, collected, listed, nearest
from snndsl.graph.motifs import motif_spikes
from snndsl.graph.spike_lists import Listed, merged_warning
from snndsl.graph.stimuli import flat_port
from snndsl.graph.times import horizon, moment, scalar
from snndsl.model.checked import CheckedModel
from snndsl.model.stimulus import Play, PlayedMotif, Stimulus, Train
from snndsl.model.text import Place, Term
from snndsl.numerics import stream_key

__all__ = ["played_events"]

Index = NDArray[np.int64]
Key = tuple[int, int]
_OCCURRENCE, _JITTER, _DROPOUT, _REPLACE, _WHO = (float(call) for call in range(5))


def played_events(model: CheckedModel, stimulus: Stimulus, warnings: list[Fault]) -> Iterator[Listed]:
    """Yield the events of a stimulus that plays motifs, by target population.

    Into the port ``spike`` (the default) a played spike is a spike of its neuron, with its own stamp; into any other port it
    is an event that enters a delay later.

    Raises
    ------
    ModelError
        off-grid, spike-outside-run, probability, key-missing ...
    """
    name, port = stimulus.name, stimulus.port or "spike"
    found, weight = _played(model, stimulus)
    delay = 0 if port == "spike" else stimulus.delay
    dropped, played = 0, 0
    for population in dict.fromkeys(item[0] for item in found):
        neuron = np.concatenate([item[1] for item in found if item[0] == population])
        stamp = np.concatenate([item[2] for item in found if item[0] == population])
        kept = stamp >= (1 if port == "spike" else 0)
        if stimulus.during is not None:
            kept &= (stamp >= stimulus.during[0]) & (stamp < stimulus.during[1])
        pairs = np.stack([stamp[kept], neuron[kept]])
        if port == "spike":
            pairs = np.unique(pairs, axis=1)
        dropped, played = dropped + int(kept.sum()) - pairs.shape[1], played + int(kept.sum())
        order = np.lexsort((pairs[1], pairs[0]))
        step, who = pairs[0][order] + delay - 1, pairs[1][order]
        yield Listed(name, population, flat_port(model, population, port), step, who, np.full(len(step), weight))
    if dropped:
        warnings.append(merged_warning(stimulus.place.inner("play"), name, dropped, played))


def _played(model: CheckedModel, stimulus: Stimulus) -> tuple[list[tuple[str, Index, Index]], float]:
    """Return neurons and stamps by population, and the weight; every fault of all motifs together."""
    assert isinstance(stimulus.what, Play)
    found: list[tuple[str, Index, Index]] = []
    faults: list[Fault] = []
    weight = 1.0
    for number, item in enumerate(stimulus.what.items):
        with collected(faults):
            found += _item(model, item, f"{stimulus.stream}/play.{number}")
    if isinstance(stimulus.weight, Term):
        with collected(faults):
            weight = scalar(model, stimulus.weight, "weight")
    for population in dict.fromkeys(item[0] for item in found):
        faults += _port_faults(model, stimulus, population)
    if faults:
        raise ModelError(faults)
    return found, weight


def _port_faults(model: CheckedModel, stimulus: Stimulus, population: str) -> Iterator[Fault]:
    """Yield the fault of a motif whose neurons have not the port that it is played into."""
    name, port = stimulus.name, stimulus.port or "spike"
    if population not in model.populations:
        what = f"{name!r} plays into the source {population!r}"
        yield stimulus.place.inner("play").problem("source-has-no-input", what, "motifs of populations")
    elif port != "spike" and port not in model.populations[population].element.port_names:
        known = [*model.populations[population].element.port_names, "spike"]
        what = f"stimulus {name!r}: {population!r} has no port {port!r}"
        yield stimulus.place.inner("port").problem("port-unknown", what, listed(known), nearest(port, known))


def _item(model: CheckedModel, item: PlayedMotif, stream: str) -> Iterator[tuple[str, Index, Index]]:
    spikes = motif_spikes(model, item.motif)
    key = (0, 0) if model.seeds.input is None else stream_key(model.seeds.input, stream)
    starts = _occurrences(model, item, key, int(spikes.step.max(initial=0)))
    occurrence = np.repeat(np.arange(len(starts)), len(spikes)).astype(np.float64)
    which = np.tile(np.arange(len(spikes)), len(starts))

    def uniform(call: float) -> Any:
        return numerics.uniform(*key, which.astype(np.float64), occurrence, 0.0, call)

    stamp = np.repeat(starts, len(spikes)) + spikes.step[which]
    neuron = spikes.neuron[which]
    kept = np.ones(len(stamp), np.bool_)
    if item.jitter is not None:
        sd = scalar(model, item.jitter, "jitter") / float(model.step)
        if not sd >= 0:
            what = f"a jitter of {sd * float(model.step):.12g} ms"
            raise ModelError(item.jitter.problem("jitter-negative", what, "a time of 0 or more"))
        normal = numerics.normal(*key, which.astype(np.float64), occurrence, 0.0, _JITTER)
        stamp = stamp + np.floor(sd * normal + 0.5).astype(np.int64)
    if item.dropout is not None:
        kept = uniform(_DROPOUT) >= _probability(model, item.dropout, "dropout")
    population = np.array(spikes.population, dtype=object)[which]
    if item.replace is not None:
        other = uniform(_REPLACE) < _probability(model, item.replace, "replace")
        sizes = np.array([model.sizes[owner] for owner in population], np.float64)
        neuron = np.where(other, np.floor(uniform(_WHO) * sizes).astype(np.int64), neuron)
    for owner in dict.fromkeys(spikes.population):
        mine = (population == owner) & kept
        yield owner, neuron[mine], stamp[mine]


def _occurrences(model: CheckedModel, item: PlayedMotif, key: Key, length: int) -> Index:
    """Return the stamps at which a motif begins."""
    if item.rate is not None:
        chance = scalar(model, item.rate, "rate") * float(model.step)
        if not 0 <= chance <= 1:
            what = f"{chance:g} occurrences a step"
            raise ModelError(item.place.problem("rate-above-one-per-step", what, "0 to one a step"))
        stamps = np.arange(1, horizon(model) + 1, dtype=np.int64)
        drawn: Index = stamps[numerics.uniform(*key, 0.0, stamps.astype(np.float64), 0.0, _OCCURRENCE) < chance]
        return drawn
    if isinstance(item.at, Train):
        return _regular(model, item, item.at, length)
    starts: list[int] = []
    faults: list[Fault] = []
    for term in item.at or ():
        with collected(faults):
            stamp = moment(model, term, "the time of a motif")
            faults += _outside(model, stamp, length, term.place)
            starts.append(stamp)
    if faults:
        raise ModelError(faults)
    return np.array(starts, np.int64)


def _regular(model: CheckedModel, item: PlayedMotif, train: Train, length: int) -> Index:
    """Return the stamps start, start + every ... at which a motif begins and is over by the end of the run."""
    every, start = moment(model, train.every, "every"), moment(model, train.start, "start")
    faults = _outside(model, start, length, train.start.place)
    if every < 1:
        faults.append(item.place.problem("period", f"a period of {every} steps", "at least one step"))
    if faults:
        raise ModelError(faults)
    return np.arange(start, horizon(model) - length + 1, every, dtype=np.int64)


def _outside(model: CheckedModel, start: int, length: int, place: Place) -> list[Fault]:
    """Return the fault of a motif that does not lie in the run of the file."""
    if start < 0:
        return [place.problem("spike-outside-run", "a motif before the run", "0 or later")]
    if start + length > model.file_steps:
        what = "a motif that is not over by the end of the run"
        return [place.problem("spike-outside-run", what, "an earlier time")]
    return []


def _probability(model: CheckedModel, term: Term, key: str) -> float:
    value = scalar(model, term, key)
    if not 0 <= value <= 1:
        raise ModelError(term.problem("probability", f"{key} is {value:g}", "between 0 and 1"))
    return value
