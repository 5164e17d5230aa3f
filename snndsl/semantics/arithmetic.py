"""Values at build time: an expression of the language on arrays, in internal units, with our own functions and draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from snndsl import numerics
from snndsl.expressions import tree
from snndsl.expressions.counts import NEAR, TO_MS, TO_STEPS, in_counts
from snndsl.model.data import DataColumn
from snndsl.units import to_internal

__all__ = ["DrawTooRare", "Drawer", "Evaluator", "IndexOutOfRange", "LengthDiffers", "counted", "evaluate"]

Value = Any
"""A float or an array that broadcasts against the rows of the evaluation."""


class IndexOutOfRange(Exception):  # noqa: N818 - becomes a fault with a place
    """A data array was called with an index it does not have; `args` holds name, index and size."""


class DrawTooRare(Exception):  # noqa: N818 - becomes a fault with a place
    """Numbers are drawn again until they lie where almost none do; `args` holds mean, spread, low and high."""


class LengthDiffers(Exception):  # noqa: N818 - becomes a fault with a place
    """A bare array has not one value for each row; `args` holds name, rows and size."""


@dataclass(eq=False)
class Drawer:
    """Draws of one text: a function of (key, element, step, trial) and the number of the call in the text.

    Parameters
    ----------
    key : tuple of int
        Of the stream.
    element, step, trial : array or float
        Identity of each row.
    """

    key: tuple[int, int]
    element: Value
    step: Value = 0.0
    trial: Value = 0.0
    calls: int = 0

    def __call__(self, name: str, arguments: list[Value]) -> Value:
        """Return one draw a row."""
        identity = (*self.key, self.element, self.step, self.trial, float(self.calls))
        self.calls += 1
        if name == "normal_in":
            return self._inside(arguments, identity)
        if name == "poisson":
            return numerics.poisson(arguments[0], *identity)
        if name == "uniform":
            drawn = numerics.uniform(*identity)
            return arguments[0] + (arguments[1] - arguments[0]) * drawn if arguments else drawn
        if name == "exponential":
            return -((arguments[0] if arguments else 1.0) * numerics.log(numerics.uniform(*identity)))
        drawn = numerics.normal(*identity)
        if arguments:
            drawn = arguments[0] + arguments[1] * drawn
        return numerics.exp(drawn) if name == "lognormal" else drawn

    def _inside(self, arguments: list[Value], identity: tuple[Any, ...]) -> Value:
        """Draw again until the value lies in [low, high]."""
        mean, spread, low, high, *words = np.broadcast_arrays(*arguments, *identity[2:5])
        rare = ~(_share(mean, spread, low, high) >= _LEAST_SHARE)
        if rare.any():
            first = int(np.argmax(rare))
            raise DrawTooRare(*(float(array.ravel()[first]) for array in (mean, spread, low, high)))
        result = np.full(mean.shape, np.nan)
        pending = np.ones(mean.shape, np.bool_)
        for attempt in range(65536):
            rows = [np.asarray(word, np.float64)[pending] for word in words]
            standard = numerics.normal_attempt(identity[0], identity[1], rows[0], rows[1], rows[2], identity[5], attempt)
            drawn = mean[pending] + spread[pending] * standard
            inside = (drawn >= low[pending]) & (drawn <= high[pending])
            result[pending] = np.where(inside, drawn, np.nan)
            pending = np.isnan(result)
            if not pending.any():
                break
        return result


@dataclass(eq=False)
class Evaluator:
    """Evaluates trees on the names and arrays of one scope.

    Parameters
    ----------
    names : mapping of str to value, or callable
        Numbers or arrays, internal units.
    step : Fraction
        Length of a step in ms.
    data : mapping of str to DataColumn
        Arrays that may be called.
    draw : Drawer or None
        None: nothing may be drawn.
    """

    names: Mapping[str, Value] | Callable[[str], Value]
    step: Fraction
    data: Mapping[str, DataColumn] = field(default_factory=dict)
    draw: Drawer | None = None

    def __call__(self, node: tree.Expression) -> Value:
        """Return the value; warnings of NumPy are silent, NaN and infinities are the caller's to judge."""
        with np.errstate(all="ignore"):
            return self._value(node)

    def _value(self, node: tree.Expression) -> Value:
        node = in_counts(node, self.step)
        match node:
            case tree.Number():
                return to_internal(node.value, node.unit, self.step)
            case tree.Name():
                return self._named(node.text)
            case tree.Unary():
                operand = self._value(node.operand)
                return -operand if node.op == "-" else np.logical_not(operand) if node.op == "not" else operand
            case tree.Binary():
                return self._binary(node)
            case tree.Compare():
                return _COMPARE[node.op](self._value(node.left), self._value(node.right))
            case tree.Logic():
                values = [self._value(operand) for operand in node.operands]
                join = np.logical_and if node.op == "and" else np.logical_or
                result = values[0]
                for value in values[1:]:
                    result = join(result, value)
                return result
            case tree.Call():
                return self._call(node.function, [self._value(argument) for argument in node.arguments])
        raise TypeError(node)

    def _named(self, name: str) -> Value:
        if name == "pi":
            return np.pi
        if name == "dt":
            return float(self.step)
        return self.names(name) if callable(self.names) else self.names[name]

    def _binary(self, node: tree.Binary) -> Value:
        left, right = self._value(node.left), self._value(node.right)
        match node.op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return np.divide(left, right)
            case "%":
                return left - right * np.floor(np.divide(left, right))
        exponent = float(right) if np.ndim(right) == 0 else None
        if exponent is not None and abs(exponent) <= 64 and exponent == int(exponent):
            result = 1.0 if exponent == 0 else left
            for _ in range(int(abs(exponent)) - 1):
                result = result * left
            return np.divide(1.0, result) if exponent < 0 else result
        return numerics.exp(right * numerics.log(left))

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](*arguments)
        if name in ("uniform", "normal", "normal_in", "lognormal", "exponential", "poisson"):
            assert self.draw is not None
            return self.draw(name, arguments)
        if name == "steps":
            return np.floor(counted(arguments[0], self.step) + 0.5)
        if name == TO_STEPS:
            return counted(arguments[0], self.step)
        if name == TO_MS:
            return arguments[0] * float(self.step.numerator) / float(self.step.denominator)
        array = self.data[name]
        places = []
        for size, argument in zip(array.values.shape, arguments, strict=True):
            place = np.floor(np.asarray(argument, np.float64)).astype(np.int64)
            bad = (place < 0) | (place >= size)
            if np.any(bad):
                raise IndexOutOfRange(name, int(place[bad].ravel()[0]) if place.ndim else int(place), size)
            places.append(place)
        return array.values[tuple(places)]


def counted(times: Value, step: Fraction) -> Value:
    """Return times in ms as steps: within `NEAR` of a grid point that point, an integer, else the quotient.

    Parameters
    ----------
    times : float or ndarray
        ms.
    step : Fraction
        Length of a step in ms.
    """
    with np.errstate(invalid="ignore"):
        ratio = np.asarray(times, np.float64) * float(step.denominator) / float(step.numerator)
        whole = np.floor(ratio + 0.5)
        return np.where(np.abs(ratio - whole) <= NEAR, whole, ratio)


def _share(mean: Value, spread: Value, low: Value, high: Value) -> Value:
    """Return the share of a normal distribution that lies in [low, high]."""
    with np.errstate(all="ignore"):
        width = np.abs(spread) * math.sqrt(2.0)
        a, b = (np.where(width > 0, (bound - mean) / width, np.sign(bound - mean) * np.inf) for bound in (low, high))
        near = np.where(a + b > 0, _ERFC(a) - _ERFC(b), _ERFC(-b) - _ERFC(-a)).astype(np.float64) / 2
    return np.where(width == 0, (low <= mean) & (mean <= high), near)


def _minimum(first: Value, *others: Value) -> Value:
    for other in others:
        first = np.where(other < first, other, first)
    return first


def _maximum(first: Value, *others: Value) -> Value:
    for other in others:
        first = np.where(other > first, other, first)
    return first


_ERFC = np.frompyfunc(math.erfc, 1, 1)
_LEAST_SHARE = 1e-3

_COMPARE: dict[str, Callable[[Value, Value], Value]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}

_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": numerics.exp,
    "log": numerics.log,
    "expm1": numerics.expm1,
    "log1p": numerics.log1p,
    "sin": numerics.sin,
    "cos": numerics.cos,
    "tan": numerics.tan,
    "tanh": numerics.tanh,
    "exprel": numerics.exprel,
    "sigmoid": numerics.sigmoid,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "sign": np.sign,
    "round": lambda x: np.floor(x + 0.5),
    "min": _minimum,
    "max": _maximum,
    "clip": lambda x, low, high: np.where(x < low, low, np.where(x > high, high, x)),
    "where": np.where,
}


def evaluate(node: tree.Expression, names: Callable[[str], Value], step: Fraction) -> Value:
    """Return the value of an expression of plain numbers."""
    return Evaluator(names, step)(node)
