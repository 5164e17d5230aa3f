"""Rule ``motif``: the synapses that a motif needs, to where its spikes meet, or, with a latency, to what they lead to."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from snndsl.connect.repeats import refuse_repeated
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.expressions import to_text
from snndsl.model.motif import MotifSpikes
from snndsl.model.projection import ConnectRule
from snndsl.model.selection import Selection
from snndsl.model.services import ConnectReader, Numbers, WiringNumbers
from snndsl.model.text import Place, Term
from snndsl.model.wiring import Allowed, Pairs
from snndsl.spec import Name, Scalar, Spec, Time
from snndsl.units import ONE

__all__ = ["Chain", "MotifWiring", "MotifWiringSpec", "chain_pairs"]

Index = NDArray[np.int64]
_LONGEST = 2**20


@dataclass(frozen=True, slots=True)
class Chain:
    """How a motif is wired as a chain.

    Parameters
    ----------
    latency : int
        Steps from an arrival to the spike it makes.
    inputs : int or None
        Arrivals for each spike: from the latest spikes of the motif that can arrive in time. None: from all of them.
    longest : int or None
        Longest delay in steps.
    own : bool or None
        Whether a spike may have an earlier one of its own neuron as a source; None: it is a fault if one would.
    """

    latency: int
    inputs: int | None = None
    longest: int | None = None
    own: bool | None = None


class MotifWiringSpec(Spec):
    """The spikes of a motif: to where they meet, or, with a latency, to what they lead to."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"inputs": ["latency"], "longest": ["latency"]}})

    motif: Name = Field(description="name of a motif")
    latency: Time = Field(default="", description="time from an arrival to the spike it makes: wires what the motif leads to")
    inputs: Scalar = Field(
        default="", description="arrivals that make a spike; default: from all earlier spikes of the motif"
    )
    longest: Time = Field(default="", description="longest delay")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        """Refuse what stands beside the motif and means nothing."""
        for key, argument in value.items():
            if argument is None:
                raise PydanticCustomError("not-a-value", "found nothing for {found}", {"found": repr(str(key)[:60])})
            if key not in cls.model_fields:
                message = "unknown key {found}; expected {known}"
                known, near = ", ".join(cls.model_fields), nearest(str(key), cls.model_fields)
                raise PydanticCustomError("unknown-key", message, {"found": repr(str(key)[:60]), "known": known, "near": near})
        idle = [key for key in ("inputs", "longest") if key in value and "latency" not in value]
        if idle:
            message = "{found} without 'latency'; expected latency: T"
            raise PydanticCustomError("key-missing", message, {"found": repr(idle[0])})
        return value


@dataclass(frozen=True, slots=True, eq=False)
class MotifWiring(ConnectRule):
    """Synapses that let the spikes of a motif meet, or, with a latency, make its chain.

    Parameters
    ----------
    motif : str
        Which.
    latency, longest : Term or None
        From an arrival to the spike it makes; the longest delay.
    inputs : Term or None
        Arrivals for each spike.
    """

    name = "motif"
    rank = 8
    form = MotifWiringSpec
    written = {
        "{motif: m}": "every spike of a motif with every neuron where its spikes meet (`arrive`); the delays follow",
        "{motif: m, latency: T, inputs: n}": "earlier spikes of a motif with those it leads to (`leads_to`), with delays up to "
        "`longest: T` if that is given; the delays follow",
    }
    among_all = False
    delays = True

    motif: str
    latency: Term | None = None
    longest: Term | None = None
    inputs: Term | None = None

    @property
    def motifs(self) -> tuple[str, ...]:
        """The motif that is wired."""
        return (self.motif,)

    @property
    def text(self) -> str:
        """The rule in short."""
        beside = {"latency": self.latency, "inputs": self.inputs, "longest": self.longest}
        said = [f"{key} {to_text(term.tree)}" for key, term in beside.items() if term is not None]
        return " ".join([self.name, self.motif, *said])

    @classmethod
    def read(cls, reader: ConnectReader, given: MotifWiringSpec) -> MotifWiring | None:
        """Return the motif and what is said beside it; there is no delay of the projection's own."""
        known = given.motif in reader.motifs
        if not known:
            what, near = f"there is no motif {given.motif!r}", nearest(given.motif, reader.motifs)
            reader.report("name-unknown", what, listed(reader.motifs), near, at=reader.place())
        if reader.delayed:
            what = f"projection {reader.name!r} has a delay, and its delays follow from motif {given.motif!r}"
            reader.report("delay-of-motif", what, "no 'delay'", at=reader.entry.inner("delay"))
        latency, lag = _read(reader, given.latency, "the latency", "latency")
        if lag is not None and not 0 <= lag < math.inf:
            what = f"a latency of {lag:.12g} ms"
            reader.report("latency", what, "a time, 0 ms or later", at=reader.place("latency"))
        longest, limit = _read(reader, given.longest, "the longest delay", "longest")
        if limit is not None and not reader.step / 2 < limit < math.inf:
            what, expected = f"a longest delay of {limit:.12g} ms", f"at least one step of {reader.step!r} ms"
            reader.report("delay-below-step", what, expected, at=reader.place("longest"))
        inputs, count = _read(reader, given.inputs, "the number of inputs", "inputs")
        if count is not None and (not 1 <= count < 2**31 or count != int(count)):
            what = f"{count:.12g} inputs"
            reader.report("not-a-whole-number", what, "a whole number, at least 1", at=reader.place("inputs"))
        return cls(given.motif, latency, longest, inputs) if known else None

    def pairs(self, numbers: WiringNumbers) -> Pairs:
        """Return the pairs, each with its delay.

        Raises
        ------
        ModelError
            motif-nowhere, motif-inputs, self-unstated, delay-below-step, delay-too-long, off-grid, duplicate-pair.
        """
        place = numbers.place("motif")
        if self.latency is None:
            pairs, delay = _meeting_pairs(numbers, self.motif, place)
        else:
            latency = numbers.moment(self.latency, "the latency")
            longest = None if self.longest is None else numbers.moment(self.longest, "the longest delay")
            inputs = None if self.inputs is None else int(numbers.scalar(self.inputs, "inputs"))
            chain = Chain(latency, inputs, longest, numbers.own)
            sides = numbers.sources, numbers.targets
            pairs, delay = chain_pairs(numbers, self.motif, chain, *sides, place, numbers.allowed())
        if len(delay) and int(delay.max()) >= _LONGEST:
            what = f"a delay of {int(delay.max())} steps"
            raise ModelError(place.problem("delay-too-long", what, f"below {_LONGEST} steps"))
        if numbers.multiple is False:
            refuse_repeated(numbers, pairs)
        return replace(pairs, delay=delay)


def _read(reader: ConnectReader, text: str, what: str, key: str) -> tuple[Term | None, float | None]:
    """Return a constant of the rule and its value; None where it is not given, or after reporting what is wrong."""
    if not text:
        return None, None
    before = len(reader.faults)
    number = key == "inputs"
    term = reader.scalar(text, ONE, what, key) if number else reader.moment(text, what, key)
    sound = term is not None and len(reader.faults) == before
    return term, reader.constant(term, needed=True) if sound and term is not None else None


def chain_pairs(
    numbers: Numbers,
    motif: str,
    chain: Chain,
    sources: Selection,
    targets: Selection,
    place: Place,
    allowed: Allowed | None = None,
) -> tuple[Pairs, Index]:
    """Return synapses that make every spike a motif leads to follow from earlier spikes of the motif.

    For a spike at time T on one of the targets, arrivals are at T - latency. Its sources are spikes of the motif, given
    ones and those it leads to, on neurons of `sources`, from which the delay is at least one step: the latest of them, of
    equal ones the first of the file. A synapse that serves several spikes (same neurons, same delay) is made once.

    Parameters
    ----------
    numbers : Numbers
        Of the file.
    motif : str
        Its name.
    chain : Chain
        In steps.
    sources, targets : Selection
        The two sides.
    place : Place
        For faults of the whole.
    allowed : callable, optional
        Tells which pairs may be connected.

    Returns
    -------
    pairs : Pairs
        In the order of the spikes led to, latest source first.
    delay : ndarray of int64
        Steps.

    Raises
    ------
    ModelError
        motif-nowhere; motif-inputs for every spike that has too few sources, self-unstated: both at the time of the spike.
    """
    leads = numbers.motif(motif, "leads_to")
    spikes = _joined(numbers.motif(motif), leads)
    pre, post = _within(spikes, sources), _within(leads, targets)
    wanted, known = np.nonzero(post >= 0)[0], np.nonzero(pre >= 0)[0]
    if not len(wanted) or not len(known):
        kind = "spikes it leads to in the targets" if len(known) else "spikes of the sources"
        hint = f'leads_to: {{"{targets.blocks[0].population}[0]": T}}' if len(known) else ""
        what = f"motif {motif!r} has no {kind} of the projection"
        raise ModelError(place.problem("motif-nowhere", what, "neurons of the projection", hint))
    chosen = _Sources(numbers, motif, chain, spikes, leads, pre, post, known, allowed).of(wanted)
    target = np.repeat(wanted, [len(found) for found in chosen])
    source = np.concatenate(chosen)
    delay = leads.step[target] - chain.latency - spikes.step[source]
    keys = np.stack([pre[source], post[target], delay])
    once = np.sort(np.unique(keys, axis=1, return_index=True)[1])
    return _pairs(keys[0][once], keys[1][once]), keys[2][once]


@dataclass(frozen=True, slots=True, eq=False)
class _Sources:
    """The choice of sources, spike by spike."""

    numbers: Numbers
    motif: str
    chain: Chain
    spikes: MotifSpikes
    leads: MotifSpikes
    pre: Index
    post: Index
    known: Index
    allowed: Allowed | None

    def of(self, wanted: Index) -> list[Index]:
        """Return for each spike led to the places of its sources among all spikes."""
        latest = self.known[np.argsort(-self.spikes.step[self.known], kind="stable")]
        earliness = -self.spikes.step[latest]
        who = _identities(self.numbers, self.spikes), _identities(self.numbers, self.leads)
        found, faults = [], []
        for k in wanted.tolist():
            arrival = int(self.leads.step[k]) - self.chain.latency
            first = np.searchsorted(earliness, 1 - arrival)
            last = None if self.chain.longest is None else np.searchsorted(earliness, self.chain.longest - arrival, "right")
            candidates = latest[first:last]
            if self.allowed is not None:
                candidates = candidates[self.allowed(self.pre[candidates], np.full(len(candidates), self.post[k]))]
            own = who[0][candidates] == who[1][k]
            if self.chain.own is False:
                candidates, own = candidates[~own], own[~own]
            chosen, own = candidates[: self.chain.inputs], own[: self.chain.inputs]
            if len(chosen) < (self.chain.inputs or 1):
                faults.append(self._too_few(k, arrival, len(chosen)))
            elif self.chain.own is None and own.any():
                faults.append(self._own(k))
            found.append(chosen)
        if faults:
            raise ModelError(faults)
        return found

    def _too_few(self, k: int, arrival: int, there: int) -> Fault:
        inputs, first = self.chain.inputs or 1, arrival - (self.chain.longest or 0)
        what = f"{self._said(k)} has {there} of {inputs} inputs: spikes of the sources"
        when, other = f"at {self._ms(arrival - 1)} or before", "a later time"
        if self.chain.longest is not None:
            when, other = f"from {self._ms(first)} to {self._ms(arrival - 1)}", "a larger 'longest'"
        hint = f"inputs: {there}, or {other}" if there else other
        return self.leads.places[k].problem("motif-inputs", f"{what} {when}", f"{inputs} such spikes", hint)

    def _own(self, k: int) -> Fault:
        what = f"{self._said(k)} has an earlier spike of the same neuron as a source"
        return self.leads.places[k].problem("self-unstated", what, "self: true or self: false in the projection")

    def _said(self, k: int) -> str:
        neuron = f"{self.leads.population[k]}[{int(self.leads.neuron[k])}]"
        return f"{neuron} at {self._ms(int(self.leads.step[k]))} in motif {self.motif!r}"

    def _ms(self, steps: int) -> str:
        return f"{float(steps * self.numbers.step):.12g} ms"


def _meeting_pairs(numbers: WiringNumbers, motif: str, place: Place) -> tuple[Pairs, Index]:
    """Return a synapse from every spike of a motif to every neuron where its spikes meet, and the delays in steps."""
    sources, targets, allowed = numbers.sources, numbers.targets, numbers.allowed()
    spikes, meeting = numbers.motif(motif), numbers.motif(motif, "arrive")
    pre, post = _within(spikes, sources), _within(meeting, targets)
    first, second = np.nonzero(pre >= 0)[0], np.nonzero(post >= 0)[0]
    if not len(first) or not len(second):
        kind = "arrivals in the targets" if len(first) else "spikes of the sources"
        what = f"motif {motif!r} has no {kind} of the projection"
        hint = f'arrive: {{"{targets.blocks[0].population}[0]": T}}' if len(first) else ""
        raise ModelError(place.problem("motif-nowhere", what, "neurons of the projection", hint))
    k, m = np.repeat(first, len(second)), np.tile(second, len(first))
    kept = np.ones(len(k), np.bool_) if allowed is None else allowed(pre[k], post[m])
    if numbers.own is False:
        kept &= _identities(numbers, spikes)[k] != _identities(numbers, meeting)[m]
    k, m = k[kept], m[kept]
    delay = meeting.step[m] - spikes.step[k]
    if len(delay) and delay.min() < 1:
        late = int(np.argmin(delay))
        what = f"spike {int(k[late])} of motif {motif!r} comes {int(-delay[late])} steps after it should arrive"
        raise ModelError(place.problem("delay-below-step", what, "arrivals at least one step later"))
    return _pairs(pre[k], post[m]), delay


def _pairs(i: Index, j: Index) -> Pairs:
    row = np.arange(len(i), dtype=np.int64)
    return Pairs(i, j, i, row, row)


def _joined(one: MotifSpikes, other: MotifSpikes) -> MotifSpikes:
    """Return the spikes of both, in this order, each once."""
    population = one.population + other.population
    neuron, step = np.concatenate([one.neuron, other.neuron]), np.concatenate([one.step, other.step])
    events = enumerate(zip(population, neuron.tolist(), step.tolist()))
    kept = sorted({event: k for k, event in reversed(list(events))}.values())
    return MotifSpikes(tuple(population[k] for k in kept), neuron[kept], step[kept])


def _within(spikes: MotifSpikes, selection: Selection) -> Index:
    """Return the place of every spike's neuron within a selection, -1 where it is not selected."""
    places = np.full(len(spikes), -1, np.int64)
    offset = 0
    for block in selection.blocks:
        mine = np.array([name == block.population for name in spikes.population], np.bool_)
        inside = mine & (spikes.neuron >= block.start) & (spikes.neuron < block.stop) & (places < 0)
        places[inside] = spikes.neuron[inside] - block.start + offset
        offset += block.size
    return places


def _identities(numbers: Numbers, spikes: MotifSpikes) -> Index:
    """Return a number for the neuron of every spike, the same wherever that neuron spikes."""
    first = dict(zip(numbers.sizes, np.cumsum([0, *numbers.sizes.values()]).tolist()))
    return np.array([first[name] for name in spikes.population], np.int64) + spikes.neuron
