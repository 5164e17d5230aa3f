"""Numbers that are known when the model is loaded: literals and constants, exactly rounded in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.semantics.arithmetic import evaluate
from snndsl.semantics.terms import Term, calls_in, names_in
from snndsl.semantics.usable import PURE

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["constant_term", "constant_value", "is_constant"]


def is_constant(model: CheckedModel, term: Term) -> bool:
    """Tell whether an expression depends on nothing but constants."""
    names = {node.text for node in names_in(term.tree)}
    return names <= {*model.constants, "pi", "dt"} and _only_pure(model, term.tree, [])


def constant_term(model: CheckedModel, term: Term) -> float | None:
    """Return the value of an expression of constants in internal units; None after reporting what is wrong."""
    if model.names.of(term) in (None, UNKNOWN):
        return None
    if not is_constant(model, term):
        model.faults.append(term.problem("not-constant", "this value must be known before the run", "literals and constants"))
        return None
    try:
        return float(evaluate(term.tree, lambda name: _named(model, name), model.step))
    except (ZeroDivisionError, OverflowError, ValueError):
        model.faults.append(term.problem("not-finite", "the value is no finite number", "a finite number"))
        return None


def constant_value(model: CheckedModel, text: Any, *path: str | int) -> float | None:
    """Parse and evaluate an expression of constants; None after reporting what is wrong."""
    term = model.term(text, *path)
    return None if term is None else constant_term(model, term)


def _named(model: CheckedModel, name: str) -> float:
    if name not in model.constants:
        raise TextFault("name-unknown", f"there is no {name!r} here")
    return float(evaluate(model.constants[name].tree, lambda inner: _named(model, inner), model.step))


def _only_pure(model: CheckedModel, node: tree.Expression, seen: list[str]) -> bool:
    """Tell whether an expression, and the constants it reads, call nothing but functions of numbers."""
    if any(call.function not in PURE for call in calls_in(node)):
        return False
    for name in names_in(node):
        if name.text in model.constants and name.text not in seen:
            seen.append(name.text)
            if not _only_pure(model, model.constants[name.text].tree, seen):
                return False
    return True
