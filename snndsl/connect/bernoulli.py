"""Rule ``bernoulli``: each pair with a probability."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from snndsl.deferred import Deferred, dataclass
from snndsl.errors import ModelError
from snndsl.model.projection import ByNumber
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import Term
from snndsl.model.wiring import MANY, Kernel, Pairs, Whole, Wiring, counting
from snndsl.numerics import log as our_log
from snndsl.numerics import log1p, uniform
from snndsl.spec import Scalar, Spec

if TYPE_CHECKING:
    from snndsl.numerics import partners as compiled
else:
    compiled = Deferred("snndsl.numerics.partners")

__all__ = ["BernoulliPairs", "BernoulliSpec"]

_LEAST = 2.0**-54
"""No draw is smaller: for pairs of a smaller probability, most of those of a kernel of distance, none is needed."""


class BernoulliSpec(Spec):
    """Each pair with a probability."""

    bernoulli: Scalar = Field(description="probability of each pair; may read `distance` and what belongs to either side")


@dataclass(frozen=True, slots=True, eq=False)
class BernoulliPairs(ByNumber):
    """Each pair by itself, with a probability."""

    name = "bernoulli"
    rank = 3
    form = BernoulliSpec
    written = {"{bernoulli: p}": "each with probability p"}
    other_words = ("p", "probability", "p_connect", "pairwise_bernoulli")
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
        if callable(wiring.value):
            return Pairs.joined(_by_pair(wiring, wiring.value))
        i, j = _drawn(wiring, float(wiring.value))
        return wiring.filtered(i, j, i, j)


def _by_pair(wiring: Wiring, probability: Kernel) -> Iterator[Pairs]:
    """Yield the pairs of some sources after those of others: the draw of a pair is that of its source and target."""
    row = 0
    for start, stop, first, last in wiring.spans(wiring.sources, wiring.targets):
        i, j = np.arange(start, stop, dtype=np.int64)[:, None], np.arange(first, last, dtype=np.int64)[None, :]
        p = np.broadcast_to(probability(i, j), (stop - start, last - first))
        i, j = np.nonzero(p > _LEAST)
        kept = uniform(*wiring.key, i + start, j + first, 0, 1) < p[i, j]
        i, j = ((places[kept] + least).astype(np.int32) for places, least in ((i, start), (j, first)))
        yield wiring.filtered(i, j, i, j, row)
        row += len(i)


def _drawn(wiring: Wiring, p: float) -> tuple[Whole, Whole]:
    if p <= 0.0:
        return counting(0, 0), counting(0, 0)
    if p >= 1.0:
        return np.repeat(counting(0, wiring.sources), wiring.targets), np.tile(counting(0, wiring.targets), wiring.sources)
    many = p * wiring.sources * wiring.targets >= MANY
    return _joined(_row_by_row(wiring, log1p(-p))) if many else _skips(wiring, log1p(-p))


def _skips(wiring: Wiring, scale: float) -> tuple[Whole, Whole]:
    """Jump from success to success: the gap is floor(log(u)/log(1 - p))."""
    place = np.full(wiring.sources, -1.0)
    active, number = np.arange(wiring.sources, dtype=np.int64), 0
    found: list[tuple[Whole, Whole]] = []
    while len(active):
        u = uniform(*wiring.key, active, float(number), 0, 0)
        place[active] += 1.0 + np.floor(our_log(u) / scale)
        active = active[place[active] < wiring.targets]
        found.append((active.astype(np.int32), place[active].astype(np.int32)))
        number += 1
    i, j = _joined(found)
    order = np.lexsort((j, i))
    return i[order], j[order]


def _row_by_row(wiring: Wiring, scale: float) -> Iterator[tuple[Whole, Whole]]:
    """Yield the same, of some sources after others."""
    i, j = np.empty((2, max(MANY, wiring.targets)), np.int32)
    row = 0
    while row < wiring.sources:
        row, number = compiled.jump(wiring.key, row, wiring.sources, wiring.targets, scale, i, j)
        yield i[:number].copy(), j[:number].copy()


def _joined(parts: Iterable[tuple[Whole, Whole]]) -> tuple[Whole, Whole]:
    i, j = (np.concatenate([*side]) for side in zip(*parts, strict=True))
    return i, j
