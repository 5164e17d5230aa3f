"""Rule ``fixed_total_number``: so many synapses in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.connect.fixed import Fixed
from snndsl.deferred import Deferred, dataclass
from snndsl.model.services import WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import MANY, Infeasible, Pairs, Whole, Wiring, counting
from snndsl.numerics import uniform
from snndsl.spec import Scalar, Spec

if TYPE_CHECKING:
    from snndsl.numerics import partners as compiled
else:
    compiled = Deferred("snndsl.numerics.partners")

__all__ = ["FixedTotalNumber", "FixedTotalNumberSpec"]

TOGETHER = 2**18
"""So many pairs are drawn together."""


class FixedTotalNumberSpec(Spec):
    """So many synapses in all."""

    fixed_total_number: Scalar = Field(description="how many pairs are drawn in all")


@dataclass(frozen=True, slots=True, eq=False)
class FixedTotalNumber(Fixed):
    """A number of pairs, drawn."""

    name = "fixed_total_number"
    rank = 6
    form = FixedTotalNumberSpec
    written = {"{fixed_total_number: n}": "n drawn pairs in all"}
    other_words = ("N",)
    sides = "none"

    total: Term

    @property
    def value(self) -> Term:
        """The number."""
        return self.total

    @classmethod
    def of(cls, term: Term) -> FixedTotalNumber:
        """Return the rule of a number."""
        return cls(term)

    @classmethod
    def most(cls, sources: int, targets: int, without_self: bool) -> int:
        """Return the number of pairs."""
        return sources * targets - (sources if without_self else 0)

    def room(self, numbers: WiringNumbers) -> NDArray[np.int64]:
        """Return the number of pairs."""
        return np.array([numbers.partners("sources").sum()])

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return the number."""
        return value

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs as they are drawn."""
        assert not callable(wiring.value)
        number = int(wiring.value)
        i, j = np.zeros(0, np.int32), np.zeros(0, np.int32)
        seen = _Seen(number + 1024, wiring.targets) if number >= MANY and not wiring.multiple else None
        attempt, patience = 0, 1000 * (number + 1024)
        while len(i) < number:
            end = attempt + max(1024, number - len(i))
            parts = (_drawn(wiring, start, min(start + TOGETHER, end)) for start in range(attempt, end, TOGETHER))
            several = zip(*(parts if seen is None else map(seen.new, parts)), strict=True)
            i, j = (np.concatenate([before, *found]) for before, found in zip((i, j), several, strict=True))
            if seen is None and not wiring.multiple:
                first = np.sort(np.unique(i.astype(np.int64) * wiring.targets + j, return_index=True)[1])
                i, j = i[first], j[first]
            attempt = end
            if attempt > patience and len(i) < number:
                there = int(wiring.partners(np.arange(wiring.sources), wiring.targets, swapped=False).sum())
                if there < (min(number, 1) if wiring.multiple else number):
                    raise Infeasible(0, number, there)
                patience = 2**63  # it takes long, but there are enough
        draw = counting(0, number)
        return Pairs(i[:number], j[:number], np.zeros(number, np.int32), draw, draw)


def _drawn(wiring: Wiring, attempt: int, end: int) -> tuple[Whole, Whole]:
    """Draw some pairs, and keep those that may be connected."""
    draws = np.arange(attempt, end, dtype=np.int64)
    sides = enumerate((wiring.sources, wiring.targets))
    i, j = (np.floor(size * uniform(*wiring.key, 0.0, draws, 0, side)).astype(np.int32) for side, size in sides)
    if wiring.allowed is None:
        return i, j
    kept = wiring.allowed(i, j)
    return i[kept], j[kept]


class _Seen:
    """The pairs of very many that were drawn already: at most so many."""

    def __init__(self, pairs: int, targets: int) -> None:
        self.targets, self.table = targets, np.full(1 << (2 * pairs).bit_length(), -1, np.int64)

    def new(self, pairs: tuple[Whole, Whole]) -> tuple[Whole, Whole]:
        """Return those of the pairs that are drawn for the first time."""
        i, j = pairs
        number = compiled.distinct(i, j, self.targets, self.table)
        return i[:number], j[:number]
