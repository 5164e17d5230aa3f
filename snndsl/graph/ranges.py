"""Between which numbers an expression of wiring lies, whatever is drawn: what can be judged without making any synapse."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from snndsl.expressions import tree
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.meanings import FIXED
from snndsl.model.checked import CheckedModel

__all__ = ["Range", "range_of"]

_ROUNDED: Mapping[str, Callable[[float], float]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": lambda value: math.floor(value + 0.5),
}
Range = tuple[float, float]
_FARTHEST = 40.0
"""No normal or exponential number that comes from 64 random bits is farther out."""


def range_of(model: CheckedModel, node: tree.Expression, names: Mapping[str, Range]) -> Range | None:
    """Return the least and greatest value that an expression can have; None if it is not known without the rows.

    Parameters
    ----------
    model : CheckedModel
        With the constants.
    node : Expression
        Of a weight, a delay, a parameter of a rule.
    names : mapping of str to tuple of float
        What is known of the names of wiring.
    """
    match node:
        case tree.Number():
            value = float(Evaluator({}, model.step)(node))
            return _known(value, value)
        case tree.Name(text=text):
            if text in names:
                return names[text]
            return range_of(model, model.constants[text].tree, names) if text in model.constants else _builtin(model, text)
        case tree.Unary(op="-"):
            inner = range_of(model, node.operand, names)
            return None if inner is None else (-inner[1], -inner[0])
        case tree.Unary(op="+"):
            return range_of(model, node.operand, names)
        case tree.Binary():
            left, right = range_of(model, node.left, names), range_of(model, node.right, names)
            return None if left is None or right is None else _binary(node.op, left, right)
        case tree.FunctionCall():
            arguments = [range_of(model, argument, names) for argument in node.arguments]
            known = [argument for argument in arguments if argument is not None]
            return _call(node.function, known) if len(known) == len(arguments) else None
    return None


def _builtin(model: CheckedModel, name: str) -> Range | None:
    value = FIXED[name](model.step) if name in FIXED else None
    return None if value is None else (value, value)


def _known(*values: float) -> Range | None:
    return (min(values), max(values)) if all(np.isfinite(values)) else None


def _binary(op: str, left: Range, right: Range) -> Range | None:
    with np.errstate(all="ignore"):
        match op:
            case "+":
                return _known(left[0] + right[0], left[1] + right[1])
            case "-":
                return _known(left[0] - right[1], left[1] - right[0])
            case "*":
                return _known(*(a * b for a in left for b in right))
            case "/" if right[0] > 0 or right[1] < 0:
                return _known(*(a / b for a in left for b in right))
    return None


def _call(function: str, arguments: list[Range]) -> Range | None:
    lows, highs = [item[0] for item in arguments], [item[1] for item in arguments]
    match function, arguments:
        case "min", _:
            return _known(min(lows), min(highs))
        case "max", _:
            return _known(max(lows), max(highs))
        case "clip", [x, low, high]:
            return _known(min(max(x[0], low[0]), high[0]), min(max(x[1], low[1]), high[1]))
        case "uniform", []:
            return 0.0, 1.0
        case "uniform", [_, _]:
            return _known(min(lows), max(highs))
        case "normal", []:
            return -_FARTHEST, _FARTHEST
        case "normal", [mean, spread]:
            far = _FARTHEST * max(abs(spread[0]), abs(spread[1]))
            return _known(mean[0] - far, mean[1] + far)
        case "exponential", [mean]:
            return _known(*(factor * value for factor in (0.0, _FARTHEST) for value in mean))
        case "normal_in", [mean, spread, low, high]:
            soon = low[1] <= mean[0] and mean[1] <= high[0] and high[0] - low[1] >= 0.1 * abs(spread[1])
            return _known(low[0], high[1]) if soon else None
        case "floor" | "ceil" | "round", [x]:
            return _known(*(_ROUNDED[function](value) for value in x))
    return None
