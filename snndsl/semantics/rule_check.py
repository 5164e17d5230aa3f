"""What must hold in a plasticity rule at the projection that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault
from snndsl.expressions.dimensions import ANY, BOOLEAN, TIME, UNKNOWN
from snndsl.expressions.statements import Deliver
from snndsl.schema.projection import ProjectionSpec
from snndsl.semantics.dimensions import BUILTIN_DIMENSIONS, Names, Result
from snndsl.semantics.element import Element, Parameter
from snndsl.semantics.element_check import check_instructions, parameter_maker
from snndsl.semantics.population_check import check_value
from snndsl.semantics.rule import RULE_BUILTINS, RuleElement, flatten_rule
from snndsl.semantics.terms import Place, Term
from snndsl.semantics.usable import PURE
from snndsl.units import Dimension

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_rule"]


def check_rule(
    model: CheckedModel,
    name: str,
    spec: ProjectionSpec,
    weight: Dimension | None,
    scope: dict[str, Result],
    readable: dict[str, Result],
) -> None:
    """Find and check the rule of a projection, and the values given to it.

    `scope` holds the names of wiring, `readable` what neurons on both sides offer during a run: ``pre.x``, ``post.x``.
    """
    use = spec.plasticity[0]
    at = model.place("projections", name, "plasticity")
    try:
        rule = flatten_rule(model.source, use.use, at)
    except ModelError as error:
        model.faults += error.faults
        return
    names = _names(model, rule, weight)
    for key, kind in readable.items():
        names.makers.setdefault(key, lambda kind=kind: kind)  # type: ignore[misc]
    _before_run(rule, names)
    _texts(rule, names)
    model.faults += rule.faults
    model.rules[name], model.rule_names[name] = rule, names
    path = ("projections", name, "plasticity")
    for key, value in use.values.items():
        if key not in rule.spec.parameters and key not in rule.spec.needs:
            known = [*rule.spec.parameters, *rule.spec.needs]
            near = nearest(key, known)
            place = model.place("projections", name, "plasticity", key)
            what = f"rule {use.use!r} has no parameter {key!r}"
            model.faults.append(place.problem("parameter-unknown", what, listed(known), near))
        elif key in rule.spec.parameters:
            check_value(model, value, names.lookup(key), repr(key), scope, "projections", name, "plasticity", key)
        else:
            check_value(model, value, names.lookup(key), repr(key), {**scope, **readable}, *path, key)
    for key, parameter in rule.parameters.items():
        missing = parameter.default is None and not parameter.unreadable
        if missing and key in rule.spec.parameters and key not in use.values:
            what = f"parameter {key!r} of rule {use.use!r} has no value"
            model.faults.append(at.problem("parameter-missing", what, f"{key}: .."))
    for key in rule.spec.needs:
        if key not in use.values:
            model.faults.append(at.problem("need-unbound", f"rule {use.use!r} needs {key!r}", f"{key}: .."))
    for key, value in spec.initial.items():
        if key not in rule.states and key not in rule.traces:
            place = model.place("projections", name, "initial", key)
            what = f"rule {use.use!r} has no state {key!r}"
            model.faults.append(place.problem("name-unknown", what, listed([*rule.states, *rule.traces])))
            continue
        check_value(model, value, names.lookup(key), f"the initial {key!r}", scope, "projections", name, "initial", key)


def _names(model: CheckedModel, rule: RuleElement, weight: Dimension | None) -> Names:
    names = Names({**model.signal_makers()}, {}, rule.faults)
    for builtin in RULE_BUILTINS:
        names.makers[builtin] = lambda builtin=builtin: BUILTIN_DIMENSIONS[builtin]  # type: ignore[misc]
    names.makers["w"] = lambda: UNKNOWN if weight is None else weight
    stand_in = Element(rule.name, rule.place, faults=rule.faults)
    for key, parameter in rule.parameters.items():
        names.makers[key] = _parameter(names, parameter, stand_in, weight)
    for key, value in rule.states.items():
        first = value if isinstance(value, Term) else value[0]
        names.makers[key] = lambda first=first: _zero_is_number(names.of(first))  # type: ignore[misc]
    for key, (_, to) in rule.traces.items():
        names.makers[key] = lambda to=to: _zero_is_number(names.of(to))  # type: ignore[misc]
    for need, unit in rule.spec.needs.items():
        place = Place(rule.place.locations, (*rule.place.path, "needs", need))
        names.makers[need] = _parameter(names, Parameter(place, None, unit), stand_in, weight)
    for key in names.makers:
        try:
            names.lookup(key)
        except TextFault as error:
            rule.faults.append(rule.place.fault(error))
            names.found[key] = None
    return names


def _parameter(names: Names, parameter: Parameter, stand_in: Element, weight: Dimension | None):  # type: ignore[no-untyped-def]
    if parameter.unit == "weight":
        return lambda: UNKNOWN if weight is None else weight
    return parameter_maker(names, parameter, stand_in)


def _zero_is_number(kind: Result | None) -> Result | None:
    from snndsl.units import ONE

    return ONE if kind == ANY else kind


def _before_run(rule: RuleElement, names: Names) -> None:
    """Check that what is computed once does not need a run."""
    late = {"t", "trial", "since_pre", "since_post", *rule.traces, *rule.spec.needs}
    late |= {name for name in names.makers if name.startswith(("pre.", "post."))}
    values = [*rule.states.values(), *(item.default for item in rule.parameters.values() if item.default is not None)]
    for value in values:
        if isinstance(value, tuple):
            what, expected = "a list of values in a rule that many projections may use", "one value"
            rule.faults.append(value[0].problem("list-length", what, expected, "a list where the rule is used"))
        else:
            names.before_run(value, PURE, late)
    for term in (rule.bound, *rule.require, *(part for pair in rule.traces.values() for part in pair)):
        names.before_run(term, PURE, late)


def _texts(rule: RuleElement, names: Names) -> None:
    stand_in = Element(rule.name, rule.place, faults=rule.faults)
    assignable = {"w", *rule.states, *rule.traces}
    for instructions in (rule.on_pre, rule.on_post, rule.on_start):
        check_instructions(instructions, names, assignable, stand_in, in_rule=True)
        for instruction in instructions:
            if isinstance(instruction.statement, Deliver) and instruction.statement.port is None:
                names.expect(instruction.term, names.lookup("w"), "what is delivered")
    for period, instructions in rule.every:
        names.expect(period, TIME, "the period")
        check_instructions(instructions, names, assignable, stand_in, in_rule=True)
    for tau, _ in rule.traces.values():
        names.expect(tau, TIME, "the time constant")
    if rule.bound is not None:
        names.expect(rule.bound, names.lookup("w"), "the bound")
    for term in rule.require:
        names.expect(term, BOOLEAN, "the condition")
