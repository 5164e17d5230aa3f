"""Integrator ``heun``: the mean of the slopes at both ends of an Euler step."""

from __future__ import annotations

from snndsl.integrators.stages import moved
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["Heun"]


class Heun(Integrator):
    """x + h/2*(a + b) with the slopes a at x and b at x + h*a."""

    name = "heun"
    rank = 4
    says = "any equations; the error of a step shrinks with h^3"

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o, states = step.apply, group.states
        first = step.slopes(states, {})
        second = step.slopes(states, moved(states, first, step.h, step))
        return [
            o("add", step.old(state), o("mul", step.h / 2.0, o("add", a, b)))
            for state, a, b in zip(states, first, second, strict=True)
        ]
