"""Integrator ``exponential_euler``: exact for one linear equation whose coefficients stand still during the step."""

from __future__ import annotations

from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["ExponentialEuler"]


class ExponentialEuler(Integrator):
    """x + (a - b*x)*h*exprel(-b*h) for x' = a - b*x: exact for constant a and b, and right at b = 0."""

    name = "exponential_euler"
    rank = 2
    says = "equations that are each linear in their own state; what else they read stands still during the step"
    linear = True
    alone = True

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new value."""
        [state] = group.states
        o, old, part = step.apply, step.old(state), group.parts[state]
        coefficient = part.coefficients.get(state)
        if coefficient is None:
            return [old if part.rest is None else o("add", old, o("mul", step.h, step.value(part.rest)))]
        slope = o.once(step.value(coefficient), f"slope.{state}")
        rate = o("mul", slope, old)
        if part.rest is not None:
            rate = o("add", step.value(part.rest), rate)
        width = o("mul", step.h, o("exprel", o("mul", slope, step.h)))
        return [o("add", old, o("mul", rate, width))]
