"""Expressions and blocks of the program as Brian2's abstract code.

A variable is assigned from an expression that contains it only as ``x += ...`` and the like, so Brian2 has nothing to rewrite
and the order of evaluation is the program's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from snndsl.backend.printing import PYTHON, saved_states, written
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Ref, walk
from snndsl.ir.remarks import Remarks

__all__ = ["BlockNames", "block_lines", "expression"]

_IN_PLACE = {"add": "+=", "sub": "-=", "mul": "*=", "div": "/="}
_POLYNOMIAL = frozenset({"add", "sub", "mul", "neg"})


@dataclass(frozen=True, slots=True)
class BlockNames:
    """What the names of a block stand for.

    Parameters
    ----------
    names : mapping of str to str
        Name of the program to abstract code: locals, parameters, states, ports, built-in names.
    stamp : str
        Abstract code of the stamp at which the block runs (where an index out of range happened).
    samples : mapping of str to int
        Number of each sample.
    keys : dict of float to int
        Number of each key word of a draw; filled as they appear. Keys are data: another seed compiles nothing.
    due : str
        Abstract code that tells where the block counts; elsewhere the first value of an array is read. Empty: everywhere.
    """

    names: Mapping[str, str]
    stamp: str
    samples: Mapping[str, int]
    keys: dict[float, int]
    due: str = ""


def expression(tree: Expr, scope: BlockNames) -> str:
    """Return abstract code that evaluates `tree` in exactly its order.

    Parameters
    ----------
    tree : Expr
        Any.
    scope : BlockNames
        What names stand for.
    """

    def function(call: Call, printed: Callable[[Expr], str]) -> str:
        operation = OPERATIONS[call.op]
        texts = [printed(argument) for argument in call.args]
        if operation.is_draw:
            for place in (operation.keys, operation.keys + 1):
                word = call.args[place]
                if isinstance(word, Const):
                    texts[place] = f"snn_key({scope.keys.setdefault(float(word.value), len(scope.keys))})"
        if call.op == "sample":
            index = f"snn_select({scope.due}, {texts[0]}, 0.0)" if scope.due else texts[0]
            texts = [str(scope.samples[call.key]), index, scope.stamp]
        return f"{operation.c if operation.is_own else call.op}({', '.join(texts)})"

    return written(tree, PYTHON, scope.names.__getitem__, function)


def block_lines(
    block: Block, scope: BlockNames, states: Iterable[str], remarks: Remarks, read: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """Return the statements of a block.

    Parameters
    ----------
    block : Block
        Of a neuron or a rule.
    scope : BlockNames
        What names stand for.
    states : iterable of str
        Of the neuron or the rule.
    remarks : Remarks
        On the locals of the block.
    read : iterable of str
        Names that are read between the two parts.

    Returns
    -------
    list of str
        Locals in order, and states that nothing reads any more.
    list of str
        The other writes, all at once.
    """
    direct = _direct(block, read)
    lines = []
    for name, tree in block.lets:
        beside = remarks.beside(name)
        if name in direct:
            lines.append(_assigned(direct[name], tree, scope) + beside)
        else:
            lines.append(f"{scope.names[name]} = {expression(tree, scope)}{beside}")
    old = {state: f"{scope.names[state]}__before" for state in saved_states(block, states)}
    lines += [f"{name} = {scope.names[state]}" for state, name in old.items()]
    done = {(state, name) for name, state in direct.items()}
    return lines, [
        f"{scope.names[state]} = {old.get(name, scope.names[name])}"
        for state, name in block.writes
        if (state, name) not in done and state != name
    ]


def _assigned(state: str, tree: Expr, scope: BlockNames) -> str:
    if isinstance(tree, Call) and tree.op in _IN_PLACE and tree.args[0] == Ref(state):
        return f"{scope.names[state]} {_IN_PLACE[tree.op]} {expression(tree.args[1], scope)}"
    return f"{scope.names[state]} = {expression(tree, scope)}"


def _direct(block: Block, read: Iterable[str]) -> dict[str, str]:
    """Return the locals that are nothing but the new value of a state which nobody reads any more, with that state."""
    reads = [(place, part.name) for place, (_, tree) in enumerate(block.lets) for part in walk(tree) if isinstance(part, Ref)]
    uses = Counter(name for _, name in reads) + Counter(value for _, value in block.writes) + Counter(read)
    last = {name: place for place, name in reads}
    final = {value for _, value in block.writes} | set(read)
    found = {}
    for state, value in block.writes:
        place = next((k for k, (name, _) in enumerate(block.lets) if name == value), None)
        if place is None or uses[value] > 1 or state in final or last.get(state, -1) > place:
            continue
        tree = block.lets[place][1]
        if _in_place(tree, state) or (last.get(state) != place and _is_polynomial(tree)):
            found[value] = state
    return found


def _is_polynomial(tree: Expr) -> bool:
    """Tell whether an expression has sums and products alone: Brian2 reads what is assigned to a state with SymPy."""
    return all(not isinstance(part, Call) or part.op in _POLYNOMIAL for part in walk(tree))


def _in_place(tree: Expr, state: str) -> bool:
    """Tell whether an expression is its state changed by something that does not contain it."""
    match tree:
        case Call(op, (Ref(name), other), _) if op in _IN_PLACE and name == state:
            return Ref(state) not in walk(other)
    return False
