"""Copies of a part: a chain or a tree, what each of them is given, and names that stand for all of them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions import TextFault, tree
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.dimensions import UNKNOWN, dimension_of, fits
from snndsl.expressions.tree import children
from snndsl.expressions.walk import calls_in, names_in, renamed
from snndsl.frontend.loader import ModelSource
from snndsl.model.data import DataColumn
from snndsl.model.text import Place
from snndsl.schema.neuron import PartUseSpec
from snndsl.semantics.terms import parse_term
from snndsl.semantics.usable import PURE
from snndsl.units import ONE

__all__ = ["MOST_COPIES", "CopyNumbers", "difference", "listed_copies", "of_copy", "parents_of", "spread"]

MOST_COPIES = 1000
"""Copies of one part: each is a text of its own for compilers."""
_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_SEVERAL = re.compile(rf"({_NAME})(?:\[(\d{{0,9}}):(\d{{0,9}})\])?\.({_NAME})", re.ASCII)
_ONE = re.compile(rf"({_NAME})\[(\d+)\](.*)", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class CopyNumbers:
    """Evaluates numbers that say how many copies there are, and conditions on the number of a copy.

    Parameters
    ----------
    source : ModelSource
        The file whose constants may be read.
    data : mapping of str to DataColumn
        Arrays of that file.
    """

    source: ModelSource
    data: Mapping[str, DataColumn]

    def known(self, node: tree.Expression) -> bool:
        """Tell whether an expression reads constants of the file alone, and calls nothing but functions of numbers."""
        constants = self.source.spec.constants
        return all(name.text in constants for name in names_in(node)) and all(call.function in PURE for call in calls_in(node))

    def value(self, node: tree.Expression, place: Place) -> float:
        """Return the value of a known expression.

        Raises
        ------
        TextFault, ModelError
            Constants that cannot be read, or refer to each other.
        """
        open_: list[str] = []

        def named(name: str) -> float:
            if name in open_:
                raise ModelError(place.problem("cycle", f"values refer to each other: {' -> '.join((*open_, name))}"))
            open_.append(name)
            term = parse_term(str(self.source.spec.constants[name]), Place(self.source.locations, ("constants", name)))
            if not self.known(term.tree):
                raise ModelError(term.problem("not-constant", f"{name!r} is no constant number", "literals and constants"))
            found = float(Evaluator(named, Fraction(1))(term.tree))
            open_.pop()
            return found

        return float(Evaluator(named, Fraction(1))(node))

    def whole(self, text: str, place: Place, what: str) -> int:
        """Return a whole number that is written as an expression of constants.

        Raises
        ------
        ModelError
            copies: it is none.
        """
        try:
            node = parse_term(text, place).tree
            fine = self.known(node) and fits(dimension_of(node, lambda name: UNKNOWN), ONE)
            value = self.value(node, place) if fine else 0.5
        except TextFault as error:
            raise ModelError(place.fault(error)) from None
        if not (abs(value) < 2**31 and value == int(value)):
            raise ModelError(place.problem("copies", f"{what} is {text}", "a whole number, or an expression of constants"))
        return int(value)


def parents_of(use: PartUseSpec, name: str, place: Place, counts: CopyNumbers) -> tuple[int, ...] | None:
    """Return the parent of every copy, -1 for a root; None for a part that is no copy.

    Raises
    ------
    ModelError
        copies, not-a-tree.
    """
    if use.parents is None and use.copies is None:
        return None
    if use.parents is not None and use.copies is not None:
        what = f"part {name!r} has both 'copies' and 'parents'"
        raise ModelError(place.inner("copies").problem("copies", what, "copies: n for a chain, parents: [..] for a tree"))
    if use.parents is None:
        where = place.inner("copies")
        number = counts.whole(str(use.copies), where, f"the number of copies of {name!r}")
        _check_number(number, name, where)
        return tuple(range(-1, number - 1))
    where = place.inner("parents")
    found = _listed(use.parents, name, where, counts)
    _check_number(len(found), name, where)
    _check_tree(found, name, where, isinstance(use.parents, tuple), use.parent is not None)
    return found


def _check_number(number: int, name: str, place: Place) -> None:
    if not 1 <= number <= MOST_COPIES:
        raise ModelError(place.problem("copies", f"{name!r} has {number} copies", f"between 1 and {MOST_COPIES}"))


def _listed(given: object, name: str, place: Place, counts: CopyNumbers) -> tuple[int, ...]:
    if isinstance(given, tuple):
        return tuple(
            counts.whole(str(text), place.inner(k), f"the parent of {name}[{k}]") for k, text in enumerate(given)
        )
    column = counts.data.get(str(given))
    if column is None or column.values.ndim != 1:
        expected = "a list of numbers such as [-1, 0, 0], or an array of data"
        raise ModelError(place.problem("not-a-tree", f"the parents of {name!r} are {given}", expected))
    if not all(value == int(value) for value in column.values.tolist()):
        raise ModelError(place.problem("not-a-tree", f"the parents in {given} are no whole numbers", "numbers of copies"))
    return tuple(int(value) for value in column.values.tolist())


def _check_tree(found: tuple[int, ...], name: str, place: Place, listed: bool, attached: bool) -> None:
    """Refuse parents that make no tree: every one stands before its children, and there is one root."""
    for copy, parent in enumerate(found):
        where = place.inner(copy) if listed else place
        if not -1 <= parent < copy:
            what = f"the parent of {name}[{copy}] is {parent}"
            expected = f"a copy before it: 0 .. {copy - 1}, or -1" if copy else "-1: the first copy is a root"
            raise ModelError(where.problem("not-a-tree", what, expected))
        if copy and parent == -1 and not attached:
            what = f"{name}[{copy}] is a second root"
            hint = f"parent: PART, to which all roots of {name!r} are attached"
            raise ModelError(where.problem("not-a-tree", what, f"one root, or a part that they hang on: {hint}"))


def of_copy(node: tree.Expression, number: int, counts: CopyNumbers, place: Place) -> tree.Expression:
    """Return an expression for one copy: ``copy`` is its number, and a choice by it alone is taken."""

    def name(inner: tree.Name) -> tree.Expression:
        if inner.text == "copy":
            return tree.Number(Fraction(number), None, str(number), inner.start, inner.end)
        return replace(inner, text=inner.text.replace("[copy]", f"[{number}]")) if "[copy]" in inner.text else inner

    def chosen(inner: tree.Expression) -> tree.Expression:
        match inner:
            case tree.FunctionCall(function="where", arguments=(condition, yes, no)) if _by_copy(condition):
                now = renamed(condition, name)
                if counts.known(now):
                    return chosen(yes if counts.value(now, place) else no)
        match inner:
            case tree.FunctionCall():
                return replace(inner, arguments=tuple(chosen(part) for part in inner.arguments))
            case tree.Unary():
                return replace(inner, operand=chosen(inner.operand))
            case tree.Binary() | tree.Compare():
                return replace(inner, left=chosen(inner.left), right=chosen(inner.right))
            case tree.Logic():
                return replace(inner, operands=tuple(chosen(part) for part in inner.operands))
        return name(inner) if isinstance(inner, tree.Name) else inner

    return chosen(node) if _by_copy(node) else node


def _by_copy(node: tree.Expression) -> bool:
    return any(name.text == "copy" or "[copy]" in name.text for name in names_in(node))


def difference(node: tree.Expression) -> TextFault | None:
    """Return what is wrong with ``child.x - x``: the sum over the children of a tip is 0."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case tree.Binary(op="-", left=tree.Name(text=left), right=tree.Name(text=right)) if (
                f"child.{right}" == left or f"child.{left}" == right
            ):
                own = right if left.startswith("child.") else left
                what = f"child.{own} is a sum over the children, 0 at a tip: its difference from {own} is no current"
                expected = f"I = g*(parent.{own} - {own}) as an alias, and I - child.I where the current enters"
                return TextFault("child-difference", what, part.start, expected)
        waiting += children(part)
    return None


def spread(text: str, copies: Mapping[str, int], known: Container[str]) -> tuple[str, ...]:
    """Return the names that a name stands for: ``dend.V`` and ``dend[2:5].V`` for those of the copies, else itself.

    Parameters
    ----------
    text : str
        As written.
    copies : mapping of str to int
        How many of each part that has copies.
    known : container of str
        The names that there are; a text that stands for others stands for itself.
    """
    match = _SEVERAL.fullmatch(text)
    if match is None or match[1] not in copies:
        return (text,)
    number = copies[match[1]]
    first, last = int(match[2] or 0), int(match[3] or number)
    names = tuple(f"{match[1]}[{k}].{match[4]}" for k in range(first, min(last, number + 1)))
    return names if names and names[0] in known and names[-1] in known else (text,)


def listed_copies(known: Iterable[str]) -> list[str]:
    """Return names, those of copies once: ``dend[0].V .. dend[99].V``."""
    found: dict[str, str] = {}
    last: dict[str, int] = {}
    for name in known:
        match = _ONE.fullmatch(name)
        key = name if match is None else f"{match[1]}[]{match[3]}"
        found.setdefault(key, name)
        if match is not None:
            last[key] = max(last.get(key, 0), int(match[2]))
    return [f"{name} .. {key.replace('[]', f'[{last[key]}]')}" if last.get(key) else name for key, name in found.items()]
