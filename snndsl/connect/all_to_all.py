"""Rule ``all_to_all``: every pair."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from snndsl.deferred import dataclass
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader
from snndsl.model.wiring import Pairs, Wiring, counting

__all__ = ["AllToAll"]


@dataclass(frozen=True, slots=True, eq=False)
class AllToAll(ByNumber):
    """Every source with every target."""

    name = "all_to_all"
    rank = 1
    form = None
    written = {"all_to_all": "every one"}

    @classmethod
    def meant(cls, text: str) -> str:
        """Take what others write for it: ``all``, or a condition, which stands in ``where``."""
        if text.replace(" ", "") in ("all", "full", "True", "i!=j", "j!=i"):
            return cls.name
        return f"{cls.name}, and where: {text}" if re.search(r"[<>]|[=!]=", text) else ""

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
        if wiring.allowed is None:
            return _among(wiring, 0, wiring.sources, 0, wiring.targets)
        return Pairs.joined(_among(wiring, *span) for span in wiring.spans(wiring.sources, wiring.targets))


def _among(wiring: Wiring, start: int, stop: int, first: int, last: int) -> Pairs:
    """Return the pairs of some sources and some targets."""
    i = np.repeat(counting(start, stop), last - first)
    j = np.tile(counting(first, last), stop - start)
    return wiring.filtered(i, j, i, j, start * wiring.targets + first)
