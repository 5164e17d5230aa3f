"""Operations of the program: the one table of their types, symbols, C text and evaluation.

An operation is added by a row here (with its function in `snndsl.numerics`, if it has one) and its tests: the checks of a
program, its text, every printer and the evaluation read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from snndsl import numerics
from snndsl.deferred import dataclass
from snndsl.numerics import arctangent, elementary, trigonometric

__all__ = ["OPERATIONS", "Operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its types, how it is written, and what it computes.

    Parameters
    ----------
    name : str
        In a `Call` and in the text of a program.
    arguments : str
        The type of each argument in order, ``r`` a real (double) or ``b`` a truth value. No operation is variadic.
    result : str
        ``r`` or ``b``.
    symbol : str
        What is written between two operands, or before one, in the program and in Python; empty: a function.
    precedence : int
        How tightly the symbol binds in Python: the larger, the tighter; 0 for a function.
    c : str
        The symbol or the function in C. Functions that begin with ``snn_`` are ours (`snndsl.numerics.c_functions`, or the
        runtime of a backend).
    c_precedence : int
        How tightly the symbol binds in C.
    evaluate : callable or None
        The operation on NumPy arrays; None for ``sample``, whose array belongs to the program.
    scalar : str
        The function in Python for one number (`snndsl.numerics.scalar`, ``np`` or built-in); empty where a search needs none.
    keys : int
        Place of the first of the two key words of a draw among the arguments; -1: no draw.
    """

    name: str
    arguments: str
    result: str
    symbol: str
    precedence: int
    c: str
    c_precedence: int
    evaluate: Callable[..., Any] | None
    scalar: str = ""
    keys: int = -1

    @property
    def prefix(self) -> str:
        """What is written before the operand of an operation of one, in the program and in Python."""
        return f"{self.symbol} " if self.symbol.isalpha() else self.symbol

    @property
    def is_own(self) -> bool:
        """Whether its C function is one of ours."""
        return self.c.startswith("snn_")

    @property
    def is_draw(self) -> bool:
        """Whether it draws a random number."""
        return self.keys >= 0


def _infix(
    name: str, types: str, symbol: str, binds: int, evaluate: Callable[..., Any], c: str = "", c_binds: int = 0
) -> Operation:
    """Make the row of an operation with a symbol; in C it is the same one unless said otherwise."""
    arguments, result = types.split(":")
    return Operation(name, arguments, result, symbol, binds, c or symbol, c_binds or binds, evaluate)


def _function(
    name: str, types: str, c: str, evaluate: Callable[..., Any] | None, scalar: str = "", keys: int = -1
) -> Operation:
    """Make the row of an operation that is a function."""
    arguments, result = types.split(":")
    return Operation(name, arguments, result, "", 0, c, 0, evaluate, scalar, keys)


def _own(evaluate: Callable[..., Any], types: str = "r:r") -> Operation:
    """Make the row of a function that `snndsl.numerics` has in C, for arrays and, in `scalar`, for one number."""
    name = evaluate.__name__
    return _function(name, types, f"snn_{name}", evaluate, name)


_ROWS: Iterable[Operation] = (
    # arithmetic of the platform
    _infix("add", "rr:r", "+", 5, np.add),
    _infix("sub", "rr:r", "-", 5, np.subtract),
    _infix("mul", "rr:r", "*", 6, np.multiply),
    _infix("div", "rr:r", "/", 6, np.true_divide),
    _infix("neg", "r:r", "-", 7, np.negative),
    _function("floor", "r:r", "floor", np.floor, "np.floor"),
    _function("abs", "r:r", "fabs", np.abs, "abs"),
    _function("sqrt", "r:r", "sqrt", np.sqrt, "np.sqrt"),
    # comparisons and truth values
    _infix("lt", "rr:b", "<", 4, np.less),
    _infix("le", "rr:b", "<=", 4, np.less_equal),
    _infix("gt", "rr:b", ">", 4, np.greater),
    _infix("ge", "rr:b", ">=", 4, np.greater_equal),
    _infix("eq", "rr:b", "==", 4, np.equal),
    _infix("ne", "rr:b", "!=", 4, np.not_equal),
    _infix("and", "bb:b", "and", 2, np.logical_and, "&"),  # both sides are computed
    _infix("or", "bb:b", "or", 1, np.logical_or, "|"),
    _infix("not", "b:b", "not", 3, np.logical_not, "!", 7),
    _function("select", "brr:r", "snn_select", np.where),  # both branches may be evaluated
    # our own functions
    _own(elementary.exp),
    _own(elementary.log),
    _own(elementary.expm1),
    _own(elementary.log1p),
    _own(trigonometric.sin),
    _own(trigonometric.cos),
    _own(trigonometric.tan),
    _own(elementary.tanh),
    _own(elementary.exprel),
    _own(elementary.sigmoid),
    _own(arctangent.atan2, "rr:r"),
    # draws: key word 0, key word 1, element, step, trial, call
    _function("uniform", "rrrrrr:r", "snn_uniform", numerics.uniform, keys=0),
    _function("normal", "rrrrrr:r", "snn_normal", numerics.normal, keys=0),
    _function("poisson", "rrrrrrr:r", "snn_poisson", numerics.poisson, keys=1),  # mean count first
    # mean, spread, low and high first
    _function("normal_in", "rrrrrrrrrr:r", "snn_normal_in", numerics.normal_in, keys=4),
    # an array of the program, read at floor(index); an index out of range stops the run
    _function("sample", "r:r", "snn_sample", None),
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType({row.name: row for row in _ROWS})
"""Every operation a backend has to know. There is no power (products), no min or max (select), no modulus (floor)."""
