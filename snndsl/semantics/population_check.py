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
from snndsl.semantics.element_check import check_element, element_scope
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, Scope
from snndsl.semantics.values import read_value, whole_size

__all__ = ["check_groups", "read_populations", "read_signals"]


def read_populations(model: Reading) -> dict[str, Population]:
    """Return the populations of a file; their sizes and elements are known to the sections that are read later."""
    drafts: dict[tuple[str, str], tuple[ElementDraft, Scope]] = {}
    finished: dict[int, Element] = {}
    found = {}
    for name, spec in model.spec.populations.items():
        size = whole_size(model, spec.size, f"population {name!r}", "populations", name, "size")
        model.set_size(name, size)
        key = (spec.neuron.use, str(spec.neuron.integrator))
        try:
            if key not in drafts:
                drafts[key] = _element(model, name)
        except ModelError as error:
            model.faults += error.faults
            continue
        draft, scope = drafts[key]
        model.elements[name], model.element_scopes[name] = draft, scope
        element = finished.setdefault(id(draft), draft.finished(scope))
        found[name] = _population(model, name, element)
    return found


def read_signals(model: Reading) -> dict[str, Element]:
    """Return the signals of a file; what they offer to be read enters its scope."""
    for name in model.spec.signals:
        try:
            model.signals[name] = flatten(model.source, "signals", name, model.place("signals", name))
        except ModelError as error:
            model.faults += error.faults
    for name, element in model.signals.items():
        model.signal_scopes[name] = element_scope(element, model.columns_of(element), model.signal_makers())
    for name, element in model.signals.items():
        check_element(element, model.signal_scopes[name], model.step)
        model.faults += element.faults
    model.scope.makers.update(model.signal_makers())
    return {name: draft.finished(model.signal_scopes[name]) for name, draft in model.signals.items()}


def check_groups(model: Reading) -> None:
    """Check that every group selects what there is, whoever uses it."""
    for group, items in model.spec.groups.items():
        model.selection(items, f"group {group!r} holds", "groups", group)


def _element(model: Reading, name: str) -> tuple[ElementDraft, Scope]:
    """Return the neuron of a population, checked, with its scope."""
    use = model.spec.populations[name].neuron
    draft = flatten(model.source, "neurons", use.use, model.place("populations", name, "neuron"))
    if use.integrator is not None:
        _use_integrator(draft, use.integrator, model, name)
    scope = element_scope(draft, model.columns_of(draft), model.signal_makers())
    check_element(draft, scope, model.step)
    model.faults += draft.faults
    return draft, scope


def _use_integrator(element: ElementDraft, given: Any, model: Reading, name: str) -> None:
    table = given if isinstance(given, Mapping) else {"rest": given}
    place = model.place("populations", name, "neuron", "integrator")
    for state, method in table.items():
        if method not in INTEGRATORS:
            model.faults.append(
                place.problem("integrator-unknown", f"there is no integrator {str(method)!r}", ", ".join(INTEGRATORS))
            )
            return
        if state != "rest" and state not in element.derivatives:
            model.faults.append(place.problem("name-unknown", f"{state!r} has no equation", listed(element.derivatives)))
    for state in element.derivatives:
        element.integrators[state] = str(table.get(state, table.get("rest", element.integrators.get(state))))


def _population(model: Reading, name: str, element: Element) -> Population:
    """Return a population, with what it gives its neurons: parameters, draws, initial values."""
    spec, draft, scope = model.spec.populations[name], model.elements[name], model.element_scopes[name]
    own: dict[str, Result] = dict(builtin_dimensions("population"))
    let: dict[str, ValueTerm | None] = {}
    for key, value in spec.let.items():
        let[key], kind = read_value(model, value, None, f"let {key!r}", own, "populations", name, "let", key)
        own[key] = UNKNOWN if kind is None else kind
    given = _given(model, name, own)
    for key, item in draft.parameters.items():
        if item.default is None and key not in {*draft.unreadable, *spec.neuron.values, *draft.source_constants}:
            what = f"parameter {key!r} of {spec.neuron.use!r} has no value"
            model.report(model.place("populations", name, "neuron"), "parameter-missing", what, f"{key}: ..")
    known = {**own, **{key: _known(scope, key) for key in (*draft.parameters, *draft.states)}}
    initial: dict[str, ValueTerm | None] = {}
    for key, value in spec.initial.items():
        path = ("populations", name, "initial", key)
        if key not in draft.states:
            what = f"neuron {spec.neuron.use!r} has no state {key!r}"
            model.report(model.place(*path), "name-unknown", what, listed(draft.states), nearest(key, draft.states))
            continue
        initial[key] = read_value(model, value, scope.lookup(key), f"the initial {key!r}", known, *path).terms
    positions = {
        key: read_value(model, value, None, f"position {key!r}", own, "populations", name, "positions", key).terms
        for key, value in spec.positions.items()
    }
    return Population(
        name=name,
        place=model.place("populations", name),
        size=model.sizes[name],
        element=element,
        given=_readable(given),
        initial=_readable(initial),
        let=_readable(let),
        positions=_readable(positions),
        stream=spec.stream or f"populations.{name}",
    )


def _given(model: Reading, name: str, own: Mapping[str, Result]) -> dict[str, ValueTerm | None]:
    """Return the parameters that a population gives its neuron."""
    use, draft, scope = model.spec.populations[name].neuron, model.elements[name], model.element_scopes[name]
    given: dict[str, ValueTerm | None] = {}
    for key, value in use.values.items():
        path = ("populations", name, "neuron", key)
        if key not in draft.parameters or key in draft.source_constants:
            known = [item for item in draft.parameters if item not in draft.source_constants]
            what = f"neuron {use.use!r} has no parameter {key!r}"
            model.report(model.place(*path), "parameter-unknown", what, listed(known), nearest(key, known))
            continue
        given[key] = read_value(model, value, scope.lookup(key), f"{key!r}", own, *path).terms
    return given


def _readable(values: Mapping[str, ValueTerm | None]) -> dict[str, ValueTerm]:
    return {key: value for key, value in values.items() if value is not None}


def _known(scope: Scope, key: str) -> Result:
    found = scope.lookup(key)
    return UNKNOWN if found is None else found
