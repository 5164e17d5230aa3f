"""What the author of a model says will happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from snndsl.deferred import dataclass
from snndsl.expressions.tree import Expression
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["Expectation", "ListedSpikes", "NeuronValue", "SynapseValue"]


@dataclass(frozen=True, slots=True, eq=False)
class ListedSpikes:
    """Spikes as columns of neurons and times, and the rows that count."""

    place: Place
    i: ValueTerm
    t: ValueTerm
    where: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class SynapseValue:
    """A value of synapses: an expression of their variables, or one of `snndsl.model.reductions` of it."""

    projections: tuple[str, ...]
    reduce: str | None
    value: Expression


@dataclass(frozen=True, slots=True, eq=False)
class NeuronValue:
    """One of `snndsl.model.reductions` of an expression of neurons.

    Parameters
    ----------
    selection : Selection
        The neurons.
    reduce : str
        The reduction.
    value : Expression
        Of what is reduced.
    names : tuple of str
        What it reads of neurons: measures of their spikes if `spikes`, else states.
    spikes : bool
        Which of both.
    """

    selection: Selection
    reduce: str
    value: Expression
    names: tuple[str, ...]
    spikes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """A bound, or several, on something that can be measured.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    of : Selection, NeuronValue or SynapseValue
        Of whom.
    value : str
        What, as written.
    each : str or None
        ``trial`` or ``neuron``: what must meet the bounds; None: all together.
    at, after, until : int or None
        Stamps.
    bounds : mapping of str to tuple of ValueTerm
        ``between`` (two), ``near``, ``within``, ``at_least``, ``at_most``, ``equals`` (one each): those that are given.
    spikes : mapping of str to ListedSpikes
        ``equals`` and ``against``, where spikes are listed.
    against : Selection or None
        Neurons whose spikes are the right ones.
    said : str
        The bounds as written.
    source : str
        Where the numbers are from.
    """

    name: str
    place: Place
    of: Selection | NeuronValue | SynapseValue
    value: str
    each: Literal["trial", "neuron"] | None
    at: int | None
    after: int | None
    until: int | None
    bounds: Mapping[str, tuple[ValueTerm, ...]]
    spikes: Mapping[str, ListedSpikes]
    against: Selection | None
    said: str
    source: str
