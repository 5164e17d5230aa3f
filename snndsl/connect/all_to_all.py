"""Rule ``all_to_all``: every pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader
from snndsl.model.wiring import Pairs, Wiring

__all__ = ["AllToAll"]


@dataclass(frozen=True, slots=True, eq=False)
class AllToAll(ByNumber):
    """Every source with every target."""

    name = "all_to_all"
    rank = 1
    form = None
    written = {"all_to_all": "every one"}

    @classmethod
    def read(cls, reader: ConnectReader, given: Any) -> AllToAll:
        """Return the rule."""
        return cls()

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return the number of pairs."""
        return sources * targets

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs, source by source."""
        i = np.repeat(np.arange(wiring.sources, dtype=np.int64), wiring.targets)
        j = np.tile(np.arange(wiring.targets, dtype=np.int64), wiring.sources)
        return wiring.filtered(i, j, i, j)
