"""Text to tree: operator precedence by binding powers, bounded in size and depth.

The precedences are Python's: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* / %``, unary sign, ``**`` (to the right).
"""

from __future__ import annotations

from snndsl.errors import TextFault
from snndsl.expressions.lexer import Token, check_name, tokens
from snndsl.expressions.tree import Binary, Call, Compare, Expression, Logic, Name, Number, Unary
from snndsl.units import number_value, parse_quantity, unit_symbol

__all__ = ["MAX_DEPTH", "MAX_NODES", "parse_expression"]

MAX_DEPTH = 64
MAX_NODES = 2000

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_BINDING = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "**": _POWER}
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def parse_expression(text: str) -> Expression:
    """Return the tree of an expression; a whole scalar that is a quantity may carry a compound unit.

    Raises
    ------
    TextFault
        With code, offset, what is expected and what to try.
    """
    quantity = parse_quantity(text)
    if quantity is not None:
        start = len(text) - len(text.lstrip())
        unit = None if quantity.unit.text == "1" else quantity.unit
        return Number(quantity.value, unit, text.strip(), start, len(text.rstrip()))
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.place = 0
        self.nodes = 0

    def parse(self) -> Expression:
        if self.now.kind == "end":
            raise TextFault("expression-syntax", "an empty expression", 0, "a number, a quantity or an expression")
        result = self.expression(0, 0)
        if self.now.kind != "end":
            raise self.unexpected(self.now)
        return result

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def expression(self, binding: int, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise TextFault(
                "expression-too-deep", f"more than {MAX_DEPTH} levels", self.now.start, f"at most {MAX_DEPTH}", "locals"
            )
        left = self.prefix(depth)
        while True:
            token = self.now
            power = self.power(token)
            if power is None or power <= binding:
                return left
            self.count(token)
            left = self.infix(left, self.take(), power, depth)

    def power(self, token: Token) -> int | None:
        if token.kind == "op" and token.text in _BINDING:
            return _BINDING[token.text]
        if token.kind == "op" and token.text in _COMPARISONS:
            return _COMPARE
        if token.kind == "name" and token.text in ("and", "or"):
            return _AND if token.text == "and" else _OR
        return None

    def infix(self, left: Expression, token: Token, power: int, depth: int) -> Expression:
        if power == _POWER:
            right = self.expression(_SIGN - 1, depth + 1)
            return Binary("**", left, right, left.start, right.end)
        right = self.expression(power, depth + 1)
        if power == _COMPARE:
            if isinstance(left, Compare) or self.now.text in _COMPARISONS:
                at = token.start if isinstance(left, Compare) else self.now.start
                raise TextFault("chained-comparison", "two comparisons in a row", at, "one comparison", "a < b and b < c")
            return Compare(token.text, left, right, left.start, right.end)
        if power in (_AND, _OR):
            operands = left.operands if isinstance(left, Logic) and left.op == token.text else (left,)
            return Logic(token.text, (*operands, right), left.start, right.end)
        return Binary(token.text, left, right, left.start, right.end)

    def prefix(self, depth: int) -> Expression:
        token = self.take()
        self.count(token)
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            if token.text == "not":
                operand = self.expression(_NOT, depth + 1)
                return Unary("not", operand, token.start, operand.end)
            return self.named(token, depth)
        if token.text in ("-", "+"):
            operand = self.expression(_SIGN, depth + 1)
            return Unary(token.text, operand, token.start, operand.end)
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            self.close(token)
            return inner
        raise self.unexpected(token)

    def number(self, token: Token) -> Expression:
        value = number_value(token.text, token.start)
        following = self.now
        if following.kind == "name" and following.text not in ("and", "or", "not"):
            unit = unit_symbol(following.text)
            if unit is None:
                raise TextFault(
                    "unit-unknown",
                    f"{following.text!r} behind a number is no unit",
                    following.start,
                    "a unit symbol, or an operator",
                    f"{token.text}*{following.text}",
                )
            self.take()
            self.compound(token, following)
            return Number(value, unit, f"{token.text} {following.text}", token.start, following.end)
        if following.kind == "number":
            raise self.unexpected(following)
        return Number(value, None, token.text, token.start, token.end)

    def compound(self, number: Token, symbol: Token) -> None:
        """Refuse ``40 mV/ms`` inside an expression: it could mean two things."""
        operator, behind = self.now, self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if (
            operator.text in ("*", "/")
            and behind.kind == "name"
            and unit_symbol(behind.text) is not None
            and "." not in behind.text
        ):
            after = self.tokens[min(self.place + 2, len(self.tokens) - 1)]
            if operator.text == "/" and after.text != "(" and behind.text in _COMMON_UNITS:
                clear = f"({number.text} {symbol.text})/(1 {behind.text})"
                raise TextFault(
                    "unit-compound",
                    f"a compound unit {symbol.text}/{behind.text} in an expression",
                    operator.start,
                    "one unit symbol",
                    clear,
                )

    def named(self, token: Token, depth: int) -> Expression:
        check_name(token)
        if token.text in ("and", "or"):
            raise self.unexpected(token)
        if self.now.text != "(":
            return Name(token.text, token.start, token.end)
        bracket = self.take()
        arguments: list[Expression] = []
        if self.now.text != ")":
            arguments.append(self.expression(0, depth + 1))
            while self.now.text == ",":
                self.take()
                arguments.append(self.expression(0, depth + 1))
        end = self.close(bracket)
        return Call(token.text, tuple(arguments), token.start, end.end)

    def close(self, bracket: Token) -> Token:
        if self.now.text != ")":
            if self.now.kind == "end":
                raise TextFault(
                    "expression-syntax", "a bracket is not closed", bracket.start, "')'", "quote the text if a comma cut it"
                )
            raise self.unexpected(self.now)
        return self.take()

    def count(self, token: Token) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TextFault(
                "expression-too-long", f"more than {MAX_NODES} parts", token.start, f"at most {MAX_NODES}", "data or locals"
            )

    def unexpected(self, token: Token) -> TextFault:
        what = f"unexpected {token.text!r}" if token.kind != "end" else "the expression ends too early"
        return TextFault(
            "expression-syntax", what, token.start, "a number, a name, a call or '('" if token.kind == "end" else "an operator"
        )


_COMMON_UNITS = frozenset(
    {"ms", "us", "ns", "mV", "uV", "kV", "pA", "nA", "uA", "mA", "nS", "uS", "mS", "pF", "nF", "uF", "cm", "mm", "um"}
)
