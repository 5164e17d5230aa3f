"""Expectations are read: something that can be measured, and bounds of its dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import listed, nearest
from snndsl.expressions import TextFault, parse_expression, tree
from snndsl.expressions.dimensions import BOOLEAN, TIME, UNKNOWN
from snndsl.expressions.walk import names_in, renamed
from snndsl.model.expectation import Expectation, ListedSpikes, NeuronValue, SynapseValue
from snndsl.model.reductions import REDUCTIONS
from snndsl.model.selection import Selection
from snndsl.model.text import Term, ValueTerm
from snndsl.schema.observation import ExpectSpec, TargetSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.constants import constant_steps
from snndsl.semantics.copies import listed_copies
from snndsl.semantics.expectation_keys import OF_EACH_TRAIN, unused_keys
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule_names import state_makers, state_names
from snndsl.semantics.scope import Result, Scope, said
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
_TIMES = ("at", "after", "until")
_COMPARISONS = ("between", "near", "equals", "at_least", "at_most")


def read_expectations(reading: Reading) -> tuple[Expectation, ...]:
    """Return the section ``expect``."""
    found = [_expectation(reading, name, spec) for name, spec in reading.spec.expect.items()]
    return tuple(item for item in found if item is not None)


def _expectation(reading: Reading, name: str, spec: ExpectSpec) -> Expectation | None:
    """Return an expectation; None after reporting what makes it unreadable."""
    of, kind = _measured(reading, name, spec)
    unused = unused_keys(name, spec, of) if of is not None else ()
    reading.faults += [reading.place("expect", name).unused(key, what, expected) for key, what, expected in unused]
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
    spikes, against = {}, None
    for key in ("equals", "against"):
        target: TargetSpec | None = getattr(spec, key)
        if target is None:
            continue
        if target.value is not None and key == "against":
            against = _against(reading, name, of, target.value) if spec.value == "f1" else None
        elif target.value is not None:
            bounds[key] = _bound(reading, target.value, kind, f"{key!r}", "expect", name, key)
        else:
            listed_spikes = _listed(reading, name, key, target)
            if listed_spikes is not None:
                spikes[key] = listed_spikes
    if spec.value == "f1" and spec.against is None:
        fits = "against: {i: .., t: ..}, or neurons"
        reading.report(reading.place("expect", name), "key-missing", "f1 needs 'against'", fits)
    if of is None:
        return None
    place = reading.place("expect", name)
    value, said = str(spec.value), _said(spec)
    source = spec.source or ""
    return Expectation(
        name, place, of, value, spec.each, **times, bounds=bounds, spikes=spikes, against=against, said=said, source=source
    )


def _against(reading: Reading, name: str, of: Selection | NeuronValue | SynapseValue | None, given: Any) -> Selection | None:
    """Return the neurons whose spikes are the right ones; None after reporting what is wrong with them."""
    names = tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given),)
    selection = reading.selection(names, f"expectation {name!r} is against", "expect", name, "against")
    if selection is not None and isinstance(of, Selection) and selection.size != of.size:
        what = f"expectation {name!r} is of {of.size:,} neurons, against {selection.size:,}"
        reading.report(reading.place("expect", name, "against"), "sizes-differ", what, "as many neurons")
        return None
    return selection


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


def _measured(reading: Reading, name: str, spec: ExpectSpec) -> tuple[Selection | NeuronValue | SynapseValue | None, Result]:
    """Return of whom a value is, and its dimension; None and UNKNOWN after reporting what is wrong."""
    if spec.of and set(spec.of) <= {*reading.spec.projections}:
        return _of_synapses(reading, name, spec)
    node = _reduction(spec)
    measures = {spec.value} if node is None else {item.text for item in names_in(node)}
    select = reading.spiking if measures & {*_VALUES} else reading.selection
    selection = select(spec.of, f"expectation {name!r} is of", "expect", name, "of")
    if node is not None:
        return (None, UNKNOWN) if selection is None else _of_neurons(reading, name, spec, selection)
    if selection is None or spec.value in _VALUES:
        return selection, _VALUES.get(spec.value, UNKNOWN)
    kinds: list[Result] = []
    for population in selection.populations:
        owner = reading.element(population)
        if owner is not None and spec.value in owner.states:
            kinds.append(reading.scope_of(population).lookup(spec.value) or UNKNOWN)
        else:
            known = [*_VALUES, *(listed_copies(owner.states) if owner is not None else ())]
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
    node, reduce = _parts(term.tree)
    found = _dimension(_variables(reading, spec.of[0]), node, reduce, term)
    if reduce is not None and REDUCTIONS[reduce].place:
        what, expected = f"{reduce}() of synapses", f"{', '.join(key for key, item in REDUCTIONS.items() if not item.place)}"
        reading.faults.append(term.problem("function-misplaced", what, expected))
        return None, UNKNOWN
    if found is None:
        return None, UNKNOWN
    flat = state_names(reading, spec.of[0])
    value = renamed(node, lambda name: replace(name, text=flat.get(name.text, name.text)))
    return SynapseValue(tuple(spec.of), reduce, value), found


def _parts(node: tree.Expression) -> tuple[tree.Expression, str | None]:
    """Return what is reduced, and by which reduction; the expression itself and None if it is none."""
    if isinstance(node, tree.FunctionCall) and node.function in REDUCTIONS and len(node.arguments) == 1:
        return node.arguments[0], node.function
    return node, None


def _reduction(spec: ExpectSpec) -> tree.Expression | None:
    """Return what is reduced of neurons; None where a measure or a state is meant as it is."""
    try:
        node, reduce = _parts(parse_expression(str(spec.value)))
    except TextFault:
        return None
    return None if reduce is None else node


def _dimension(scope: Scope, node: tree.Expression, reduce: str | None, term: Term) -> Result | None:
    """Return the dimension of a reduction, or of a plain expression; None after reporting what is wrong with it."""
    found = scope.of(replace(term, tree=node))
    if reduce is None or found is None:
        return found
    condition = REDUCTIONS[reduce].condition
    if found != UNKNOWN and condition != (found == BOOLEAN):
        expected = "a condition: fraction(w > 0.5)" if condition else "a number"
        scope.faults.append(term.problem("dimension", f"what {reduce}() is of is {said(found)}", expected))
        return None
    return ONE if REDUCTIONS[reduce].pure else found


def _of_neurons(
    reading: Reading, name: str, spec: ExpectSpec, selection: Selection
) -> tuple[NeuronValue | None, Result]:
    """Return a reduction of measures of the spikes of neurons, or of their states."""
    term = reading.term(spec.value, "expect", name, "value")
    assert term is not None
    node, reduce = _parts(term.tree)
    assert reduce is not None
    elements = [reading.element(population) for population in selection.populations]
    known = [{} if element is None else element.states for element in elements]
    states = [key for key in known[0] if all(key in other for other in known)]
    scope = Scope(dict(reading.scope.makers), reading.data, reading.faults)
    scope.declare({key: reading.scope_of(selection.populations[0]).lookup(key) or UNKNOWN for key in states})
    scope.declare({key: _VALUES[key] for key in OF_EACH_TRAIN})
    read = tuple(dict.fromkeys(item.text for item in names_in(node) if item.text in states or item.text in OF_EACH_TRAIN))
    spikes = [item for item in read if item in OF_EACH_TRAIN]
    found = _dimension(scope, node, reduce, term)
    if found is None or any(element is None for element in elements):
        return None, UNKNOWN
    if not read or 0 < len(spikes) < len(read):
        said_ = f"reads {' and '.join(map(repr, read))}, which are of no one moment" if read else "reads nothing of the neurons"
        expected = listed([*states, *OF_EACH_TRAIN]) if not read else f"states alone, or {', '.join(OF_EACH_TRAIN)}"
        reading.faults.append(term.problem("name-misplaced", f"{spec.value} {said_}", expected))
        return None, UNKNOWN
    return NeuronValue(selection, reduce, node, read, bool(spikes)), found


def _variables(reading: Reading, projection: str) -> Scope:
    """Return what the synapses of a projection hold."""
    scope = Scope(dict(reading.scope.makers), reading.data, [])
    scope.declare({"w": reading.weights.get(projection, UNKNOWN)})
    scope.makers.update(state_makers(reading, projection))
    return scope


def _listed_said(value: Any) -> str:
    """Return a value, or values with commas between them."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _said(spec: ExpectSpec) -> str:
    """Return the bounds in words, as written."""
    parts = [f"{spec.between[0]} .. {spec.between[1]}"] if spec.between is not None else []
    parts += [f"{_listed_said(spec.near)} +- {spec.within or 0}"] if spec.near is not None else []
    if spec.equals is not None:
        value = spec.equals.value
        parts.append("the listed spikes" if value is None else _listed_said(value))
        parts += [f"within {spec.within}"] if spec.within is not None else []
    parts += [f"at least {spec.at_least}"] if spec.at_least is not None else []
    parts += [f"at most {spec.at_most}"] if spec.at_most is not None else []
    return ", ".join(parts)
