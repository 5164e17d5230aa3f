"""Literal times as whole steps, exactly."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from snndsl.errors import Fault, ModelError
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import TIME
from snndsl.locations import SourceMap
from snndsl.model.text import Place, Rounding, Term
from snndsl.semantics.terms import parse_term
from snndsl.units import to_internal

__all__ = ["length_of_step", "near_steps", "run_length", "time_in_steps", "whole_steps"]

_MOST_STEPS = 2**31 - 1
_NEAR = Fraction(1, 10**6)


def whole_steps(term: Term, step: Fraction, what: str, rounding: Rounding | None = None, hint: str = "") -> int:
    """Return a literal time as a number of steps, exactly; one off the grid is rounded as told, or a fault.

    Raises
    ------
    ModelError
        off-grid, dimension.
    """
    node = term.tree
    if not isinstance(node, tree.Number):
        raise ModelError(term.problem("not-a-literal", f"{what} is no literal time", "a time such as 1 ms"))
    if node.unit is None or node.unit.dimension != TIME:
        if node.value == 0:
            return 0
        hint = f"{node.text} ms" if node.unit is None else ""
        raise ModelError(term.problem("dimension", f"{what} is {node.text}, no time", "a time such as 1 ms", hint))
    length = node.value * node.unit.factor * step**node.unit.step_power
    ratio = length / step
    if ratio.denominator != 1 and rounding is None:
        raise ModelError(_off_grid(f"{what} is {node.text}", ratio, step, term, hint))
    return _rounded(ratio, rounding)


def near_steps(time: float, step: Fraction, term: Term, what: str, rounding: Rounding | None = None, hint: str = "") -> int:
    """Return a computed time in ms as whole steps: within a millionth of a step of a grid point it is that point.

    Raises
    ------
    ModelError
        off-grid, not-finite.
    """
    if not math.isfinite(time):
        raise ModelError(term.problem("not-finite", f"{what} is {time}", "a finite number"))
    ratio = Fraction(time) / step
    if abs(ratio - round(ratio)) <= _NEAR:
        return round(ratio)
    if rounding is None:
        raise ModelError(_off_grid(f"{what} is {time!r} ms", ratio, step, term, hint))
    return _rounded(ratio, rounding)


def _rounded(ratio: Fraction, rounding: Rounding | None) -> int:
    """Return whole steps; half steps are rounded up."""
    return (
        math.ceil(ratio)
        if rounding == "up"
        else math.floor(ratio)
        if rounding == "down"
        else math.floor(ratio + Fraction(1, 2))
    )


def _off_grid(said: str, ratio: Fraction, step: Fraction, term: Term, hint: str) -> Fault:
    below = math.floor(ratio)
    near = " or ".join(f"{float(k * step)!r} ms" for k in (below, below + 1) if k > 0)
    what = f"{said}, no multiple of the step of {float(step)!r} ms"
    return term.problem("off-grid", what, "a whole number of steps", "; or ".join(text for text in (near, hint) if text))


def time_in_steps(text: str, step: Fraction, what: str = "the time") -> int:
    """Return a time from outside a file, such as ``10 s``, as a whole number of steps.

    Raises
    ------
    ModelError
        off-grid, dimension, unit-unknown ...
    """
    try:
        return whole_steps(parse_term(text, Place(SourceMap(what), ())), step, what)
    except TextFault as error:
        raise ModelError(Fault(error.code, f"{what}: {error.what}", expected=error.expected, try_=error.try_)) from None
    except ModelError as error:
        raise ModelError(replace(fault, file="", line=0, column=0) for fault in error.faults) from None


def run_length(text: str, step: Fraction) -> int:
    """Return the steps of a run whose length is given from outside the file.

    Raises
    ------
    ModelError
        As `time_in_steps`; duration.
    """
    steps = time_in_steps(text, step, "--duration")
    if not 0 < steps <= _MOST_STEPS:
        what = f"--duration: a run of {steps} steps"
        raise ModelError(Fault("duration", what, expected=f"between 1 and {_MOST_STEPS} steps"))
    return steps


def length_of_step(text: str, place: Place) -> Fraction:
    """Return the length of a step in ms.

    Raises
    ------
    ModelError
        step: it is no positive time.
    TextFault
        It cannot be read.
    """
    term = parse_term(text, place)
    node = term.tree
    if (
        not isinstance(node, tree.Number)
        or node.unit is None
        or node.unit.dimension != TIME
        or node.unit.step_power
        or node.value <= 0
    ):
        hint = f"{node.text} ms" if isinstance(node, tree.Number) and node.unit is None and node.value > 0 else ""
        raise ModelError(term.problem("step", f"the step is {text!r}", "a positive time such as 0.1 ms", hint))
    to_internal(node.value, node.unit)
    return node.value * node.unit.factor
