"""A plasticity rule is put into one namespace: its own names, and constants of its file as parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from snndsl.errors import FaultList
from snndsl.expressions import TextFault, parse_statements, tree
from snndsl.expressions.statements import Deliver, Statement
from snndsl.expressions.walk import names_in, renamed
from snndsl.frontend.loader import ModelSource
from snndsl.model.data import DataColumn
from snndsl.model.element import Instruction, Parameter, Timer
from snndsl.model.rule import PlasticityRule
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.schema.plasticity import RuleSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.definitions import find
from snndsl.semantics.terms import initial_place, parse_term, value_terms

__all__ = ["RuleDraft", "flatten_rule"]


@dataclass(eq=False)
class RuleDraft:
    """A `PlasticityRule` while it is read, with what is wrong with it; `unreadable` are parameters whose default is wrong.

    `label` is what it is called among several rules of a projection.
    """

    name: str
    spec: RuleSpec
    source: ModelSource
    place: Place
    label: str = ""
    data: Mapping[str, DataColumn] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    states: dict[str, ValueTerm] = field(default_factory=dict)
    ranges: dict[str, tuple[Term, Term]] = field(default_factory=dict)
    traces: dict[str, tuple[Term, Term]] = field(default_factory=dict)
    on_pre: list[Instruction] = field(default_factory=list)
    on_post: list[Instruction] = field(default_factory=list)
    on_start: list[Instruction] = field(default_factory=list)
    every: list[Timer] = field(default_factory=list)
    bound: Term | None = None
    require: list[Term] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    faults: FaultList = field(default_factory=FaultList)

    def finished(self, moving: Collection[str]) -> PlasticityRule:
        """Return the rule, once everything in it is known to be right; parameters that are `moving` are needs of it."""
        needs = {key: parameter.unit or "" for key, parameter in self.parameters.items() if key in moving}
        return PlasticityRule(
            name=self.name,
            place=self.place,
            parameters={key: parameter for key, parameter in self.parameters.items() if key not in moving},
            constants=frozenset({*self.parameters} - {*self.spec.parameters}),
            needs={**self.spec.needs, **needs},
            states=self.states,
            ranges=self.ranges,
            traces=self.traces,
            on_pre=tuple(self.on_pre),
            on_post=tuple(self.on_post),
            on_start=tuple(self.on_start),
            every=tuple(self.every),
            order=self.spec.order,
            bounds=() if self.bound is None else (self.bound,),
            require=tuple(self.require),
            data=self.data,
        )


def flatten_rule(source: ModelSource, name: str, at: Place) -> RuleDraft:
    """Return a rule of `source` (or of a file it imports) with all its texts parsed.

    Faults of its texts are collected in `RuleDraft.faults`; an unknown rule raises.
    """
    spec, owner, path = find(source, "plasticity", name, at, "plasticity rule")
    rule = RuleDraft(name, spec, owner, Place(owner.locations, path))
    reader = _Reader(rule)
    for key, parameter in spec.parameters.items():
        default = None if parameter.default is None else reader.value(parameter.default, reader.inner("parameters", key))
        rule.parameters[key] = Parameter(reader.inner("parameters", key), default, parameter.unit)
        if default is None and parameter.default is not None:
            rule.unreadable.add(key)
    for key, state in spec.state.items():
        term = reader.value(state.initial, initial_place(reader.inner("state", key)))
        rule.states[key] = reader.nothing(key, "state") if term is None else term
        limits = [reader.term(text, "state", key, "range", k) for k, text in enumerate(state.range or ())]
        match limits:
            case [Term() as low, Term() as high]:
                rule.ranges[key] = (low, high)
    for key, trace in spec.traces.items():
        tau, to = reader.term(trace.tau, "traces", key), reader.term(trace.to, "traces", key)
        if tau is None or to is None:
            tau = to = reader.nothing(key, "traces")
        rule.traces[key] = (tau, to)
    for key in (*spec.parameters, *spec.state, *spec.traces):
        if key == "w" or key in builtin_dimensions("rule"):
            rule.faults.append(reader.inner().problem("name-reserved", f"{key!r} is a built-in name", "another name"))
    rule.on_pre = reader.instructions(spec.on_pre, "on_pre")
    rule.on_post = reader.instructions(spec.on_post, "on_post")
    rule.on_start = reader.instructions(spec.on_start, "on_start")
    for period, statements in spec.every.items():
        term = reader.term(period, "every", period)
        if term is not None:
            rule.every.append(Timer(term, 0, tuple(reader.instructions(statements, "every", period))))
    rule.bound = None if spec.bound is None else reader.term(spec.bound, "bound")
    rule.require = [term for k, text in enumerate(spec.require) if (term := reader.term(text, "require", k)) is not None]
    ports = [item.statement.port for item in rule.on_pre if isinstance(item.statement, Deliver)]
    for port in dict.fromkeys(port for port in ports if ports.count(port) > 1):
        what = f"on_pre delivers twice{f' to {port!r}' if port else ''}"
        rule.faults.append(reader.inner("on_pre").problem("two-deliver", what, f"one deliver(x{f', {port}' if port else ''})"))
    every = [item for timer in rule.every for item in timer.instructions]
    for section, items in (("on_post", rule.on_post), ("on_start", rule.on_start), ("every", every)):
        if any(isinstance(item.statement, Deliver) for item in items):
            rule.faults.append(
                reader.inner(section).problem("deliver-misplaced", f"{section} cannot deliver", "deliver in on_pre")
            )
    return rule


class _Reader:
    """Parses the texts of one rule; constants of its file become parameters."""

    def __init__(self, rule: RuleDraft) -> None:
        self.rule = rule

    def inner(self, *path: str | int) -> Place:
        return self.rule.place.inner(*path)

    def nothing(self, key: str, section: str) -> Term:
        """Stand in for a value that could not be read, so that nobody misses its name."""
        self.rule.unread.add(key)
        return Term(tree.Number(Fraction(0), None), self.inner(section, key))

    def data(self, node: tree.Expression, place: Place, line: int) -> None:
        """Refuse arrays of data that are not called."""
        for name in names_in(node):
            if name.text.split(".")[0] in self.rule.source.spec.data and not self._own(name.text):
                what, expected = f"the data array {name.text!r} is not called", "one of its values"
                fault = TextFault("name-misplaced", what, name.start, expected, f"{name.text}(row)")
                self.rule.faults.append(place.fault(fault, line))

    def name(self, node: tree.Name) -> tree.Expression:
        rule, text = self.rule, node.text
        if self._own(text):
            return node
        if text in rule.source.spec.constants:
            self._constant(text)
        return node

    def _own(self, text: str) -> bool:
        spec = self.rule.spec
        return text in spec.parameters or text in spec.state or text in spec.traces or text in spec.needs

    def _constant(self, name: str) -> None:
        """Enter a constant of the file, and those that it reads, as parameters."""
        rule, waiting = self.rule, [name]
        while waiting:
            current = waiting.pop()
            if current in rule.parameters:
                continue
            place = Place(rule.source.locations, ("constants", current))
            rule.parameters[current] = Parameter(place, None)
            try:
                term = parse_term(str(rule.source.spec.constants[current]), place)
            except TextFault as error:
                rule.faults.append(place.fault(error))
                continue
            rule.parameters[current] = Parameter(place, term)
            read = [node.text for node in names_in(term.tree)]
            waiting += reversed([text for text in read if text in rule.source.spec.constants and not self._own(text)])

    def flat(self, term: Term) -> Term:
        self.data(term.tree, term.place, term.line)
        return Term(renamed(term.tree, self.name), term.place, term.line)

    def term(self, text: str, *path: str | int) -> Term | None:
        place = self.inner(*path)
        try:
            return self.flat(parse_term(str(text), place))
        except TextFault as error:
            self.rule.faults.append(place.fault(error))
            return None

    def value(self, value: Any, place: Place) -> ValueTerm | None:
        try:
            parsed = value_terms(value, place)
        except TextFault as error:
            self.rule.faults.append(place.fault(error))
            return None
        return tuple(self.flat(term) for term in parsed) if isinstance(parsed, tuple) else self.flat(parsed)

    def instructions(self, text: Any, *path: str | int) -> list[Instruction]:
        place = self.inner(*path)
        if not text:
            return []
        try:
            statements: tuple[Statement, ...] = tuple(parse_statements(list(text) if isinstance(text, tuple) else text))
        except TextFault as error:
            self.rule.faults += [place.fault(each, each.line) for each in (error, *error.more)]
            return []
        for statement in statements:
            renamed(statement.value, self.name)
            self.data(statement.value, place, statement.line)
        return [Instruction("", statement, place) for statement in statements]
