"""Ranges of states: between which numbers they are believed."""

from __future__ import annotations

from collections.abc import Mapping

from snndsl.ir import Range
from snndsl.lowering.neuron import ir_name

__all__ = ["ranges_of"]


def ranges_of(limits: Mapping[str, tuple[float, float]]) -> tuple[Range, ...]:
    """Return the ranges of a program.

    Parameters
    ----------
    limits : mapping of str to (float, float)
        Least and largest value by state.
    """
    return tuple(Range(ir_name(state), low, high) for state, (low, high) in limits.items())
