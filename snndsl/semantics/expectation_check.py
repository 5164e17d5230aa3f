"""What must hold in ``expect``: the value exists, something is said about it, and in its unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import TIME, UNKNOWN
from snndsl.schema.observation import ExpectSpec
from snndsl.semantics.dimensions import Names, Result
from snndsl.semantics.population_check import check_value
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import Term
from snndsl.units import ONE

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_expectations"]

_VALUES: Mapping[str, Result] = {
    "spikes": TIME,
    "count": ONE,
    "rate": TIME.power(-1),
    "first_spike": TIME,
    "cv_isi": ONE,
    "f1": ONE,
}
_REDUCED = ("mean", "max", "min", "fraction")
_COMPARISONS = ("between", "near", "equals", "at_least", "at_most")


def check_expectations(model: CheckedModel) -> None:
    """Check the section ``expect``."""
    for name, spec in model.spec.expect.items():
        kind = _kind(model, name, spec)
        if all(getattr(spec, key) is None for key in _COMPARISONS):
            what = f"expectation {name!r} compares with nothing"
            model.faults.append(model.place("expect", name).problem("key-missing", what, f"one of {', '.join(_COMPARISONS)}"))
        for key in ("near", "within", "at_least", "at_most"):
            if getattr(spec, key) is not None:
                check_value(model, getattr(spec, key), kind, repr(key), {}, "expect", name, key)
        for k, text in enumerate(spec.between or ()):
            check_value(model, text, kind, "'between'", {}, "expect", name, "between", k)
        for key in ("at", "after", "until"):
            if getattr(spec, key) is not None:
                check_value(model, getattr(spec, key), TIME, repr(key), {}, "expect", name, key)


def _kind(model: CheckedModel, name: str, spec: ExpectSpec) -> Result:
    """Return the dimension of the value; UNKNOWN after reporting what is wrong."""
    if spec.of and set(spec.of) <= {*model.spec.projections}:
        return _of_synapses(model, name, spec)
    selection = _selection(model, name, spec)
    if selection is None or spec.value in _VALUES:
        return _VALUES.get(spec.value, UNKNOWN)
    kinds = []
    for population in selection.populations:
        if population in model.elements and spec.value in model.elements[population].states:
            kinds.append(model.element_names[population].lookup(spec.value) or UNKNOWN)
        elif population in model.signals and spec.value in model.signals[population].states:
            kinds.append(model.signal_names[population].lookup(spec.value) or UNKNOWN)
        else:
            owner = model.elements.get(population) or model.signals.get(population)
            _unknown(model, name, spec.value, [*_VALUES, *(owner.states if owner is not None else ())])
            return UNKNOWN
    return kinds[0] if kinds else UNKNOWN


def _selection(model: CheckedModel, name: str, spec: ExpectSpec) -> Selection | None:
    sizes = {**model.sizes, **dict.fromkeys(model.spec.signals, 1)}
    place = model.place("expect", name, "of")
    try:
        return resolve(spec.of, sizes, model.spec.groups, place, f"expectation {name!r} is of")
    except ModelError as error:
        model.faults += error.faults
        return None


def _of_synapses(model: CheckedModel, name: str, spec: ExpectSpec) -> Result:
    """Return the dimension of a variable of synapses, or of the mean, largest, smallest or fraction of one."""
    term = model.term(spec.value, "expect", name, "value")
    if term is None:
        return UNKNOWN
    node, fraction = term.tree, False
    if isinstance(node, tree.Call) and node.function in _REDUCED and len(node.arguments) == 1:
        fraction = node.function == "fraction"
        node = node.arguments[0]
    names = _variables(model, spec.of[0])
    try:
        found = names.find(node, {})
    except TextFault as error:
        model.faults.append(Term(node, term.place).place.fault(error))
        return UNKNOWN
    return ONE if fraction else found


def _variables(model: CheckedModel, projection: str) -> Names:
    """Return what the synapses of a projection hold."""
    from snndsl.semantics.connection_check import weight_dimension

    names = Names(dict(model.names.makers), model.data, [])
    names.makers["w"] = lambda: weight_dimension(model, projection)
    if projection in model.rule_names:
        names.makers.update(model.rule_names[projection].makers)
    return names


def _unknown(model: CheckedModel, name: str, value: str, known: list[str]) -> None:
    near = nearest(value, known)
    place = model.place("expect", name, "value")
    what = f"expectation {name!r} is about {value!r}"
    model.faults.append(place.problem("name-unknown", what, listed(known), near))
