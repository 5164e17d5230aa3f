"""How many rows the columns of a list have: a list says it by its length, an expression of ``row`` by the arrays it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.model.checked import CheckedModel
from snndsl.model.text import Term

__all__ = ["row_count"]


def row_count(model: CheckedModel, terms: Mapping[str, Any]) -> int | None:
    """Return the number of rows of the columns in `terms`, None if no expression of ``row`` needs it.

    Raises
    ------
    ModelError
        rows-unknown: ``row`` is used, and no list or array says how many there are.
    """
    for term in terms.values():
        if isinstance(term, tuple):
            return len(term)
        if isinstance(term, Term):
            sizes = [len(model.data[name].values) for name in _names(term.tree) if name in model.data]
            if sizes:
                return min(sizes)
    for term in terms.values():
        if isinstance(term, Term) and "row" in _names(term.tree):
            raise ModelError(
                term.problem(
                    "rows-unknown", "nothing says how many rows there are", "a list or a data array in one of the columns"
                )
            )
    return None


def _names(node: Any) -> Iterator[str]:
    match node:
        case tree.Name():
            yield node.text
        case tree.Call():
            yield node.function
            for argument in node.arguments:
                yield from _names(argument)
        case tree.Unary():
            yield from _names(node.operand)
        case tree.Binary() | tree.Compare():
            yield from _names(node.left)
            yield from _names(node.right)
        case tree.Logic():
            for operand in node.operands:
                yield from _names(operand)
