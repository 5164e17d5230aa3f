"""Columns of a list. A list says by its length how many rows there are, an expression of ``row`` by the arrays it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.values import evaluate_term, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.text import Term, ValueTerm

__all__ = ["ListedColumns", "listed_columns", "row_count"]


@dataclass(frozen=True, slots=True, eq=False)
class ListedColumns:
    """See `snndsl.model.services.Columns`."""

    evaluator: Evaluator
    columns: Mapping[str, NDArray[np.float64]]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self.columns[name]

    def condition(self, term: Term, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return for each row whether a condition on it holds."""
        return np.broadcast_to(np.asarray(evaluate_term(term, self.evaluator, "where"), np.bool_), shape)


def listed_columns(model: CheckedModel, terms: Mapping[str, ValueTerm]) -> ListedColumns:
    """Return the columns of a list, as long as each says.

    Raises
    ------
    ModelError
        As `row_count`; index-out-of-range.
    """
    rows = row_count(model, terms)
    scope = {} if rows is None else {"row": np.arange(rows, dtype=np.float64)}
    evaluator = Evaluator(model_names(model, scope, None), model.step, model.data)
    columns = {}
    for key, term in terms.items():
        items = term if isinstance(term, tuple) else (term,)
        values = [np.atleast_1d(np.asarray(evaluate_term(item, evaluator, key), np.float64)) for item in items]
        columns[key] = np.concatenate(values)
    return ListedColumns(evaluator, columns)


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
        case tree.FunctionCall():
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
