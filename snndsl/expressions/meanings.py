"""What the functions and operators of the language mean: each is said once, in operations of the program.

The same meaning is computed on arrays before a run (`snndsl.expressions.arithmetic`) and written into a program
(`snndsl.lowering.translate`), so that a value does not depend on when it is computed; but a power is a product where its
exponent is known to be whole, which is more often so before a run. An operand that is read twice goes through
`Algebra.once` first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from snndsl.ir import OPERATIONS

__all__ = ["FIXED", "INFIX", "NEAR", "Algebra", "Meaning", "on_grid", "power", "remainder", "time_of", "whole_steps"]

NEAR = 1e-6
"""A time this near to a grid point, in steps, is that point."""

INFIX: Mapping[str, str] = MappingProxyType(
    {row.symbol: row.name for row in OPERATIONS.values() if row.symbol and len(row.arguments) == 2}
)
"""Operation of each operator between two operands."""

FIXED: Mapping[str, Callable[[Fraction], float]] = MappingProxyType({"pi": lambda step: math.pi, "dt": float})
"""Names whose value is the same in every text, as functions of the length of a step in ms."""

Meaning = Callable[..., Any]
"""Takes an algebra, of a draw its identity, and the arguments."""

V = TypeVar("V")  # a number, an array or an expression of a program, whatever the algebra computes with


class Algebra(Protocol[V]):
    """What carries out operations: on numbers, on arrays, or by writing them down."""

    @property
    def step(self) -> Fraction:
        """Length of a step in ms."""
        ...

    @property
    def known(self) -> bool:
        """Whether it computes with numbers, before a run."""
        ...

    @property
    def now(self) -> V:
        """Number of the step; there is none before a run."""
        ...

    def __call__(self, operation: str, *operands: V | float) -> V:
        """Apply an operation of the program; plain numbers may be operands."""
        ...

    def once(self, value: V | float, name: str = "value") -> V:
        """Return a value that may be read many times and is computed once."""
        ...


# ---- numbers


def power(o: Algebra[V], base: V, exponent: V, whole: int | None) -> V:
    """Products if the exponent is a whole number that is known, else exp(exponent*log(base))."""
    if whole is None:
        return o("exp", o("mul", exponent, o("log", base)))
    result = o.once(1.0) if whole == 0 else base
    for _ in range(abs(whole) - 1):
        result = o("mul", result, base)
    return o("div", 1.0, result) if whole < 0 else result


def remainder(o: Algebra[V], a: V, b: V) -> V:
    """a - b*floor(a/b), which has the sign of b."""
    a, b = o.once(a), o.once(b)
    return o("sub", a, o("mul", b, o("floor", o("div", a, b))))


def asin(o: Algebra[V], x: V) -> V:
    """The angle of (sqrt(1 - x^2), x)."""
    x = o.once(x)
    return o("atan2", x, _beside(o, x))


def acos(o: Algebra[V], x: V) -> V:
    """The angle of (x, sqrt(1 - x^2))."""
    x = o.once(x)
    return o("atan2", _beside(o, x), x)


def _beside(o: Algebra[V], x: V) -> V:
    return o("sqrt", o("mul", o("sub", 1.0, x), o("add", 1.0, x)))


def atan(o: Algebra[V], x: V) -> V:
    """The angle of (1, x)."""
    return o("atan2", x, 1.0)


def sinh(o: Algebra[V], x: V) -> V:
    """(expm1(x) - expm1(-x))/2: both terms have one sign, so nothing cancels; within 2 ulp."""
    x = o.once(x)
    return o("mul", 0.5, o("sub", o("expm1", x), o("expm1", o("neg", x))))


def cosh(o: Algebra[V], x: V) -> V:
    """(e + 1/e)/2 with e = exp(abs(x)); within 2 ulp."""
    e = o.once(o("exp", o("abs", x)), "e")
    return o("add", o("mul", 0.5, e), o("div", 0.5, e))


def sign(o: Algebra[V], x: V) -> V:
    """-1, 0 or 1."""
    x = o.once(x)
    return o("select", o("gt", x, 0.0), 1.0, o("select", o("lt", x, 0.0), -1.0, 0.0))


def ceil(o: Algebra[V], x: V) -> V:
    """The least whole number that is not below x."""
    return o("neg", o("floor", o("neg", x)))


def round_(o: Algebra[V], x: V) -> V:
    """The nearest whole number, a half upwards."""
    return o("floor", o("add", x, 0.5))


def least(o: Algebra[V], *values: V) -> V:
    """The first of the smallest."""
    return _extreme(o, "lt", "min", values)


def greatest(o: Algebra[V], *values: V) -> V:
    """The first of the largest."""
    return _extreme(o, "gt", "max", values)


def _extreme(o: Algebra[V], better: str, name: str, values: tuple[V, ...]) -> V:
    result = o.once(values[0])
    for value in values[1:]:
        other = o.once(value)
        result = o.once(o("select", o(better, other, result), other, result), name)
    return result


def clip(o: Algebra[V], x: V, low: V, high: V) -> V:
    """x, or the bound that it is beyond."""
    x, low, high = (o.once(value) for value in (x, low, high))
    return o("select", o("lt", x, low), low, o("select", o("gt", x, high), high, x))


def where(o: Algebra[V], condition: V, one: V, other: V) -> V:
    """One of two values."""
    return o("select", condition, one, other)


# ---- times


def time_of(o: Algebra[V], steps: V) -> V:
    """The time in ms of a number of steps: the double nearest to steps times the step, as (j*p)/q."""
    scaled = steps if o.step.numerator == 1 else o("mul", steps, float(o.step.numerator))
    return scaled if o.step.denominator == 1 else o("div", scaled, float(o.step.denominator))


def _scaled(o: Algebra[V], time: V) -> V:
    """A time in ms as steps, which may miss a whole number by rounding."""
    scaled = time if o.step.denominator == 1 else o("mul", time, float(o.step.denominator))
    return scaled if o.step.numerator == 1 else o("div", scaled, float(o.step.numerator))


def on_grid(o: Algebra[V], time: V) -> V:
    """A time in ms as steps: within `NEAR` of a grid point that point, an integer, else the quotient."""
    steps = o.once(_scaled(o, time))
    whole = o.once(o("floor", o("add", steps, 0.5)), "whole")
    return o("select", o("le", o("abs", o("sub", steps, whole)), NEAR), whole, steps)


def whole_steps(o: Algebra[V], time: V) -> V:
    """A time in ms as the nearest whole number of steps."""
    return round_(o, _scaled(o, time))


def tick(o: Algebra[V], period: V) -> V:
    """How many periods, in steps, have passed."""
    return o("floor", o("div", o.now, o.once(period)))


def _since(o: Algebra[V], period: V) -> V:
    return o("sub", o.now, o("mul", period, tick(o, period)))


def begins(o: Algebra[V], period: V) -> V:
    """Whether a period, in steps, begins now."""
    return o("eq", _since(o, o.once(period)), 0.0)


def phase(o: Algebra[V], period: V) -> V:
    """Time since the last period, in steps, began."""
    return time_of(o, _since(o, o.once(period)))


# ---- draws


def poisson(o: Algebra[V], identity: tuple[V, ...], mean: V) -> V:
    """A count of this mean."""
    return o("poisson", mean, *identity)


def exponential(o: Algebra[V], identity: tuple[V, ...], mean: V | float = 1.0) -> V:
    """An exponential number of this mean."""
    return o("neg", o("mul", mean, o("log", o("uniform", *identity))))


def uniform(o: Algebra[V], identity: tuple[V, ...], low: V | float = 0.0, high: V | None = None) -> V:
    """A number between two others."""
    drawn = o("uniform", *identity)
    if high is None:
        return drawn
    low = o.once(low)
    return o("add", low, o("mul", o("sub", high, low), drawn))


def normal(o: Algebra[V], identity: tuple[V, ...], mean: V | float = 0.0, spread: V | None = None) -> V:
    """A normal number of this mean and standard deviation."""
    drawn = o("normal", *identity)
    return drawn if spread is None else o("add", mean, o("mul", spread, drawn))


def lognormal(o: Algebra[V], identity: tuple[V, ...], *parameters: V) -> V:
    """The exponential of a normal number."""
    return o("exp", normal(o, identity, *parameters))
