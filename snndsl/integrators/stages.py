"""Stages of Runge-Kutta methods: states moved along slopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from snndsl.ir import Expr
from snndsl.model.integrator import Step

__all__ = ["moved"]


def moved(states: Iterable[str], slopes: Iterable[Expr], h: float, step: Step) -> Mapping[str, Expr]:
    """Return the states after the time `h` along slopes."""
    o = step.apply
    return {
        state: o.once(o("add", step.old(state), o("mul", h, slope)), "stage")
        for state, slope in zip(states, slopes, strict=True)
    }
