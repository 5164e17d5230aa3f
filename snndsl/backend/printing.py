"""Expressions of the program as text of another language: brackets where the order of evaluation needs them, and only there.

Floating-point addition is not associative, so ``a + (b + c)`` keeps its brackets; ``(a + b) + c`` needs none, because every
language here reads operators of one precedence from the left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from snndsl.deferred import dataclass
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Operation, Ref

__all__ = ["PYTHON", "C", "Notation", "c_expression", "number", "saved_states", "written"]

Name = Callable[[str], str]
Printed = Callable[[Expr], str]

_ATOM = 100
_COMPARISONS = frozenset(item.name for item in OPERATIONS.values() if item.result == "b" and item.arguments == "rr")


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes operations that have a symbol.

    Parameters
    ----------
    symbols : mapping of str to str
        Operation to symbol; one that is missing is a function.
    precedence : mapping of str to int
        The larger, the tighter it binds.
    """

    symbols: Mapping[str, str]
    precedence: Mapping[str, int]


def _notation(symbol: Callable[[Operation], str], precedence: Callable[[Operation], int]) -> Notation:
    rows = [operation for operation in OPERATIONS.values() if operation.symbol]
    return Notation({row.name: symbol(row) for row in rows}, {row.name: precedence(row) for row in rows})


PYTHON = _notation(lambda row: row.symbol, lambda row: row.precedence)
"""Python, which Brian2's abstract code is a part of."""

C = _notation(lambda row: row.c, lambda row: row.c_precedence)
"""C and C++."""


def written(tree: Expr, notation: Notation, name: Name, function: Callable[[Call, Printed], str]) -> str:
    """Return an expression as text with the fewest brackets that keep its order of evaluation.

    Parameters
    ----------
    tree : Expr
        Any.
    notation : Notation
        Of the language.
    name : callable
        Text of a name of the program.
    function : callable
        Text of an operation without a symbol; gets the call and what prints its arguments.

    Returns
    -------
    str
        Reading it back gives the same tree.
    """

    def operand(part: Expr, at_least: int) -> str:
        """Print an operand, in brackets if it binds less than is needed."""
        text, precedence = printed(part)
        return text if precedence >= at_least else f"({text})"

    def printed(part: Expr) -> tuple[str, int]:
        """Print a tree, and say how tightly it binds."""
        match part:
            case Const(value):
                text = number(value)
                return text, notation.precedence["neg"] if text.startswith("-") else _ATOM
            case Ref(text):
                return name(text), _ATOM
            case Call(op, (left, right), _) if op in notation.symbols:
                binds = notation.precedence[op]
                first = operand(left, binds + (op in _COMPARISONS))  # Python chains comparisons
                return f"{first} {notation.symbols[op]} {operand(right, binds + 1)}", binds
            case Call(op, (argument,), _) if op in notation.symbols:
                symbol, binds = notation.symbols[op], notation.precedence[op]
                return f"{symbol}{' ' * symbol.isalpha()}{operand(argument, binds + 1)}", binds
            case Call():
                return function(part, lambda argument: printed(argument)[0]), _ATOM

    return printed(tree)[0]


def number(value: float) -> str:
    """Return a finite double as text that every language reads as the same bits."""
    return repr(float(value))


def c_expression(tree: Expr, name: Name, samples: Mapping[str, int]) -> str:
    """Return an expression as C text.

    Parameters
    ----------
    tree : Expr
        Any.
    name : callable
        C name of a name of the program.
    samples : mapping of str to int
        Number of each array of the program.
    """

    def function(call: Call, printed: Printed) -> str:
        """Print a call of a C function."""
        first = [str(samples[call.key])] if call.op == "sample" else []
        return f"{OPERATIONS[call.op].c}({', '.join([*first, *map(printed, call.args)])})"

    return written(tree, C, name, function)


def saved_states(block: Block, states: Iterable[str]) -> list[str]:
    """Return the states whose old value is written to another one after they got their new value: writes happen at once."""
    known, changed, saved = set(states), set[str](), dict[str, None]()
    for state, value in block.writes:
        if value in changed and value in known:
            saved[value] = None
        changed.add(state)
    return list(saved)
