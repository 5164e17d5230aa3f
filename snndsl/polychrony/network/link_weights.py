"""Weights of a group's links, looked up in the network that was searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.table import SynapseTable

__all__ = ["LinkWeights"]


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
        """Return the weight of each link.

        Parameters
        ----------
        group : Group
            Of that network.

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
            raise ModelError(
                Fault("another-network", f"{what}; the network has no such synapse", expected="the network that was searched")
            )
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
