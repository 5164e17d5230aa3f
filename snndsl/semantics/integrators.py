"""Integrators and the equations they fit: linear ones split into coefficients, the rest refused with its place."""

from __future__ import annotations

from snndsl.errors import Fault, ModelError
from snndsl.expressions import tree
from snndsl.expressions.walk import names_in, renamed
from snndsl.model.equations import Group, Linear
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.linear import NotLinear, linear

__all__ = ["MAX_EXACT", "split_equations"]

MAX_EXACT = 64
"""So many equations share one matrix exponential, which is worked out to 50 digits."""


def split_equations(element: ElementDraft) -> tuple[tuple[Group, ...], list[Fault]]:
    """Return the integrated states by method, and what is wrong with equations that a linear integrator is to solve.

    Exponential Euler advances each state alone. The element has no other faults.
    """
    groups: list[Group] = []
    faults: list[Fault] = []

    def split(states: tuple[str, ...], method: str) -> dict[str, Linear]:
        parts = {}
        for state in states:
            try:
                parts[state] = _split(element, state, states, method)
            except ModelError as error:
                faults.extend(error.faults)
        return parts

    for method in dict.fromkeys(element.integrators.values()):
        states = tuple(state for state in element.derivatives if element.integrators[state] == method)
        if method == "exact" and len(states) > MAX_EXACT:
            what = f"{len(states)} equations that are solved together"
            term = element.derivatives[states[MAX_EXACT]]
            faults.append(term.problem("integrator-not-applicable", what, f"at most {MAX_EXACT}", "rk4, heun or euler"))
        elif method == "exact":
            groups.append(Group(method, states, split(states, method)))
        elif method == "exponential_euler":
            groups += [Group(method, (state,), split((state,), method)) for state in states]
        else:
            groups.append(Group(method, states, {}))
    return tuple(groups), faults


def _expanded(node: tree.Expression, element: ElementDraft) -> tree.Expression:
    """Return the expression with every alias replaced by what it stands for."""

    def name(inner: tree.Name) -> tree.Expression:
        return _expanded(element.aliases[inner.text].tree, element) if inner.text in element.aliases else inner

    return renamed(node, name)


def _split(element: ElementDraft, state: str, states: tuple[str, ...], method: str) -> Linear:
    term = element.derivatives[state]
    try:
        parts = linear(_expanded(term.tree, element), states)
    except NotLinear:
        problem = term.problem(
            "integrator-not-applicable", f"d{state}/dt is not linear in {', '.join(states)}", "rk4, heun or euler"
        )
        raise ModelError(problem) from None
    if method == "exact":
        for coefficient in parts.coefficients.values():
            for node in names_in(coefficient):
                if node.text not in element.parameters and node.text not in ("pi", "dt", "N", "i"):
                    problem = term.problem(
                        "integrator-not-applicable",
                        f"a coefficient of d{state}/dt varies during the run (it reads {node.text!r})",
                        "constant coefficients, or exponential_euler, rk4, heun, euler",
                    )
                    raise ModelError(problem)
    return parts
