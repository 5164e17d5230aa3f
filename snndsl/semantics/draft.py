"""A neuron or signal while it is read, with what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from snndsl.errors import MOST_FAULTS, Fault, FaultList, TooManyFaults
from snndsl.expressions.functions import DRAWS, FUNCTIONS
from snndsl.expressions.walk import calls_in, names_in
from snndsl.frontend.loader import ModelSource
from snndsl.model.element import Element, Instruction, Parameter, PortDecl, Timer
from snndsl.model.equations import StateGroup
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.scope import Scope
from snndsl.units import Dimension

__all__ = ["CopyFaults", "ElementDraft", "unreadable"]


_NUMBER = re.compile(r"\[\d+\]")


class CopyFaults(FaultList):
    """Faults of an element: what is wrong in every copy of a part counts once."""

    def distinct(self) -> list[Fault]:
        """Return the faults, those that differ in the number of a copy alone once."""
        return [*{self._key(fault): fault for fault in reversed(self)}.values()][::-1]

    def _check(self) -> None:
        if len(self) >= MOST_FAULTS and len(self.distinct()) >= MOST_FAULTS:
            raise TooManyFaults(self.distinct())

    def _key(self, fault: Fault) -> tuple[object, ...]:
        return fault.file, fault.line, fault.column, fault.code, _NUMBER.sub("[]", fault.what)


@dataclass(eq=False)
class ElementDraft:
    """An `Element` while it is read, with what is wrong with it; `unreadable` are parameters whose default is wrong.

    `copies` tells how many there are of each part that has copies.
    """

    name: str
    place: Place
    parameters: dict[str, Parameter] = field(default_factory=dict)
    states: dict[str, ValueTerm] = field(default_factory=dict)
    ranges: dict[str, tuple[Term, Term]] = field(default_factory=dict)
    ports: dict[str, PortDecl] = field(default_factory=dict)
    port_names: dict[str, str] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, Term] = field(default_factory=dict)
    derivatives: dict[str, Term] = field(default_factory=dict)
    integrators: dict[str, str] = field(default_factory=dict)
    groups: tuple[StateGroup, ...] = ()
    update: list[Instruction] = field(default_factory=list)
    every: list[Timer] = field(default_factory=list)
    threshold: Term | None = None
    silent_for: Term | None = None
    silent_while: Term | None = None
    hold: tuple[str, ...] = ()
    reset: list[Instruction] = field(default_factory=list)
    require: list[Term] = field(default_factory=list)
    made_for: Term | None = None
    sources: dict[str, ModelSource] = field(default_factory=dict)
    source_constants: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    unbound: set[str] = field(default_factory=set)
    faults: CopyFaults = field(default_factory=CopyFaults)

    def finished(self, scope: Scope) -> Element:
        """Return the element, once everything in it is known to be right."""
        return Element(
            name=self.name,
            place=self.place,
            parameters=self.parameters,
            states=self.states,
            ranges=self.ranges,
            ports=self.ports,
            port_names=self.port_names,
            aliases=self.aliases,
            derivatives=self.derivatives,
            groups=self.groups,
            update=tuple(self.update),
            every=tuple(self.every),
            threshold=self.threshold,
            silent_for=self.silent_for,
            silent_while=self.silent_while,
            hold=self.hold,
            reset=tuple(self.reset),
            require=tuple(self.require),
            constants=frozenset(self.source_constants),
            data=scope.data,
            dimensions={name: kind for name, kind in scope.found.items() if isinstance(kind, Dimension)},
        )


def unreadable(element: ElementDraft, name: str, one: bool = True) -> str:
    """Return why others cannot read an alias: it, or what it reads, belongs to the step of its owner. Empty: they can.

    Parameters
    ----------
    element : ElementDraft
        Of the owner.
    name : str
        Flat name of any value of it.
    one : bool
        Whether there is only one of it: its index is known, and its arrays are.
    """
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in element.ports:
            return f"reads the port {current!r}"
        if current == "since_spike" or (current in ("i", "N") and not one):
            return f"reads {current!r}"
        if current not in element.aliases or current in seen:
            continue
        seen.add(current)
        tree = element.aliases[current].tree
        if any(call.function in DRAWS for call in calls_in(tree)):
            return "draws"
        if not one and any(call.function not in FUNCTIONS for call in calls_in(tree)):
            return "reads data"
        waiting += [node.text for node in names_in(tree)]
    return ""
