"""Stimulus ``play``: motifs at chosen or drawn times, their spikes shifted, dropped and replaced as asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl import numerics
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected, listed, nearest
from snndsl.expressions.dimensions import TIME
from snndsl.model.motif import MotifSpikes
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Playing
from snndsl.model.text import Place, Term
from snndsl.spec import As, Name, Scalar, Spec, Time
from snndsl.stimuli.rates import PER_TIME
from snndsl.units import ONE

__all__ = ["Play", "PlaySpec", "PlayedMotif", "Train"]

Index = NDArray[np.int64]
Key = tuple[int, int]
_OCCURRENCE, _JITTER, _DROPOUT, _REPLACE, _WHO = (float(call) for call in range(5))
_MOST_NORMAL = 9  # no draw of a standard normal is as far from 0: uniform draws are multiples of 2**-53


class PlaySpec(Spec):
    """A motif, played."""

    motif: Name = Field(description="name of the motif")
    at: Annotated[Any, As("value per element, or mapping", "time")] = Field(
        default=None, description="times, an array of data, or {every: T, start: T}"
    )
    rate: Annotated[Scalar, As("value", "1/time")] | None = Field(
        default=None, description="how often it is played, at random times"
    )
    jitter: Time | None = Field(default=None, description="standard deviation of the time of each spike")
    dropout: Scalar | None = Field(default=None, description="probability that a spike is left out")
    replace: Scalar | None = Field(default=None, description="probability that a spike is another neuron's")


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """Times at equal intervals."""

    every: Term
    start: Term


@dataclass(frozen=True, slots=True, eq=False)
class PlayedMotif:
    """A motif at chosen or drawn times.

    Parameters
    ----------
    motif : str
        Which.
    place : Place
        Of the entry.
    at : tuple of Term, Train or None
        When it begins.
    rate : Term or None
        How often it begins by chance.
    jitter, dropout, replace : Term or None
        Standard deviation of the shift of each spike, probability that it is left out, or comes from another neuron.
    """

    motif: str
    place: Place
    at: tuple[Term, ...] | Train | None
    rate: Term | None
    jitter: Term | None
    dropout: Term | None
    replace: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class Play(Playing):
    """Motifs that are played."""

    name = "play"
    rank = 8
    says = (
        "motifs at times or at a rate; each spike moved by a normal time of that standard deviation, left out with probability "
        "`dropout`, given to another neuron of its population with probability `replace`"
    )
    form = tuple[PlaySpec, ...]
    written = "list of `{motif, at or rate, jitter, dropout, replace}`"

    items: tuple[PlayedMotif, ...]

    @classmethod
    def read(cls, reader: StimulusReader, given: tuple[PlaySpec, ...]) -> Play:
        """Return the motifs that are right."""
        items = [_read_motif(reader, item, k) for k, item in enumerate(given)]
        return cls(tuple(item for item in items if item is not None))

    @property
    def draws(self) -> bool:
        """Whether a motif is played at a rate, shifted, thinned or changed."""
        return any(term is not None for item in self.items for term in (item.rate, item.jitter, item.dropout, item.replace))

    @property
    def motifs(self) -> tuple[str, ...]:
        """Motifs that are played."""
        return tuple(item.motif for item in self.items)

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return how many spikes are drawn; every fault of all motifs together."""
        return float(sum(len(plan.starts) * len(plan.spikes) for plan in self._plans(numbers) if plan.drawn))

    def played(self, numbers: StimulusNumbers) -> list[tuple[str, Index, Index]]:
        """Return neurons and stamps by population; every fault of all motifs together."""
        plans = enumerate(self._plans(numbers))
        return [part for number, plan in plans for part in _spikes(numbers, plan, _key(numbers, number))]

    def _plans(self, numbers: StimulusNumbers) -> list[_Plan]:
        plans: list[_Plan] = []
        faults: list[Fault] = []
        for number, item in enumerate(self.items):
            with collected(faults):
                plans.append(_planned(numbers, item, _key(numbers, number)))
        if faults:
            raise ModelError(faults)
        return plans


def _key(numbers: StimulusNumbers, number: int) -> Key:
    """Return the key of what is drawn for the motif of a number."""
    return numbers.key(f"play.{number}")


# ---- reading


def _read_motif(reader: StimulusReader, item: PlaySpec, k: int) -> PlayedMotif | None:
    """Return a motif that is played; None after reporting what is wrong."""
    place, before = reader.place(k), len(reader.faults)
    if item.motif not in reader.motifs:
        near, what = nearest(item.motif, reader.motifs), f"there is no motif {item.motif!r}"
        reader.report("name-unknown", what, listed(reader.motifs), near, at=place.inner("motif"))
    if (item.at is None) == (item.rate is None):
        expected = "at: [T, ..], at: {every: T} or rate: R"
        reader.report("key-missing", "needs exactly one of 'at' and 'rate'", expected, at=place)
    at = _read_times(reader, item.at, k, "at")
    kinds = {"rate": PER_TIME, "jitter": TIME, "dropout": ONE, "replace": ONE}
    terms = {key: reader.scalar(getattr(item, key), wanted, repr(key), k, key) for key, wanted in kinds.items()}
    if len(reader.faults) > before:
        return None
    return PlayedMotif(item.motif, place, at, terms["rate"], terms["jitter"], terms["dropout"], terms["replace"])


def _read_times(reader: StimulusReader, at: Any, *path: str | int) -> tuple[Term, ...] | Train | None:
    """Return the times at which a motif begins, as they are written."""
    if at is None:
        return None
    if isinstance(at, Mapping):
        if at.get("every") is None:
            reader.report("key-missing", "no 'every'", "{every: T, start: T}", at=reader.place(*path))
            return None
        for key in at:
            if key not in ("every", "start"):
                near, place = nearest(str(key), ("every", "start")), reader.place(*path, str(key))
                reader.report("unknown-key", f"unknown key {str(key)!r}", "every, start", near, at=place)
        every = reader.scalar(str(at["every"]), TIME, "'every'", *path, "every")
        start = reader.scalar(str(at.get("start", "0 ms")), TIME, "'start'", *path, "start")
        return None if every is None or start is None else Train(every, start)
    several = isinstance(at, list | tuple)
    items = [((*path, k), text) for k, text in enumerate(at)] if several else [(path, at)]
    terms = [reader.scalar(str(text), TIME, "a time" if several else "the time", *inside) for inside, text in items]
    return tuple(term for term in terms if term is not None)


# ---- numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """A motif with its numbers: stamps at which it begins, deviation in steps, probabilities."""

    spikes: MotifSpikes
    starts: Index
    jitter: float | None
    dropout: float | None
    replace: float | None

    @property
    def drawn(self) -> bool:
        return (self.jitter, self.dropout, self.replace) != (None, None, None)


def _planned(numbers: StimulusNumbers, item: PlayedMotif, key: Key) -> _Plan:
    """Return the numbers of a motif, or what is wrong with them."""
    spikes, step = numbers.motif(item.motif), float(numbers.step)
    jitter = None
    if item.jitter is not None:
        jitter = numbers.scalar(item.jitter, "jitter") / step
        if not jitter >= 0:
            what = f"a jitter of {jitter * step:.12g} ms"
            raise ModelError(item.jitter.problem("jitter-negative", what, "a time of 0 or more"))
    last = numbers.horizon + (0 if jitter is None else math.ceil(_MOST_NORMAL * jitter))
    starts = _starts(numbers, item, key, int(spikes.step.max(initial=0)), last)
    dropout = None if item.dropout is None else _probability(numbers, item.dropout, "dropout")
    replace = None if item.replace is None else _probability(numbers, item.replace, "replace")
    return _Plan(spikes, starts, jitter, dropout, replace)


def _spikes(numbers: StimulusNumbers, plan: _Plan, key: Key) -> Iterator[tuple[str, Index, Index]]:
    """Yield neurons and stamps of every occurrence by population."""
    spikes, starts = plan.spikes, plan.starts
    occurrence = np.repeat(np.arange(len(starts)), len(spikes)).astype(np.float64)
    which = np.tile(np.arange(len(spikes)), len(starts))
    order = np.lexsort((np.array(spikes.population), spikes.neuron, spikes.step))  # that of keys in a file means nothing
    rank = np.argsort(order)
    drawn = rank[which].astype(np.float64)

    def uniform(call: float) -> Any:
        return numerics.uniform(*key, drawn, occurrence, numbers.trial, call)

    stamp = np.repeat(starts, len(spikes)) + spikes.step[which]
    neuron = spikes.neuron[which]
    kept = np.ones(len(stamp), np.bool_)
    if plan.jitter is not None:
        normal = numerics.normal(*key, drawn, occurrence, numbers.trial, _JITTER)
        stamp = stamp + np.floor(plan.jitter * normal + 0.5).astype(np.int64)
    if plan.dropout is not None:
        kept = uniform(_DROPOUT) >= plan.dropout
    population = np.array(spikes.population, dtype=object)[which]
    if plan.replace is not None:
        other = uniform(_REPLACE) < plan.replace
        sizes = np.array([numbers.sizes[owner] for owner in population], np.float64)
        neuron = np.where(other, np.floor(uniform(_WHO) * sizes).astype(np.int64), neuron)
    for owner in dict.fromkeys(spikes.population):
        mine = (population == owner) & kept
        yield owner, neuron[mine], stamp[mine]


def _starts(numbers: StimulusNumbers, item: PlayedMotif, key: Key, length: int, last: int) -> Index:
    """Return the stamps, up to `last`, at which a motif begins.

    What lies behind the run is left out spike by spike, so that a shorter run is the beginning of a longer one.
    """
    if item.rate is not None:
        chance = numbers.scalar(item.rate, "rate") * float(numbers.step)
        if not 0 <= chance <= 1:
            what = f"{chance:g} occurrences a step"
            raise ModelError(item.place.problem("rate-above-one-per-step", what, "0 to one a step"))
        stamps = np.arange(1, last + 1, dtype=np.int64)
        drawn: Index = stamps[numerics.uniform(*key, 0.0, stamps.astype(np.float64), numbers.trial, _OCCURRENCE) < chance]
        return drawn
    if isinstance(item.at, Train):
        return _regular(numbers, item, item.at, length, last)
    starts: list[Index] = []
    faults: list[Fault] = []
    for term in item.at or ():
        with collected(faults):
            stamps = numbers.moments(term, "the time of a motif")
            faults += [fault for stamp in _ends(stamps) for fault in _outside(numbers, stamp, length, term.place)][:1]
            starts.append(stamps)
    if faults:
        raise ModelError(faults)
    return np.concatenate(starts) if starts else np.empty(0, np.int64)


def _ends(stamps: Index) -> list[int]:
    """Return the earliest and the latest of some stamps."""
    return [int(np.min(stamps)), int(np.max(stamps))] if len(stamps) else []


def _regular(numbers: StimulusNumbers, item: PlayedMotif, train: Train, length: int, last: int) -> Index:
    """Return the stamps start, start + every ... up to `last`; the first has to be over by the end of the run."""
    every, start = numbers.moment(train.every, "every"), numbers.moment(train.start, "start")
    faults = _outside(numbers, start, length, train.start.place)
    if every < 1:
        faults.append(item.place.problem("period", f"a period of {every} steps", "at least one step"))
    if faults:
        raise ModelError(faults)
    return np.arange(start, last + 1, every, dtype=np.int64)


def _outside(numbers: StimulusNumbers, start: int, length: int, place: Place) -> list[Fault]:
    """Return the fault of a motif that does not lie in the run of the file."""
    if start < 0:
        return [place.problem("spike-outside-run", "a motif before the run", "0 or later")]
    if start + length > numbers.steps:
        what = "a motif that is not over by the end of the run"
        return [place.problem("spike-outside-run", what, "an earlier time")]
    return []


def _probability(numbers: StimulusNumbers, term: Term, key: str) -> float:
    value = numbers.scalar(term, key)
    if not 0 <= value <= 1:
        raise ModelError(term.problem("probability", f"{key} is {value:g}", "between 0 and 1"))
    return value
