"""Which term of a sum has the wrong dimension, and the slip that would explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from snndsl.expressions import TextFault, to_text, tree
from snndsl.expressions.dimensions import NoQuantity, fits
from snndsl.expressions.walk import names_in
from snndsl.semantics.scope import said
from snndsl.units import Dimension

__all__ = ["wrong_term"]

_OTHER = {"*": "/", "/": "*"}
_MOST_NAMES = 4

Find = Callable[[tree.Expression], "Dimension | NoQuantity"]


def wrong_term(node: tree.Expression, wanted: Dimension, find: Find, whose: str) -> TextFault | None:
    """Return the fault of the first term of a sum that is not in `wanted`; None if there is none.

    Parameters
    ----------
    node : Expression
        The sum.
    wanted : Dimension
        Of every term.
    find : callable
        Dimension of an expression; raises a `TextFault` if it has none.
    whose : str
        What the sum is for, for example ``dV/dt``.
    """
    for term in _terms(node):
        found = find(term)
        if not isinstance(found, Dimension) or fits(found, wanted):
            continue
        read = dict.fromkeys(name.text for name in names_in(term))
        kinds = ", ".join(f"{name} {said(find(tree.Name(name)))}" for name in list(read)[:_MOST_NAMES])
        what = f"{to_text(term)} is {said(found)}" + (f" ({kinds})" if kinds else "") + f"; {whose} needs {wanted}"
        return TextFault("dimension", what, term.start, f"every term in {wanted}", _repaired(term, wanted, find))
    return None


def _terms(node: tree.Expression) -> Iterator[tree.Expression]:
    if isinstance(node, tree.Binary) and node.op in "+-":
        yield from _terms(node.left)
        yield from _terms(node.right)
    elif isinstance(node, tree.Unary) and node.op in "+-":
        yield from _terms(node.operand)
    else:
        yield node


def _repaired(term: tree.Expression, wanted: Dimension, find: Find) -> str:
    """Return the term with one ``*`` and ``/`` exchanged, if that makes it right."""
    for other in _exchanged(term):
        try:
            if find(other) == wanted:
                return to_text(other)
        except TextFault:
            continue
    return ""


def _exchanged(node: tree.Expression) -> Iterator[tree.Expression]:
    if isinstance(node, tree.Binary) and node.op in _OTHER:
        yield replace(node, op=_OTHER[node.op])
        for left in _exchanged(node.left):
            yield replace(node, left=left)
