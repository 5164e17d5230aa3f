"""One polychronous group: spikes with times and layers, and the links between them."""

from __future__ import annotations

from typing import Any

import networkx
import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.pictured import Pictured

__all__ = ["Group"]


@dataclass(frozen=True, slots=True, eq=False)
class Group(Pictured):
    """A polychronous group.

    Parameters
    ----------
    id : int
        Number in its catalogue.
    mother : int
        Neuron at which the anchors arrive together.
    anchors, anchor_steps : ndarray of int32, shape (anchors,)
        Neurons that start the group, and when, in steps.
    neuron, step, layer : ndarray, shape (spikes,)
        All spikes in the order in which they were fired, anchors first. Anchors are of layer 1.
    pre, post, delay, link_layer : ndarray, shape (links,)
        Links from spike `pre` to spike `post` (indices), delays in steps.
    longest_path : int
        Layers of the longest path.
    avalanche : bool
        Whether the probe was stopped because of its many spikes.
    definition : dict
        Name and numbers of the definition that found it.
    network : str
        Fingerprint of the synapses.
    """

    id: int
    mother: int
    anchors: NDArray[np.int32]
    anchor_steps: NDArray[np.int32]
    neuron: NDArray[np.int32]
    step: NDArray[np.int16]
    layer: NDArray[np.int16]
    pre: NDArray[np.int16]
    post: NDArray[np.int16]
    delay: NDArray[np.int16]
    link_layer: NDArray[np.int16]
    longest_path: int
    avalanche: bool
    definition: dict[str, Any]
    network: str

    def __len__(self) -> int:
        return len(self.neuron)

    @property
    def span(self) -> int:
        """Steps from the first anchor to the last spike."""
        return int(self.step[-1] - self.anchor_steps.min())

    @property
    def table(self) -> dict[str, NDArray[Any]]:
        """Spikes as columns: neuron, step, layer, anchor."""
        anchor = np.arange(len(self)) < len(self.anchors)
        return {"neuron": self.neuron, "step": self.step, "layer": self.layer, "anchor": anchor}

    def events(self) -> frozenset[tuple[int, int]]:
        """Spikes as a set of (neuron, steps after the first anchor)."""
        first = int(self.anchor_steps.min())
        return frozenset(zip(self.neuron.tolist(), (self.step.astype(int) - first).tolist()))

    def graph(self) -> networkx.DiGraph[int]:
        """Return the group as a graph over its spikes.

        Returns
        -------
        networkx.DiGraph
            Node k is spike k, with ``neuron``, ``step``, ``layer`` and ``anchor``; an edge has ``delay`` and ``layer``. Links
            of two synapses between the same spikes are one edge, with the shorter delay.
        """
        graph: networkx.DiGraph[int] = networkx.DiGraph(mother=self.mother, longest_path=self.longest_path)
        for k in range(len(self)):
            numbers = {name: int(getattr(self, name)[k]) for name in ("neuron", "step", "layer")}
            graph.add_node(k, **numbers, anchor=k < len(self.anchors))
        for k in np.argsort(-self.delay.astype(int), kind="stable"):
            graph.add_edge(int(self.pre[k]), int(self.post[k]), delay=int(self.delay[k]), layer=int(self.link_layer[k]))
        return graph

    def __repr__(self) -> str:
        anchors = ", ".join(f"{neuron}@{step}" for neuron, step in zip(self.anchors.tolist(), self.anchor_steps.tolist()))
        return f"<Group {self.id}: mother {self.mother}, anchors {anchors}, {len(self)} spikes, path {self.longest_path}>"
