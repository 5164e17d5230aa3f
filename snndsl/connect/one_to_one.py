"""Rule ``one_to_one``: equal places of two sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from snndsl.deferred import dataclass
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader
from snndsl.model.wiring import Pairs, Wiring, counting

__all__ = ["OneToOne"]


@dataclass(frozen=True, slots=True, eq=False)
class OneToOne(ByNumber):
    """Each source with the target at its place."""

    name = "one_to_one"
    rank = 2
    form = None
    written = {"one_to_one": "equal places; equal sizes required"}
    among_all = False

    @classmethod
    def read(cls, reader: ConnectReader, given: Any) -> OneToOne:
        """Return the rule; both sides are of equal size."""
        for part in reader.parts if reader.sized else ():
            if part.sources.size != part.targets.size:
                what = f"one_to_one between {part.sources.size} and {part.targets.size} neurons"
                reader.report("sizes-differ", what, "two sides of equal size", at=reader.place())
                break
        return cls()

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return the size of a side."""
        return sources

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs."""
        i = counting(0, wiring.sources)
        return wiring.filtered(i, i, i, np.zeros_like(i))
