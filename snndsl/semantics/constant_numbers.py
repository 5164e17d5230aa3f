"""Numbers that are known when the model is loaded: expressions of literals and constants."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from snndsl.expressions import TextFault, tree
from snndsl.expressions.arithmetic import evaluate
from snndsl.expressions.meanings import FIXED
from snndsl.expressions.walk import calls_in, names_in
from snndsl.model.text import Term
from snndsl.semantics.usable import PURE

__all__ = ["constant_number", "depends_on_constants"]


def constant_number(term: Term, constants: Mapping[str, Term], step: Fraction) -> float | None:
    """Return the value of an expression of constants in internal units; None if it depends on anything else."""
    if not depends_on_constants(term.tree, constants):
        return None
    known: dict[str, float] = {}
    return float(evaluate(term.tree, lambda name: _named(constants, step, known, name), step))


def _named(constants: Mapping[str, Term], step: Fraction, known: dict[str, float], name: str) -> float:
    if name not in constants:
        raise TextFault("name-unknown", f"there is no {name!r} here")
    if name not in known:
        known[name] = float("nan")  # for constants that refer to each other in a circle, which is reported already
        known[name] = float(evaluate(constants[name].tree, lambda inner: _named(constants, step, known, inner), step))
    return known[name]


def depends_on_constants(node: tree.Expression, constants: Mapping[str, Term]) -> bool:
    """Tell whether an expression, and the constants it reads, are made of constants and functions of numbers alone."""
    pending, seen = [node], set[str]()
    while pending:
        current = pending.pop()
        if any(call.function not in PURE for call in calls_in(current)):
            return False
        for name in {item.text for item in names_in(current)} - FIXED.keys() - seen:
            if name not in constants:
                return False
            seen.add(name)
            pending.append(constants[name].tree)
    return True
