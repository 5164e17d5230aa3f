"""The dimension of an expression, or where it has none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from heapq import nsmallest

from snndsl.deferred import dataclass
from snndsl.errors import TextFault, nearest
from snndsl.expressions.functions import FUNCTIONS, Law
from snndsl.expressions.printer import to_text
from snndsl.expressions.tree import Binary, Compare, Expression, FunctionCall, Logic, Name, Number, Unary
from snndsl.units import ONE, Dimension, near_unit, unit_symbol

__all__ = ["ANY", "BOOLEAN", "TIME", "UNKNOWN", "NoQuantity", "dimension_of", "fits", "with_unit"]


@dataclass(frozen=True, slots=True)
class NoQuantity:
    """What an expression is when it is no physical number: a truth value, a zero that fits every unit, or unknown."""

    name: str

    def __str__(self) -> str:
        return self.name


BOOLEAN = NoQuantity("a truth value")
ANY = NoQuantity("zero")
UNKNOWN = NoQuantity("unknown")  # something in it is wrong and reported already: it fits everywhere

Lookup = Callable[[str], "Dimension | NoQuantity | None"]
Result = Dimension | NoQuantity

MAX_EXPONENT = 9
_TIME = unit_symbol("ms")
TIME = _TIME.dimension if _TIME is not None else ONE


def fits(found: Result, wanted: Result) -> bool:
    """Tell whether a value of one kind may stand where another is wanted."""
    return found == wanted or UNKNOWN in (found, wanted) or (found == ANY and isinstance(wanted, Dimension))


def dimension_of(
    node: Expression, lookup: Lookup, known: Collection[str] = (), data: Callable[[str], Result | None] = lambda name: None
) -> Result:
    """Return the dimension of an expression.

    Parameters
    ----------
    node : Expression
        A tree.
    lookup : callable
        Dimension of a name, or None if there is no such name.
    known : collection of str
        Names to suggest.
    data : callable
        Dimension of a data array that may be called, or None.

    Raises
    ------
    TextFault
        dimension, name-unknown, function-unknown, argument-count.
    """
    return _Checker(lookup, known, data).of(node)


class _Checker:
    def __init__(self, lookup: Lookup, known: Collection[str], data: Callable[[str], Result | None]) -> None:
        self.lookup, self.known, self.data = lookup, known, data

    def of(self, node: Expression) -> Result:
        match node:
            case Number():
                if node.unit is None:
                    return ANY if node.value == 0 else ONE
                return node.unit.dimension
            case Name():
                return self.name(node)
            case Unary(op="not"):
                self.truth(node.operand)
                return BOOLEAN
            case Unary():
                return self.real(node.operand)
            case Compare():
                self.alike(node.left, node.right, f"{node.op!r} compares")
                return BOOLEAN
            case Logic():
                for operand in node.operands:
                    self.truth(operand)
                return BOOLEAN
            case Binary():
                return self.binary(node)
            case FunctionCall():
                return self.call(node)

    def name(self, node: Name) -> Result:
        found = self.lookup(node.text)
        if found is None:
            near = nearest(node.text, self.known)
            if node.text in FUNCTIONS:
                what, hint = f"{node.text!r} is a function", f"{node.text}(...)"
                raise TextFault("name-unknown", what, node.start, "its arguments in brackets", hint)
            if node.text == "N" and "N_from" in self.known:  # neurons are on both sides
                near = "N_from"
            unit = node.text if unit_symbol(node.text) is not None else near_unit(node.text)
            if len(unit) > 1:  # V, C, m ... are names first
                near = f"(1 {unit})"
            listed = ", ".join(nsmallest(12, self.known)) or "a declared name"
            raise TextFault("name-unknown", f"there is no {node.text!r} here", node.start, listed, near)
        return found

    def real(self, node: Expression) -> Result:
        found = self.of(node)
        if found == BOOLEAN:
            raise TextFault(
                "dimension", f"{to_text(node)} is a truth value", node.start, "a number", f"where({to_text(node)}, 1, 0)"
            )
        return found

    def truth(self, node: Expression) -> None:
        if not fits(self.of(node), BOOLEAN):
            raise TextFault("dimension", f"{to_text(node)} is no truth value", node.start, "a comparison, and, or, not")

    def number(self, node: Expression, function: str) -> None:
        found = self.real(node)
        if not fits(found, ONE):
            raise TextFault(
                "dimension",
                f"{function}() of {found}",
                node.start,
                "a pure number",
                f"{function}({near})" if (near := _per_unit(to_text(node), found)) else "",
            )

    def alike(self, left: Expression, right: Expression, verb: str) -> Result:
        a, b = self.real(left), self.real(right)
        if UNKNOWN in (a, b):
            return a if b == UNKNOWN else b
        if fits(a, b):
            return b
        if fits(b, a):
            return a
        start = right.start if with_unit(right, a) else left.start
        hint = _slip(left, b) or _slip(right, a)
        raise TextFault("dimension", f"{verb} {_shown(a)} and {_shown(b)}", start, "equal dimensions", hint)

    def binary(self, node: Binary) -> Result:
        if node.op in ("+", "-", "%"):
            verb = {"+": "'+' adds", "-": "'-' subtracts", "%": "'%' divides"}[node.op]
            return self.alike(node.left, node.right, verb)
        self.no_unit_behind(node)
        left, right = self.real(node.left), self.real(node.right)
        if UNKNOWN in (left, right):
            return UNKNOWN
        if node.op == "**":
            return self.power(node, left, right)
        a = left if isinstance(left, Dimension) else ONE  # only the literal 0 itself fits every unit, no product with it
        b = right if isinstance(right, Dimension) else ONE
        return a * b if node.op == "*" else a / b

    def no_unit_behind(self, node: Binary) -> None:
        """Refuse ``20*ms``: a number and its unit are one word here."""
        number, unit = _literal(node.left), node.right
        if node.op != "*" or not number or not isinstance(unit, Name) or len(unit.text) < 2:
            return
        if unit_symbol(unit.text) is not None and self.lookup(unit.text) is None:
            what, hint = f"there is no {unit.text!r} here", f"{to_text(node.left)} {unit.text}"
            raise TextFault("name-unknown", what, unit.start, "a quantity: a number and its unit, without '*'", hint)

    def power(self, node: Binary, base: Result, exponent: Result) -> Result:
        if exponent not in (ANY, ONE):
            raise TextFault("dimension", f"an exponent in {exponent}", node.right.start, "a pure number")
        if not isinstance(base, Dimension) or base.is_dimensionless:
            return ONE
        value = _literal(node.right)
        if value is None:
            raise TextFault(
                "dimension", f"{base} raised to a power that is no literal", node.right.start, "an integer, or a pure number"
            )
        if abs(value) > MAX_EXPONENT:
            raise TextFault(
                "dimension",
                f"{base} raised to a power of more than {MAX_EXPONENT}",
                node.right.start,
                f"at most {MAX_EXPONENT}",
            )
        return base.power(value)

    def call(self, node: FunctionCall) -> Result:
        function = FUNCTIONS.get(node.function)
        if function is None:
            return self.called_data(node)
        count = len(node.arguments)
        allowed = function.counts
        if count not in allowed:
            listed = [str(number) for number in allowed]
            wanted = " or ".join(listed) + " arguments" if len(listed) < 4 else f"{listed[0]} to {listed[-1]} arguments"
            wanted = _plural(allowed[0]) if len(allowed) == 1 else wanted
            raise TextFault("argument-count", f"{node.function}() with {_plural(count)}", node.start, wanted)
        return self.law(node, function.law)

    def law(self, node: FunctionCall, law: Law) -> Result:
        first = node.arguments[0] if node.arguments else node
        match law:
            case "number":
                for argument in node.arguments:
                    self.number(argument, node.function)
                return ONE
            case "sqrt":
                found = self.real(first)
                return found.power(Fraction(1, 2)) if isinstance(found, Dimension) else found
            case "keep":
                return self.real(first)
            case "ratio":
                self.together(node.arguments, node.function)
                return ONE
            case "same" | "draw":
                return self.together(node.arguments, node.function) if node.arguments else ONE
            case "where":
                self.truth(first)
                return self.together(node.arguments[1:], "where")
            case "noise":
                return TIME.power(Fraction(-1, 2))
        found = self.real(first)
        if not fits(found, TIME):
            raise TextFault("dimension", f"{node.function}() of {found}", first.start, "a time")
        return ONE if law == "time to number" else TIME if law == "time to time" else BOOLEAN

    def together(self, arguments: tuple[Expression, ...], function: str) -> Result:
        result = self.real(arguments[0])
        for argument in arguments[1:]:
            found = self.real(argument)
            if fits(result, found):
                result = found if found != UNKNOWN else result
            elif not fits(found, result):
                raise TextFault(
                    "dimension", f"{function}() of {_shown(result)} and {_shown(found)}", argument.start, "equal dimensions"
                )
        return result

    def instead(self, function: str) -> str:
        """Return the function that was probably meant; a name is no function."""
        if function in self.known:
            return function
        if function in _INSTEAD:
            return _INSTEAD[function]
        return nearest(function, [*FUNCTIONS, *(name for name in self.known if self.data(name))], 0.6)

    def called_data(self, node: FunctionCall) -> Result:
        found = self.data(node.function)
        if found is None:
            what, expected = f"there is no function {node.function!r}", "a function of the language or a data array"
            raise TextFault("function-unknown", what, node.start, expected, self.instead(node.function))
        for argument in node.arguments:
            self.number(argument, node.function)
        return found


_INSTEAD = {  # functions of other languages
    "rand": "uniform()", "random": "uniform()", "randn": "normal()", "rand_normal": "normal()", "gauss": "normal()",
    "gaussian": "normal()", "norm": "normal()", "maximum": "max", "minimum": "min", "relu": "max", "rect": "max",
    "ln": "log", "pow": "**", "power": "**", "fabs": "abs", "int": "floor", "mod": "%", "ceiling": "ceil",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "heaviside": "where(x >= 0, 1, 0)", "if_else": "where", "ifelse": "where", "square": "x**2",
}  # fmt: skip


def _plural(number: int) -> str:
    return f"{number} argument" + ("" if number == 1 else "s")


def _shown(kind: Result) -> str:
    return "a pure number" if kind == ONE else str(kind)


def _literal(node: Expression) -> Fraction | None:
    sign = 1
    while isinstance(node, Unary) and node.op in ("-", "+"):
        sign, node = (-sign if node.op == "-" else sign), node.operand
    return sign * node.value if isinstance(node, Number) and node.unit is None else None


def _per_unit(text: str, dimension: Result) -> str:
    """Return the expression that makes a pure number of a quantity: ``(V)/(1 mV)``; nothing for roots of units."""
    if "(" in str(dimension):
        return ""
    up, *down = str(dimension).split("/")
    above = [_one(factor) for factor in up.split("*") if factor != "1"]
    return f"({text})" + "".join(f"/{one}" for one in above) + "".join(f"*{_one(factor)}" for factor in down)


def _one(factor: str) -> str:
    symbol, _, power = factor.partition("^")
    return f"(1 {symbol})" + (f"**{power}" if power else "")


def with_unit(node: Expression, wanted: Result) -> str:
    """Return a number that is written out with the unit that it lacks; nothing where no single symbol stands for it.

    Parameters
    ----------
    node : Expression
        As written.
    wanted : Result
        What it should be.
    """
    single = isinstance(wanted, Dimension) and wanted != ONE and unit_symbol(str(wanted)) is not None
    return f"{to_text(node)} {wanted}" if single and _literal(node) else ""


def _slip(node: Expression, wanted: Result) -> str:
    """Return the literal with the unit that was probably meant: ``5 us`` for ``5 uS``, ``-50 mV`` for ``-50``."""
    plain = with_unit(node, wanted)
    if plain or not isinstance(node, Number) or node.unit is None or not isinstance(wanted, Dimension):
        return plain
    near = near_unit(node.unit.text, wanted)
    return f"{to_text(Number(node.value, None))} {near}" if near else ""
