"""Rule ``pairs``: those that are listed."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from snndsl.connect.repeats import refuse_repeated
from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.model.projection import ConnectRule
from snndsl.model.services import ConnectReader, WiringNumbers
from snndsl.model.text import ValueTerm
from snndsl.model.wiring import Pairs
from snndsl.spec import PerElement, Spec
from snndsl.units import ONE

__all__ = ["ListedPairs", "ListedPairsSpec", "PairsSpec"]


class PairsSpec(Spec):
    """Columns of sources and targets."""

    i: PerElement = Field(description="list, data array: index of the source in `from`")
    j: PerElement = Field(description="list, data array: index of the target in `to`")


class ListedPairsSpec(Spec):
    """Pairs that are listed."""

    pairs: PairsSpec = Field(description="columns of sources and targets: indices in `from` and `to`")


@dataclass(frozen=True, slots=True, eq=False)
class ListedPairs(ConnectRule):
    """Pairs in columns: places of sources and of targets within their selections."""

    name = "pairs"
    rank = 7
    form = ListedPairsSpec
    written = {"{pairs: {i: .., j: ..}}": "those listed in two columns: data, or lists"}
    among_all = False
    rows = True

    i: ValueTerm
    j: ValueTerm

    @classmethod
    def read(cls, reader: ConnectReader, given: ListedPairsSpec) -> ListedPairs | None:
        """Return the columns."""
        i, j = (
            reader.value(getattr(given.pairs, side), ONE, side, cls.name, side, names="columns", phase="pure")
            for side in ("i", "j")
        )
        return None if i is None or j is None else cls(i, j)

    def pairs(self, numbers: WiringNumbers) -> Pairs:
        """Return the pairs that are listed and meet the condition."""
        columns = {}
        table = numbers.columns({"i": self.i, "j": self.j})
        for side, terms, size in (("i", self.i, numbers.sources.size), ("j", self.j, numbers.targets.size)):
            values = table[side]
            bad = (values != np.floor(values)) | (values < 0) | (values >= size)
            if bad.any():
                listed = terms if isinstance(terms, tuple) else (terms,)
                first = int(np.argmax(bad))
                term, what = listed[first if first < len(listed) else 0], f"{side} is {values[first]:g} in row {first}"
                raise ModelError(term.problem("index-out-of-range", what, f"whole numbers 0 .. {size - 1}"))
            columns[side] = values.astype(np.int64)
        i, j = columns["i"], columns["j"]
        if len(i) != len(j):
            what = f"{len(i)} sources and {len(j)} targets"
            raise ModelError(numbers.place().problem("list-length", what, "two columns of equal length"))
        row = np.arange(len(i), dtype=np.int64)
        allowed = numbers.allowed()
        kept = allowed(i, j) if allowed is not None else np.ones(len(i), np.bool_)
        pairs = Pairs(i[kept], j[kept], i[kept], row[kept], row[kept])
        if not numbers.multiple:
            refuse_repeated(numbers, pairs)
        return pairs
