"""Pairs that occur more than once in a table."""

from __future__ import annotations

import numpy as np

from snndsl.errors import ModelError
from snndsl.model.services import WiringNumbers
from snndsl.model.wiring import Pairs

__all__ = ["refuse_repeated"]


def refuse_repeated(numbers: WiringNumbers, pairs: Pairs) -> None:
    """Refuse two rows that connect the same pair."""
    code = pairs.i.astype(np.int64) * numbers.targets.size + pairs.j
    order = np.argsort(code, kind="stable")
    same = np.nonzero(code[order][1:] == code[order][:-1])[0]
    if len(same):
        first, second = int(pairs.row[order[same[0]]]), int(pairs.row[order[same[0] + 1]])
        what = f"rows {first} and {second} connect the same pair"
        raise ModelError(numbers.place().problem("duplicate-pair", what, "each pair once", "multiple: true"))
