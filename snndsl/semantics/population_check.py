"""What must hold in populations and groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault, to_text
from snndsl.expressions.dimensions import UNKNOWN, fits
from snndsl.expressions.tree import Number
from snndsl.semantics.constants import constant_value
from snndsl.semantics.dimensions import BUILTIN_DIMENSIONS, Names, Result, said
from snndsl.semantics.element import INTEGRATORS, Element, flatten, value_terms
from snndsl.semantics.element_check import check_element, element_names
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import Term
from snndsl.semantics.usable import BUILD
from snndsl.units import ONE, Dimension, near_unit

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_groups", "check_populations", "check_signals", "check_value", "whole_size"]


def check_populations(model: CheckedModel) -> None:
    """Find sizes and elements, check given and initial values."""
    cache: dict[tuple[str, Any], tuple[Element, Names]] = {}
    for name, spec in model.spec.populations.items():
        size = whole_size(model, spec.size, f"population {name!r}", "populations", name, "size")
        model.sizes[name] = size if size is not None else 1
        at = model.place("populations", name, "neuron")
        key = (spec.neuron.use, str(spec.neuron.integrator))
        try:
            if key not in cache:
                element = flatten(model.source, "neurons", spec.neuron.use, at)
                if spec.neuron.integrator is not None:
                    _use_integrator(element, spec.neuron.integrator, model, name)
                cache[key] = element, element_names(element, _data(model, element), model.signal_makers())
                check_element(element, cache[key][1], model.step)
                model.faults += element.faults
        except ModelError as error:
            model.faults += error.faults
            continue
        model.elements[name], model.element_names[name] = cache[key]
        _values(model, name)


def check_signals(model: CheckedModel) -> None:
    """Find what signals offer to be read; their names enter the scope of the file."""
    for name in model.spec.signals:
        try:
            model.signals[name] = flatten(model.source, "signals", name, model.place("signals", name))
        except ModelError as error:
            model.faults += error.faults
    for name, element in model.signals.items():
        model.signal_names[name] = element_names(element, _data(model, element), model.signal_makers())
    for name, element in model.signals.items():
        check_element(element, model.signal_names[name], model.step)
        model.faults += element.faults
    model.names.makers.update(model.signal_makers())


def check_groups(model: CheckedModel) -> None:
    """Check that every group selects what there is, whoever uses it."""
    sizes = {**model.sizes, **dict.fromkeys(model.spec.signals, 1)}
    for group, items in model.spec.groups.items():
        try:
            resolve(items, sizes, model.spec.groups, model.place("groups", group), f"group {group!r} holds")
        except ModelError as error:
            model.faults += error.faults


def _data(model: CheckedModel, element: Element) -> Mapping[str, Any]:
    from snndsl.frontend.data import DataColumns, load_data

    columns = DataColumns(model.data)
    columns.unreadable = getattr(model.data, "unreadable", frozenset())
    for prefix, source in element.sources.items():
        if source is model.source:
            continue
        if id(source) not in model.file_data:
            model.file_data[id(source)] = load_data(source, model.step, model.faults)[0]
        columns.unreadable |= getattr(model.file_data[id(source)], "unreadable", frozenset())
        for name, column in model.file_data[id(source)].items():
            columns[f"{prefix}:{name}" if prefix else name] = column
    return columns


def _use_integrator(element: Element, given: Any, model: CheckedModel, name: str) -> None:
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


def _values(model: CheckedModel, name: str) -> None:
    """Check what the population gives its neuron: parameters, draws, initial values."""
    spec, element, names = model.spec.populations[name], model.elements[name], model.element_names[name]
    own: dict[str, Result] = {"i": BUILTIN_DIMENSIONS["i"], "N": BUILTIN_DIMENSIONS["N"]}
    for key, value in spec.let.items():
        kind = check_value(model, value, None, f"let {key!r}", own, "populations", name, "let", key)
        own[key] = UNKNOWN if kind is None else kind
    for key, value in spec.neuron.values.items():
        if key not in element.parameters or key in element.source_constants:
            known = [item for item in element.parameters if item not in element.source_constants]
            near = nearest(key, known)
            place = model.place("populations", name, "neuron", key)
            what = f"neuron {spec.neuron.use!r} has no parameter {key!r}"
            model.faults.append(place.problem("parameter-unknown", what, listed(known), near))
            continue
        check_value(model, value, names.lookup(key), f"{key!r}", own, "populations", name, "neuron", key)
    for key, item in element.parameters.items():
        given = item.default is not None or item.unreadable or key in spec.neuron.values
        if given or key in element.source_constants:
            continue
        place = model.place("populations", name, "neuron")
        model.faults.append(
            place.problem("parameter-missing", f"parameter {key!r} of {spec.neuron.use!r} has no value", f"{key}: ..")
        )
    scope = {**own, **{key: _known(names, key) for key in (*element.parameters, *element.states)}}
    for key, value in spec.initial.items():
        if key not in element.states:
            near = nearest(key, element.states)
            place = model.place("populations", name, "initial", key)
            what = f"neuron {spec.neuron.use!r} has no state {key!r}"
            model.faults.append(place.problem("name-unknown", what, listed(element.states), near))
            continue
        check_value(model, value, names.lookup(key), f"the initial {key!r}", scope, "populations", name, "initial", key)
    for key, value in spec.positions.items():
        check_value(model, value, None, f"position {key!r}", own, "populations", name, "positions", key)


def _known(names: Names, key: str) -> Result:
    found = names.lookup(key)
    return UNKNOWN if found is None else found


def check_value(
    model: CheckedModel,
    value: Any,
    wanted: Result | None,
    what: str,
    extra: Mapping[str, Result],
    *path: str | int,
    functions: Collection[str] = BUILD,
) -> Result | None:
    """Check a value for every element of something: its length, names, dimension, and the functions it may call."""
    place = model.place(*path)
    try:
        terms = value_terms(value, place)
    except TextFault as error:
        model.faults.append(place.fault(error))
        return None
    for term in terms if isinstance(terms, tuple) else (terms,):
        model.names.before_run(term, functions)
    if isinstance(terms, Term):
        found = model.names.of(terms, extra)
        if found is not None and isinstance(wanted, Dimension) and not fits(found, wanted):
            model.faults.append(terms.problem("dimension", f"{what} is {said(found)}", said(wanted), _with_unit(terms, wanted)))
        return found
    size = model.sizes.get(str(path[1])) if path[0] == "populations" else None
    if size is not None and len(terms) != size:
        model.faults.append(
            place.problem("list-length", f"{what} has {len(terms)} values for {size} neurons", f"{size} values")
        )
    found = None
    for term in terms:
        model.names.expect(term, wanted, what, extra)
        found = model.names.of(term, extra)
    return found


def _with_unit(term: Term, wanted: Dimension) -> str:
    """Return a bare number with the unit it lacks, or with the one that was probably meant."""
    node = term.tree
    if not isinstance(node, Number) or wanted.is_dimensionless:
        return ""
    if node.unit is None:
        return f"{node.text} {wanted}"
    near = near_unit(node.unit.text, wanted)
    return f"{to_text(Number(node.value, None))} {near}" if near else ""


def whole_size(model: CheckedModel, text: str, what: str, *path: str | int) -> int | None:
    """Return a constant positive whole number; None after reporting what is wrong."""
    place = model.place(*path)
    value = constant_value(model, text, *path)
    term = model.term(text, *path) if value is not None else None
    if value is None or term is None:
        return None
    if not fits(model.names.of(term) or ONE, ONE):
        model.names.expect(term, ONE, what)
        return None
    if not abs(value) < float("inf"):
        model.faults.append(place.problem("size-not-positive", f"{what} has size {value}", "a whole number, at least 1"))
        return None
    if value != int(value) or value < 1:
        shown = int(value) if value == int(value) else value
        model.faults.append(place.problem("size-not-positive", f"{what} has size {shown}", "a whole number, at least 1"))
        return None
    if value > 2**31 - 1:
        model.faults.append(place.problem("too-many-neurons", f"{what} has size {value:.3g}", "at most 2147483647"))
        return None
    return int(value)
