"""An independent searcher for the definitions whose neurons have no state, for small networks, to check the fast one against.

Written from the texts of `EventTriggered`, `Structural` and `Probabilistic` (`snndsl.polychrony.definitions`) and from nothing
else: it shares no code with the engine. Every probe keeps all arrivals ever sent, and whether a neuron fires is decided from
that list at every step.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.definitions import EventTriggered, Probabilistic, Structural
from snndsl.polychrony.network.table import SynapseTable
from snndsl.testing.brute.search import MOST_NEURONS, BruteGroup

__all__ = ["brute_events"]

Events = EventTriggered | Structural | Probabilistic


class _Synapse(NamedTuple):
    post: int
    delay: int
    strong: bool
    inhibitory: bool


class _Arrival(NamedTuple):
    step: int
    spike: int
    delay: int
    inhibitory: bool


class _Spike(NamedTuple):
    """A spike that is about to be: arrivals counted for it, and its probability."""

    step: int
    causes: tuple[_Arrival, ...]
    probability: float


class _Probe:
    """One combination of anchors: what has fired and what has been sent, and the rule by which neurons fire."""

    def __init__(
        self,
        definition: Events,
        inhibitory: list[bool],
        outgoing: list[list[_Synapse]],
        anchors: tuple[tuple[int, int], ...],
    ) -> None:
        self.definition = definition
        self.inhibitory = inhibitory
        self.outgoing = outgoing
        self.spikes: list[tuple[int, int]] = []
        self.layers: list[int] = []
        self.probability: list[float] = []
        self.links: list[tuple[int, int, int, int]] = []
        self.last_spike: dict[int, int] = {}
        self.arrivals: dict[int, list[_Arrival]] = {}  # by target
        self.excited: dict[int, set[int]] = {}  # targets of excitatory arrivals, by step
        self.planned: dict[int, _Spike] = {}  # by neuron
        self.end = definition.end
        together = max(delay for _, delay in anchors)
        for neuron, fastest in anchors:
            used = [synapse for synapse in outgoing[neuron] if synapse.strong and synapse.delay >= fastest]
            self._fire(neuron, _Spike(together - fastest, (), 1.0), used)

    def run(self) -> None:
        """Go through the steps until the end, or until there are too many spikes."""
        step = 0
        while step < self.end:
            self._decide(step)
            for neuron in sorted(self.planned):
                spike = self.planned[neuron]
                if spike.step != step:
                    continue
                del self.planned[neuron]
                if self._kept_from_firing(neuron, step):
                    continue
                silent = isinstance(self.definition, Probabilistic) and self.inhibitory[neuron]
                self._fire(neuron, spike, [] if silent else self.outgoing[neuron])
                if len(self.spikes) == self.definition.max_spikes:
                    return
            step += 1

    def _decide(self, step: int) -> None:
        """Let every neuron that an excitatory spike reaches now decide when it will fire."""
        for neuron in self.excited.get(step, ()):
            if isinstance(self.definition, Probabilistic):
                spike = self._probable(self.definition, neuron, step)
            else:
                spike = self._triggered(self.definition, neuron, step)
            if spike is not None and (neuron not in self.planned or spike.step < self.planned[neuron].step):
                self.planned[neuron] = spike

    def _excitatory(self, neuron: int, first: int, last: int) -> tuple[_Arrival, ...]:
        return tuple(arrival for arrival in self.arrivals[neuron] if not arrival.inhibitory and first <= arrival.step <= last)

    def _triggered(self, definition: EventTriggered | Structural, neuron: int, step: int) -> _Spike | None:
        counted = self._excitatory(neuron, step - definition.jitter, step)
        if len(counted) < definition.coincident:
            return None
        wait = 0
        if isinstance(definition, EventTriggered):
            wait = definition.slow if len(counted) == definition.coincident else definition.quick
        return _Spike(step + wait, counted, 1.0)

    def _probable(self, definition: Probabilistic, neuron: int, step: int) -> _Spike | None:
        now, before = self._excitatory(neuron, step, step), self._excitatory(neuron, step - 1, step - 1)
        exactly = [1.0]  # probability that exactly 0, 1 ... of the spikes exist
        for arrival in now:
            p = self.probability[arrival.spike]
            none, one_more = [*exactly, 0.0], [0.0, *exactly]
            exactly = [(1.0 - p) * a + p * b for a, b in zip(none, one_more)]
        help_missing = 1.0
        for arrival in before:
            help_missing *= 1.0 - self.probability[arrival.spike]
        wanted = definition.coincident
        probability = sum(exactly[wanted:])
        if wanted - 1 < len(exactly):
            probability += 0.5 * exactly[wanted - 1] * (1.0 - help_missing)
        return _Spike(step, now + before, probability) if probability > definition.least else None

    def _kept_from_firing(self, neuron: int, step: int) -> bool:
        if neuron in self.last_spike and step < self.last_spike[neuron] + self.definition.refractory:
            return True
        if not isinstance(self.definition, EventTriggered):
            return False
        first = step - self.definition.inhibition + 1
        return any(arrival.inhibitory and first <= arrival.step <= step for arrival in self.arrivals[neuron])

    def _fire(self, neuron: int, spike: _Spike, used: list[_Synapse]) -> None:
        number = len(self.spikes)
        layer = 1 + max((self.layers[cause.spike] for cause in spike.causes), default=0)
        self.links += [(cause.spike, number, cause.delay, layer) for cause in spike.causes]
        self.spikes.append((neuron, spike.step))
        self.layers.append(layer)
        self.probability.append(spike.probability)
        self.last_spike[neuron] = spike.step
        for synapse in used:
            arrival = _Arrival(spike.step + synapse.delay, number, synapse.delay, synapse.inhibitory)
            self.arrivals.setdefault(synapse.post, []).append(arrival)
            if not synapse.inhibitory:
                self.excited.setdefault(arrival.step, set()).add(synapse.post)
            self.end = max(self.end, min(arrival.step + self.definition.answer + 1, self.definition.last_step))

    def group(self, mother: int) -> BruteGroup | None:
        """Return the group, if it is one."""
        n = self.definition.anchors
        tested = isinstance(self.definition, EventTriggered)
        longest = max(self.layers)
        if len(self.spikes) <= (2 * n if tested else n) or longest < self.definition.min_path:
            return None
        used = [pre for pre, post, _, _ in self.links if not self.inhibitory[self.spikes[post][0]]]
        if tested and any(used.count(anchor) == 1 for anchor in range(n)):
            return None
        return BruteGroup(
            mother,
            tuple(neuron for neuron, _ in self.spikes[:n]),
            tuple(step for _, step in self.spikes[:n]),
            longest,
            tuple((neuron, step, layer) for (neuron, step), layer in zip(self.spikes, self.layers)),
            tuple(sorted(self.links)),
        )


def brute_events(table: SynapseTable, definition: Events) -> list[BruteGroup]:
    """Search a network of at most 100 neurons by a definition without a neuron's state.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : EventTriggered, Structural or Probabilistic
        What counts as a group.

    Returns
    -------
    list of BruteGroup
        In the order of mothers and combinations.
    """
    if table.neurons > MOST_NEURONS:
        raise ModelError(Fault("network-too-large", f"{table.neurons} neurons", expected=f"at most {MOST_NEURONS}"))
    inhibitory = table.inhibitory.tolist()
    outgoing: list[list[_Synapse]] = [[] for _ in inhibitory]
    strong_inputs: list[list[tuple[int, int]]] = [[] for _ in inhibitory]
    for pre, post, weight, delay in zip(
        table.pre.tolist(), table.post.tolist(), table.weight.tolist(), table.delay.tolist(), strict=True
    ):
        strong = not inhibitory[pre] and weight > definition.strong
        if strong or inhibitory[pre] or (definition.weak_to_inhibitory and inhibitory[post]):
            outgoing[pre].append(_Synapse(post, delay, strong, inhibitory[pre]))
        if strong and not inhibitory[post]:
            strong_inputs[post].append((pre, delay))
    groups = []
    for mother, given in enumerate(strong_inputs):
        for anchors in combinations(sorted(given, key=lambda pair: pair[0]), definition.anchors):
            if len({neuron for neuron, _ in anchors}) == definition.anchors:
                probe = _Probe(definition, inhibitory, outgoing, anchors)
                probe.run()
                groups.append(probe.group(mother))
    return [group for group in groups if group is not None]
