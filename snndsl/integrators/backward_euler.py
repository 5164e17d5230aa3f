"""Integrator ``backward_euler``: along the slope at the end of the step; all states that it advances are solved together."""

from __future__ import annotations

from snndsl.integrators.elimination import Matrix, operations, solve
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["BackwardEuler", "equations_of"]


def equations_of(group: StateGroup, step: Step, width: float) -> tuple[Matrix, dict[str, Expr]]:
    """Return 1 - width*A, and the rest of every equation, where x' = A x + rest.

    Parameters
    ----------
    group : StateGroup
        Linear equations.
    step : Step
        Writes operations.
    width : float
        In ms.
    """
    o, matrix, rest = step.apply, Matrix(), {}
    for row in group.states:
        part = group.parts[row]
        for column, coefficient in part.coefficients.items():
            scaled = o("mul", width, step.value(coefficient))
            element = o("sub", 1.0, scaled) if column == row else o("neg", scaled)
            matrix[row, column] = o.once(element, f"element.{row}")
        if row not in part.coefficients:
            matrix[row, row] = o.once(1.0, f"element.{row}")
        if part.rest is not None:
            rest[row] = o.once(step.value(part.rest), f"rest.{row}")
    return matrix, rest


class BackwardEuler(Integrator):
    """x with x = x0 + h*(A*x + b): stable for every step, where the equations are."""

    name = "backward_euler"
    rank = 7
    says = (
        "equations that are linear in all states that it advances, solved together (cables, from the tips to the root); "
        "what else they read stands still during the step; the error of a step shrinks with h^2"
    )
    linear = True

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o = step.apply
        matrix, rest = equations_of(group, step, step.h)
        right = {}
        for state in group.states:
            old = step.old(state)
            right[state] = o.once(o("add", old, o("mul", step.h, rest[state])), f"right.{state}") if state in rest else old
        return solve(group, matrix, right, step)

    @classmethod
    def work(cls, group: StateGroup) -> int:
        """Return how many multiplications a step takes at most."""
        return operations(group)
