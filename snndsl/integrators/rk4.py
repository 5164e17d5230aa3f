"""Integrator ``rk4``: the Runge-Kutta method of fourth order."""

from __future__ import annotations

from snndsl.integrators.stages import moved
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["RungeKutta4"]


class RungeKutta4(Integrator):
    """x + h/6*(a + 2*(b + c) + d)."""

    name = "rk4"
    rank = 5
    says = "any equations; the error of a step shrinks with h^5"

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o, h, states = step.apply, step.h, group.states
        first = step.slopes(states, {})
        second = step.slopes(states, moved(states, first, h / 2.0, step))
        third = step.slopes(states, moved(states, second, h / 2.0, step))
        fourth = step.slopes(states, moved(states, third, h, step))
        values = []
        for state, a, b, c, d in zip(states, first, second, third, fourth, strict=True):
            middle = o("mul", 2.0, o("add", b, c))
            total = o("add", o("add", a, middle), d)
            values.append(o("add", step.old(state), o("mul", h / 6.0, total)))
        return values
