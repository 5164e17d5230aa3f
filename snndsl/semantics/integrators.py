"""Integrators and the equations they fit: linear ones split into coefficients, the rest refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snndsl.errors import Fault, ModelError
from snndsl.expressions import tree
from snndsl.semantics.element import Element
from snndsl.semantics.linear import Linear, NotLinear, linear
from snndsl.semantics.terms import names_in, renamed

__all__ = ["Group", "groups_of", "integrator_faults"]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """States that one integrator advances together.

    Parameters
    ----------
    method : str
        Name of the integrator.
    states : tuple of str
        In the order of the file.
    parts : mapping of str to Linear
        Right sides split, for the linear methods; empty otherwise.
    """

    method: str
    states: tuple[str, ...]
    parts: Mapping[str, Linear]

    def reaches(self) -> set[tuple[str, str]]:
        """Return the pairs (row, column) of the propagator that are not zero by structure."""
        pairs = {(state, state) for state in self.states}
        pairs |= {(row, column) for row in self.states for column in self.parts[row].coefficients}
        grown = True
        while grown:
            more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
            pairs |= more
            grown = bool(more)
        return pairs


def integrator_faults(element: Element) -> list[Fault]:
    """Return what is wrong with equations that a linear integrator is to solve; call it for elements without other faults."""
    try:
        groups_of(element)
    except ModelError as error:
        return list(error.faults)
    return []


def groups_of(element: Element) -> list[Group]:
    """Return the integrated states by method; exponential Euler advances each state alone.

    Raises
    ------
    ModelError
        With a fault for every equation that is not linear with constant coefficients and has a method that needs it.
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
        if method == "exact":
            groups.append(Group(method, states, split(states, method)))
        elif method == "exponential_euler":
            groups += [Group(method, (state,), split((state,), method)) for state in states]
        else:
            groups.append(Group(method, states, {}))
    if faults:
        raise ModelError(faults)
    return groups


def _expanded(node: tree.Expression, element: Element) -> tree.Expression:
    """Return the expression with every alias replaced by what it stands for."""

    def name(inner: tree.Name) -> tree.Expression:
        return _expanded(element.aliases[inner.text].tree, element) if inner.text in element.aliases else inner

    return renamed(node, name)


def _split(element: Element, state: str, states: tuple[str, ...], method: str) -> Linear:
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
