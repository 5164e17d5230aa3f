"""Text to tree: operator precedence by binding powers, bounded in size and depth.

The precedences are Python's: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* / %``, unary sign, ``**`` (to the right).
"""

from __future__ import annotations

from snndsl.errors import TextFault
from snndsl.expressions.lexer import KEYWORDS, Token, check_name, compound_unit, tokens
from snndsl.expressions.tree import Binary, Compare, Expression, FunctionCall, Logic, Name, Number, Unary, children
from snndsl.unit_words import slipped_symbols
from snndsl.units import check_range, near_unit, number_value, parse_quantity, unit_symbol

__all__ = ["MAX_DEPTH", "MAX_NODES", "is_plain_unit", "parse_expression"]

MAX_DEPTH = 64
MAX_NODES = 2000

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_BINDING = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "**": _POWER}
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def parse_expression(text: str, whole: bool = True) -> Expression:
    """Return the tree of an expression.

    Parameters
    ----------
    text : str
        One line.
    whole : bool
        Whether it is a whole scalar, which may be a quantity with a compound unit (``39.24 mV/ms``). A part of a
        statement is none.

    Raises
    ------
    TextFault
        With code, offset, what is expected and what to try.
    """
    quantity = parse_quantity(text) if whole else None
    if quantity is not None:
        start = len(text) - len(text.lstrip())
        unit = None if quantity.unit.text == "1" else quantity.unit
        return Number(quantity.value, unit, text.strip(), start, len(text.rstrip()))
    tree = _Parser(text).parse()
    _check_depth(tree)
    if whole and isinstance(tree, Unary) and tree.op in "+-" and isinstance(tree.operand, Number):
        number = tree.operand  # - 65 and -(65) are the number -65
        return Number(-number.value if tree.op == "-" else number.value, number.unit, text.strip(), tree.start, tree.end)
    return tree


def _check_depth(tree: Expression) -> None:
    """Bound the depth of the tree itself: a sum of many terms is as deep as it is long."""
    level: list[Expression] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise TextFault(
        "expression-too-deep",
        f"more than {MAX_DEPTH} levels or terms",
        level[0].start,
        f"at most {MAX_DEPTH}",
        "a local or an alias for a part of it",
    )


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
            if self.now.text in _COMPARISONS:
                raise TextFault(
                    "chained-comparison", "two comparisons in a row", self.now.start, "one comparison", "a < b and b < c"
                )
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
        raise self.unexpected(token, operand=True)

    def number(self, token: Token) -> Expression:
        value = number_value(token.text, token.start)
        following = self.now
        if following.kind == "name" and following.text not in KEYWORDS:
            unit = unit_symbol(following.text)
            if unit is None:
                raise self.no_unit(token, following)
            self.take()
            self.compound(token, following)
            check_range(value * unit.factor, token.text, token.start)
            return Number(value, unit, f"{token.text} {following.text}", token.start, following.end)
        if following.kind == "number":
            raise self.unexpected(following)
        return Number(value, None, token.text, token.start, token.end)

    def no_unit(self, number: Token, name: Token) -> TextFault:
        if name.start == number.end and name.text.startswith("_"):
            plain = (number.text + name.text).replace("_", "")
            return TextFault("number-ambiguous", "'_' in a number", name.start, "digits", plain)
        what, near = f"{name.text!r} behind a number is no unit", near_unit(name.text)
        slipped, product = slipped_symbols(name.text), f"{number.text}*{name.text}"
        hint = near or (f"{slipped}; or {product}" if slipped else product)
        return TextFault("unit-unknown", what, name.start, "a unit symbol, or an operator", hint)

    def compound(self, number: Token, symbol: Token) -> None:
        """Refuse ``40 mV/ms`` and ``5 mV**2`` inside an expression: they could mean two things."""
        operator, behind, after = (self.tokens[min(self.place + k, len(self.tokens) - 1)] for k in range(3))
        if operator.text == "**":
            signed = behind.text in ("-", "+")
            clear = f"({number.text} {symbol.text})**{behind.text}{after.text if signed else ''}"
            raise TextFault("unit-compound", f"a power behind the unit {symbol.text}", operator.start, "brackets", clear)
        if operator.text in ("*", "/") and behind.kind == "name" and after.text != "(" and is_plain_unit(behind.text):
            raise compound_unit(number.text, f"{symbol.text}{operator.text}{behind.text}", symbol.start)

    def named(self, token: Token, depth: int) -> Expression:
        if token.text in KEYWORDS:
            raise self.unexpected(token, operand=True)
        check_name(token.text, token.start)
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
        return FunctionCall(token.text, tuple(arguments), token.start, end.end)

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

    def unexpected(self, token: Token, operand: bool = False) -> TextFault:
        """Say what stands where an operand, or else an operator, was wanted."""
        what = f"unexpected {token.text!r}" if token.kind != "end" else "the expression ends too early"
        expected = "a number, a name, a call or '('" if operand else "an operator"
        return TextFault("expression-syntax", what, token.start, expected, _INSTEAD.get(token.text, ""))


_INSTEAD = {
    "if": "where(condition, a, b)",
    "else": "where(condition, a, b)",
    "/": "floor(a/b)",
    "is": "==",
    "in": "a == b or a == c",
}


def is_plain_unit(text: str) -> bool:
    """Tell whether a name looks like nothing but a unit: ``ms``, not the free names ``m``, ``V``, ``C``."""
    return len(text) > 1 and unit_symbol(text) is not None
