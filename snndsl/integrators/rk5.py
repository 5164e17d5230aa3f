"""Integrator ``rk5``: the Runge-Kutta method of fifth order by Dormand and Prince, with fixed steps."""

from __future__ import annotations

from collections.abc import Sequence

from snndsl.integrators.stages import moved
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["RungeKutta5"]

_STAGES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
"""Where the second and each further slope is taken: weights of the slopes before it."""
_RESULT = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)


class RungeKutta5(Integrator):
    """x + h*(weighted sum of six slopes); Dormand, Prince 1980, doi:10.1016/0771-050X(80)90013-3."""

    name = "rk5"
    rank = 6
    says = "any equations; the error of a step shrinks with h^6"

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        states = group.states
        slopes = [step.slopes(states, {})]
        for weights in _STAGES:
            slopes.append(step.slopes(states, moved(states, _weighted(slopes, weights, step), step.h, step)))
        total = _weighted(slopes, _RESULT, step)
        o = step.apply
        return [o("add", step.old(state), o("mul", step.h, value)) for state, value in zip(states, total, strict=True)]


def _weighted(slopes: Sequence[Sequence[Expr]], weights: Sequence[float], step: Step) -> list[Expr]:
    """Return the weighted sum of slopes of each state, added up in order."""
    o, sums = step.apply, list[Expr]()
    for own in zip(*slopes, strict=True):
        first, *others = [o("mul", weight, slope) for weight, slope in zip(weights, own, strict=True) if weight]
        for other in others:
            first = o("add", first, other)
        sums.append(first)
    return sums
