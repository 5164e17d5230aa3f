"""Expressions and blocks of the program as Brian2's abstract code.

Every operation is in parentheses, every statement has its own name, and nothing is assigned from an expression that contains
it: so Brian2 has nothing to rewrite, and the order of evaluation is the program's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from snndsl.ir import Block, Call, Const, Expr, Ref

__all__ = ["FUNCTIONS", "INFIX", "Scope", "block_lines", "expression"]

INFIX: Mapping[str, str] = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "and": "and", "or": "or",
}  # fmt: skip
"""Operations that abstract code writes between its operands."""

FUNCTIONS: Mapping[str, str] = {
    "floor": "floor", "abs": "abs", "sqrt": "sqrt",
    "select": "snn_select", "exp": "snn_exp", "log": "snn_log", "expm1": "snn_expm1", "log1p": "snn_log1p", "sin": "snn_sin",
    "cos": "snn_cos", "tan": "snn_tan", "tanh": "snn_tanh", "exprel": "snn_exprel", "sigmoid": "snn_sigmoid",
    "uniform": "snn_uniform", "normal": "snn_normal", "poisson": "snn_poisson",
}  # fmt: skip
"""Operations that are functions: three of Brian2, which round correctly everywhere, and those of code/functions.h."""

_KEYS = {"uniform": 0, "normal": 0, "poisson": 1}  # place of the first of the two key words among the arguments


class Scope:
    """What the names of a block stand for.

    Parameters
    ----------
    mangle : callable
        Gives the name of a local, parameter, state or port.
    own : container of str
        Names that are parameters, states or ports; all others that are no locals are looked up in `builtins`.
    builtins : mapping of str to str
        Built-in name of the program to abstract code.
    stamp : str
        Abstract code of the stamp at which the block runs (where an index out of range happened).
    samples : mapping of str to int
        Number of each sample.
    keys : dict of float to int
        Number of each key word of a draw; filled as they appear. Keys are data: another seed compiles nothing.
    """

    def __init__(
        self,
        mangle: Callable[[str], str],
        own: Container[str],
        builtins: Mapping[str, str],
        stamp: str,
        samples: Mapping[str, int],
        keys: dict[float, int],
    ) -> None:
        self.mangle = mangle
        self.own = own
        self.builtins = builtins
        self.stamp = stamp
        self.samples = samples
        self.keys = keys

    def name(self, name: str, local: Container[str]) -> str:
        """Return the abstract code of a name."""
        if name in local or name in self.own or name not in self.builtins:
            return self.mangle(name)
        return self.builtins[name]


def expression(tree: Expr, scope: Scope, local: Container[str] = ()) -> str:
    """Return abstract code that evaluates `tree` in exactly its order.

    Parameters
    ----------
    tree : Expr
        Any.
    scope : Scope
        What names stand for.
    local : container of str
        Locals defined so far.
    """
    match tree:
        case Const(value):
            return repr(float(value)) if value > 0 else f"({float(value)!r})" if repr(float(value))[0] == "-" else "0.0"
        case Ref(name):
            return scope.name(name, local)
        case Call("neg", (argument,), _):
            return f"(-{expression(argument, scope, local)})"
        case Call("not", (argument,), _):
            return f"(not {expression(argument, scope, local)})"
        case Call("sample", (argument,), key):
            return f"snn_sample({scope.samples[key]}, {expression(argument, scope, local)}, {scope.stamp})"
        case Call(op, (left, right), _) if op in INFIX:
            return f"({expression(left, scope, local)} {INFIX[op]} {expression(right, scope, local)})"
        case Call(op, arguments, _):
            texts = [_argument(op, place, argument, scope, local) for place, argument in enumerate(arguments)]
            return f"{FUNCTIONS[op]}({', '.join(texts)})"


def _argument(op: str, place: int, tree: Expr, scope: Scope, local: Container[str]) -> str:
    first = _KEYS.get(op)
    if first is not None and place in (first, first + 1) and isinstance(tree, Const):
        return f"snn_key({scope.keys.setdefault(float(tree.value), len(scope.keys))})"
    text = expression(tree, scope, local)
    return f"int({text})" if (op, place) == ("select", 0) else text


def block_lines(block: Block, scope: Scope) -> list[str]:
    """Return the statements of a block: locals in order, then all writes at once."""
    local: set[str] = set()
    lines = []
    for name, tree in block.lets:
        lines.append(f"{scope.mangle(name)} = {expression(tree, scope, local)}")
        local.add(name)
    written = {state for state, _ in block.writes}
    writes = []
    for state, name in block.writes:
        if state == name:
            continue
        value = scope.name(name, local)
        if name in written and name not in local:  # another state whose old value is meant
            value = f"{scope.mangle(name)}_old"
            lines.append(f"{value} = {scope.mangle(name)}")
        writes.append(f"{scope.mangle(state)} = {value}")
    return [*lines, *writes]
