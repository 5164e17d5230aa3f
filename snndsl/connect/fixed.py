"""Rules of a fixed number of synapses: what they have in common."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import Infeasible, Pairs, Wiring
from snndsl.numerics import uniform

__all__ = ["Fixed", "drawn_rows"]

Index = NDArray[np.int64]


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
            same = reader.sources.blocks == reader.targets.blocks and reader.own is False
            most = cls.most(reader.sources.size, reader.targets.size, same)
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


def drawn_rows(wiring: Wiring, rows: int, others: int, *, swapped: bool) -> tuple[Index, Index, Index]:
    """Draw for each row its number of partners; what is not allowed, or a repetition, is drawn again.

    Returns
    -------
    owner, draw, partner : ndarray of int64
        Row, number of the draw there, and the partner.
    """
    count = np.broadcast_to(np.asarray(wiring.value, np.float64), (rows,)).astype(np.int64)
    if not wiring.multiple and rows and count.max(initial=0) > others:
        raise Infeasible(int(count.argmax()), int(count.max()), others)
    chosen = np.full((rows, int(count.max(initial=0))), -1, np.int64)
    filled = np.zeros(rows, np.int64)
    active, attempt = np.nonzero(count > 0)[0], 0
    limit = 1000 + 200 * (others + int(count.max(initial=0)))
    while len(active):
        partner = np.floor(others * uniform(*wiring.key, active, float(attempt), 0, 0)).astype(np.int64)
        good = np.ones(len(active), np.bool_)
        if wiring.allowed is not None:
            good &= wiring.allowed(partner, active) if swapped else wiring.allowed(active, partner)
        if not wiring.multiple:
            good &= ~(chosen[active] == partner[:, None]).any(axis=1)
        winners = active[good]
        chosen[winners, filled[winners]] = partner[good]
        filled[winners] += 1
        active = active[filled[active] < count[active]]
        attempt += 1
        if attempt > limit:
            raise Infeasible(int(active[0]), int(count[active[0]]), int(filled[active[0]]))
    owner = np.repeat(np.arange(rows, dtype=np.int64), count)
    draw = np.arange(len(owner), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return owner, draw, chosen[owner, draw]
