"""Plasticity rules are read where a projection uses them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.expressions.dimensions import BOOLEAN, TIME, UNKNOWN
from snndsl.expressions.functions import DRAWS
from snndsl.expressions.walk import names_in
from snndsl.model.element import Parameter
from snndsl.model.joint_rule import labels
from snndsl.model.rule import RuleUse
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.builtins import builtin_dimensions, run_names
from snndsl.semantics.element_texts import ask_all, check_instructions, check_limits, parameter_maker, timed, zero_is_number
from snndsl.semantics.ports import delivery_dimension
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule import RuleDraft, flatten_rule
from snndsl.semantics.rule_names import state_makers, state_names, unknown_state
from snndsl.semantics.scope import Maker, Result, Scope
from snndsl.semantics.sides import SideNames, mentioned, mixed, moving_text, moving_value
from snndsl.semantics.usable import BUILD, PURE, RUN, SUMS
from snndsl.semantics.values import read_value
from snndsl.spec import UseSpec
from snndsl.units import Dimension

__all__ = ["read_rules"]

_TIME = builtin_dimensions("rule", ("t",))
"""What the use of a rule may read besides what changes in neurons and signals."""
_SWITCHES = ("during", "after", "until", "active", "enabled", "learning", "on", "off", "when", "while")
"""What might be written for a rule that works for a time only."""


def read_rules(
    reading: Reading,
    name: str,
    targets: Selection,
    weight: Dimension | None,
    wiring: Mapping[str, Result],
    neurons: SideNames,
) -> tuple[tuple[RuleUse, ...], dict[str, ValueTerm]]:
    """Return the rules of a projection, and the initial states that it gives them.

    `wiring` holds the names of wiring, `neurons` what neurons on both sides offer during a run: ``pre.x``, ``post.x``.
    """
    spec, uses = reading.spec.projections[name], []
    reading.rules[name], reading.rule_scopes[name] = [], []
    for k, (use, label) in enumerate(zip(spec.plasticity, labels([use.use for use in spec.plasticity]), strict=True)):
        place = reading.place("projections", name, "plasticity", *((k,) if len(spec.plasticity) > 1 else ()))
        try:
            rule = flatten_rule(reading.source, use.use, place)
        except ModelError as error:
            reading.faults += error.faults
            continue
        rule.label, rule.data = label, reading.columns_of_file(rule.source)
        scope = _scope(reading, rule, weight, neurons)
        _before_run(rule, scope)
        _texts(reading, rule, scope, partial(delivery_dimension, reading, name, targets))
        reading.faults += rule.faults
        reading.rules[name].append(rule)
        reading.rule_scopes[name].append(scope)
        uses.append(_use(reading, use, rule, scope, place, wiring, neurons))
    _together(reading, name, uses)
    return tuple(uses), _initial(reading, name, wiring)


def _together(reading: Reading, name: str, uses: list[RuleUse]) -> None:
    """Check that the rules of a projection can share its synapses."""
    place = reading.place("projections", name, "plasticity")
    own = reading.spec.projections[name].port
    owners: dict[str, list[str]] = {}
    for use in uses:
        for port in dict.fromkeys(port or own for port in use.rule.delivered):
            owners.setdefault(port, []).append(use.label)
    for port, labels_ in owners.items():
        if len(labels_) > 1:
            what = f"{' and '.join(map(repr, labels_))} deliver both to {port!r}"
            reading.report(place, "two-deliver", what, "one rule of a list that delivers to a port")
    if any(None in use.rule.delivered and own in use.rule.delivered for use in uses):
        what, expected = f"deliver(x) and deliver(x, {own}) go to one port in projection {name!r}", "one of them"
        reading.report(place, "two-deliver", what, expected)
    if len({use.rule.order for use in uses}) > 1:
        said = ", ".join(f"{use.label!r} has {use.rule.order}" for use in uses)
        reading.report(place, "order-differs", f"one order holds for a synapse: {said}", "the same 'order' in all rules")


def _use(
    reading: Reading,
    use: UseSpec,
    rule: RuleDraft,
    scope: Scope,
    place: Place,
    wiring: Mapping[str, Result],
    neurons: SideNames,
) -> RuleUse:
    """Return a rule with the values that a projection gives it."""
    given: dict[str, ValueTerm] = {}
    bound: dict[str, Term] = {}
    for key, value in use.values.items():
        inside = place.inner(key)
        if key not in rule.spec.parameters and key not in rule.spec.needs:
            known = [*rule.spec.parameters, *rule.spec.needs]
            what = f"rule {use.use!r} has no parameter {key!r}"
            hint = "a parameter such as a rate of learning: where(t < 5 s, .., 0)" if key in _SWITCHES else nearest(key, known)
            reading.report(inside, "parameter-unknown", what, listed(known), hint)
            continue
        late = key in rule.spec.needs or moving_text(reading, value, neurons, wiring)
        names = ChainMap(wiring, neurons, _TIME) if late else wiring  # type: ignore[arg-type]  # it is not written
        functions = RUN - DRAWS if late else BUILD
        terms = read_value(reading, value, scope.lookup(key), repr(key), names, *inside.path, functions=functions).terms
        moving = moving_value(terms, neurons, wiring) if terms is not None and late else None
        if moving is not None:
            bound[key] = moving
            reading.faults += [*mixed(moving, neurons, wiring), *_read_before_the_run(rule, key, inside)]
        elif terms is not None:
            given[key] = terms
    for key, parameter in rule.parameters.items():
        if parameter.default is None and key not in {*rule.unreadable, *use.values} and key in rule.spec.parameters:
            reading.report(place, "parameter-missing", f"parameter {key!r} of rule {use.use!r} has no value", f"{key}: ..")
    for key in rule.spec.needs:
        if key not in use.values:
            what = f"rule {use.use!r} needs {key!r}, in {rule.spec.needs[key]}"
            states = [name for name in neurons if name.startswith("post.")]
            hint = f"{{use: {use.use}, {key}: {states[0] if states else '..'}}}"
            reading.report(place, "need-unbound", what, "a value at the projection: pre.x, post.x or another", hint)
    return RuleUse(rule.finished(bound), place, given, bound, rule.label)


def _read_before_the_run(rule: RuleDraft, key: str, place: Place) -> Iterator[Fault]:
    """Yield the fault of a parameter that changes during the run, and that something reads before it."""
    values = [*rule.states.items()]
    values += [(name, item.default) for name, item in rule.parameters.items() if item.default is not None]
    texts = [(repr(name), term) for name, value in values for term in (value if isinstance(value, tuple) else (value,))]
    texts += [(f"the trace {name!r}", term) for name, pair in rule.traces.items() for term in pair]
    texts += [("'require'", term) for term in rule.require] + [("'on_start'", item.term) for item in rule.on_start]
    texts += [] if rule.bound is None else [("'bound'", rule.bound)]
    reader = next((who for who, term in texts if any(node.text == key for node in names_in(term.tree))), None)
    if reader is not None:
        what = f"{key!r} changes during the run, and {reader} of rule {rule.name!r} reads it before"
        yield place.problem("name-misplaced", what, "a value that is known before the run")


def _initial(reading: Reading, name: str, wiring: Mapping[str, Result]) -> dict[str, ValueTerm]:
    """Return the initial states that a projection gives to its rules."""
    spec, known = reading.spec.projections[name], state_names(reading, name)
    if not reading.rules[name]:
        if spec.initial and not spec.plasticity:
            what = f"'initial' at projection {name!r}, which has no plasticity"
            reading.faults.append(reading.place("projections", name).unused("initial", what, "plasticity: a rule with states"))
        return {}
    makers, initial = state_makers(reading, name), dict[str, ValueTerm]()
    for key, value in spec.initial.items():
        path = ("projections", name, "initial", key)
        if key not in known:
            rules = " and ".join(repr(use.use) for use in spec.plasticity)
            what = f"rules {rules} have no state {key!r}" if " and " in rules else f"rule {rules} has no state {key!r}"
            what = unknown_state(reading, name, key) or what
            reading.report(reading.place(*path), "name-unknown", what, listed(list(known)), nearest(key, list(known)))
            continue
        terms = read_value(reading, value, makers[key](), f"the initial {key!r}", wiring, *path).terms
        if terms is not None:
            initial[known[key]] = terms
    return initial


def _scope(reading: Reading, rule: RuleDraft, weight: Dimension | None, neurons: SideNames) -> Scope:
    """Return the scope of a rule between neurons that offer `neurons`."""
    outside = {**reading.signal_makers()} if rule.source is reading.source else {}
    outside |= {name: partial(neurons.__getitem__, name) for name in sorted(mentioned(rule))}
    scope = Scope({}, rule.data, rule.faults, outside)
    scope.declare({**builtin_dimensions("rule"), "w": UNKNOWN if weight is None else weight})
    for key, parameter in rule.parameters.items():
        scope.define(key, () if parameter.default is None else parameter.default, _parameter(scope, parameter))
    for key, value in rule.states.items():
        first = value if isinstance(value, Term) else value[0]
        scope.define(key, value, lambda first=first: zero_is_number(scope.of(first)))  # type: ignore[misc]
    for key, (_, to) in rule.traces.items():
        scope.define(key, to, lambda to=to: zero_is_number(scope.of(to)))  # type: ignore[misc]
    scope.declare(dict.fromkeys(rule.unread, UNKNOWN))
    for need, unit in rule.spec.needs.items():
        scope.makers[need] = _parameter(scope, Parameter(rule.place.inner("needs", need), None, unit))
    ask_all(scope, rule.place)
    return scope


def _parameter(scope: Scope, parameter: Parameter) -> Maker:
    return (lambda: scope.lookup("w")) if parameter.unit == "weight" else parameter_maker(scope, parameter)


def _before_run(rule: RuleDraft, names: Scope) -> None:
    """Check that what is computed once does not need a run."""
    late = {*run_names("rule"), *rule.traces, *rule.spec.needs}
    values = [*rule.states.values(), *(item.default for item in rule.parameters.values() if item.default is not None)]
    for value in values:
        if isinstance(value, tuple):
            what, expected = "a list of values in a rule that many projections may use", "one value"
            rule.faults.append(value[0].problem("list-length", what, expected, "a list where the rule is used"))
        else:
            names.before_run(value, PURE, late)
    for term in (rule.bound, *rule.require, *(part for pair in rule.traces.values() for part in pair)):
        names.before_run(term, PURE, late)


def _on_start(rule: RuleDraft, names: Scope) -> None:
    """Check that what is done before the run reads nothing of it."""
    late = {*run_names("rule"), *rule.spec.needs, *names.outside}
    late |= {name for name in names.makers if name.startswith(("pre.", "post."))}
    for instruction in rule.on_start:
        names.before_run(instruction.term, BUILD | SUMS, late)


def _texts(reading: Reading, rule: RuleDraft, names: Scope, port: Callable[[str], Result | None]) -> None:
    assignable = {"w", *rule.states, *rule.traces}
    for instructions in (rule.on_pre, rule.on_post, rule.on_start):
        check_instructions(instructions, names, assignable, port)
    _on_start(rule, names)
    rule.every = timed(rule.every, names, reading.step)
    for timer in rule.every:
        check_instructions(timer.instructions, names, assignable, port)
    for instruction in (*rule.on_pre, *rule.on_post):
        names.before_run(instruction.term, RUN)
    for instruction in (instruction for timer in rule.every for instruction in timer.instructions):
        names.before_run(instruction.term, RUN | SUMS)
    for tau, _ in rule.traces.values():
        names.expect(tau, TIME, "the time constant")
    check_limits(rule.ranges, names, {*rule.parameters, "pi", "dt"} - {*rule.spec.parameters})
    if rule.bound is not None:
        names.expect(rule.bound, names.lookup("w"), "the bound")
    for term in rule.require:
        names.expect(term, BOOLEAN, "the condition")
