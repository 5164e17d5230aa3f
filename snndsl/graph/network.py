"""The elaborated network: a networkx graph of populations, sources, stimuli and motifs, joined by projections.

A node carries its numbers, an edge its synapses as arrays; neurons are rows of arrays and never nodes, so the graph is small
however large the network. `NetworkGraph.neuron_graph` makes the neuron-level graph of small networks on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from snndsl.deferred import Deferred, dataclass
from snndsl.errors import Fault, ModelError
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.values import PopulationValues
from snndsl.model.checked import CheckedModel
from snndsl.model.motif import MotifEvents

if TYPE_CHECKING:
    import networkx
else:
    networkx = Deferred("networkx")  # takes a third of the time that a command needs to start

__all__ = ["MAX_NEURON_EDGES", "NetworkGraph", "Node", "ProjectionEdge", "network_graph"]

MAX_NEURON_EDGES = 1_000_000
"""Largest number of synapses that may become edges of a networkx graph."""

NodeKind = Literal["population", "signal", "source", "stimulus", "motif"]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A thing that spikes or makes others spike.

    Parameters
    ----------
    name : str
        As in the model.
    kind : str
        ``population``, ``signal``, ``source`` (a stimulus with neurons of its own), ``stimulus`` (an injection) or ``motif``.
    size : int
        Neurons; of a stimulus: those it reaches; of a motif: its spikes, 0 if they are in arrays.
    what : str
        Name of the neuron, kind of the stimulus.
    values : PopulationValues or None
        Numbers of a population.
    """

    name: str
    kind: NodeKind
    size: int
    what: str
    values: PopulationValues | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProjectionEdge:
    """The synapses of a projection between two populations.

    Parameters
    ----------
    projection : str
        As in the model.
    port, rule : str
        Of the target, and the plasticity (rules with a comma between them); empty: static.
    synapses : int
        Between these two populations.
    delay : tuple of int
        Shortest and longest axonal plus dendritic delay, steps.
    """

    projection: str
    port: str
    rule: str
    synapses: int
    delay: tuple[int, int]


@dataclass(frozen=True, eq=False)
class NetworkGraph:
    """The network of a model.

    Parameters
    ----------
    found : Elaboration
        Its numbers.
    graph : networkx.MultiDiGraph
        Node attribute ``node`` (`Node`), edge attribute ``edge`` (`ProjectionEdge`, or None for an injection).
    """

    found: Elaboration
    graph: Any

    def __repr__(self) -> str:
        populations, synapses = len(self.model.populations), sum(len(rows.i) for rows in self.rows.values())
        neurons = sum(self.model.sizes.values()) - len(self.model.signals)
        return (
            f"<NetworkGraph {self.model.name}: {populations} populations, {neurons:,} neurons; "
            f"{len(self.rows)} projections, {synapses:,} synapses>"
        )

    @property
    def model(self) -> CheckedModel:
        """What it was made from."""
        return self.found.model

    @property
    def values(self) -> Mapping[str, PopulationValues]:
        """Numbers by population."""
        return self.found.values

    @property
    def rows(self) -> Mapping[str, SynapseRows]:
        """Synapses by projection."""
        return self.found.rows

    def nodes(self, kind: NodeKind | None = None) -> Iterator[Node]:
        """Yield the nodes (of one kind) in the order of the model."""
        for _, node in self.graph.nodes(data="node"):
            if kind is None or node.kind == kind:
                yield node

    def edges(self) -> Iterator[tuple[str, str, ProjectionEdge | None]]:
        """Yield (source, target, edge); the edge of an injection is None."""
        yield from self.graph.edges(data="edge")

    def neuron_graph(self) -> Any:
        """Return a networkx.MultiDiGraph with a node (population, index) for every neuron and an edge for every synapse.

        Raises
        ------
        ModelError
            graph-too-large.
        """
        total = sum(len(rows.i) for rows in self.rows.values())
        if total > MAX_NEURON_EDGES:
            what, limit = f"{total:,} synapses are too many for a graph of neurons", f"at most {MAX_NEURON_EDGES:,}"
            raise ModelError(Fault("graph-too-large", what, expected=limit, try_="the synapse tables"))
        graph = _empty_graph()
        for node in self.nodes():
            if node.kind in ("population", "signal", "source"):
                graph.add_nodes_from((node.name, index) for index in range(node.size))
        for name, rows in self.rows.items():
            pre, post = _members(rows.sources), _members(rows.targets)
            columns = zip(rows.i, rows.j, rows.axonal, rows.dendritic, rows.weight, strict=True)
            graph.add_edges_from(
                (pre[i], post[j], {"projection": name, "axonal": int(a), "dendritic": int(d), "weight": float(w)})
                for i, j, a, d, w in columns
            )
        return graph


def network_graph(found: Elaboration) -> NetworkGraph:
    """Return the graph of an elaborated model."""
    network, model = NetworkGraph(found, _empty_graph()), found.model
    for name, population in model.elements.items():
        kind: NodeKind = "population" if name in model.populations else "signal"
        _add(network, Node(name, kind, population.size, population.element.name, found.values[name]))
    for name, stimulus in model.stimuli.items():
        if stimulus.size is not None:
            _add(network, Node(name, "source", stimulus.size, stimulus.kind))
    for name, stimulus in model.stimuli.items():
        if stimulus.targets is not None:
            _add(network, Node(name, "stimulus", stimulus.targets.size, stimulus.kind))
            for target in stimulus.targets.populations:
                network.graph.add_edge(name, target, edge=None)
    for name, motif in model.motifs.items():
        listed = len(motif.spikes) if isinstance(motif.spikes, MotifEvents) else 0
        _add(network, Node(name, "motif", listed, "motif"))
    for name, table in found.rows.items():
        for source, target, edge in _edges(model, name, table):
            network.graph.add_edge(source, target, key=name, edge=edge)
    return network


def _empty_graph() -> Any:
    return networkx.MultiDiGraph()


def _add(network: NetworkGraph, node: Node) -> None:
    network.graph.add_node(node.name, node=node)


def _members(selection: Any) -> list[tuple[str, int]]:
    return [(block.population, index) for block in selection.blocks for index in range(block.start, block.stop)]


def _edges(model: CheckedModel, name: str, rows: SynapseRows) -> Iterator[tuple[str, str, ProjectionEdge]]:
    projection = model.projections[name]
    rule = ", ".join(use.rule.name for use in projection.rules)
    owner = [side.block for side in (rows.sources, rows.targets)]
    names = [np.array([side.populations.index(b.population) for b in side.blocks]) for side in (rows.sources, rows.targets)]
    source, target = names[0][owner[0][rows.i]], names[1][owner[1][rows.j]]
    total = rows.axonal + rows.dendritic
    for a, pre in enumerate(rows.sources.populations):
        for b, post in enumerate(rows.targets.populations):
            mine = total[(source == a) & (target == b)]
            if len(mine):
                yield pre, post, ProjectionEdge(name, projection.port, rule, len(mine), (int(mine.min()), int(mine.max())))
