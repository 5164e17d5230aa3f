"""A neuron or signal is checked: every name known, every dimension right, every assignment possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import ANY, BOOLEAN, TIME, UNKNOWN, fits, with_unit
from snndsl.expressions.statements import Assignment, Deliver
from snndsl.expressions.walk import names_in
from snndsl.model.data import DataColumn
from snndsl.model.element import Instruction, Parameter, Timer
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.builtins import builtin_dimensions, run_names
from snndsl.semantics.copies import listed_copies
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.integrators import split_equations
from snndsl.semantics.noise import misread_noise
from snndsl.semantics.scope import Maker, Result, Scope, said, unit_dimension
from snndsl.semantics.sums import wrong_term
from snndsl.semantics.times import whole_steps
from snndsl.semantics.usable import BUILD, EQUATIONS, PURE, RUN
from snndsl.units import ONE, Dimension, to_internal

__all__ = [
    "ask_all",
    "check_element",
    "check_instructions",
    "check_limits",
    "element_scope",
    "parameter_maker",
    "timed",
    "zero_is_number",
]

_ALIKE = 0.75
"""So similar is a state to a misspelled one, at least."""


def element_scope(element: ElementDraft, data: Mapping[str, DataColumn], outside: Mapping[str, Maker]) -> Scope:
    """Return the scope of an element, whose dimensions are found when they are asked for.

    `outside` holds what is read anywhere: ``name.x`` of signals.
    """
    names = Scope({}, data, element.faults, outside)
    names.declare(builtin_dimensions("element"))
    for name, parameter in element.parameters.items():
        names.define(name, () if parameter.default is None else parameter.default, parameter_maker(names, parameter))
    for name, value in element.states.items():
        names.define(name, value, lambda value=value: _value(names, value))  # type: ignore[misc]
    for name, port in element.ports.items():
        names.makers[name] = lambda port=port: unit_dimension(port.unit, port.place, element.faults)  # type: ignore[misc]
    for name, term in element.aliases.items():
        names.define(name, term, lambda term=term: names.of(term))  # type: ignore[misc]
    for name in element.unbound:
        names.makers[name] = lambda: UNKNOWN
    return names


def check_element(element: ElementDraft, names: Scope, step: Fraction | None) -> None:
    """Check every text of an element; faults go to `ElementDraft.faults`. A file of definitions has no step."""
    ask_all(names, element.place)
    _before_run(element, names)
    _during_run(element, names)
    check_limits(element.ranges, names, {*element.source_constants, "pi", "dt"})
    _equations(element, names)
    check_instructions(element.update, names, {*element.states})
    element.every = timed(element.every, names, step)
    for timer in element.every:
        check_instructions(timer.instructions, names, {*element.states})
    check_instructions(element.reset, names, {*element.states})
    for condition in (element.threshold, element.silent_while, *element.require):
        if condition is not None:
            names.expect(condition, BOOLEAN, "the condition")
    if element.silent_for is not None:
        names.expect(element.silent_for, TIME, "the refractory time")
    if element.made_for is not None and step is not None:
        _made_for(element, element.made_for, step)
    if not element.faults:
        element.groups, faults = split_equations(element)
        element.faults += faults


def _before_run(element: ElementDraft, names: Scope) -> None:
    """Check that what is computed once does not need a run."""
    values = [*element.states.values(), *(item.default for item in element.parameters.values() if item.default is not None)]
    for value in values:
        for term in value if isinstance(value, tuple) else (value,):
            names.before_run(term, BUILD, {"since_spike"})
    for term in element.require:
        names.before_run(term, PURE, {"since_spike"})
    late = {*run_names("element"), *element.states, *element.aliases, *element.ports}
    names.before_run(element.silent_for, PURE, late)
    for port in element.ports.values():
        names.before_run(port.quantum, PURE, late)
        if port.quantum is not None:
            names.of(port.quantum)


def _during_run(element: ElementDraft, names: Scope) -> None:
    """Check that what happens in a step calls no function of rules, and that nothing but equations has white noise."""
    lists = (element.update, element.reset, *(timer.instructions for timer in element.every))
    texts = [instruction.term for instructions in lists for instruction in instructions]
    for term in (*texts, element.threshold, element.silent_while):
        names.before_run(term, RUN)
    for term in (*element.derivatives.values(), *element.aliases.values()):
        names.before_run(term, EQUATIONS)
    element.faults += misread_noise(element)


def check_limits(ranges: Mapping[str, tuple[Term, Term]], names: Scope, constants: Collection[str]) -> None:
    """Check that the limits of states are constants in the unit of their state."""
    for state, limits in ranges.items():
        for term in limits:
            names.before_run(term, PURE)
            names.expect(term, names.lookup(state), f"a limit of {state!r}")
            others = [node for node in names_in(term.tree) if node.text in names.makers and node.text not in constants]
            for other in others[:1]:
                what = f"{other.text!r} is no constant: the range of {state!r} is one for all"
                fault = TextFault("name-misplaced", what, other.start, "numbers, and constants of the file")
                names.faults.append(term.place.fault(fault, term.line))


def ask_all(names: Scope, place: Place) -> None:
    """Find the dimension of every name, so that faults of values that nobody reads are found too."""
    for name in names.makers:
        try:
            names.lookup(name)
        except TextFault as error:
            names.faults.append(place.fault(error))
            names.found[name] = None


def timed(timers: Iterable[Timer], names: Scope, step: Fraction | None) -> list[Timer]:
    """Return timers with their periods in steps, at least one; faults go to the scope."""
    found = []
    for timer in timers:
        before, steps = len(names.faults), 0
        names.expect(timer.period, TIME, "the period")
        if step is not None and len(names.faults) == before:
            try:
                steps = whole_steps(timer.period, step, "the period")
                if steps < 1:
                    names.faults.append(timer.period.problem("period", f"a period of {steps} steps", "at least one step"))
            except ModelError as error:
                names.faults += error.faults
        found.append(replace(timer, steps=steps))
    return found


def parameter_maker(names: Scope, parameter: Parameter) -> Maker:
    """Return the function that finds the dimension of a parameter."""

    def make() -> Result | None:
        declared = None
        if parameter.unit is not None and parameter.unit != "weight":
            declared = unit_dimension(parameter.unit, parameter.place, names.faults)
        if parameter.default is None:
            return declared
        found = _value(names, parameter.default)
        if declared is not None and found is not None and not fits(found, declared):
            names.faults.append(parameter.place.problem("dimension", f"the default is in {found}", f"in {declared}"))
        return declared if declared is not None else found

    return make


def _value(names: Scope, value: ValueTerm) -> Result | None:
    if isinstance(value, Term):
        return zero_is_number(names.of(value))
    kinds = [names.of(term) for term in value]
    known = [kind for kind in kinds if kind not in (None, ANY, UNKNOWN)]
    for term, kind in zip(value, kinds, strict=True):
        if kind is not None and known and not fits(kind, known[0] or ONE):
            names.faults.append(term.problem("dimension", f"a value in {kind} in a list in {known[0]}", f"in {known[0]}"))
    return known[0] if known else ONE


def zero_is_number(kind: Result | None) -> Result | None:
    """Return the dimension of a value whose own is its first one: a literal 0 is a pure number."""
    return ONE if kind == ANY else kind


def _equations(element: ElementDraft, names: Scope) -> None:
    for state, term in element.derivatives.items():
        kind = names.lookup(state)
        if not isinstance(kind, Dimension):
            continue
        wanted = kind / TIME
        try:
            fault = wrong_term(term.tree, wanted, lambda node: names.find(node, {}), f"d{state.rpartition('.')[2]}/dt")
        except TextFault as error:
            fault = error
        if fault is not None:
            element.faults.append(term.place.fault(fault, term.line))


def check_instructions(
    instructions: Iterable[Instruction],
    names: Scope,
    assignable: set[str],
    port: Callable[[str], Result | None] | None = None,
) -> None:
    """Check statements in order: targets, dimensions, locals that nobody reads.

    `port` finds the dimension of a port that a rule delivers to; None: they are no statements of a rule.
    """
    local: dict[str, Result] = {}
    read: set[str] = set()
    first: dict[str, Instruction] = {}
    for instruction in instructions:
        statement = instruction.statement
        read |= {node.text for node in names_in(statement.value)}
        if isinstance(statement, Deliver):
            if port is None:
                fault = instruction.place.problem(
                    "deliver-misplaced",
                    "a neuron delivers nothing",
                    "deliver(x) in on_pre of a rule",
                    "",
                    statement.start,
                    statement.line,
                )
                names.faults.append(fault)
            else:
                wanted = names.lookup("w") if statement.port is None else port(statement.port)
                names.expect(instruction.term, wanted, "what is delivered", local)
            continue
        found = names.of(instruction.term, local)
        _assign(instruction, statement, found, names, assignable, local, port is not None)
        if statement.target in local:
            first.setdefault(statement.target, instruction)
            if statement.op != "=":
                read.add(statement.target)
    for name, instruction in first.items():
        if name not in read:
            column = getattr(instruction.statement, "start", 0)
            fault = instruction.place.problem(
                "local-unused",
                f"the local {name!r} is never read",
                "a state to keep it",
                nearest(name, assignable, _ALIKE),
                column,
                instruction.statement.line,
            )
            names.faults.append(fault)


def _assign(
    instruction: Instruction,
    statement: Assignment,
    found: Result | None,
    names: Scope,
    assignable: set[str],
    local: dict[str, Result],
    in_rule: bool,
) -> None:
    target, line = statement.target, statement.line
    if target in assignable:
        if instruction.owner and not target.startswith(f"{instruction.owner}."):
            what = f"part {instruction.owner!r} assigns {target!r}"
            names.faults.append(instruction.place.problem("not-assignable", what, "its own states", "", statement.start, line))
        known = names.lookup(target)
    elif target in local:
        known = local[target]
    elif target in names.makers or target in names.data or "." in target:
        what = f"{target!r} cannot be assigned"
        expected = f"a state ({', '.join(listed_copies(sorted(assignable)))}) or a new local"
        if in_rule and target.startswith("post."):
            expected += "; neurons change by what arrives at their ports: deliver(x)"
        names.faults.append(instruction.place.problem("not-assignable", what, expected, "", statement.start, line))
        return
    else:
        if statement.op != "=":
            what = f"{target!r} has no value yet"
            expected = listed(sorted(assignable))
            if in_rule and target.endswith("_post"):
                expected += "; neurons change by what arrives at their ports: deliver(x)"
            near = nearest(target, assignable, _ALIKE)
            names.faults.append(instruction.place.problem("name-unknown", what, expected, near, statement.start, line))
        local[target] = UNKNOWN if found is None else found
        return
    if found is None or not isinstance(known, Dimension):
        return
    factor = statement.op in ("*=", "/=")
    wanted = ONE if factor else known
    if not fits(found, wanted):
        what = f"{target} is {said(known)}, the right side of {statement.op!r} {said(found)}"
        hint = with_unit(statement.value, wanted)
        names.faults.append(instruction.place.problem("dimension", what, said(wanted), hint, statement.value.start, line))


def _made_for(element: ElementDraft, term: Term, step: Fraction) -> None:
    node = term.tree
    if not isinstance(node, tree.Number) or node.unit is None or node.unit.dimension != TIME:
        element.faults.append(term.problem("dimension", "made_for is no time", "a time such as 1 ms"))
    elif to_internal(node.value, node.unit, step) != float(step):
        fault = term.problem(
            "made-for-other-step",
            f"{element.name!r} is made for a step of {node.text}; the step is {float(step)} ms",
            f"step: {node.text}",
        )
        element.faults.append(fault)
