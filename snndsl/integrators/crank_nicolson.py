"""Integrator ``crank_nicolson``: along the mean of the slopes at both ends of the step, all its states solved together."""

from __future__ import annotations

from snndsl.integrators.backward_euler import equations_of
from snndsl.integrators.elimination import operations, solve
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["CrankNicolson"]


class CrankNicolson(Integrator):
    """2*y - x0, where y is half a step of ``backward_euler``: x0 + h*(A*(x0 + x)/2 + b)."""

    name = "crank_nicolson"
    rank = 8
    says = (
        "equations as those of backward_euler; the error of a step shrinks with h^3 while what else they read stands still, "
        "else with h^2"
    )
    linear = True

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o, half = step.apply, step.h / 2.0
        matrix, rest = equations_of(group, step, half)
        right = {}
        for state in group.states:
            old = step.old(state)
            right[state] = o.once(o("add", old, o("mul", half, rest[state])), f"right.{state}") if state in rest else old
        middle = solve(group, matrix, right, step)
        return [o("sub", o("mul", 2.0, y), step.old(state)) for state, y in zip(group.states, middle, strict=True)]

    @classmethod
    def work(cls, group: StateGroup) -> int:
        """Return how many multiplications a step takes at most."""
        return operations(group)
