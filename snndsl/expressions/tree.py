"""The expression tree. Offsets are 0-based in the text the node was parsed from and take no part in comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction
from operator import attrgetter
from typing import Any

from snndsl.deferred import dataclass
from snndsl.units import Unit

__all__ = ["Binary", "Compare", "Expression", "FunctionCall", "Logic", "Name", "Number", "Unary", "children"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exactly, with the unit written behind it."""

    value: Fraction
    unit: Unit | None
    text: str = field(compare=False, default="")
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Name:
    """A name, dots included; `moves` marks one that is found to change during a run, though nothing in its text says so."""

    text: str
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)
    moves: bool = field(compare=False, default=False)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function or a data array called with arguments.

    `written` tells the calls of a text apart: every copy of a call has that of the call, so that an alias draws once however
    often it is read.
    """

    function: str
    arguments: tuple[Expression, ...]
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)
    written: object = field(compare=False, repr=False, default_factory=object)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x``, ``not x``."""

    op: str
    operand: Expression
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Binary:
    """``+ - * / % **``."""

    op: str
    left: Expression
    right: Expression
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison; it cannot be chained."""

    op: str
    left: Expression
    right: Expression
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of two or more operands."""

    op: str
    operands: tuple[Expression, ...]
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


Expression = Number | Name | FunctionCall | Unary | Binary | Compare | Logic


_BELOW: Mapping[type, Callable[[Any], tuple[Expression, ...]]] = {
    Number: lambda _: (),
    Name: lambda _: (),
    FunctionCall: attrgetter("arguments"),
    Unary: lambda node: (node.operand,),
    Binary: attrgetter("left", "right"),
    Compare: attrgetter("left", "right"),
    Logic: attrgetter("operands"),
}


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the nodes directly below one, in the order of the text.

    Parameters
    ----------
    node : Expression
        Any node.
    """
    return _BELOW[type(node)](node)
