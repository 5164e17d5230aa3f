"""Populations, signals and groups are read: sizes, elements, and the values that populations give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.integrators import INTEGRATORS
from snndsl.model.element import Element
from snndsl.model.population import Population
from snndsl.model.text import ValueTerm
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.element import flatten
from snndsl.semantics.element_texts import check_element, element_scope
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, Scope
from snndsl.semantics.values import read_value, whole_size

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
            reading.signals[name] = flatten(reading.source, "signals", name, reading.place("signals", name))
        except ModelError as error:
            reading.faults += error.faults
    for name, element in reading.signals.items():
        reading.signal_scopes[name] = element_scope(element, reading.columns_of(element), reading.signal_makers())
    for name, element in reading.signals.items():
        check_element(element, reading.signal_scopes[name], reading.step)
        reading.faults += element.faults
    reading.scope.outside = reading.signal_makers()
    return {name: _as_population(reading, name, draft) for name, draft in reading.signals.items()}


def _as_population(reading: Reading, name: str, draft: ElementDraft) -> Population:
    """Return a signal as a population of one, which is given nothing: all its numbers are its own."""
    place = reading.place("signals", name)
    for key, item in draft.parameters.items():
        if item.default is None and key not in {*draft.unreadable, *draft.source_constants}:
            what = f"parameter {key!r} of the signal {name!r} has no value"
            reading.report(place.inner("parameters", key), "parameter-missing", what, "a value where it is declared")
    frozen = reading.spec.signals[name].frozen
    return Population(name, place, 1, draft.finished(reading.signal_scopes[name]), {}, {}, {}, {}, f"signals.{name}", frozen)


def check_groups(reading: Reading) -> None:
    """Check that every group selects what there is, whoever uses it."""
    for group, items in reading.spec.groups.items():
        reading.selection(items, f"group {group!r} holds", "groups", group)


def _element(reading: Reading, name: str) -> tuple[ElementDraft, Scope]:
    """Return the neuron of a population, checked, with its scope."""
    use = reading.spec.populations[name].neuron
    draft = flatten(reading.source, "neurons", use.use, reading.place("populations", name, "neuron"))
    if use.integrator is not None:
        _use_integrator(draft, use.integrator, reading, name)
    known = reading.signal_makers() if draft.sources[""] is reading.source else {}
    scope = element_scope(draft, reading.columns_of(draft), known)
    check_element(draft, scope, reading.step)
    reading.faults += draft.faults
    return draft, scope


def _use_integrator(element: ElementDraft, given: Any, reading: Reading, name: str) -> None:
    table = given if isinstance(given, Mapping) else {"rest": given}
    place = reading.place("populations", name, "neuron", "integrator")
    for state, method in table.items():
        if method not in INTEGRATORS:
            reading.faults.append(
                place.problem("integrator-unknown", f"there is no integrator {str(method)!r}", ", ".join(INTEGRATORS))
            )
            return
        if state != "rest" and state not in element.derivatives:
            reading.faults.append(place.problem("name-unknown", f"{state!r} has no equation", listed(element.derivatives)))
    for state in element.derivatives:
        element.integrators[state] = str(table.get(state, table.get("rest", element.integrators.get(state))))


def _population(reading: Reading, name: str, element: Element) -> Population:
    """Return a population, with what it gives its neurons: parameters, draws, initial values."""
    spec, draft, scope = reading.spec.populations[name], reading.elements[name], reading.element_scopes[name]
    own: dict[str, Result] = dict(builtin_dimensions("population"))
    let: dict[str, ValueTerm | None] = {}
    for key, value in spec.let.items():
        let[key], kind = read_value(reading, value, None, f"let {key!r}", own, "populations", name, "let", key)
        own[key] = UNKNOWN if kind is None else kind
    given = _given(reading, name, own)
    for key, item in draft.parameters.items():
        if item.default is None and key not in {*draft.unreadable, *spec.neuron.values, *draft.source_constants}:
            what = f"parameter {key!r} of {spec.neuron.use!r} has no value"
            reading.report(reading.place("populations", name, "neuron"), "parameter-missing", what, f"{key}: ..")
    known = {**own, **{key: _known(scope, key) for key in (*draft.parameters, *draft.states)}}
    initial: dict[str, ValueTerm | None] = {}
    for key, value in spec.initial.items():
        path = ("populations", name, "initial", key)
        if key not in draft.states:
            what = f"neuron {spec.neuron.use!r} has no state {key!r}"
            reading.report(reading.place(*path), "name-unknown", what, listed(draft.states), nearest(key, draft.states))
            continue
        initial[key] = read_value(reading, value, scope.lookup(key), f"the initial {key!r}", known, *path).terms
    positions = {
        key: read_value(reading, value, None, f"position {key!r}", own, "populations", name, "positions", key).terms
        for key, value in spec.positions.items()
    }
    return Population(
        name=name,
        place=reading.place("populations", name),
        size=reading.sizes[name],
        element=element,
        given=_readable(given),
        initial=_readable(initial),
        let=_readable(let),
        positions=_readable(positions),
        stream=spec.stream or f"populations.{name}",
        frozen=spec.frozen,
    )


def _given(reading: Reading, name: str, own: Mapping[str, Result]) -> dict[str, ValueTerm | None]:
    """Return the parameters that a population gives its neuron."""
    use, draft, scope = reading.spec.populations[name].neuron, reading.elements[name], reading.element_scopes[name]
    given: dict[str, ValueTerm | None] = {}
    for key, value in use.values.items():
        path = ("populations", name, "neuron", key)
        if key not in draft.parameters or key in draft.source_constants:
            known = [item for item in draft.parameters if item not in draft.source_constants]
            what = f"neuron {use.use!r} has no parameter {key!r}"
            reading.report(reading.place(*path), "parameter-unknown", what, listed(known), nearest(key, known))
            continue
        given[key] = read_value(reading, value, scope.lookup(key), f"{key!r}", own, *path).terms
    return given


def _readable(values: Mapping[str, ValueTerm | None]) -> dict[str, ValueTerm]:
    return {key: value for key, value in values.items() if value is not None}


def _known(scope: Scope, key: str) -> Result:
    found = scope.lookup(key)
    return UNKNOWN if found is None else found
