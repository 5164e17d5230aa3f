"""Whether a network, or a recording, is the one that a catalogue was found in: its size, step, and synapses."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.search import fingerprint

__all__ = ["LinkWeights", "check_network", "check_size"]


class LinkWeights:
    """Finds the synapse of every link by its neurons and its delay.

    Parameters
    ----------
    table : SynapseTable
        The network that was searched.
    """

    def __init__(self, table: SynapseTable) -> None:
        self._neurons = table.neurons
        self._longest = int(table.delay.max(initial=0))
        keys = self._keys(table.pre, table.post, table.delay)
        order = np.lexsort((-np.abs(table.weight), keys))
        self._sorted, self._weight = keys[order], table.weight[order]

    def _keys(self, pre: NDArray[np.int32], post: NDArray[np.int32], delay: NDArray[np.int32]) -> NDArray[np.int64]:
        pairs = pre.astype(np.int64) * self._neurons + post
        return pairs * (self._longest + 1) + delay

    def __call__(self, group: Group) -> NDArray[np.float64]:
        """Return the weight of each link of a group.

        Returns
        -------
        ndarray of float64, shape (links,)
            Where several synapses join the same neurons with the same delay, their links have the weights in falling order
            of size. A link that the search counts twice has its weight twice.

        Raises
        ------
        ModelError
            another-network: a link has no synapse there.
        """
        pre, post, delay = group.neuron[group.pre], group.neuron[group.post], group.delay.astype(np.int32)
        foreign = (pre >= self._neurons) | (post >= self._neurons) | (delay > self._longest)
        keys = np.where(foreign, -1, self._keys(pre, post, delay))
        first, last = (np.searchsorted(self._sorted, keys, side=side) for side in ("left", "right"))
        known = last > first
        if not known.all():
            k = int(np.argmin(known))
            what = f"group {group.id} has a link from neuron {pre[k]} to {post[k]} with a delay of {delay[k]} steps"
            raise _another(f"{what}; the network has no such synapse")
        weights: NDArray[np.float64] = self._weight[np.minimum(first + _repeats(group, keys), last - 1)]
        return weights


def _repeats(group: Group, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many links before each one join the same two spikes over synapses with the same key."""
    order = np.lexsort((group.post, group.pre, keys))
    columns = np.stack([keys[order], group.pre[order].astype(np.int64), group.post[order].astype(np.int64)])
    new = np.ones(len(keys), bool)
    new[1:] = (np.diff(columns, axis=1) != 0).any(axis=0)
    place = np.arange(len(keys))
    repeats = np.zeros(len(keys), np.int64)
    repeats[order] = place - np.maximum.accumulate(np.where(new, place, 0)) if len(keys) else 0
    return repeats


def check_size(catalogue: Catalogue, neurons: int, step_ms: float, what: str) -> None:
    """Refuse another number of neurons, or another step, of what is called `what`.

    Raises
    ------
    ModelError
        another-network.
    """
    known = int(catalogue.manifest["neurons"])
    if known != neurons:
        raise _another(f"the groups are of {known:,} neurons, {what} has {neurons:,}")
    step = float(catalogue.manifest.get("step_ms", step_ms))
    if not math.isclose(step, step_ms, rel_tol=1e-9):
        raise _another(f"the groups are in steps of {step:g} ms, {what} has steps of {step_ms:g} ms")


def check_network(catalogue: Catalogue, groups: Iterable[Group], network: Network, what: str) -> bool:
    """Refuse a network that lacks a synapse of the groups; return whether it is the one that was searched to the bit.

    Raises
    ------
    ModelError
        another-network.
    """
    check_size(catalogue, network.table.neurons, float(network.step_ms), what)
    weights_of = LinkWeights(network.table)
    for group in groups:
        weights_of(group)
    return catalogue.manifest.get("network") == fingerprint(network.table, network.neurons)


def _another(what: str) -> ModelError:
    return ModelError(Fault("another-network", what, expected="the network that was searched"))
