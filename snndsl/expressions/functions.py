"""Functions of the language: how many arguments they take, and what they do to dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["DRAWS", "FUNCTIONS", "Function"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function.

    Parameters
    ----------
    least, most : int
        Number of arguments.
    law : str
        ``number`` (number to number), ``same`` (all arguments and the result alike), ``sqrt``, ``keep`` (any argument, result
        alike), ``where`` (condition, then alike), ``time-number``, ``time-time``, ``time-truth``, ``draw`` (arguments alike,
        a number without any), ``noise`` (one over the square root of time), ``sign``.
    counts : tuple of int
        Allowed numbers of arguments if not every number between.
    """

    least: int
    most: int
    law: str
    counts: tuple[int, ...] = ()


_NUMBER = Function(1, 1, "number")

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **dict.fromkeys(("exp", "log", "expm1", "log1p", "sin", "cos", "tan", "tanh", "exprel", "sigmoid"), _NUMBER),
        **dict.fromkeys(("floor", "ceil", "round"), _NUMBER),
        "sqrt": Function(1, 1, "sqrt"),
        "abs": Function(1, 1, "keep"),
        "sign": Function(1, 1, "sign"),
        "min": Function(2, 16, "same"),
        "max": Function(2, 16, "same"),
        "clip": Function(3, 3, "same"),
        "where": Function(3, 3, "where"),
        "steps": Function(1, 1, "time-number"),
        "tick": Function(1, 1, "time-number"),
        "phase": Function(1, 1, "time-time"),
        "begins": Function(1, 1, "time-truth"),
        "uniform": Function(0, 2, "draw", (0, 2)),
        "normal": Function(0, 2, "draw", (0, 2)),
        "normal_in": Function(4, 4, "draw"),
        "lognormal": Function(0, 2, "number", (0, 2)),
        "exponential": Function(0, 1, "draw"),
        "poisson": Function(1, 1, "number"),
        "xi": Function(0, 0, "noise"),
        "sum_by_target": Function(1, 1, "keep"),
        "sum_by_source": Function(1, 1, "keep"),
    }
)

DRAWS = frozenset({"uniform", "normal", "normal_in", "lognormal", "exponential", "poisson", "xi"})
