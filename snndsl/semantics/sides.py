"""What a rule reads of the neurons on both sides of its synapses: ``pre.x`` and ``post.x``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import Fault, listed, nearest
from snndsl.expressions import FUNCTIONS, TextFault, tree
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.expressions.walk import calls_in, names_in, renamed
from snndsl.model.selection import Selection
from snndsl.model.text import Term, ValueTerm
from snndsl.semantics.draft import ElementDraft, unreadable
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule import RuleDraft
from snndsl.semantics.scope import Result
from snndsl.semantics.terms import value_terms

__all__ = ["SideNames", "mentioned", "mixed", "moving_text", "moving_value"]


class SideNames(Mapping[str, Result]):
    """Dimensions of states, parameters and aliases of neurons, by ``pre.x`` and ``post.x``; found when they are asked for.

    Parameters
    ----------
    reading : Reading
        The file.
    sources, targets : Selection
        Both sides of a projection. What is read has to be there, and the same kind of thing, in each of their populations.
    """

    def __init__(self, reading: Reading, sources: Selection, targets: Selection) -> None:
        self.reading, self.sides = reading, {"pre": sources, "post": targets}

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.partition(".")[0] in self.sides and "." in name

    def __iter__(self) -> Iterator[str]:
        for side, selection in self.sides.items():
            elements = [self.reading.element(population) for population in selection.populations]
            known = [_values(element) for element in elements if element is not None]
            if len(known) == len(elements):
                yield from (f"{side}.{name}" for name in known[0] if all(name in other for other in known))

    def __len__(self) -> int:
        return len([*iter(self)])

    def __getitem__(self, name: str) -> Result:
        """Return a dimension; UNKNOWN where the neuron is wrong, which is reported already.

        Raises
        ------
        TextFault
            source-has-no-states, name-unknown, name-misplaced.
        """
        side, _, own = name.partition(".")
        found: list[Result] = []
        kinds: set[str] = set()
        for population in self.sides[side].populations:
            if population in self.reading.spec.stimuli:
                what = f"{name!r} cannot be read: the source {population!r} only spikes, and has no states"
                raise TextFault("source-has-no-states", what, 0, "a projection from neurons")
            element = self.reading.element(population)
            if element is None:
                return UNKNOWN
            kinds.add(self._kind(name, population, element, own))
            found.append(self.reading.scope_of(population).lookup(own) or UNKNOWN)
        if len(kinds) > 1 or any(kind != found[0] for kind in found):
            what = f"{own!r} is not the same in {', '.join(self.sides[side].populations)}"
            raise TextFault("name-misplaced", what, 0, "one projection for each kind of neuron")
        return found[0]

    def moves(self, name: str) -> bool:
        """Tell whether a name changes during a run: it is a state or an alias of neurons."""
        side, _, own = name.partition(".")
        elements = [self.reading.element(population) for population in self.sides[side].populations]
        return any(element is not None and (own in element.states or own in element.aliases) for element in elements)

    def stays(self, name: str) -> bool:
        """Tell whether a name is a parameter of the neurons, which a rule can read."""
        side, _, own = name.partition(".")
        elements = [self.reading.element(population) for population in self.sides[side].populations]
        return all(element is not None and own in element.parameters for element in elements)

    def _kind(self, name: str, population: str, element: ElementDraft, own: str) -> str:
        """Return what a name is: a state, a parameter, or an alias of one definition."""
        if own in element.states or own in element.parameters:
            return "state" if own in element.states else "parameter"
        if own not in element.aliases:
            side = name.partition(".")[0]
            known = [f"{side}.{item}" for item in _values(element)]
            what = f"there is no {name!r} here: {population!r} has no {own!r}"
            raise TextFault("name-unknown", what, 0, listed(known), nearest(name, known))
        why = unreadable(element, own, one=False)
        if why:
            what = f"{name} {why}: it is there only while the neuron is computed"
            raise TextFault("name-misplaced", what, 0, "a state that keeps it")
        return f"alias {element.place.path} {element.name}"


def _values(element: ElementDraft) -> tuple[str, ...]:
    return (*element.states, *element.aliases, *element.parameters)


def mentioned(rule: RuleDraft) -> set[str]:
    """Return the names of neurons on both sides that stand in any text of a rule."""
    timed = [item for timer in rule.every for item in timer.instructions]
    texts = [item.statement.value for item in (*rule.on_pre, *rule.on_post, *rule.on_start, *timed)]
    values = [*rule.states.values(), *(item.default for item in rule.parameters.values() if item.default is not None)]
    terms = [*rule.require, *(term for pair in rule.traces.values() for term in pair)]
    terms += [rule.bound] if rule.bound is not None else []
    terms += [term for value in values for term in (value if isinstance(value, tuple) else (value,))]
    texts += [term.tree for term in terms]
    return {node.text for text in texts for node in names_in(text) if node.text.startswith(("pre.", "post."))}


def moving_value(value: ValueTerm, neurons: SideNames, wiring: Mapping[str, Result]) -> Term | None:
    """Return what a name of a rule is bound to, with the names that change during a run marked; None if nothing of it changes.

    Parameters
    ----------
    value : ValueTerm
        As written where the rule is used.
    neurons : SideNames
        Of both sides.
    wiring : mapping of str to Dimension or Kind
        Names that are known when synapses are made.
    """

    def name(node: tree.Name) -> tree.Name:
        late = node.text not in wiring and (node.text == "t" or (node.text in neurons and neurons.moves(node.text)))
        return replace(node, moves=node.moves or late)

    if not isinstance(value, Term):
        return None
    marked = renamed(value.tree, name)
    counts = any(call.function in FUNCTIONS and FUNCTIONS[call.function].varies for call in calls_in(marked))
    return replace(value, tree=marked) if counts or any(node.moves for node in names_in(marked)) else None


def moving_text(reading: Reading, value: Any, neurons: SideNames, wiring: Mapping[str, Result]) -> bool:
    """Tell whether a value where a rule is used changes during a run, as far as it can be read."""
    try:
        term = value_terms(value, reading.place())
    except TextFault:
        return False
    return isinstance(term, Term) and moving_value(reading.moving(term), neurons, wiring) is not None


def mixed(term: Term, neurons: SideNames, wiring: Mapping[str, Result]) -> Iterator[Fault]:
    """Yield what stands beside something that changes during a run, and that a rule cannot read."""
    for node in names_in(term.tree):
        if node.text in wiring and not (node.text in neurons and neurons.stays(node.text)):
            what = f"{node.text!r} is known only when synapses are made"
            yield term.place.fault(TextFault("name-misplaced", what, node.start, "a parameter of the rule for it"), term.line)
    for call in calls_in(term.tree):
        if call.function not in FUNCTIONS:
            what = f"the data array {call.function!r} cannot be read in a rule yet"
            fault = TextFault("function-misplaced", what, call.start, "a parameter of the rule for it")
            yield term.place.fault(fault, term.line)
