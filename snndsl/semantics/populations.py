"""Populations, signals and groups are read: sizes, elements, and the values that populations give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.model.element import Element
from snndsl.model.population import Population
from snndsl.model.space import Space
from snndsl.model.text import Term, ValueTerm
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.copies import CopyNumbers, listed_copies, of_copy, spread
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.element import flatten
from snndsl.semantics.element_texts import check_element, element_scope
from snndsl.semantics.integrators import integrator_table
from snndsl.semantics.positions import read_positions
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, Scope
from snndsl.semantics.values import read_value, whole_size
from snndsl.units import ONE

__all__ = ["check_groups", "read_populations", "read_signals"]


def read_populations(reading: Reading) -> dict[str, Population]:
    """Return the populations of a file; their sizes and elements are known to the sections that are read later."""
    drafts: dict[tuple[str, str], tuple[ElementDraft, Scope]] = {}
    finished: dict[int, Element] = {}
    found = {}
    for name, spec in reading.spec.populations.items():
        size = whole_size(reading, spec.size, f"population {name!r}", "populations", name, "size")
        reading.set_size(name, size)
        key = (spec.neuron.use, str(spec.neuron.integrator))
        try:
            if key not in drafts:
                drafts[key] = _element(reading, name)
        except ModelError as error:
            reading.faults += error.faults
            continue
        draft, scope = drafts[key]
        reading.elements[name], reading.element_scopes[name] = draft, scope
        element = finished.setdefault(id(draft), draft.finished(scope))
        found[name] = _population(reading, name, element)
    return found


def read_signals(reading: Reading) -> dict[str, Population]:
    """Return the signals of a file; what they offer to be read enters its scope."""
    for name in reading.spec.signals:
        try:
            reading.signals[name] = flatten(
                reading.source, "signals", name, reading.place("signals", name), reading.data
            )
        except ModelError as error:
            reading.faults += error.faults
    for name, element in reading.signals.items():
        reading.signal_scopes[name] = element_scope(element, reading.columns_of(element), reading.signal_makers())
    for name, element in reading.signals.items():
        check_element(element, reading.signal_scopes[name], reading.step)
        reading.faults += element.faults.distinct()
    reading.scope.outside = reading.signal_makers()
    return {name: _as_population(reading, name, draft) for name, draft in reading.signals.items()}


def _as_population(reading: Reading, name: str, draft: ElementDraft) -> Population:
    """Return a signal as a population of one, which is given nothing: all its numbers are its own."""
    place = reading.place("signals", name)
    for key, item in draft.parameters.items():
        if item.default is None and key not in {*draft.unreadable, *draft.source_constants}:
            what = f"parameter {key!r} of the signal {name!r} has no value"
            reading.report(place.inner("parameters", key), "parameter-missing", what, "a value where it is declared")
    element, frozen = draft.finished(reading.signal_scopes[name]), reading.spec.signals[name].frozen
    return Population(name, place, 1, element, {}, {}, {}, Space(), f"signals.{name}", frozen)


def check_groups(reading: Reading) -> None:
    """Check that every group selects what there is, whoever uses it."""
    for group, items in reading.spec.groups.items():
        reading.selection(items, f"group {group!r} holds", "groups", group)


def _element(reading: Reading, name: str) -> tuple[ElementDraft, Scope]:
    """Return the neuron of a population, checked, with its scope."""
    use = reading.spec.populations[name].neuron
    draft = flatten(reading.source, "neurons", use.use, reading.place("populations", name, "neuron"), reading.data)
    if use.integrator is not None:
        _use_integrator(draft, use.integrator, reading, name)
    known = reading.signal_makers() if draft.sources[""] is reading.source else {}
    scope = element_scope(draft, reading.columns_of(draft), known)
    check_element(draft, scope, reading.step)
    reading.faults += draft.faults.distinct()
    return draft, scope


def _use_integrator(element: ElementDraft, given: Any, reading: Reading, name: str) -> None:
    place, before = reading.place("populations", name, "neuron", "integrator"), len(reading.faults)
    table = integrator_table(element, given, place, reading.faults)
    if len(reading.faults) == before:
        for state in element.derivatives:
            element.integrators[state] = table.get(state, table.get("rest", element.integrators.get(state, "")))


def _population(reading: Reading, name: str, element: Element) -> Population:
    """Return a population, with what it gives its neurons: parameters, draws, initial values."""
    spec, draft, scope = reading.spec.populations[name], reading.elements[name], reading.element_scopes[name]
    own: dict[str, Result] = dict(builtin_dimensions("population"))
    let: dict[str, ValueTerm | None] = {}
    reading.lets[name] = {}
    for key, value in spec.let.items():
        _check_let(reading, name, key)
        let[key], kind = read_value(reading, value, None, f"let {key!r}", own, "populations", name, "let", key)
        own[key] = reading.lets[name][key] = UNKNOWN if kind is None else kind
    given = _given(reading, name, own)
    values = {key for written in spec.neuron.values for key in spread(written, draft.copies, draft.parameters)}
    for key, item in draft.parameters.items():
        if item.default is None and key not in {*draft.unreadable, *values, *draft.source_constants}:
            what = f"parameter {key!r} of {spec.neuron.use!r} has no value"
            reading.report(reading.place("populations", name, "neuron"), "parameter-missing", what, f"{key}: ..")
    known = {**own, **{key: _known(scope, key) for key in (*draft.parameters, *draft.states)}}
    initial: dict[str, ValueTerm | None] = {}
    for written, value in spec.initial.items():
        path = ("populations", name, "initial", written)
        for key in spread(written, draft.copies, draft.states):
            if key not in draft.states:
                what, near = f"neuron {spec.neuron.use!r} has no state {key!r}", nearest(key, draft.states)
                expected = listed(listed_copies(draft.states))
                reading.report(reading.place(*path), "name-unknown", what, expected, near)
                continue
            extra = {**known, "copy": ONE} if key != written else known
            terms = read_value(reading, value, scope.lookup(key), f"the initial {key!r}", extra, *path).terms
            initial[key] = _of_copy(reading, terms, key) if key != written else terms
    taken = dict.fromkeys(draft.parameters, "parameter") | dict.fromkeys(spec.let, "value of 'let'")
    space = read_positions(reading, spec.positions, reading.place("populations", name), taken, own)
    return Population(
        name=name,
        place=reading.place("populations", name),
        size=reading.sizes[name],
        element=element,
        given=_readable(given),
        initial=_readable(initial),
        let=_readable(let),
        space=space,
        stream=spec.stream or f"populations.{name}",
        frozen=spec.frozen,
    )


def _check_let(reading: Reading, name: str, key: str) -> None:
    """Refuse a value of ``let`` whose name is taken: in values of the population, or in wiring as ``pre.x``."""
    draft = reading.elements[name]
    taken = {**dict.fromkeys(draft.parameters, "parameter"), **dict.fromkeys(draft.states, "state")}
    if key in taken:
        what = f"{key!r} is a {taken[key]} of the neurons of {name!r}"
        reading.report(reading.place("populations", name, "let", key), "name-twice", what, "another name")
    elif key in ("i", "N", "block"):
        what = f"{key!r} is a name that is there without being declared"
        reading.report(reading.place("populations", name, "let", key), "name-reserved", what, "another name")


def _given(reading: Reading, name: str, own: Mapping[str, Result]) -> dict[str, ValueTerm | None]:
    """Return the parameters that a population gives its neuron."""
    use, draft, scope = reading.spec.populations[name].neuron, reading.elements[name], reading.element_scopes[name]
    given: dict[str, ValueTerm | None] = {}
    for written, value in use.values.items():
        path = ("populations", name, "neuron", written)
        for key in spread(written, draft.copies, draft.parameters):
            if key not in draft.parameters or key in draft.source_constants:
                known = [item for item in draft.parameters if item not in draft.source_constants]
                what, near = f"neuron {use.use!r} has no parameter {key!r}", nearest(key, known)
                expected = listed(listed_copies(known))
                reading.report(reading.place(*path), "parameter-unknown", what, expected, near)
                continue
            extra = {**own, "copy": ONE} if key != written else own
            terms = read_value(reading, value, scope.lookup(key), f"{key!r}", extra, *path).terms
            given[key] = _of_copy(reading, terms, key) if key != written else terms
    return given


def _of_copy(reading: Reading, value: ValueTerm | None, key: str) -> ValueTerm | None:
    """Return the value of one copy where a population gives one for all: ``copy`` is its number."""
    number, counts = int(key.partition("[")[2].partition("]")[0]), CopyNumbers(reading.source, reading.data)

    def one(term: Term) -> Term:
        return replace(term, tree=of_copy(term.tree, number, counts, term.place))

    return tuple(one(term) for term in value) if isinstance(value, tuple) else None if value is None else one(value)


def _readable(values: Mapping[str, ValueTerm | None]) -> dict[str, ValueTerm]:
    return {key: value for key, value in values.items() if value is not None}


def _known(scope: Scope, key: str) -> Result:
    found = scope.lookup(key)
    return UNKNOWN if found is None else found
