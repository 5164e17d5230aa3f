"""A neuron or signal while it is read, with what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from snndsl.errors import FaultList
from snndsl.expressions.functions import DRAWS
from snndsl.expressions.walk import calls_in, names_in
from snndsl.frontend.loader import ModelSource
from snndsl.model.element import Element, Instruction, Parameter, PortDecl, Timer
from snndsl.model.equations import StateGroup
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.scope import Scope
from snndsl.units import Dimension

__all__ = ["ElementDraft", "unreadable"]


@dataclass(eq=False)
class ElementDraft:
    """An `Element` while it is read, with what is wrong with it; `unreadable` are parameters whose default is wrong."""

    name: str
    place: Place
    parameters: dict[str, Parameter] = field(default_factory=dict)
    states: dict[str, ValueTerm] = field(default_factory=dict)
    ranges: dict[str, tuple[Term, Term]] = field(default_factory=dict)
    ports: dict[str, PortDecl] = field(default_factory=dict)
    port_names: dict[str, str] = field(default_factory=dict)
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
    faults: FaultList = field(default_factory=FaultList)

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


def unreadable(element: ElementDraft, name: str) -> str:
    """Return why others cannot read an alias: it, or what it reads, belongs to the step of its owner. Empty: they can.

    Parameters
    ----------
    element : ElementDraft
        Of the owner.
    name : str
        Flat name of any value of it.
    """
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in element.ports:
            return f"reads the port {current!r}"
        if current == "since_spike":
            return "reads 'since_spike'"
        if current not in element.aliases or current in seen:
            continue
        seen.add(current)
        tree = element.aliases[current].tree
        if any(call.function in DRAWS for call in calls_in(tree)):
            return "draws"
        waiting += [node.text for node in names_in(tree)]
    return ""
