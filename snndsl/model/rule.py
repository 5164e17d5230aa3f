"""A plasticity rule in one namespace, and its use by a projection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal

from snndsl.deferred import dataclass
from snndsl.expressions import FUNCTIONS, tree
from snndsl.expressions.statements import Deliver
from snndsl.expressions.walk import calls_in, names_in
from snndsl.model.data import DataColumn
from snndsl.model.element import Instruction, Parameter, Timer
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["PlasticityRule", "RuleUse"]


@dataclass(frozen=True, slots=True, eq=False)
class PlasticityRule:
    """A plasticity rule; mappings keep the order of the file.

    Parameters
    ----------
    name : str
        As used: ``stdp``, ``lib.stdp``.
    place : Place
        Of its definition.
    parameters : mapping of str to Parameter
        Its own, and constants of its file (`constants`).
    needs : mapping of str to str
        Quantities from outside: name and unit.
    states : mapping of str to ValueTerm
        Initial values of its own states.
    ranges : mapping of str to tuple of Term
        The smallest and the largest value of states that have one: constants.
    traces : mapping of str to tuple of Term
        Time constant, and the value it relaxes to.
    on_pre, on_post, on_start : tuple of Instruction
        What a synapse does when a spike reaches it, and before the run.
    every : tuple of Timer
        Periodic statements.
    order : str
        Which of two events of one stamp is first.
    bounds : tuple of Term
        Largest magnitude of the weight: none or one; of several rules in one perhaps more, which have to be equal.
    require : tuple of Term
        Conditions on its parameters.
    data : mapping of str to DataColumn
        Arrays that its texts may call.
    """

    name: str
    place: Place
    parameters: Mapping[str, Parameter]
    constants: frozenset[str]
    needs: Mapping[str, str]
    states: Mapping[str, ValueTerm]
    ranges: Mapping[str, tuple[Term, Term]]
    traces: Mapping[str, tuple[Term, Term]]
    on_pre: tuple[Instruction, ...]
    on_post: tuple[Instruction, ...]
    on_start: tuple[Instruction, ...]
    every: tuple[Timer, ...]
    order: Literal["pre_first", "post_first"]
    bounds: tuple[Term, ...]
    require: tuple[Term, ...]
    data: Mapping[str, DataColumn] = field(default_factory=dict)

    @property
    def delivered(self) -> tuple[str | None, ...]:
        """Ports that on_pre delivers to, as written; None: that of the projection."""
        return tuple(item.statement.port for item in self.on_pre if isinstance(item.statement, Deliver))


@dataclass(frozen=True, slots=True, eq=False)
class RuleUse:
    """A rule as a projection uses it.

    Parameters
    ----------
    rule : PlasticityRule
        The rule.
    place : Place
        Of the use.
    given : mapping of str to ValueTerm
        Parameters that the projection sets.
    bound : mapping of str to Term
        What its needs are bound to that change during a run; the others are given like parameters.
    label : str
        What it is called among the rules of the projection; empty: it is alone.
    places : mapping of str to Place
        Where parameters are given, if not all of them stand inside `place`.
    """

    rule: PlasticityRule
    place: Place
    given: Mapping[str, ValueTerm]
    bound: Mapping[str, Term]
    label: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)

    def names_of_a_run(self) -> Iterator[tuple[tree.Name, Place, int]]:
        """Yield every name that is read in an event, with the place of its text and the line in it."""
        rule = self.rule
        timed = [item for timer in rule.every for item in timer.instructions]
        for item in (*rule.on_pre, *rule.on_post, *timed):
            yield from ((name, item.place, item.statement.line) for name in names_in(item.statement.value))
        for term in self.bound.values():
            yield from ((name, term.place, term.line) for name in names_in(term.tree))

    def sums_of_a_run(self) -> Iterator[tuple[tree.FunctionCall, Place, int]]:
        """Yield every sum over synapses in a tick, with the place of its text and the line in it."""
        for item in (item for timer in self.rule.every for item in timer.instructions):
            for call in calls_in(item.statement.value):
                if call.function in FUNCTIONS and FUNCTIONS[call.function].where == "rules":
                    yield call, item.place, item.statement.line

    def place_of(self, key: str) -> Place:
        """Return where a parameter is given."""
        return self.places[key] if key in self.places else self.place.inner(key)
