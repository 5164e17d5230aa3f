"""Expressions of the language as expressions of the program.

What the program has no word for is arithmetic (`snndsl.expressions.meanings`): powers are products, min, max and clip are
comparisons and select. Operands that would be written twice are bound to a local first, so that nothing is evaluated twice
and nothing is reordered.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from snndsl.deferred import dataclass
from snndsl.expressions import tree
from snndsl.expressions.counts import in_counts
from snndsl.expressions.functions import COMPUTED
from snndsl.expressions.meanings import FIXED, INFIX, power, remainder, time_of
from snndsl.ir import Block, Call, Const, Expr, Ref
from snndsl.ir.naming import program_name
from snndsl.units import to_internal

__all__ = ["BlockBuilder", "Names", "Translator", "draw_arguments", "start_time"]

Names = Callable[[str], Expr]
"""Gives a name of the language its value at this point of the block."""


class BlockBuilder:
    """Collects single assignments; every local gets a fresh name ``base__k``.

    `origins` holds the user's text of a local, for comments.
    """

    def __init__(self) -> None:
        self.lets: list[tuple[str, Expr]] = []
        self.origins: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def let(self, base: str, expression: Expr, origin: str = "") -> Ref:
        """Bind an expression and return its name."""
        base = program_name(base)
        self._counts[base] = self._counts.get(base, 0) + 1
        name = f"{base}__{self._counts[base]}"
        self.lets.append((name, expression))
        if origin:
            self.origins[name] = origin
        return Ref(name)

    def atom(self, expression: Expr, base: str = "value", origin: str = "") -> Expr:
        """Return the expression itself if it is a name or a constant, else bind it."""
        return expression if isinstance(expression, Ref | Const) else self.let(base, expression, origin)

    def block(self, writes: list[tuple[str, str]]) -> Block:
        """Return what was collected."""
        return Block(tuple(self.lets), tuple(writes))


def draw_arguments(key: tuple[str, str], element: Expr, step: Expr, trial: Expr, call: int) -> tuple[Expr, ...]:
    """Return the six arguments that identify a draw; `key` names the parameters that hold the stream's key."""
    return (Ref(key[0]), Ref(key[1]), element, step, trial, Const(float(call)))


def start_time(step: Expr, length: Fraction) -> Expr:
    """Return the time in ms of a stamp: the double nearest to stamp times step."""
    return time_of(Writing(BlockBuilder(), length, step), step)


@dataclass(frozen=True, slots=True)
class Writing:
    """Operations written into a block (an `Algebra`)."""

    builder: BlockBuilder
    step: Fraction
    now: Expr
    known = False

    def __call__(self, operation: str, *operands: Expr | float) -> Expr:
        """Return the operation as an expression."""
        return Call(operation, tuple(Const(operand) if isinstance(operand, float) else operand for operand in operands))

    def once(self, value: Expr | float, name: str = "value") -> Expr:
        """Return a name or a constant; anything else is bound to a local."""
        return Const(value) if isinstance(value, float) else self.builder.atom(value, name)


class Translator:
    """Turns trees into expressions of a program.

    Parameters
    ----------
    builder : BlockBuilder
        Takes the locals.
    names : callable
        Value of a name other than ``t`` and those that are the same in every text.
    step : Fraction
        Length of a step in ms.
    now : Expr
        The step number of ``t``, which `tick`, `phase` and `begins` count.
    draw : callable or None
        Arguments that identify a drawing call of the text; None: nothing may be drawn here.
    samples : callable
        Name of the program's array for a data call.
    add_up : callable or None
        Value of a sum over synapses, by its function and what is added; None: there are none here.
    """

    def __init__(
        self,
        builder: BlockBuilder,
        names: Names,
        step: Fraction,
        now: Expr | None = None,
        draw: Callable[[tree.FunctionCall], tuple[Expr, ...]] | None = None,
        samples: Callable[[str, int], tuple[str, tuple[int, ...]]] | None = None,
        add_up: Callable[[str, Expr], Expr] | None = None,
    ) -> None:
        self.names = names
        self.step = step
        self.now = now if now is not None else Ref("step")
        self.draw = draw
        self.samples = samples
        self.add_up = add_up
        self.apply = Writing(builder, step, self.now)

    def __call__(self, node: tree.Expression) -> Expr:
        """Return the expression for a tree."""
        node = in_counts(node, self.step)
        match node:
            case tree.Number():
                return Const(to_internal(node.value, node.unit, self.step))
            case tree.Name():
                return self._named(node.text)
            case tree.Unary(op="-"):
                operand = self(node.operand)
                return Const(-operand.value) if isinstance(operand, Const) else Call("neg", (operand,))
            case tree.Unary(op="not"):
                return Call("not", (self(node.operand),))
            case tree.Unary():
                return self(node.operand)
            case tree.Binary(op="**"):
                base = self.apply.once(self(node.left), "base")
                return power(self.apply, base, self(node.right), integer_exponent(node.right))
            case tree.Binary(op="%"):
                return remainder(self.apply, self(node.left), self(node.right))
            case tree.Binary() | tree.Compare():
                return Call(INFIX[node.op], (self(node.left), self(node.right)))
            case tree.Logic():
                joined: Expr = self(node.operands[0])
                for part in node.operands[1:]:
                    joined = Call(node.op, (joined, self(part)))
                return joined
            case tree.FunctionCall():
                return self._call(node)
        raise TypeError(node)

    def _named(self, text: str) -> Expr:
        if text in FIXED:
            return Const(FIXED[text](self.step))
        return time_of(self.apply, self.now) if text == "t" else self.names(text)

    def _call(self, node: tree.FunctionCall) -> Expr:
        function = COMPUTED.get(node.function)
        if function is None:
            return self._sampled(node.function, [self(argument) for argument in node.arguments])
        match node:
            case tree.FunctionCall(function="steps", arguments=(tree.Name(text="t"),)):
                return self.now
            case tree.FunctionCall(function="steps", arguments=(tree.Name(text="dt"),)):
                return Const(1.0)
            case tree.FunctionCall(function="steps", arguments=(tree.Name(text=text),)) if text.startswith("since_"):
                return self.names(f"steps({text})")
        if function.where == "rules":
            assert self.add_up is not None
            return self.add_up(node.function, self(node.arguments[0]))
        if function.where == "run":
            node = tree.FunctionCall(node.function, (tree.FunctionCall("steps", node.arguments),))
        arguments: list[Any] = [self(argument) for argument in node.arguments]
        if function.draws:
            assert self.draw is not None
            arguments.insert(0, self.draw(node))
        written: Expr = function(self.apply, *arguments)
        return written

    def _sampled(self, name: str, arguments: list[Expr]) -> Expr:
        assert self.samples is not None
        key, shape = self.samples(name, len(arguments))
        index: Expr = Call("floor", (arguments[0],))
        for size, argument in zip(shape[1:], arguments[1:], strict=True):
            index = Call("add", (Call("mul", (index, Const(float(size)))), Call("floor", (argument,))))
        return Call("sample", (index,), key)


def integer_exponent(node: tree.Expression) -> int | None:
    """Return the exponent if it is written as an integer of magnitude at most 64, else None."""
    sign = 1
    while isinstance(node, tree.Unary) and node.op in "+-":
        sign, node = (-sign if node.op == "-" else sign), node.operand
    if isinstance(node, tree.Number) and node.unit is None and isinstance(node.value, Fraction) and node.value.denominator == 1:
        exponent = sign * int(node.value)
        return exponent if abs(exponent) <= 64 else None
    return None
