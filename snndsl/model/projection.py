"""A projection: who is connected to whom, how strongly and how late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snndsl.model.rule import RuleUse
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Rounding, Term, ValueTerm

__all__ = ["Connect", "Delay", "Listed", "MotifWiring", "Projection"]


@dataclass(frozen=True, slots=True, eq=False)
class Connect:
    """A rule that says or draws who is connected.

    Parameters
    ----------
    rule : str
        ``all_to_all``, ``one_to_one``, ``bernoulli``, ``fixed_indegree``, ``fixed_outdegree``, ``fixed_total_number``.
    value : Term or None
        Its probability or number.
    """

    rule: str
    value: Term | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Pairs in columns: places of sources and of targets within their selections."""

    i: ValueTerm
    j: ValueTerm
    rule: str = "pairs"


@dataclass(frozen=True, slots=True, eq=False)
class MotifWiring:
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

    motif: str
    latency: Term | None = None
    longest: Term | None = None
    inputs: Term | None = None
    rule: str = "motif"


@dataclass(frozen=True, slots=True, eq=False)
class Delay:
    """Delay of a synapse: from the source to the synapse, and from the synapse to the soma; None: no time."""

    axonal: ValueTerm | None
    dendritic: ValueTerm | None
    round: Rounding | None


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Synapses between two selections.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    sources, targets : Selection
        Both sides.
    connect : Connect, Listed or MotifWiring
        Who is connected.
    where : Term or None
        Condition on pairs.
    own, multiple : bool or None
        Whether a neuron may contact itself, whether a pair may have several synapses; None: not said.
    copies : int
        Synapses per pair.
    per_block : bool
        Whether the rule holds for each pair of populations.
    port : str
        Of the targets.
    weight : ValueTerm
        In the unit of the port.
    delay : Delay or None
        None: it follows from a motif.
    rules : tuple of RuleUse
        Its plasticity.
    initial : mapping of str to ValueTerm
        Initial states of its rules.
    carries : Term or None
        A value transmitted in every step.
    stream : str
        Name of its random stream.
    """

    name: str
    place: Place
    sources: Selection
    targets: Selection
    connect: Connect | Listed | MotifWiring
    where: Term | None
    own: bool | None
    multiple: bool | None
    copies: int
    per_block: bool
    port: str
    weight: ValueTerm
    delay: Delay | None
    rules: tuple[RuleUse, ...]
    initial: Mapping[str, ValueTerm]
    carries: Term | None
    stream: str
