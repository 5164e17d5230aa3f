"""Projections are read: both sides, port, rule of connection, weight, delay, plasticity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, listed
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import BOOLEAN, TIME, UNKNOWN
from snndsl.expressions.walk import names_in
from snndsl.model.joint_rule import joined
from snndsl.model.projection import ByNumber, ConnectRule, Delay, Projection, sides_of
from snndsl.model.selection import Selection, Sides
from snndsl.model.services import Rows
from snndsl.model.text import Term, ValueTerm
from snndsl.schema.projection import DelaySpec, ProjectionSpec
from snndsl.semantics.carries import read_carried
from snndsl.semantics.constants import constant_value
from snndsl.semantics.kind_reader import KindReader
from snndsl.semantics.ports import port_dimension
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule_texts import read_rules
from snndsl.semantics.scope import Result
from snndsl.semantics.sides import SideNames
from snndsl.semantics.splits import why_split_matters
from snndsl.semantics.times import whole_steps
from snndsl.semantics.usable import PURE
from snndsl.semantics.values import read_value
from snndsl.semantics.wiring_scope import wiring_scope
from snndsl.units import ONE

__all__ = ["read_projections"]

_SIDES: Mapping[Rows, tuple[str, ...]] = {
    "pairs": ("i", "j", "pre", "post", "distance"),
    "sources": ("i", "pre"),
    "targets": ("j", "post"),
    "none": (),
}
"""What the number of a rule may read, by what it is for."""
_FOR: Mapping[Rows, str] = {
    "pairs": "for each pair", "sources": "for each source", "targets": "for each target", "none": "for all pairs",
}  # fmt: skip


def read_projections(reading: Reading) -> dict[str, Projection]:
    """Return the projections of a file; the dimensions of their weights go to `Reading.weights`."""
    found = {}
    for name, spec in reading.spec.projections.items():
        projection = _projection(reading, name, spec)
        if projection is not None:
            found[name] = projection
    return found


def _projection(reading: Reading, name: str, spec: ProjectionSpec) -> Projection | None:
    """Return a projection; None after reporting what makes it unreadable."""
    sides = _sides(reading, name, spec)
    if sides is None:
        return None
    sources, targets = sides
    port = port_dimension(reading, targets, spec.port, f"projection {name!r}", "projections", name, "port")
    names = wiring_scope(reading, sources, targets)
    scope, neurons = names.known, SideNames(reading, sources, targets)
    reading.wiring[name] = scope
    carried = read_carried(reading, name, port, scope, neurons)
    reading.weights[name] = UNKNOWN if carried.weight is None else carried.weight
    connect = _connect(reading, name, spec, sources, targets, scope)
    where = None if spec.where is None else reading.term(spec.where, "projections", name, "where")
    if where is not None:
        reading.scope.before_run(where, PURE)
        reading.scope.expect(where, BOOLEAN, "the condition", _before_drawing(scope, _always(spec), "pairs"))
    weight = read_value(reading, spec.weight, carried.weight, carried.what, scope, "projections", name, "weight").terms
    rules, initial = read_rules(reading, name, targets, carried.weight, scope, neurons)
    why = next((why for use in rules if (why := why_split_matters(use, initial, neurons))), "")
    delay = _delay(reading, name, spec, scope, why)
    copies = _copies(reading, name, spec.copies)
    parts = (None, None) if delay is None else (delay.axonal, delay.dendritic)
    given = [value for use in rules for value in use.given.values()]
    number = connect.value if isinstance(connect, ByNumber) else None
    for value in (number, where, weight, *parts, *given, *initial.values()):
        for fault in names.faults(value):
            _say_instead(reading, fault)
    if connect is None or weight is None or copies is None:
        return None
    return Projection(
        name=name,
        place=reading.place("projections", name),
        sources=sources,
        targets=targets,
        connect=connect,
        where=where,
        own=spec.self_,
        multiple=spec.multiple,
        copies=copies,
        per_block=spec.per_block,
        port=spec.port,
        weight=weight,
        delay=delay,
        rules=rules,
        rule=joined(rules),
        initial=initial,
        carries=carried.term,
        stream=spec.stream or f"projections.{name}",
    )


def _say_instead(reading: Reading, fault: Fault) -> None:
    """Report a fault in the place of that which knows less: that there is no such name."""
    there = (fault.code, fault.file, fault.line, fault.column)
    reading.faults[:] = [item for item in reading.faults if (item.code, item.file, item.line, item.column) != there]
    reading.faults.append(fault)


def _sides(reading: Reading, name: str, spec: ProjectionSpec) -> tuple[Selection, Selection] | None:
    sources = reading.spiking(spec.from_, f"projection {name!r} goes from", "projections", name, "from")
    targets = reading.selection(spec.to, f"projection {name!r} goes to", "projections", name, "to")
    if sources is None or targets is None:
        return None
    for key, side in (("from", sources), ("to", targets)):
        if not side.blocks:
            what = f"projection {name!r} has nothing in {key!r}"
            reading.report(reading.place("projections", name, key), "selection-empty", what, "at least one population")
            return None
    for block in targets.blocks:
        if block.population in reading.spec.stimuli:
            what = f"projection {name!r} goes to the source {block.population!r}"
            reading.report(reading.place("projections", name, "to"), "source-has-no-input", what, "a population or signal")
            return None
    return sources, targets


def _copies(reading: Reading, name: str, text: str) -> int | None:
    value = constant_value(reading, text, "projections", name, "copies")
    if value is None:
        return None
    if not math.isfinite(value) or value != int(value) or value < 1:
        what = f"{text} copies"
        reading.report(reading.place("projections", name, "copies"), "not-a-whole-number", what, "a whole number, at least 1")
        return None
    return int(value)


@dataclass(frozen=True, slots=True, eq=False)
class _ConnectReader(KindReader):
    """See `snndsl.model.services.ConnectReader`."""

    name: str
    parts: tuple[Sides, ...]
    sized: bool
    own: bool | None
    multiple: bool | None
    overlap: str
    delayed: bool
    scope: Mapping[str, Result]
    always: tuple[str, ...]

    def number(self, text: str, *path: str | int, sides: Rows = "pairs") -> Term | None:
        """Read the number of a rule."""
        term = self.reading.term(text, *self.place(*path).path)
        if term is not None:
            self.reading.scope.before_run(term, PURE)
            known = _before_drawing(self.scope, self.always, sides)
            self.reading.scope.expect(term, ONE, f"the value of {path[-1]}", known)
            for node in names_in(term.tree):
                if node.text in self.scope and node.text not in known:
                    what = f"there is no {node.text!r} here: {path[-1]} is one number {_FOR[sides]}"
                    hint = "per_block: true" if node.text.endswith(".block") else ""
                    error = TextFault("name-unknown", what, node.start, listed(known), hint)
                    _say_instead(self.reading, term.place.fault(error, term.line))
        return term


def _connect(
    reading: Reading, name: str, spec: ProjectionSpec, sources: Selection, targets: Selection, scope: Mapping[str, Result]
) -> ConnectRule | None:
    """Return who is connected; None after reporting what is wrong."""
    kind, place = spec.connect.kind, reading.place("projections", name)
    overlap = _overlap(sources, targets)
    if overlap and spec.self_ is None and kind.among_all:
        what = f"{overlap!r} is on both sides of projection {name!r}"
        reading.report(place, "self-unstated", what, "self: true or self: false")
    if kind.repeats and spec.multiple is None:
        reading.report(place, "multiple-unstated", f"projection {name!r} draws partners", "multiple: true or multiple: false")
    reader = _ConnectReader(
        reading=reading,
        entry=place,
        word=place.inner("connect"),
        name=name,
        parts=tuple(sides_of(sources, targets, spec.per_block)),
        sized=reading.unsized.isdisjoint((*sources.populations, *targets.populations)),
        own=spec.self_,
        multiple=spec.multiple,
        overlap=overlap,
        delayed=spec.delay is not None,
        scope=scope,
        always=_always(spec),
    )
    return kind.read(reader, spec.connect.given)


def _always(spec: ProjectionSpec) -> tuple[str, ...]:
    """Return the names of wiring that are known before a rule draws, whatever they are for."""
    rows = ("row",) if spec.connect.kind.rows else ()
    blocks = ("pre.block", "post.block") if spec.per_block else ()
    return ("N_from", "N_to", *rows, *blocks)


def _before_drawing(scope: Mapping[str, Result], always: tuple[str, ...], sides: Rows) -> dict[str, Result]:
    """Return the names of wiring that are known while a rule draws: of the rows of a rule only their own side."""
    known = _SIDES[sides]
    return {name: kind for name, kind in scope.items() if name in always or name.partition(".")[0] in known}


def _overlap(sources: Selection, targets: Selection) -> str:
    for a in sources.blocks:
        for b in targets.blocks:
            if a.population == b.population and a.start < b.stop and b.start < a.stop:
                return a.population
    return ""


def _delay(reading: Reading, name: str, spec: ProjectionSpec, scope: Mapping[str, Result], why: str) -> Delay | None:
    """Return the delay of a projection; None where it follows from a motif, or after reporting what is wrong.

    A rule says `why` it matters which part of the delay lies before the synapse; empty: it does not.
    """
    place = reading.place("projections", name)
    late = next((rule.name for rule in reading.rules.get(name, ()) if rule.spec.order == "post_first"), None)
    if spec.delay is None:
        if not spec.connect.kind.delays:
            what = f"projection {name!r} has no 'delay'"
            reading.report(place, "key-missing", what, "delay: 1 ms, or {axonal: .., dendritic: ..}")
        elif late is not None:
            what = f"rule {late!r} puts post spikes first, and the delays of a motif are axonal"
            reading.report(place.inner("plasticity"), "post-first-without-dendritic", what, "order: pre_first")
        return None
    if why and spec.delay.whole:
        what = f"projection {name!r} is plastic and does not say where its delay lies: {why}"
        plain = str(spec.delay.axonal)
        hint = f"{{axonal: {plain}}}; or {{dendritic: {plain}}}" if "," not in plain else ""
        reading.report(place.inner("delay"), "delay-split-unstated", what, "{axonal: T}, {dendritic: T} or both", hint)
    if late is not None and not spec.delay.dendritic:
        what = f"rule {late!r} puts post spikes first, and no part of the delay is dendritic"
        reading.report(place.inner("delay"), "post-first-without-dendritic", what, "{dendritic: at least one step}")
    return _parts(reading, name, spec.delay, scope)


def _parts(reading: Reading, name: str, spec: DelaySpec, scope: Mapping[str, Result]) -> Delay:
    """Return the parts of a delay, which together take at least one step."""
    terms: dict[str, ValueTerm | None] = {"axonal": None, "dendritic": None}
    literals: list[float | None] = []
    for side in terms:
        value = getattr(spec, side)
        if value is None:
            continue
        path = ("projections", name, "delay", *(() if spec.whole else (side,)))
        before = len(reading.faults)
        terms[side] = read_value(reading, value, TIME, "the delay", scope, *path).terms
        literals.append(_literal(reading, terms[side], spec.round) if len(reading.faults) == before else None)
    total = sum(literal or 0.0 for literal in literals)
    if None not in literals and total < float(reading.step) / 2:
        what, expected = f"a delay of {total!r} ms", f"at least one step of {float(reading.step)!r} ms"
        reading.report(reading.place("projections", name, "delay"), "delay-below-step", what, expected)
    return Delay(terms["axonal"], terms["dendritic"], spec.round)


def _literal(reading: Reading, term: Any, rounding: str | None) -> float | None:
    """Return a delay in ms if it is a literal; None if it is not, or after reporting what is wrong."""
    if not isinstance(term, Term) or not isinstance(term.tree, tree.Number):
        return None
    node = term.tree
    if node.value < 0:
        reading.faults.append(term.problem("delay-negative", f"a delay of {node.text}", "a time, at least one step"))
        return None
    if rounding is None:
        try:
            return float(whole_steps(term, reading.step, "the delay") * reading.step)
        except ModelError as error:
            reading.faults += error.faults
            return None
    return float(node.value * node.unit.factor * reading.step**node.unit.step_power) if node.unit is not None else 0.0
