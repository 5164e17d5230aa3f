"""Values before a run: an expression of the language on arrays, in internal units, with our own functions and draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.expressions import tree
from snndsl.expressions.counts import in_counts
from snndsl.expressions.drawn import Drawer
from snndsl.expressions.functions import COMPUTED
from snndsl.expressions.meanings import FIXED, INFIX, on_grid, power, remainder, time_of
from snndsl.ir import OPERATIONS
from snndsl.units import to_internal

__all__ = ["Evaluator", "IndexOutOfRange", "LengthDiffers", "counted", "evaluate"]

Value = Any
"""A float or an array that broadcasts against the rows of the evaluation."""


class IndexOutOfRange(Exception):  # noqa: N818 - becomes a fault with a place
    """A data array was called with an index it does not have; `args` holds name, index and size."""


class LengthDiffers(Exception):  # noqa: N818 - becomes a fault with a place
    """A bare array has not one value for each row; `args` holds name, rows and size."""


class Column(Protocol):
    """An array that may be called."""

    @property
    def values(self) -> NDArray[np.float64]:
        """Internal units."""
        ...


@dataclass(frozen=True, slots=True)
class ArrayAlgebra:
    """Operations carried out at once, on numbers and arrays (an `Algebra`); `stamp` is None where there is no step."""

    step: Fraction
    stamp: Value = None
    known = True

    @property
    def now(self) -> Value:
        """Number of the step for which something is computed before the run."""
        if self.stamp is None:
            raise TypeError("there is no step before a run")
        return self.stamp

    def __call__(self, operation: str, *operands: Value) -> Value:
        """Return the result of an operation."""
        evaluate = OPERATIONS[operation].evaluate
        assert evaluate is not None
        return evaluate(*operands)

    def once(self, value: Value, name: str = "value") -> Value:
        """Return the value, which is computed."""
        return value


@dataclass(eq=False)
class Evaluator:
    """Evaluates trees on the names and arrays of one scope.

    Parameters
    ----------
    names : mapping of str to value, or callable
        Numbers or arrays, internal units.
    step : Fraction
        Length of a step in ms.
    data : mapping of str to Column
        Arrays that may be called.
    draw : Drawer or None
        None: nothing may be drawn.
    stamp : float, array or None
        Numbers of steps for which an expression of a run is computed before it; None: there is no step.
    sums : callable or None
        Carries out a sum over synapses: takes its name and what is added up. None: there are no synapses.
    """

    names: Mapping[str, Value] | Callable[[str], Value]
    step: Fraction
    data: Mapping[str, Column] = field(default_factory=dict)
    draw: Drawer | None = None
    stamp: Value = None
    sums: Callable[[str, Value], Value] | None = None

    def __post_init__(self) -> None:
        self.apply = ArrayAlgebra(self.step, self.stamp)

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
                return operand if node.op == "+" else self.apply("not" if node.op == "not" else "neg", operand)
            case tree.Binary():
                return self._binary(node.op, self._value(node.left), self._value(node.right))
            case tree.Compare():
                return self.apply(INFIX[node.op], self._value(node.left), self._value(node.right))
            case tree.Logic():
                values = [self._value(operand) for operand in node.operands]
                result = values[0]
                for value in values[1:]:
                    result = self.apply(node.op, result, value)
                return result
            case tree.FunctionCall(function="steps", arguments=(tree.Name(text="t"),)) if self.stamp is not None:
                return self.stamp
            case tree.FunctionCall():
                arguments = node.arguments
                if node.function in COMPUTED and COMPUTED[node.function].where == "run":  # its argument comes in steps
                    arguments = (tree.FunctionCall("steps", arguments),)
                return self._call(node.function, [self._value(argument) for argument in arguments])
        raise TypeError(node)

    def _named(self, name: str) -> Value:
        if name in FIXED:
            return FIXED[name](self.step)
        if name == "t" and self.stamp is not None:
            return time_of(self.apply, self.stamp)
        return self.names(name) if callable(self.names) else self.names[name]

    def _binary(self, op: str, left: Value, right: Value) -> Value:
        if op == "%":
            return remainder(self.apply, left, right)
        if op != "**":
            return self.apply(INFIX[op], left, right)
        exponent = float(right) if np.ndim(right) == 0 else None
        whole = exponent is not None and abs(exponent) <= 64 and exponent == int(exponent)
        return power(self.apply, left, right, int(right) if whole else None)

    def _call(self, name: str, arguments: list[Value]) -> Value:
        function = COMPUTED.get(name)
        if function is None:
            return _sample(name, self.data[name].values, arguments)
        if function.where == "rules":
            assert self.sums is not None
            return self.sums(name, *arguments)
        if function.draws:
            assert self.draw is not None
            return function(self.apply, self.draw.identity(), *arguments)
        return function(self.apply, *arguments)


def _sample(name: str, array: NDArray[np.float64], arguments: list[Value]) -> Value:
    places = []
    for size, argument in zip(array.shape, arguments, strict=True):
        place = np.floor(np.asarray(argument, np.float64)).astype(np.int64)
        bad = (place < 0) | (place >= size)
        if np.any(bad):
            raise IndexOutOfRange(name, int(place[bad].ravel()[0]) if place.ndim else int(place), size)
        places.append(place)
    return array[tuple(places)]


def counted(times: Value, step: Fraction) -> Value:
    """Return times in ms as steps: near to a grid point that point, an integer, else the quotient.

    Parameters
    ----------
    times : float or ndarray
        ms.
    step : Fraction
        Length of a step in ms.
    """
    with np.errstate(invalid="ignore"):
        return on_grid(ArrayAlgebra(step), np.asarray(times, np.float64))


def evaluate(node: tree.Expression, names: Callable[[str], Value], step: Fraction) -> Value:
    """Return the value of an expression of plain numbers."""
    return Evaluator(names, step)(node)
