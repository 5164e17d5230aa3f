"""A neuron or signal in one namespace: parts, constants and needs are resolved, every text speaks of the same flat names."""

from __future__ import annotations

from collections.abc import Mapping

from snndsl.deferred import dataclass
from snndsl.expressions.statements import Statement
from snndsl.model.data import DataColumn
from snndsl.model.equations import StateGroup
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.units import Dimension

__all__ = ["Element", "Instruction", "Parameter", "PortDecl", "Timer"]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A value of each neuron or synapse: its default and, if written, its unit."""

    place: Place
    default: ValueTerm | None
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PortDecl:
    """What arrives in a step."""

    place: Place
    unit: str
    quantum: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class Instruction:
    """A statement in flat names; `owner` is the prefix of the part that says it (empty: the element itself)."""

    owner: str
    statement: Statement
    place: Place

    @property
    def term(self) -> Term:
        """Its right side."""
        return Term(self.statement.value, self.place, self.statement.line)


@dataclass(frozen=True, slots=True, eq=False)
class Timer:
    """Statements that run at every multiple of a period.

    Parameters
    ----------
    period : Term
        As written.
    steps : int
        The period; 0 in a file of definitions, which has no step.
    instructions : tuple of Instruction
        In order.
    """

    period: Term
    steps: int
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """A neuron or signal; mappings keep the order of the file.

    Parameters
    ----------
    name : str
        As used: ``lif``, ``lib.lif``.
    place : Place
        Of its definition.
    parameters : mapping of str to Parameter
        Its own, those of its parts (``part.x``) and constants of the files that they stand in.
    states : mapping of str to ValueTerm
        Initial values.
    ranges : mapping of str to tuple of Term
        The smallest and the largest value of states that have one: constants.
    ports : mapping of str to PortDecl
        By flat name; `port_names` gives the flat name of what a projection may write.
    aliases, derivatives : mapping of str to Term
        Equations ``x = ..`` and ``dx/dt = ..``.
    groups : tuple of StateGroup
        Equations by the integrator that advances them.
    update, reset : tuple of Instruction
        In order.
    every : tuple of Timer
        Periodic statements.
    threshold, silent_for, silent_while : Term or None
        When it spikes; how long, or while what, it is silent.
    hold : tuple of str
        States that keep their value while it is silent.
    require : tuple of Term
        Conditions on its parameters.
    constants : frozenset of str
        Those of its parameters that are constants of a file, which nobody else sets.
    data : mapping of str to DataColumn
        Arrays by the flat name they are called.
    dimensions : mapping of str to Dimension
        Of parameters, states, ports and aliases.
    """

    name: str
    place: Place
    parameters: Mapping[str, Parameter]
    states: Mapping[str, ValueTerm]
    ranges: Mapping[str, tuple[Term, Term]]
    ports: Mapping[str, PortDecl]
    port_names: Mapping[str, str]
    aliases: Mapping[str, Term]
    derivatives: Mapping[str, Term]
    groups: tuple[StateGroup, ...]
    update: tuple[Instruction, ...]
    every: tuple[Timer, ...]
    threshold: Term | None
    silent_for: Term | None
    silent_while: Term | None
    hold: tuple[str, ...]
    reset: tuple[Instruction, ...]
    require: tuple[Term, ...]
    constants: frozenset[str]
    data: Mapping[str, DataColumn]
    dimensions: Mapping[str, Dimension]
