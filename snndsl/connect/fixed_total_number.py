"""Rule ``fixed_total_number``: so many synapses in all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.connect.fixed import Fixed
from snndsl.deferred import dataclass
from snndsl.model.services import WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import Infeasible, Pairs, Wiring
from snndsl.numerics import uniform
from snndsl.spec import Scalar, Spec

__all__ = ["FixedTotalNumber", "FixedTotalNumberSpec"]


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
        i, j = np.zeros(0, np.int64), np.zeros(0, np.int64)
        attempt, patience = 0, 1000 * (number + 1024)
        while len(i) < number:
            draws = np.arange(attempt, attempt + max(1024, number - len(i)), dtype=np.int64)
            a = np.floor(wiring.sources * uniform(*wiring.key, 0.0, draws, 0, 0)).astype(np.int64)
            b = np.floor(wiring.targets * uniform(*wiring.key, 0.0, draws, 0, 1)).astype(np.int64)
            kept = wiring.allowed(a, b) if wiring.allowed is not None else np.ones(len(a), np.bool_)
            i, j = np.concatenate([i, a[kept]]), np.concatenate([j, b[kept]])
            if not wiring.multiple:
                first = np.sort(np.unique(i * wiring.targets + j, return_index=True)[1])
                i, j = i[first], j[first]
            attempt += len(draws)
            if attempt > patience and len(i) < number:
                there = int(wiring.partners(np.arange(wiring.sources), wiring.targets, swapped=False).sum())
                if there < (min(number, 1) if wiring.multiple else number):
                    raise Infeasible(0, number, there)
                patience = 2**63  # it takes long, but there are enough
        draw = np.arange(number, dtype=np.int64)
        return Pairs(i[:number], j[:number], np.zeros(number, np.int64), draw, draw)
