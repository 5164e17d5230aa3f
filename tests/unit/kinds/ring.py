"""A connect rule that is not in the package: each neuron with the next ones on a ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from snndsl.errors import ModelError
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import Pairs, Wiring
from snndsl.spec import Scalar, Spec

__all__ = ["Ring"]


class RingSpec(Spec):
    """The next so many neurons of a ring."""

    ring: Scalar


@dataclass(frozen=True, slots=True, eq=False)
class Ring(ByNumber):
    """Each source with so many targets that follow its place on a ring."""

    name = "ring"
    form = RingSpec
    written = {"{ring: n}": "the n next ones on a ring"}
    other_words = ("circle",)
    sides = "none"

    reach: Term

    @property
    def value(self) -> Term:
        """How many follow."""
        return self.reach

    @classmethod
    def read(cls, reader: ConnectReader, given: RingSpec) -> Ring | None:
        """Return the number."""
        term = reader.number(given.ring, cls.name, sides=cls.sides)
        return None if term is None else cls(term)

    def check(self, numbers: WiringNumbers, value: Any) -> None:
        """Refuse what is no whole number of other neurons."""
        if value != int(value) or not 0 <= value < numbers.targets.size:
            what, expected = f"a ring of {value:g}", f"a whole number below {numbers.targets.size}"
            raise ModelError(self.reach.problem("ring", what, expected))

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return so many for each source."""
        return sources * value

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs, source by source."""
        reach = int(wiring.value)
        i, step = np.repeat(np.arange(wiring.sources), reach), np.tile(np.arange(1, reach + 1), wiring.sources)
        return wiring.filtered(i, (i + step) % wiring.targets, i, step)
