"""Expectations are read: something that can be measured, and bounds of its dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import listed, nearest
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import BOOLEAN, TIME, UNKNOWN
from snndsl.expressions.walk import renamed
from snndsl.model.expectation import Expectation, ListedSpikes, SynapseValue
from snndsl.model.selection import Selection
from snndsl.model.text import Term, ValueTerm
from snndsl.schema.observation import ExpectSpec, TargetSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.constants import constant_steps
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule_names import state_makers, state_names
from snndsl.semantics.scope import Result, Scope
from snndsl.semantics.values import read_value
from snndsl.semantics.windows import check_moment, check_span
from snndsl.units import ONE

__all__ = ["read_expectations"]

_VALUES: Mapping[str, Result] = {
    "spikes": TIME,
    "count": ONE,
    "rate": TIME.power(-1),
    "first_spike": TIME,
    "cv_isi": ONE,
    "f1": ONE,
}
_REDUCED = ("mean", "max", "min", "fraction")
_TIMES = ("at", "after", "until")
_COMPARISONS = ("between", "near", "equals", "at_least", "at_most")


def read_expectations(reading: Reading) -> tuple[Expectation, ...]:
    """Return the section ``expect``."""
    found = [_expectation(reading, name, spec) for name, spec in reading.spec.expect.items()]
    return tuple(item for item in found if item is not None)


def _expectation(reading: Reading, name: str, spec: ExpectSpec) -> Expectation | None:
    """Return an expectation; None after reporting what makes it unreadable."""
    of, kind = _measured(reading, name, spec)
    if all(getattr(spec, key) is None for key in _COMPARISONS):
        what = f"expectation {name!r} compares with nothing"
        reading.report(reading.place("expect", name), "key-missing", what, f"one of {', '.join(_COMPARISONS)}")
    bounds: dict[str, tuple[ValueTerm, ...]] = {}
    for key in ("near", "within", "at_least", "at_most"):
        if getattr(spec, key) is not None:
            bounds[key] = _bound(reading, getattr(spec, key), kind, f"{key!r}", "expect", name, key)
    if spec.between is not None:
        both = [_bound(reading, text, kind, "'between'", "expect", name, "between", k) for k, text in enumerate(spec.between)]
        bounds["between"] = tuple(term for terms in both for term in terms)
    times = {
        key: constant_steps(reading, getattr(spec, key), f"{key!r}", "expect", name, key) for key in ("at", "after", "until")
    }
    check_span(reading, reading.place("expect", name), times["after"], times["until"])
    check_moment(reading, reading.place("expect", name, "at"), times["at"], 0)
    spikes = {}
    for key in ("equals", "against"):
        target: TargetSpec | None = getattr(spec, key)
        if target is None:
            continue
        if target.value is not None:
            bounds[key] = _bound(reading, target.value, kind, f"{key!r}", "expect", name, key)
        else:
            listed_spikes = _listed(reading, name, key, target)
            if listed_spikes is not None:
                spikes[key] = listed_spikes
    if spec.value == "f1" and "against" not in spikes:
        reading.report(reading.place("expect", name), "key-missing", "f1 needs 'against'", "against: {i: .., t: ..}")
    if of is None:
        return None
    place = reading.place("expect", name)
    return Expectation(name, place, of, str(spec.value), spec.each, **times, bounds=bounds, spikes=spikes, said=_said(spec))


def _bound(reading: Reading, value: Any, kind: Result, what: str, *path: str | int) -> tuple[ValueTerm, ...]:
    """Return a bound of an expectation, as a tuple of one; empty after reporting what is wrong."""
    terms = read_value(reading, value, kind, what, builtin_dimensions("columns"), *path).terms
    return () if terms is None else (terms,)


def _listed(reading: Reading, name: str, key: str, target: TargetSpec) -> ListedSpikes | None:
    """Return spikes that are listed."""
    place = reading.place("expect", name, key)
    columns = {}
    for part, wanted in (("i", ONE), ("t", TIME)):
        given = getattr(target, part)
        if given is None:
            what = f"the spikes of expectation {name!r} have no {part!r}"
            reading.report(place, "key-missing", what, "i: [..] and t: [..]")
            continue
        columns[part] = read_value(reading, given, wanted, part, builtin_dimensions("columns"), *place.path, part).terms
    where = None if target.where is None else reading.term(target.where, *place.path, "where")
    if where is not None:
        reading.scope.expect(where, BOOLEAN, "the condition", builtin_dimensions("columns"))
    i, t = columns.get("i"), columns.get("t")
    return None if i is None or t is None else ListedSpikes(place, i, t, where)


def _measured(reading: Reading, name: str, spec: ExpectSpec) -> tuple[Selection | SynapseValue | None, Result]:
    """Return of whom a value is, and its dimension; None and UNKNOWN after reporting what is wrong."""
    if spec.of and set(spec.of) <= {*reading.spec.projections}:
        return _of_synapses(reading, name, spec)
    select = reading.spiking if spec.value in _VALUES else reading.selection
    selection = select(spec.of, f"expectation {name!r} is of", "expect", name, "of")
    if selection is None or spec.value in _VALUES:
        return selection, _VALUES.get(spec.value, UNKNOWN)
    kinds: list[Result] = []
    for population in selection.populations:
        owner = reading.element(population)
        if owner is not None and spec.value in owner.states:
            kinds.append(reading.scope_of(population).lookup(spec.value) or UNKNOWN)
        else:
            known = [*_VALUES, *(owner.states if owner is not None else ())]
            what = f"expectation {name!r} is about {spec.value!r}"
            place = reading.place("expect", name, "value")
            reading.report(place, "name-unknown", what, listed(known), nearest(str(spec.value), known))
            return None, UNKNOWN
    return selection, kinds[0] if kinds else UNKNOWN


def _of_synapses(reading: Reading, name: str, spec: ExpectSpec) -> tuple[SynapseValue | None, Result]:
    """Return a variable of synapses, or the mean, largest, smallest or fraction of one."""
    term = reading.term(spec.value, "expect", name, "value")
    if term is None:
        return None, UNKNOWN
    node, reduce = term.tree, None
    if isinstance(node, tree.FunctionCall) and node.function in _REDUCED and len(node.arguments) == 1:
        reduce, node = node.function, node.arguments[0]
    try:
        found = _variables(reading, spec.of[0]).find(node, {})
    except TextFault as error:
        reading.faults.append(Term(node, term.place).place.fault(error))
        return None, UNKNOWN
    flat = state_names(reading, spec.of[0])
    value = renamed(node, lambda name: replace(name, text=flat.get(name.text, name.text)))
    return SynapseValue(tuple(spec.of), reduce, value), ONE if reduce == "fraction" else found


def _variables(reading: Reading, projection: str) -> Scope:
    """Return what the synapses of a projection hold."""
    scope = Scope(dict(reading.scope.makers), reading.data, [])
    scope.declare({"w": reading.weights.get(projection, UNKNOWN)})
    scope.makers.update(state_makers(reading, projection))
    return scope


def _said(spec: ExpectSpec) -> str:
    """Return the bounds in words, as written."""
    parts = [f"{spec.between[0]} .. {spec.between[1]}"] if spec.between is not None else []
    parts += [f"{spec.near} +- {spec.within or 0}"] if spec.near is not None else []
    if spec.equals is not None:
        value = spec.equals.value
        parts.append(
            "the listed spikes" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else value
        )
        parts += [f"within {spec.within}"] if spec.within is not None else []
    parts += [f"at least {spec.at_least}"] if spec.at_least is not None else []
    parts += [f"at most {spec.at_most}"] if spec.at_most is not None else []
    return ", ".join(parts)
