"""Networks for the tests of the searchers: random ones, and the recorded one."""

from __future__ import annotations

import csv
import gzip
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snndsl.polychrony import Catalogue, Group, Izhikevich2006, SynapseTable
from snndsl.polychrony.blocks import MotherBlock, Searcher
from snndsl.polychrony.folder import Chunk
from snndsl.testing.brute.search import BruteGroup

DATA = Path(__file__).resolve().parents[2] / "data" / "polychrony"


@lru_cache(maxsize=1)
def recorded() -> SynapseTable:
    """The network of 2006 after 17,901 s."""
    with np.load(DATA / "state_17901s.npz") as state:
        columns = {"pre": state["pre"], "post": state["post"], "weight": state["weight"], "delay": state["delay_ms"]}
    return SynapseTable.from_columns(columns, inhibitory=np.arange(1000) >= 800)


@lru_cache(maxsize=1)
def recorded_groups() -> NDArray[np.int64]:
    """Rows of mother, size, longest path, last step, and anchor and step three times."""
    with gzip.open(DATA / "groups_state_17901s.csv.gz", "rt") as stream:
        return np.array([[int(cell) for cell in row] for row in list(csv.reader(stream))[1:]])


def as_recorded(catalogue: Catalogue) -> NDArray[np.int64]:
    """A catalogue in the columns of `recorded_groups`."""
    table = catalogue.table
    anchors = np.stack([table["anchors"], table["anchor_steps"]], axis=2).reshape(len(catalogue), 6)
    return np.column_stack([table[name] for name in ("mother", "size", "longest_path", "last_step")] + [anchors])


def random_network(rng: np.random.Generator, neurons: int | None = None, targets: int | None = None) -> SynapseTable:
    """A small network of a random kind: delays, weights beyond those of 2006, strong inhibition, parallel synapses."""
    n = neurons or int(rng.integers(6, 36))
    inhibitory = np.zeros(n, bool)
    inhibitory[rng.permutation(n)[: rng.integers(0, n // 4 + 1)]] = True
    targets = targets or int(rng.integers(2, min(n - 1, 9)))
    longest = int(rng.choice([2, 5, 20]))
    largest = float(rng.choice([10.0, 10.0, 25.0]))
    parallel = bool(rng.random() < 0.25)
    rows = []
    for pre in range(n):
        for post in rng.choice(np.delete(np.arange(n), pre), targets, replace=parallel):
            if inhibitory[pre]:
                delay = 1 if rng.random() < 0.7 else int(rng.integers(1, longest + 1))
                weight = -float(rng.choice([5.0, 5.0, 3.3, 12.0]))
            else:
                delay = int(rng.integers(1, longest + 1))
                weight = float(rng.choice([largest, rng.uniform(6.0, largest), 1.7]))
            rows.append((pre, int(post), weight, delay))
    pre, post, weight, delay = zip(*rows)
    columns = {"pre": pre, "post": post, "weight": weight, "delay": delay}
    return SynapseTable.from_columns(columns, neurons=n, inhibitory=inhibitory)


def middling() -> SynapseTable:
    """A network of 100 neurons with some hundred groups of at least 3 layers."""
    return random_network(np.random.default_rng(7), neurons=100, targets=11)


def random_definition(rng: np.random.Generator) -> Izhikevich2006:
    """Other numbers than the published ones."""
    corrected = bool(rng.integers(0, 2))
    return Izhikevich2006(
        mode="corrected" if corrected else "original",
        late_answers=corrected and bool(rng.integers(0, 2)),
        links_by_spike=corrected and bool(rng.integers(0, 2)),
        anchors=int(rng.choice([3, 3, 3, 2, 4])),
        threshold=float(rng.choice([5.0, 9.5])),
        min_path=int(rng.integers(3, 6)),
        weak_to_inhibitory=bool(rng.integers(0, 2)),
        max_spikes=int(rng.choice([1000, 60])),
        last_step=int(rng.choice([979, 200])),
    )


def fast_groups(
    table: SynapseTable, definition: Izhikevich2006, parameters: NDArray[np.float64] | None = None
) -> list[BruteGroup]:
    """What the engine finds, in the form of the brute-force searcher."""
    chunk = Searcher(table, definition, parameters)(MotherBlock(0, table.neurons, 0))
    return [_plain(chunk, k) for k in range(len(chunk["groups"]["id"]))]


def _plain(chunk: Chunk, k: int) -> BruteGroup:
    groups, spikes, links = chunk["groups"], chunk["spikes"], chunk["links"]
    mine, made = spikes["group"] == k, links["group"] == k
    return BruteGroup(
        int(groups["mother"][k]),
        tuple(groups["anchors"][k].tolist()),
        tuple(groups["anchor_steps"][k].tolist()),
        int(groups["longest_path"][k]),
        tuple(zip(*(spikes[name][mine].tolist() for name in ("neuron", "step", "layer")))),
        tuple(sorted(zip(*(links[name][made].tolist() for name in ("pre", "post", "delay", "layer"))))),
    )


def chain() -> SynapseTable:
    """Six layers of three neurons, each joined to all of the next; anchors 0, 1, 2 have to fire at 0, 3, 6."""
    rows = [
        (3 * layer + i, 3 * layer + 3 + j, 10.0, 10 - 3 * i if layer == 0 else 5)
        for layer in range(5)
        for i in range(3)
        for j in range(3)
    ]
    pre, post, weight, delay = zip(*rows)
    return SynapseTable.from_columns({"pre": pre, "post": post, "weight": weight, "delay": delay}, neurons=18)


def same_group(first: Group, second: Group) -> bool:
    """Whether spikes and links are equal."""
    names = ("anchors", "anchor_steps", "neuron", "step", "layer", "pre", "post", "delay", "link_layer")
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)
