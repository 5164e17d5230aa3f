"""The search of one block of mothers, in any process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.polychrony.definitions import Izhikevich2006
from snndsl.polychrony.engine.arrays import LARGE, SMALL, Found, Room, Work, found, work
from snndsl.polychrony.engine.literal import Rows, rows
from snndsl.polychrony.engine.mothers import DONE, NO_MEMORY, search_mother
from snndsl.polychrony.engine.network import combinations, inputs, network, published, rule
from snndsl.polychrony.folder import Chunk
from snndsl.polychrony.table import SynapseTable

__all__ = ["Block", "Searcher", "blocks", "triples"]

BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Block:
    """Mothers from `first` to `last` - 1, with the number of probes."""

    first: int
    last: int
    probes: int


def triples(table: SynapseTable, definition: Izhikevich2006) -> list[int]:
    """Return the number of combinations of anchors of every mother."""
    return combinations(inputs(table, definition), definition.anchors)


def blocks(counts: list[int], least: int = BLOCK, mothers: NDArray[np.int64] | None = None) -> list[Block]:
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
            result.append(Block(first, mother + 1, probes))
            first, probes = -1, 0
    return result


class Searcher:
    """One network, one definition and the working memory of a process.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Izhikevich2006
        What counts as a group.
    neurons : ndarray of float64, shape (neurons, 4), optional
        a, b, c, d; without it, those of 2006.
    """

    def __init__(self, table: SynapseTable, definition: Izhikevich2006, neurons: NDArray[np.float64] | None = None) -> None:
        self.net = network(table, definition, published(table) if neurons is None else neurons)
        self.given = inputs(table, definition)
        self.rule = rule(definition)
        self.small: Work = work(table.neurons, self.rule, SMALL)
        self.room: Room = LARGE
        self.large: Work = work(table.neurons, self.rule, self.room)
        self.table: Rows = rows(table.neurons if self.rule.overrun else 0, self.rule, definition.max_delay)
        self.out: Found = found(self.rule)

    def __call__(self, block: Block) -> Chunk:
        """Search a block; groups and links are numbered from 0 within it."""
        self.out.used[:] = 0
        for mother in range(block.first, block.last):
            before = self.out.used.copy()
            while True:
                status = search_mother(self.net, self.given, self.rule, self.small, self.large, self.table, self.out, mother)
                if status == DONE:
                    break
                self._enlarge(status, before)
        return _chunk(self.out, self.rule.anchors)

    def _enlarge(self, status: int, before: NDArray[np.int64]) -> None:
        """Make room and forget the groups of the mother that did not fit."""
        if status == NO_MEMORY:
            self.room = self.room.more()
            self.large = work(len(self.net.inhibitory), self.rule, self.room)
            self.out.used[:] = before
            return
        old = self.out
        self.out = found(self.rule, *(2 * len(part) for part in old[:3]))
        for part, rest, used in zip(self.out[:3], old[:3], before):
            part[:used] = rest[:used]
        self.out.used[:] = before


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
    }
