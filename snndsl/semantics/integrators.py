"""Integrators and the equations they fit: linear ones split into coefficients, the rest refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.expressions import tree
from snndsl.expressions.walk import names_in
from snndsl.integrators import INTEGRATORS
from snndsl.model.equations import Linear, StateGroup
from snndsl.model.integrator import Integrator
from snndsl.model.text import Place
from snndsl.semantics.builtins import BUILTINS
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.linear import NotLinear, linear
from snndsl.semantics.noise import Noise, expanded

__all__ = ["read_integrators", "split_equations"]

_STANDING = frozenset(item.name for item in BUILTINS if "element" in item.parts and item.phase != "run")
"""Built-in names whose value stays."""


def read_integrators(element: ElementDraft, given: Any, place: Place) -> None:
    """Read which integrator advances each state of an element, whose own place is given; faults go to the element."""
    where = place.inner("integrator")
    if not element.derivatives:
        if given is not None and not element.faults:
            what = f"an integrator for {element.name!r}, which has no equation of the form dx/dt"
            element.faults.append(place.unused("integrator", what, "equations, or no integrator"))
        return
    if given is None:
        element.faults.append(
            place.problem("integrator-missing", f"{element.name!r} has equations but no integrator", listed(INTEGRATORS))
        )
        return
    table = given if isinstance(given, Mapping) else {"rest": given}
    for state, method in table.items():
        if method not in INTEGRATORS:
            near = nearest(str(method), INTEGRATORS)
            element.faults.append(
                where.problem("integrator-unknown", f"there is no integrator {str(method)!r}", listed(INTEGRATORS), near)
            )
        if state != "rest" and state not in element.derivatives:
            element.faults.append(where.problem("name-unknown", f"{state!r} has no equation", listed(element.derivatives)))
    for state in element.derivatives:
        method = table.get(state, table.get("rest"))
        if method is None:
            element.faults.append(
                where.problem("integrator-missing", f"no integrator is given for {state!r}", "one for each state, or rest: ..")
            )
        else:
            element.integrators[state] = str(method)


def split_equations(element: ElementDraft) -> tuple[tuple[StateGroup, ...], list[Fault]]:
    """Return the integrated states by method, and what is wrong with equations that a linear integrator is to solve.

    The element has no other faults.
    """
    groups: list[StateGroup] = []
    faults: list[Fault] = []
    noise = Noise(element)

    def group(states: tuple[str, ...], integrator: type[Integrator]) -> StateGroup:
        parts, drifts, sources = {}, {}, dict[str, dict[str, tree.Expression]]()
        for state in states:
            try:
                divided = noise.split(state)
                drift = element.derivatives[state].tree
                if divided is not None:
                    drift, factors = divided
                    drifts[state] = drift
                    for source, factor in factors.items():
                        sources.setdefault(source, {})[state] = factor
                if integrator.linear:
                    parts[state] = _split(element, state, drift, states, integrator)
            except ModelError as error:
                faults.extend(error.faults)
        return StateGroup(integrator.name, states, parts, drifts, sources)

    for method in dict.fromkeys(element.integrators.values()):
        integrator = INTEGRATORS[method]
        states = tuple(state for state in element.derivatives if element.integrators[state] == method)
        if integrator.most and len(states) > integrator.most:
            what = f"{len(states)} equations that are solved together"
            term = element.derivatives[states[integrator.most]]
            faults.append(term.problem("integrator-not-applicable", what, f"at most {integrator.most}", _one_of(_for_any())))
        elif integrator.alone:
            groups += [group((state,), integrator) for state in states]
        else:
            groups.append(group(states, integrator))
    return tuple(groups), faults


def _for_any() -> tuple[str, ...]:
    """Return the integrators of any equations, the best first."""
    return tuple(item.name for item in reversed(INTEGRATORS.all) if not item.linear)


def _one_of(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _split(
    element: ElementDraft, state: str, drift: tree.Expression, states: tuple[str, ...], integrator: type[Integrator]
) -> Linear:
    term = element.derivatives[state]
    try:
        parts = linear(expanded(drift, element), states)
    except NotLinear:
        what = f"d{state}/dt is not linear in {', '.join(states)}"
        raise ModelError(term.problem("integrator-not-applicable", what, _one_of(_for_any()))) from None
    if integrator.constant:
        for coefficient in parts.coefficients.values():
            for node in names_in(coefficient):
                if node.text not in element.parameters and node.text not in _STANDING:
                    what = f"a coefficient of d{state}/dt varies during the run (it reads {node.text!r})"
                    less = [item.name for item in INTEGRATORS.all if item.linear and not item.constant]
                    expected = f"constant coefficients, or {', '.join((*less, *_for_any()))}"
                    raise ModelError(term.problem("integrator-not-applicable", what, expected))
    return parts
