"""Rule ``bernoulli``: each pair with a probability."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import Pairs, Wiring
from snndsl.numerics import log as our_log
from snndsl.numerics import log1p, uniform
from snndsl.spec import Scalar, Spec

__all__ = ["BernoulliPairs", "BernoulliSpec"]

Index = NDArray[np.int64]


class BernoulliSpec(Spec):
    """Each pair with a probability."""

    bernoulli: Scalar


@dataclass(frozen=True, slots=True, eq=False)
class BernoulliPairs(ByNumber):
    """Each pair by itself, with a probability."""

    name = "bernoulli"
    rank = 3
    form = BernoulliSpec
    written = {"{bernoulli: p}": "each with probability p"}
    other_words = ("p", "probability", "p_connect")
    draws = True

    probability: Term

    @property
    def value(self) -> Term:
        """The probability."""
        return self.probability

    @classmethod
    def meant(cls, text: str) -> str:
        """Take a number below one for a probability."""
        return f"{{bernoulli: {text}}}" if re.fullmatch(r"0?\.[0-9]+", text) else ""

    @classmethod
    def read(cls, reader: ConnectReader, given: BernoulliSpec) -> BernoulliPairs | None:
        """Return the probability."""
        term = reader.number(given.bernoulli, cls.name)
        if term is None:
            return None
        value = reader.constant(term) if reader.sized else None
        if value is not None and not 0.0 <= value <= 1.0:
            reader.faults.append(term.problem("probability", f"a probability of {value!r}", "a number from 0 to 1"))
        return cls(term)

    def check(self, numbers: WiringNumbers, value: Any) -> None:
        """Refuse what is no probability."""
        if np.any(value < 0) or np.any(value > 1):
            what = "a probability outside 0 .. 1"
            raise ModelError(self.probability.problem("probability", what, "numbers from 0 to 1"))

    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return so much of all pairs."""
        return value * (sources * targets)

    @classmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs, source by source."""
        i, j = _drawn(wiring)
        return wiring.filtered(i, j, i, j)


def _drawn(wiring: Wiring) -> tuple[Index, Index]:
    probability = np.asarray(wiring.value, np.float64)
    sources = np.arange(wiring.sources, dtype=np.int64)
    if probability.ndim:
        grid = np.broadcast_to(probability, (wiring.sources, wiring.targets))
        columns = np.arange(wiring.targets)
        rows = [np.nonzero(uniform(*wiring.key, float(i), columns, 0, 1) < grid[i])[0] for i in sources]
        return np.repeat(sources, [len(row) for row in rows]), np.concatenate([*rows, np.zeros(0, np.int64)])
    p = float(probability)
    if p <= 0.0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if p >= 1.0:
        return np.repeat(sources, wiring.targets), np.tile(np.arange(wiring.targets), wiring.sources)
    return _skips(wiring, p, sources)


def _skips(wiring: Wiring, p: float, sources: Index) -> tuple[Index, Index]:
    """Jump from success to success: the gap is floor(log(u)/log(1 - p))."""
    scale = log1p(-p)
    place = np.full(wiring.sources, -1.0)
    active, number = sources, 0
    found: list[tuple[Index, Index]] = []
    while len(active):
        u = uniform(*wiring.key, active, float(number), 0, 0)
        place[active] += 1.0 + np.floor(our_log(u) / scale)
        active = active[place[active] < wiring.targets]
        found.append((active, place[active].astype(np.int64)))
        number += 1
    i = np.concatenate([pair[0] for pair in found])
    j = np.concatenate([pair[1] for pair in found])
    order = np.lexsort((j, i))
    return i[order], j[order]
