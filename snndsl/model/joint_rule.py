"""Several rules on one synapse as one rule: they share the weight, and everything else is private to each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from snndsl.expressions import tree
from snndsl.expressions.statements import Assignment
from snndsl.expressions.walk import renamed
from snndsl.model.element import Instruction, Parameter, Timer
from snndsl.model.rule import PlasticityRule, RuleUse
from snndsl.model.text import Term, ValueTerm

__all__ = ["joined", "labels"]

Item = TypeVar("Item")


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return what each rule of a projection is called in its synapses.

    Parameters
    ----------
    names : sequence of str
        Of the rules in the order of the file: ``stdp``, ``lib.stdp``.

    Returns
    -------
    tuple of str
        The last part of each name, a repeated one as ``stdp_2``, ``stdp_3`` ..; a rule that is alone has no label.
    """
    if len(names) < 2:
        return ("",) * len(names)
    plain = [name.rpartition(".")[2] for name in names]
    found: list[str] = []
    for place, name in enumerate(plain):
        label, number = name, 1
        while label in found or (number > 1 and label in plain[place:]):
            number += 1
            label = f"{name}_{number}"
        found.append(label)
    return tuple(found)


def joined(uses: Sequence[RuleUse]) -> RuleUse | None:
    """Return the rules of a projection as one; None without any.

    What is private to a rule becomes ``label.name``. Events run rule by rule, in the order of the list.

    Parameters
    ----------
    uses : sequence of RuleUse
        In the order of the list, with labels where there are several, and of one `order`; at most one delivers.
    """
    if len(uses) < 2:
        return uses[0] if uses else None
    parts = [_Part(use) for use in uses]
    rules = [part.rule() for part in parts]
    first = rules[0]
    rule = PlasticityRule(
        name="__".join(use.label for use in uses),
        place=first.place,
        parameters=_united(rule.parameters for rule in rules),
        constants=frozenset().union(*(rule.constants for rule in rules)),
        needs=_united(rule.needs for rule in rules),
        states=_united(rule.states for rule in rules),
        ranges=_united(rule.ranges for rule in rules),
        traces=_united(rule.traces for rule in rules),
        on_pre=_in_order(rule.on_pre for rule in rules),
        on_post=_in_order(rule.on_post for rule in rules),
        on_start=_in_order(rule.on_start for rule in rules),
        every=_in_order(rule.every for rule in rules),
        order=first.order,
        bounds=_in_order(rule.bounds for rule in rules),
        require=_in_order(rule.require for rule in rules),
        data=_united(rule.data for rule in rules),
    )
    given = _united(part.mapped(part.use.given) for part in parts)
    bound = _united(part.mapped(part.use.bound) for part in parts)
    places = {part.name(key): part.use.place_of(key) for part in parts for key in part.use.given}
    return RuleUse(rule, uses[0].place, given, bound, places=places)


def _united(mappings: Iterable[Mapping[str, Item]]) -> dict[str, Item]:
    return {key: value for mapping in mappings for key, value in mapping.items()}


def _in_order(lists: Iterable[tuple[Item, ...]]) -> tuple[Item, ...]:
    return tuple(item for items in lists for item in items)


class _Part:
    """A rule of a list, told under its own names."""

    def __init__(self, use: RuleUse) -> None:
        self.use, own = use, use.rule
        self.private = {*own.parameters, *own.needs, *own.states, *own.traces}

    def name(self, text: str) -> str:
        return f"{self.use.label}.{text}" if text in self.private else text

    def rule(self) -> PlasticityRule:
        own = self.use.rule
        return replace(
            own,
            parameters=self.mapped(own.parameters, self.parameter),
            constants=frozenset(map(self.name, own.constants)),
            needs=self.mapped(own.needs),
            states=self.mapped(own.states, self.value),
            ranges=self.mapped(own.ranges, self.both),
            traces=self.mapped(own.traces, self.both),
            on_pre=self.instructions(own.on_pre),
            on_post=self.instructions(own.on_post),
            on_start=self.instructions(own.on_start),
            every=tuple(Timer(self.term(t.period), t.steps, self.instructions(t.instructions)) for t in own.every),
            bounds=tuple(map(self.term, own.bounds)),
            require=tuple(map(self.term, own.require)),
            data={f"{self.use.label}.{name}": column for name, column in own.data.items()},
        )

    def mapped(self, items: Mapping[str, Item], change: Callable[[Item], Item] = lambda item: item) -> dict[str, Item]:
        return {self.name(key): change(item) for key, item in items.items()}

    def tree(self, node: tree.Expression) -> tree.Expression:
        arrays, label = self.use.rule.data, self.use.label

        def called(function: str) -> str:
            return f"{label}.{function}" if function in arrays else function

        return renamed(node, lambda name: replace(name, text=self.name(name.text)), called)

    def term(self, term: Term) -> Term:
        return replace(term, tree=self.tree(term.tree))

    def both(self, pair: tuple[Term, Term]) -> tuple[Term, Term]:
        return self.term(pair[0]), self.term(pair[1])

    def value(self, value: ValueTerm) -> ValueTerm:
        return tuple(map(self.term, value)) if isinstance(value, tuple) else self.term(value)

    def parameter(self, parameter: Parameter) -> Parameter:
        default = parameter.default
        return parameter if default is None else replace(parameter, default=self.value(default))

    def instructions(self, instructions: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
        return tuple(self.instruction(item) for item in instructions)

    def instruction(self, item: Instruction) -> Instruction:
        statement, value = item.statement, self.tree(item.statement.value)
        if isinstance(statement, Assignment):
            statement = statement.moved(self.name(statement.target), value)
        else:
            statement = replace(statement, value=value)
        return Instruction(self.use.label, statement, item.place)
