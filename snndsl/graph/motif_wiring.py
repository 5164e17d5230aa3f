"""The synapses that a motif needs: to where its spikes meet, or, with a latency, to every spike it leads to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.graph.motifs import motif_part, motif_spikes
from snndsl.graph.times import moment, scalar
from snndsl.graph.wiring import Allowed, Pairs
from snndsl.model.checked import CheckedModel
from snndsl.model.motif import MotifSpikes
from snndsl.model.projection import MotifWiring, Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Place

__all__ = ["Chain", "chain_pairs", "motif_pairs"]

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


def motif_pairs(
    model: CheckedModel, projection: Projection, allowed: Allowed | None
) -> tuple[Pairs, Index]:
    """Return the synapses of a projection whose rule is ``motif``, and their delays in steps.

    Raises
    ------
    ModelError
        motif-nowhere, motif-inputs, self-unstated, delay-below-step, delay-too-long, off-grid.
    """
    connect, place = projection.connect, projection.place.inner("connect", "motif")
    assert isinstance(connect, MotifWiring)
    sources, targets = projection.sources, projection.targets
    if connect.latency is None:
        pairs, delay = _meeting_pairs(model, connect.motif, sources, targets, projection.own is not False, allowed, place)
    else:
        latency = moment(model, connect.latency, "the latency")
        longest = None if connect.longest is None else moment(model, connect.longest, "the longest delay")
        inputs = None if connect.inputs is None else int(scalar(model, connect.inputs, "inputs"))
        chain = Chain(latency, inputs, longest, projection.own)
        pairs, delay = chain_pairs(model, connect.motif, chain, sources, targets, place, allowed)
    if len(delay) and int(delay.max()) >= _LONGEST:
        what = f"a delay of {int(delay.max())} steps"
        raise ModelError(place.problem("delay-too-long", what, f"below {_LONGEST} steps"))
    return pairs, delay


def chain_pairs(
    model: CheckedModel,
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
    model : CheckedModel
        With the motif.
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
    leads = motif_part(model, motif, "leads_to")
    spikes = _joined(motif_spikes(model, motif), leads)
    pre, post = _within(spikes, sources), _within(leads, targets)
    wanted, known = np.nonzero(post >= 0)[0], np.nonzero(pre >= 0)[0]
    if not len(wanted) or not len(known):
        kind = "spikes it leads to in the targets" if len(known) else "spikes of the sources"
        hint = f'leads_to: {{"{targets.blocks[0].population}[0]": T}}' if len(known) else ""
        what = f"motif {motif!r} has no {kind} of the projection"
        raise ModelError(place.problem("motif-nowhere", what, "neurons of the projection", hint))
    chosen = _Sources(model, motif, chain, spikes, leads, pre, post, known, allowed).of(wanted)
    target = np.repeat(wanted, [len(found) for found in chosen])
    source = np.concatenate(chosen)
    delay = leads.step[target] - chain.latency - spikes.step[source]
    keys = np.stack([pre[source], post[target], delay])
    once = np.sort(np.unique(keys, axis=1, return_index=True)[1])
    return _pairs(keys[0][once], keys[1][once]), keys[2][once]


@dataclass(frozen=True, slots=True, eq=False)
class _Sources:
    """The choice of sources, spike by spike."""

    model: CheckedModel
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
        who = _identities(self.model, self.spikes), _identities(self.model, self.leads)
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
        return f"{float(steps * self.model.step):.12g} ms"


def _meeting_pairs(
    model: CheckedModel,
    motif: str,
    sources: Selection,
    targets: Selection,
    own: bool,
    allowed: Allowed | None,
    place: Place,
) -> tuple[Pairs, Index]:
    """Return a synapse from every spike of a motif to every neuron where its spikes meet, and the delays in steps."""
    spikes, meeting = motif_spikes(model, motif), motif_part(model, motif, "arrive")
    pre, post = _within(spikes, sources), _within(meeting, targets)
    first, second = np.nonzero(pre >= 0)[0], np.nonzero(post >= 0)[0]
    if not len(first) or not len(second):
        kind = "arrivals in the targets" if len(first) else "spikes of the sources"
        what = f"motif {motif!r} has no {kind} of the projection"
        hint = f'arrive: {{"{targets.blocks[0].population}[0]": T}}' if len(first) else ""
        raise ModelError(place.problem("motif-nowhere", what, "neurons of the projection", hint))
    k, m = np.repeat(first, len(second)), np.tile(second, len(first))
    kept = np.ones(len(k), np.bool_) if allowed is None else allowed(pre[k], post[m])
    if not own:
        kept &= _identities(model, spikes)[k] != _identities(model, meeting)[m]
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


def _identities(model: CheckedModel, spikes: MotifSpikes) -> Index:
    """Return a number for the neuron of every spike, the same wherever that neuron spikes."""
    first = dict(zip(model.sizes, np.cumsum([0, *model.sizes.values()]).tolist()))
    return np.array([first[name] for name in spikes.population], np.int64) + spikes.neuron
