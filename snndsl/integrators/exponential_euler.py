"""Integrator ``exponential_euler``: exact for one linear equation whose coefficients stand still during the step."""

from __future__ import annotations

import math

from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["ExponentialEuler"]


class ExponentialEuler(Integrator):
    """x + (a - b*x)*h*exprel(-b*h) for x' = a - b*x: exact for constant a and b, and right at b = 0.

    A term c*xi() adds c*sqrt(h*exprel(-2*b*h))*normal(), whose variance is that of the integral of c*exp(-b*s) against white
    noise over the step: exact for constant b and c. What c reads of states is that of the beginning, in the sense of Ito.
    """

    name = "exponential_euler"
    rank = 2
    says = "equations that are each linear in their own state; what else they read stands still during the step"
    linear = True
    alone = True
    noisy = True
    ito = True

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new value."""
        [state] = group.states
        o, old, part = step.apply, step.old(state), group.parts[state]
        coefficient = part.coefficients.get(state)
        if coefficient is None:
            moved = old if part.rest is None else o("add", old, o("mul", step.h, step.value(part.rest)))
            return [_kicked(moved, math.sqrt(step.h), group, step)]
        slope = o.once(step.value(coefficient), f"slope.{state}")
        rate = o("mul", slope, old)
        if part.rest is not None:
            rate = o("add", step.value(part.rest), rate)
        width = o("mul", step.h, o("exprel", o("mul", slope, step.h)))
        moved = o("add", old, o("mul", rate, width))
        if not group.noise:
            return [moved]
        spread = o("sqrt", o("mul", step.h, o("exprel", o("mul", slope, 2.0 * step.h))))
        return [_kicked(moved, o.once(spread, f"spread.{state}"), group, step)]


def _kicked(moved: Expr, spread: Expr | float, group: StateGroup, step: Step) -> Expr:
    """Return the new value with its noise."""
    o, [state] = step.apply, group.states
    for source, factors in group.noise.items():
        moved = o("add", moved, o("mul", o("mul", step.value(factors[state]), spread), step.white(source)))
    return moved
