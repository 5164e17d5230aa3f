"""What must hold in a neuron or signal: every name known, every dimension right, every assignment possible."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial

from snndsl.errors import listed
from snndsl.expressions import TextFault
from snndsl.expressions.dimensions import ANY, BOOLEAN, TIME, UNKNOWN, fits
from snndsl.expressions.statements import Assignment, Deliver
from snndsl.frontend.data import DataColumn
from snndsl.semantics.dimensions import BUILTIN_DIMENSIONS, Maker, Names, Result, said, unit_dimension
from snndsl.semantics.element import BUILTINS, Element, Instruction, Parameter, ValueTerm
from snndsl.semantics.integrators import integrator_faults
from snndsl.semantics.sums import wrong_term
from snndsl.semantics.terms import Term, names_in
from snndsl.semantics.usable import BUILD, PURE
from snndsl.units import ONE, Dimension, to_internal

__all__ = ["check_element", "check_instructions", "element_names", "parameter_maker"]


def element_names(element: Element, data: Mapping[str, DataColumn], outside: Mapping[str, Maker]) -> Names:
    """Return the names of an element, whose dimensions are found when they are asked for.

    `outside` holds what is read anywhere: ``name.x`` of signals.
    """
    names = Names(dict(outside), data, element.faults)
    for builtin in BUILTINS:
        names.makers[builtin] = partial(BUILTIN_DIMENSIONS.__getitem__, builtin)
    for name, parameter in element.parameters.items():
        names.makers[name] = parameter_maker(names, parameter, element)
    for name, value in element.states.items():
        names.makers[name] = lambda value=value: _value(names, value)  # type: ignore[misc]
    for name, port in element.ports.items():
        names.makers[name] = lambda port=port: unit_dimension(port.unit, port.place, element.faults)  # type: ignore[misc]
    for name, term in element.aliases.items():
        names.makers[name] = lambda term=term: names.of(term)  # type: ignore[misc]
    for name in element.unbound:
        names.makers.setdefault(name, lambda: UNKNOWN)
    return names


def check_element(element: Element, names: Names, step: Fraction | None) -> None:
    """Check every text of an element; faults go to `Element.faults`."""
    for name in names.makers:
        _ask(names, name, element)
    _before_run(element, names)
    _equations(element, names)
    check_instructions(element.update, names, {*element.states}, element)
    for period, instructions in element.every:
        names.expect(period, TIME, "the period")
        check_instructions(instructions, names, {*element.states}, element)
    check_instructions(element.reset, names, {*element.states}, element)
    for condition in (element.threshold, element.silent_while, *element.require):
        if condition is not None:
            names.expect(condition, BOOLEAN, "the condition")
    if element.silent_for is not None:
        names.expect(element.silent_for, TIME, "the refractory time")
    if element.made_for is not None and step is not None:
        _made_for(element, element.made_for, step)
    if not element.faults:
        element.faults += integrator_faults(element)


def _before_run(element: Element, names: Names) -> None:
    """Check that what is computed once does not need a run."""
    values = [*element.states.values(), *(item.default for item in element.parameters.values() if item.default is not None)]
    for value in values:
        for term in value if isinstance(value, tuple) else (value,):
            names.before_run(term, BUILD, {"since_spike"})
    for term in element.require:
        names.before_run(term, PURE, {"since_spike"})
    names.before_run(element.silent_for, PURE, {"t", "trial", "since_spike", *element.states, *element.aliases, *element.ports})
    for port in element.ports.values():
        names.before_run(port.quantum, PURE, {"t", "trial", "since_spike", *element.states, *element.aliases, *element.ports})
        if port.quantum is not None:
            names.of(port.quantum)


def _ask(names: Names, name: str, element: Element) -> None:
    try:
        names.lookup(name)
    except TextFault as error:
        element.faults.append(element.place.fault(error))
        names.found[name] = None


def parameter_maker(names: Names, parameter: Parameter, element: Element) -> Maker:
    """Return the function that finds the dimension of a parameter."""

    def make() -> Result | None:
        declared = None
        if parameter.unit is not None and parameter.unit != "weight":
            declared = unit_dimension(parameter.unit, parameter.place, element.faults)
        if parameter.default is None:
            return declared
        found = _value(names, parameter.default)
        if declared is not None and found is not None and not fits(found, declared):
            fault = parameter.place.problem("dimension", f"the default is in {found}", f"in {declared}")
            element.faults.append(fault)
        return declared if declared is not None else found

    return make


def _value(names: Names, value: ValueTerm) -> Result | None:
    if isinstance(value, Term):
        found = names.of(value)
        return ONE if found == ANY and isinstance(found, type(ANY)) else found
    kinds = [names.of(term) for term in value]
    known = [kind for kind in kinds if kind not in (None, ANY, UNKNOWN)]
    for term, kind in zip(value, kinds, strict=True):
        if kind is not None and known and not fits(kind, known[0] or ONE):
            names.faults.append(term.problem("dimension", f"a value in {kind} in a list in {known[0]}", f"in {known[0]}"))
    return known[0] if known else ONE


def _equations(element: Element, names: Names) -> None:
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
    instructions: list[Instruction], names: Names, assignable: set[str], element: Element, in_rule: bool = False
) -> None:
    """Check statements in order: targets, dimensions, locals that nobody reads."""
    local: dict[str, Result] = {}
    read: set[str] = set()
    first: dict[str, Instruction] = {}
    for instruction in instructions:
        statement = instruction.statement
        read |= {node.text for node in names_in(statement.value)}
        if isinstance(statement, Deliver):
            if not in_rule:
                fault = instruction.place.problem(
                    "deliver-misplaced",
                    "a neuron delivers nothing",
                    "deliver(x) in on_pre of a rule",
                    "",
                    statement.start,
                    statement.line,
                )
                element.faults.append(fault)
            continue
        found = names.of(instruction.term, local)
        _assign(instruction, statement, found, names, assignable, local, element)
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
                "",
                column,
                instruction.statement.line,
            )
            element.faults.append(fault)


def _assign(
    instruction: Instruction,
    statement: Assignment,
    found: Result | None,
    names: Names,
    assignable: set[str],
    local: dict[str, Result],
    element: Element,
) -> None:
    target, line = statement.target, statement.line
    if target in assignable:
        if instruction.owner and not target.startswith(f"{instruction.owner}."):
            what = f"part {instruction.owner!r} assigns {target!r}"
            element.faults.append(
                instruction.place.problem("not-assignable", what, "its own states", "", statement.start, line)
            )
        known = names.lookup(target)
    elif target in local:
        known = local[target]
    elif target in names.makers or target in names.data or "." in target:
        what = f"{target!r} cannot be assigned"
        expected = f"a state ({', '.join(sorted(assignable))}) or a new local"
        element.faults.append(instruction.place.problem("not-assignable", what, expected, "", statement.start, line))
        return
    else:
        if statement.op != "=":
            what = f"{target!r} has no value yet"
            element.faults.append(
                instruction.place.problem("name-unknown", what, listed(sorted(assignable)), "", statement.start, line)
            )
        local[target] = UNKNOWN if found is None else found
        return
    if found is None or not isinstance(known, Dimension):
        return
    factor = statement.op in ("*=", "/=")
    wanted = ONE if factor else known
    if not fits(found, wanted):
        what = f"{target} is {said(known)}, the right side of {statement.op!r} {said(found)}"
        element.faults.append(instruction.place.problem("dimension", what, said(wanted), "", statement.value.start, line))


def _made_for(element: Element, term: Term, step: Fraction) -> None:
    from snndsl.expressions import tree

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
