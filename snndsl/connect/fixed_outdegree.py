"""Rule ``fixed_outdegree``: so many targets for each source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.connect.fixed import Fixed, drawn_rows
from snndsl.deferred import dataclass
from snndsl.model.services import WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import Pairs, Wiring, counting
from snndsl.spec import Scalar, Spec

__all__ = ["FixedOutdegree", "FixedOutdegreeSpec"]


class FixedOutdegreeSpec(Spec):
    """So many targets for each source."""

    fixed_outdegree: Scalar = Field(description="how many targets each source draws; may read what belongs to the source")


@dataclass(frozen=True, slots=True, eq=False)
class FixedOutdegree(Fixed):
    """A number of targets for each source, drawn."""

    name = "fixed_outdegree"
    rank = 5
    form = FixedOutdegreeSpec
    written = {"{fixed_outdegree: n}": "n drawn targets for each source"}
    other_words = ("outdegree",)
    sides = "sources"
    row_name = "source"

    degree: Term

    @property
    def value(self) -> Term:
        """The number."""
        return self.degree

    @classmethod
    def of(cls, term: Term) -> FixedOutdegree:
        """Return the rule of a number."""
        return cls(term)

    @classmethod
    def most(cls, sources: int, targets: int, without_self: bool) -> int:
        """Return the number of targets that every source can have."""
        return targets - without_self

    def room(self, numbers: WiringNumbers) -> NDArray[np.int64]:
        """Return how many targets each source may have."""
        return numbers.partners("sources")

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return the number of all sources."""
        return value * sources

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs, source by source."""
        i, draw, j = drawn_rows(wiring, wiring.sources, wiring.targets, swapped=False)
        return Pairs(i, j, i, draw, counting(0, len(i)))
