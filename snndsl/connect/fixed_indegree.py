"""Rule ``fixed_indegree``: so many sources for each target."""

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

__all__ = ["FixedIndegree", "FixedIndegreeSpec"]


class FixedIndegreeSpec(Spec):
    """So many sources for each target."""

    fixed_indegree: Scalar = Field(description="how many sources each target draws; may read what belongs to the target")


@dataclass(frozen=True, slots=True, eq=False)
class FixedIndegree(Fixed):
    """A number of sources for each target, drawn."""

    name = "fixed_indegree"
    rank = 4
    form = FixedIndegreeSpec
    written = {"{fixed_indegree: n}": "n drawn sources for each target"}
    other_words = ("indegree",)
    sides = "targets"
    row_name = "target"

    degree: Term

    @property
    def value(self) -> Term:
        """The number."""
        return self.degree

    @classmethod
    def of(cls, term: Term) -> FixedIndegree:
        """Return the rule of a number."""
        return cls(term)

    @classmethod
    def most(cls, sources: int, targets: int, without_self: bool) -> int:
        """Return the number of sources that every target can have."""
        return sources - without_self

    def room(self, numbers: WiringNumbers) -> NDArray[np.int64]:
        """Return how many sources each target may have."""
        return numbers.partners("targets")

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return the number of all targets."""
        return value * targets

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs, target by target."""
        j, draw, i = drawn_rows(wiring, wiring.targets, wiring.sources, swapped=True)
        return Pairs(i, j, j, draw, counting(0, len(i)))
