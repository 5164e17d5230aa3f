"""Motifs that are played: their spikes at chosen or drawn times, shifted, dropped and replaced as asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.graph.motifs import motif_spikes
from snndsl.graph.spike_lists import Listed, merged_warning
from snndsl.graph.stimuli import drive_delay, drive_window, flat_port
from snndsl.graph.times import collected, horizon, moment, scalar
from snndsl.numerics import stream_key
from snndsl.schema.stimulus import PlaySpec, StimulusSpec
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.terms import Place

__all__ = ["played_events"]

Index = NDArray[np.int64]
_OCCURRENCE, _JITTER, _DROPOUT, _REPLACE, _WHO = (float(call) for call in range(5))


def played_events(model: CheckedModel, name: str, warnings: list[Fault]) -> Iterator[Listed]:
    """Yield the events of a stimulus that plays motifs, by target population.

    Into the port ``spike`` (the default) a played spike is a spike of its neuron, with its own stamp; into any other port it
    is an event that enters a delay later.

    Raises
    ------
    ModelError
        off-grid, spike-outside-run, probability, key-missing, window-empty ...
    """
    spec = model.spec.stimuli[name]
    assert spec.play is not None
    port = spec.port or "spike"
    found: list[tuple[str, Index, Index]] = []
    faults: list[Fault] = []
    for number, item in enumerate(spec.play):
        with collected(faults):
            found += _item(model, name, spec, number, item)
    weight, delay, window = 1.0, 0, None
    with collected(faults):
        window = drive_window(model, name, spec)
    with collected(faults):
        weight = 1.0 if spec.weight is None else scalar(model, spec.weight, "stimuli", name, "weight")
    if port != "spike":
        delay = drive_delay(model, name, spec)
        if spec.weight is None:
            what = f"{name!r} plays into {port!r} without 'weight'"
            faults.append(model.place("stimuli", name).problem("key-missing", what, "weight: .."))
    faults += [fault for population in dict.fromkeys(item[0] for item in found) for fault in _port(model, name, population)]
    if faults:
        raise ModelError(faults)
    dropped, played = 0, 0
    for population in dict.fromkeys(item[0] for item in found):
        neuron = np.concatenate([item[1] for item in found if item[0] == population])
        stamp = np.concatenate([item[2] for item in found if item[0] == population])
        kept = stamp >= (1 if port == "spike" else 0)
        if window is not None:
            kept &= (stamp >= window[0]) & (stamp < window[1])
        pairs = (
            np.unique(np.stack([stamp[kept], neuron[kept]]), axis=1)
            if port == "spike"
            else np.stack([stamp[kept], neuron[kept]])
        )
        dropped, played = dropped + int(kept.sum()) - pairs.shape[1], played + int(kept.sum())
        order = np.lexsort((pairs[1], pairs[0]))
        step, who = pairs[0][order] + delay - 1, pairs[1][order]
        yield Listed(name, population, flat_port(model, population, port), step, who, np.full(len(step), weight))
    if dropped:
        warnings.append(merged_warning(model.place("stimuli", name, "play"), name, dropped, played))


def _port(model: CheckedModel, name: str, population: str) -> Iterator[Fault]:
    """Yield the fault of a motif whose neurons have not the port that it is played into."""
    port = model.spec.stimuli[name].port or "spike"
    if population not in model.elements:
        what = f"{name!r} plays into the source {population!r}"
        yield model.place("stimuli", name, "play").problem("source-has-no-input", what, "motifs of populations")
    elif port != "spike" and port not in model.elements[population].port_names:
        known = [*model.elements[population].port_names, "spike"]
        what = f"stimulus {name!r}: {population!r} has no port {port!r}"
        yield model.place("stimuli", name, "port").problem("port-unknown", what, listed(known), nearest(port, known))


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
        sd = scalar(model, item.jitter, "stimuli", name, "play", number, "jitter") / float(model.step)
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
        chance = scalar(model, item.rate, *path, "rate") * float(model.step)
        if not 0 <= chance <= 1:
            raise ModelError(place.problem("rate-above-one-per-step", f"{chance:g} occurrences a step", "0 to one a step"))
        stamps = np.arange(1, horizon(model) + 1, dtype=np.int64)
        drawn: Index = stamps[numerics.uniform(*key, 0.0, stamps.astype(np.float64), 0.0, _OCCURRENCE) < chance]
        return drawn
    if isinstance(item.at, dict):
        return _regular(model, item.at, path, length)
    starts: list[int] = []
    faults: list[Fault] = []
    for k, text in enumerate(item.at if isinstance(item.at, list | tuple) else (item.at,)):
        where = (*path, "at", k) if isinstance(item.at, list | tuple) else (*path, "at")
        with collected(faults):
            stamp = moment(model, text, "the time of a motif", None, *where)
            faults += _outside(model, stamp, length, model.place(*where))
            starts.append(stamp)
    if faults:
        raise ModelError(faults)
    return np.array(starts, np.int64)


def _regular(model: CheckedModel, given: Mapping[str, Any], path: tuple[str | int, ...], length: int) -> Index:
    """Return the stamps start, start + every ... at which a motif begins and is over by the end of the run."""
    place = model.place(*path, "at")
    if "every" not in given:
        raise ModelError(place.problem("key-missing", "no 'every'", "{every: T, start: T}"))
    every = moment(model, given["every"], "every", None, *path, "at", "every")
    start = moment(model, given["start"], "start", None, *path, "at", "start") if "start" in given else 0
    faults = _outside(model, start, length, model.place(*path, "at", "start") if "start" in given else place)
    if every < 1:
        faults.append(model.place(*path).problem("period", f"a period of {every} steps", "at least one step"))
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


def _probability(model: CheckedModel, text: Any, name: str, number: int, key: str) -> float:
    path = ("stimuli", name, "play", number, key)
    value = scalar(model, text, *path)
    if not 0 <= value <= 1:
        raise ModelError(model.place(*path).problem("probability", f"{key} is {value:g}", "between 0 and 1"))
    return value
