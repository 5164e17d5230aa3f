"""Rules of a fixed number of synapses: what they have in common."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import Deferred
from snndsl.errors import Fault, ModelError
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import MANY, Infeasible, Pairs, Whole, Wiring, counting
from snndsl.numerics import uniform

if TYPE_CHECKING:
    from snndsl.numerics import partners as compiled
else:
    compiled = Deferred("snndsl.numerics.partners")

__all__ = ["Fixed", "drawn_rows"]

Index = NDArray[np.int64]
_HELD = 2**7
"""So many times the partners are held while they are drawn than pairs are looked at together elsewhere."""
_PATIENCE = 1000
"""After so many draws of a row it is found out whether there are enough partners at all."""


class Fixed(ByNumber):
    """A whole number of synapses, for each row or in all.

    Attributes
    ----------
    row_name : str
        What a row is called in faults; empty: there is one only.
    """

    __slots__ = ()
    repeats = True
    draws = True
    row_name: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def of(cls, term: Term) -> Self:
        """Return the rule of a number."""

    @classmethod
    @abstractmethod
    def most(cls, sources: int, targets: int, without_self: bool) -> int:
        """Return the largest number that every row can have without repeating a pair; `without_self`: of equal sides."""

    @abstractmethod
    def room(self, numbers: WiringNumbers) -> Index:
        """Return how many pairs there are to choose from, for each row."""

    @classmethod
    def read(cls, reader: ConnectReader, given: Any) -> Self | None:
        """Return the number."""
        term = reader.number(getattr(given, cls.name), cls.name, sides=cls.sides)
        if term is None:
            return None
        value = reader.constant(term) if reader.sized else None
        if value is not None and (not math.isfinite(value) or value != int(value) or value < 0):
            what = f"{cls.name} of {value:g}"
            reader.faults.append(term.problem("not-a-whole-number", what, "a whole number, at least 0"))
        elif value is not None and reader.multiple is False:
            parts = [(part.sources, part.targets) for part in reader.parts]
            sames = [sources.blocks == targets.blocks and reader.own is False for sources, targets in parts]
            most = min(cls.most(i.size, j.size, same) for (i, j), same in zip(parts, sames, strict=True))
            if value > most:
                among = ", none of them itself" if reader.overlap and reader.own is False else ""
                what = f"{cls.name} of {int(value)} different partners{among}"
                fault = term.problem("degree-too-large", what, f"at most {most}", "multiple: true" if most else "")
                reader.faults.append(fault)
        return cls.of(term)

    def check(self, numbers: WiringNumbers, value: Any) -> None:
        """Refuse what is no whole number, or one that some row cannot have, before any pair is drawn."""
        if np.any(value < 0) or np.any(value != np.floor(value)):
            assert self.value is not None
            what = f"{self.name} is not a whole number for some row"
            raise ModelError(self.value.problem("not-a-whole-number", what, "whole numbers"))
        if numbers.conditional:
            return
        there = self.room(numbers)
        wanted = np.broadcast_to(np.asarray(value, np.float64), there.shape)
        missing = there < (wanted if numbers.multiple is False else np.minimum(wanted, 1))
        if missing.any():
            row = int(np.argmax(missing))
            raise ModelError(self._too_many(numbers, row, int(wanted[row]), int(there[row])))

    def pairs(self, numbers: WiringNumbers) -> Pairs:
        """Return the connected pairs."""
        try:
            return super().pairs(numbers)
        except Infeasible as error:
            raise ModelError(self._too_many(numbers, *error.args)) from None

    def _too_many(self, numbers: WiringNumbers, row: int, wanted: int, there: int) -> Fault:
        """Return the fault of a row that cannot have the partners that the rule asks for."""
        who = f" for {self.row_name} {row}" if self.row_name else ""
        ways = ["fewer"]
        ways += ["multiple: true"] if numbers.multiple is False and there else []
        ways += ["self: true"] if numbers.own is False else []
        ways += ["a condition that more pairs meet"] if numbers.conditional else []
        what = f"{self.name} of {wanted}{who}, {there} can be drawn"
        return numbers.place().problem("degree-too-large", what, ", or ".join(ways))


def drawn_rows(wiring: Wiring, rows: int, others: int, *, swapped: bool) -> tuple[Whole, Whole, Whole]:
    """Draw for each row its number of partners; what is not allowed, or a repetition, is drawn again.

    Returns
    -------
    owner, draw, partner : ndarray of int32
        Row, number of the draw there, and the partner.
    """
    assert not callable(wiring.value)
    count = np.broadcast_to(np.asarray(wiring.value, np.float64), (rows,)).astype(np.int64)
    most = int(count.max(initial=0))
    if not wiring.multiple and most > others:
        raise Infeasible(int(count.argmax()), most, others)
    if count.sum() >= MANY and (wiring.allowed is None or wiring.apart is not None):
        partner = _of_many(wiring, count, others, swapped)
    else:
        number = max(1, _HELD * wiring.together // max(1, most))
        starts = range(0, rows, number)
        parts = (_partners(wiring, start, count[start : start + number], others, swapped) for start in starts)
        partner = np.concatenate([np.zeros(0, np.int32), *parts])
    owner = np.repeat(counting(0, rows), count)
    draw = counting(0, len(owner))
    draw -= np.repeat((np.cumsum(count) - count).astype(draw.dtype), count)
    return owner, draw, partner


def _of_many(wiring: Wiring, count: Index, others: int, swapped: bool) -> Whole:
    """Draw the partners of all rows, one row after the other."""
    apart = wiring.apart or (np.zeros(0, np.int64),) * 2
    mine, theirs = reversed(apart) if swapped else apart
    mark, chosen = np.full(others, -1, np.int32), np.empty(count.sum(), np.int32)
    row = compiled.partners(wiring.key, count, others, wiring.multiple, mine, theirs, mark, chosen)
    if row >= 0:
        raise Infeasible(row, int(count[row]), others - int((theirs == mine[row]).sum()) if len(mine) else others)
    return chosen


def _partners(wiring: Wiring, first: int, count: Index, others: int, swapped: bool) -> Whole:
    """Draw the partners of some rows, row by row, as many as each has."""
    chosen = np.full((len(count), int(count.max(initial=0))), -1, np.int32)
    filled = np.zeros(len(count), np.int64)
    active, attempt = np.nonzero(count > 0)[0], 0
    while len(active):
        row = active + first
        partner = np.floor(others * uniform(*wiring.key, row, float(attempt), 0, 0)).astype(np.int64)
        good = np.ones(len(active), np.bool_)
        if wiring.allowed is not None:
            good &= wiring.allowed(partner, row) if swapped else wiring.allowed(row, partner)
        if not wiring.multiple:
            good &= ~(chosen[active] == partner[:, None]).any(axis=1)
        winners = active[good]
        chosen[winners, filled[winners]] = partner[good]
        filled[winners] += 1
        active = active[filled[active] < count[active]]
        attempt += 1
        if attempt == _PATIENCE:
            _require_enough(wiring, active + first, count[active], others, swapped)
    return chosen[np.arange(chosen.shape[1]) < count[:, None]]


def _require_enough(wiring: Wiring, rows: Index, count: Index, others: int, swapped: bool) -> None:
    """Raise for the first of the rows that may not have as many partners as it should: it would be drawn for without end."""
    there = wiring.partners(rows, others, swapped=swapped)
    missing = there < (np.minimum(count, 1) if wiring.multiple else count)
    if missing.any():
        row = int(np.argmax(missing))
        raise Infeasible(int(rows[row]), int(count[row]), int(there[row]))
