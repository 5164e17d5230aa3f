"""Expressions of the language as expressions of the program.

What the program has no word for becomes arithmetic here: powers are products, min, max and clip are comparisons and
select, a remainder is a - b*floor(a/b). Operands that would be written twice are bound to a local first, so that nothing
is evaluated twice and nothing is reordered.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from snndsl.expressions import tree
from snndsl.expressions.counts import NEAR, TO_MS, TO_STEPS, in_counts
from snndsl.ir import Block, Call, Const, Expr, Ref
from snndsl.units import to_internal

__all__ = ["BlockBuilder", "Names", "Translator", "draw_arguments", "start_time"]

Names = Callable[[str], Expr]
"""Gives a name of the language its value at this point of the block."""

_BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARE = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_DIRECT = {
    "exp", "log", "expm1", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "abs", "floor", "exprel", "sigmoid",
}  # fmt: skip
_DRAWS = {"uniform", "normal", "lognormal", "exponential", "poisson"}


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
        base = base.replace(".", "__")
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
    """Return the time in ms of a stamp: the double nearest to stamp times step, as (j*p)/q."""
    scaled = step if length.numerator == 1 else Call("mul", (step, Const(float(length.numerator))))
    return scaled if length.denominator == 1 else Call("div", (scaled, Const(float(length.denominator))))


class Translator:
    """Turns trees into expressions of a program.

    Parameters
    ----------
    builder : BlockBuilder
        Takes the locals.
    names : callable
        Value of a name.
    step : Fraction
        Length of a step in ms.
    now : Expr
        The step number that `tick`, `phase` and `begins` count.
    draw : callable or None
        Arguments that identify a drawing call of the text; None: nothing may be drawn here.
    samples : callable
        Name of the program's array for a data call.
    """

    def __init__(
        self,
        builder: BlockBuilder,
        names: Names,
        step: Fraction,
        now: Expr | None = None,
        draw: Callable[[tree.Call], tuple[Expr, ...]] | None = None,
        samples: Callable[[str, int], tuple[str, tuple[int, ...]]] | None = None,
    ) -> None:
        self.builder = builder
        self.names = names
        self.step = step
        self.now = now if now is not None else Ref("step")
        self.draw = draw
        self.samples = samples

    def __call__(self, node: tree.Expression) -> Expr:
        """Return the expression for a tree."""
        node = in_counts(node, self.step)
        match node:
            case tree.Number():
                return Const(to_internal(node.value, node.unit, self.step))
            case tree.Name():
                return self.names(node.text)
            case tree.Unary(op="-"):
                operand = self(node.operand)
                return Const(-operand.value) if isinstance(operand, Const) else Call("neg", (operand,))
            case tree.Unary(op="not"):
                return Call("not", (self(node.operand),))
            case tree.Unary():
                return self(node.operand)
            case tree.Binary(op="**"):
                return self._power(node)
            case tree.Binary(op="%"):
                return self._modulo(self(node.left), self(node.right))
            case tree.Binary():
                return Call(_BINARY[node.op], (self(node.left), self(node.right)))
            case tree.Compare():
                return Call(_COMPARE[node.op], (self(node.left), self(node.right)))
            case tree.Logic():
                joined: Expr = self(node.operands[0])
                for part in node.operands[1:]:
                    joined = Call(node.op, (joined, self(part)))
                return joined
            case tree.Call():
                return self._call(node)
        raise TypeError(node)

    def _power(self, node: tree.Binary) -> Expr:
        exponent = integer_exponent(node.right)
        base = self.builder.atom(self(node.left), "base")
        if exponent is None:
            return Call("exp", (Call("mul", (self(node.right), Call("log", (base,)))),))
        result: Expr = Const(1.0) if exponent == 0 else base
        for _ in range(abs(exponent) - 1):
            result = Call("mul", (result, base))
        return Call("div", (Const(1.0), result)) if exponent < 0 else result

    def _modulo(self, left: Expr, right: Expr) -> Expr:
        a, b = self.builder.atom(left), self.builder.atom(right)
        return Call("sub", (a, Call("mul", (b, Call("floor", (Call("div", (a, b)),))))))

    def _call(self, node: tree.Call) -> Expr:
        name = node.function
        if name in _DIRECT:
            return Call(name, (self(node.arguments[0]),))
        if name in _DRAWS:
            return self._drawn(node, [self(argument) for argument in node.arguments])
        if name in ("tick", "phase", "begins", "steps"):
            return self._counted(name, node.arguments[0])
        if name == TO_MS:
            return start_time(self(node.arguments[0]), self.step)
        if name == TO_STEPS:
            return self._on_grid(self._scaled(node.arguments[0]))
        arguments = [self(argument) for argument in node.arguments]
        if name == "where":
            return Call("select", tuple(arguments))
        if name in ("min", "max"):
            return self._extreme(name, arguments)
        if name == "clip":
            x, low, high = (self.builder.atom(argument) for argument in arguments)
            inside = Call("select", (Call("gt", (x, high)), high, x))
            return Call("select", (Call("lt", (x, low)), low, inside))
        if name == "sign":
            x = self.builder.atom(arguments[0])
            negative = Call("select", (Call("lt", (x, Const(0.0))), Const(-1.0), Const(0.0)))
            return Call("select", (Call("gt", (x, Const(0.0))), Const(1.0), negative))
        if name == "ceil":
            return Call("neg", (Call("floor", (Call("neg", (arguments[0],)),)),))
        if name == "round":
            return Call("floor", (Call("add", (arguments[0], Const(0.5))),))
        return self._sampled(name, arguments)

    def _extreme(self, name: str, arguments: list[Expr]) -> Expr:
        result = self.builder.atom(arguments[0])
        for argument in arguments[1:]:
            other = self.builder.atom(argument)
            better = Call("lt" if name == "min" else "gt", (other, result))
            result = self.builder.atom(Call("select", (better, other, result)), name)
        return result

    def _scaled(self, time: tree.Expression) -> Expr:
        """Return a time in ms as steps, which may miss a whole number by rounding."""
        scaled = self(time)
        if self.step.denominator != 1:
            scaled = Call("mul", (scaled, Const(float(self.step.denominator))))
        return scaled if self.step.numerator == 1 else Call("div", (scaled, Const(float(self.step.numerator))))

    def _on_grid(self, scaled: Expr) -> Expr:
        steps = self.builder.atom(scaled)
        whole = self.builder.let("whole", Call("floor", (Call("add", (steps, Const(0.5))),)))
        near = Call("le", (Call("abs", (Call("sub", (steps, whole)),)), Const(NEAR)))
        return Call("select", (near, whole, steps))

    def _counted(self, name: str, argument: tree.Expression) -> Expr:
        if name == "steps":
            match argument:
                case tree.Name(text="t"):
                    return self.now
                case tree.Name(text=text) if text.startswith("since_"):
                    return self.names(f"steps({text})")
                case tree.Name(text="dt"):
                    return Const(1.0)
            return Call("floor", (Call("add", (self._scaled(argument), Const(0.5))),))
        period = self.builder.atom(self(tree.Call("steps", (argument,))))
        number = Call("floor", (Call("div", (self.now, period)),))
        if name == "tick":
            return number
        rest = Call("sub", (self.now, Call("mul", (period, number))))
        return Call("eq", (rest, Const(0.0))) if name == "begins" else start_time(rest, self.step)

    def _drawn(self, node: tree.Call, arguments: list[Expr]) -> Expr:
        assert self.draw is not None
        name, identity = node.function, self.draw(node)
        if name == "poisson":
            return Call("poisson", (arguments[0], *identity))
        if name == "exponential":
            scale = arguments[0] if arguments else Const(1.0)
            return Call("neg", (Call("mul", (scale, Call("log", (Call("uniform", identity),)))),))
        if name == "uniform":
            drawn: Expr = Call("uniform", identity)
            if len(arguments) == 2:
                low = self.builder.atom(arguments[0])
                drawn = Call("add", (low, Call("mul", (Call("sub", (arguments[1], low)), drawn))))
            return drawn
        drawn = Call("normal", identity)
        if len(arguments) == 2:
            drawn = Call("add", (arguments[0], Call("mul", (arguments[1], drawn))))
        return Call("exp", (drawn,)) if name == "lognormal" else drawn

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
