"""The search of one block of mothers, in any process."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, SimulationFailed
from snndsl.polychrony.definitions import Activated, Definition
from snndsl.polychrony.engine import answers, events, maps
from snndsl.polychrony.engine.arrays import ENDS, LARGE, SMALL, Found, Net, Room, Work, found, work
from snndsl.polychrony.engine.cascade import BROKEN
from snndsl.polychrony.engine.literal import rows
from snndsl.polychrony.engine.mothers import DONE, NO_MEMORY, MotherSearch
from snndsl.polychrony.engine.network import combinations, inputs, kept_rows, network, published, rule
from snndsl.polychrony.folder import Chunk
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect
from snndsl.polychrony.rest import answering_cells

__all__ = ["MotherBlock", "Neurons", "Searcher", "blocks", "triples"]

Neurons = NDArray[np.float64] | NeuronModel | None
"""a, b, c, d of neurons of 2006, shape (neurons, 4); or programs; None: those of 2006, by type."""

BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class MotherBlock:
    """Mothers from `first` to `last` - 1, with the number of probes."""

    first: int
    last: int
    probes: int


def triples(table: SynapseTable, definition: Definition) -> list[int]:
    """Return the number of combinations of anchors of every mother."""
    return combinations(inputs(table, definition), definition.anchors)


def blocks(counts: list[int], least: int = BLOCK, mothers: NDArray[np.int64] | None = None) -> list[MotherBlock]:
    """Cut the mothers (all, or those chosen, sorted) into blocks of at least `least` probes.

    A block has no gaps; the blocks do not depend on the number of workers.
    """
    chosen = np.arange(len(counts)) if mothers is None else mothers
    result = []
    first, probes = -1, 0
    for place, mother in enumerate(chosen.tolist()):
        if first < 0:
            first = mother
        probes += counts[mother]
        if probes >= least or place == len(chosen) - 1 or chosen[place + 1] != mother + 1:
            result.append(MotherBlock(first, mother + 1, probes))
            first, probes = -1, 0
    return result


class Searcher:
    """One network, one definition and the working memory of a process.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Definition
        What counts as a group.
    neurons : ndarray of float64, shape (neurons, 4), NeuronModel or None
        What answers (`Neurons`); definitions by events take no notice of it.
    trains : SpikeTrains, optional
        The recording in which `Activated` groups have to occur.
    """

    def __init__(
        self, table: SynapseTable, definition: Definition, neurons: Neurons = None, trains: SpikeTrains | None = None
    ) -> None:
        self.shown = None if trains is None or not isinstance(definition, Activated) else (definition, trains)
        self.given = inputs(table, definition)
        self.rule = rule(definition)
        self.room: Room = LARGE
        self.small: Work = work(table.neurons, self.rule, SMALL)
        self.large: Work = work(table.neurons, self.rule, self.room)
        self.out: Found = found(self.rule)
        self.net, self._search, self._state = self._searching(table, definition, neurons)

    def _searching(self, table: SynapseTable, definition: Definition, neurons: Neurons) -> tuple[Net, MotherSearch, Any]:
        """Return the network, the search of one mother that definition and neurons want, and what its probe needs."""
        rule = self.rule
        if definition.EVENTS:
            state: Any = events.counting_cells(table.neurons, rule, **_by_events(definition))
            return network(table, definition, None), events.search_mother, state
        if isinstance(neurons, NeuronModel):
            net = network(table, definition, None)
            answering = answering_cells(neurons, net, table.port[kept_rows(table, definition)], rule.last_step)
            return net, answers.search_mother, (answering, neurons.advance())
        net = network(table, definition, published(table) if neurons is None else neurons)
        return net, maps.search_mother, rows(table.neurons if rule.overrun else 0, rule, definition.max_delay)

    def _mother(self, mother: int) -> int:
        given, rule, small, large = self.given, self.rule, self.small, self.large
        return self._search(self._state, self.net, given, rule, small, large, self.out, mother)

    def __call__(self, block: MotherBlock) -> Chunk:
        """Search a block; groups and links are numbered from 0 within it."""
        self.out.used[:], self.out.ended[:] = 0, 0
        for mother in range(block.first, block.last):
            before = self.out.used.copy(), self.out.ended.copy()
            while True:
                status = self._mother(mother)
                if status == DONE:
                    break
                if status == BROKEN:
                    what = f"a neuron's state became infinite or no number in a probe of mother {mother}"
                    raise SimulationFailed(Fault("state-not-finite", what, try_="a smaller step, or another integrator"))
                self._enlarge(status, before)
        chunk = _chunk(self.out, self.rule.anchors)
        return chunk if self.shown is None else _activated(chunk, *self.shown)

    def _enlarge(self, status: int, before: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
        """Make room and forget the groups of the mother that did not fit."""
        if status == NO_MEMORY:
            self.room = self.room.more()
            self.large = work(len(self.net.inhibitory), self.rule, self.room)
            self.out.used[:], self.out.ended[:] = before
            return
        old = self.out
        self.out = found(self.rule, *(2 * len(part) for part in old[:3]))
        for part, rest, used in zip(self.out[:3], old[:3], before[0]):
            part[:used] = rest[:used]
        self.out.used[:], self.out.ended[:] = before


def _by_events(definition: Definition) -> dict[str, Any]:
    """Return the numbers of a rule by events."""
    return {"jitter": 1} | {name: getattr(definition, name) for name in definition.EVENTS}


def _chunk(out: Found, anchors: int) -> Chunk:
    groups, spikes, links = (part[:used].copy() for part, used in zip(out[:3], out.used))
    ids = np.arange(len(groups), dtype=np.int64)
    times = groups[:, 6 + anchors :]
    columns: dict[str, NDArray[Any]] = {
        "id": ids,
        "mother": groups[:, 0],
        "anchors": groups[:, 6 : 6 + anchors],
        "anchor_steps": times,
        "size": groups[:, 1],
        "links": groups[:, 5],
        "longest_path": groups[:, 2],
        "last_step": groups[:, 3],
        "span": groups[:, 3] - times.min(axis=1, initial=2**30),
        "avalanche": groups[:, 4] != 0,
        "definition": np.zeros(len(groups), np.int16),
    }
    return {
        "groups": columns,
        "spikes": {
            "group": np.repeat(ids, groups[:, 1]),
            "neuron": spikes[:, 0],
            "step": spikes[:, 1].astype(np.int16),
            "layer": spikes[:, 2].astype(np.int16),
        },
        "links": {
            "group": np.repeat(ids, groups[:, 5]),
            "pre": links[:, 0].astype(np.int16),
            "post": links[:, 1].astype(np.int16),
            "delay": links[:, 2].astype(np.int16),
            "layer": links[:, 3].astype(np.int16),
        },
        "ended": {name: np.array([count]) for name, count in zip(ENDS, out.ended)},
    }


def _activated(chunk: Chunk, definition: Activated, trains: SpikeTrains) -> Chunk:
    """Keep the groups that occur in the recording."""
    starts = np.append(0, np.cumsum(chunk["groups"]["size"]))
    motifs = []
    for first, last in zip(starts[:-1], starts[1:]):
        neuron, step = (chunk["spikes"][name][first:last].astype(np.int64) for name in ("neuron", "step"))
        order = np.lexsort((neuron, step))
        motifs.append(Motif(neuron[order], step[order] - step.min(initial=2**30)))
    found = detect(motifs, trains, tolerance=definition.tolerance, fraction=definition.fraction)
    kept = np.bincount(found.motif, minlength=len(motifs)) >= definition.times
    number = np.cumsum(kept) - 1
    chosen = {"groups": kept} | {name: kept[chunk[name]["group"]] for name in ("spikes", "links")}
    result = {name: {key: column[mine] for key, column in chunk[name].items()} for name, mine in chosen.items()}
    result["groups"]["id"] = number[result["groups"]["id"]]
    for name in ("spikes", "links"):
        result[name]["group"] = number[result[name]["group"]]
    return result | {"ended": chunk["ended"] | {"absent": np.array([np.count_nonzero(~kept)])}}
