"""Integrator ``euler``: along the slope at the beginning of the step."""

from __future__ import annotations

import math

from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["Euler"]


class Euler(Integrator):
    """x + h*x' + c*sqrt(h)*normal() for each term c*xi(): Euler-Maruyama, where c reads states in the sense of Ito."""

    name = "euler"
    rank = 3
    says = "any equations; the error of a step shrinks with h^2"
    noisy = True
    ito = True

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o, rates = step.apply, step.rates(group.states, {})
        moved = {
            state: o("add", step.old(state), o("mul", step.h, rate)) for state, rate in zip(group.states, rates, strict=True)
        }
        for source, factors in group.noise.items():
            for state, factor in factors.items():
                kick = o("mul", o("mul", step.value(factor), math.sqrt(step.h)), step.white(source))
                moved[state] = o("add", moved[state], kick)
        return [*moved.values()]
