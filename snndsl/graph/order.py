"""Columns of synapses put in order: by counting where there are many, because all that orders them are small whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import Deferred
from snndsl.ir.table import is_same, same
from snndsl.model.wiring import MANY, Whole

if TYPE_CHECKING:
    from snndsl.numerics import partners as compiled
else:
    compiled = Deferred("snndsl.numerics.partners")

__all__ = ["joined", "ordered"]


def joined(items: Sequence[Any], counts: Sequence[int], kind: Any) -> NDArray[Any]:
    """Return what several parts have as one column.

    Parameters
    ----------
    items : sequence of number or ndarray
        Of each part one number for all of its rows, or one for each.
    counts : sequence of int
        Rows of each part.
    kind : dtype
        Of the column.
    """
    alone = [np.asarray(item, kind) if np.ndim(item) == 0 else item[:1] if is_same(item) else None for item in items]
    if len({None if item is None else item.tobytes() for item in alone}) == 1 and alone[0] is not None:
        return same(alone[0].ravel()[0], sum(counts), kind)
    wide = [np.broadcast_to(np.asarray(item, kind), (count,)) for item, count in zip(items, counts, strict=True)]
    return wide[0] if len(wide) == 1 else np.concatenate(wide)


def ordered(columns: Sequence[Whole]) -> Whole | None:
    """Return the order of rows by several columns, the last of them first; None: they are in order.

    Parameters
    ----------
    columns : sequence of ndarray of int32, shape (rows,)
        Whole numbers from 0 on. Rows that are equal in all stay as they are.
    """
    rows, varying = len(columns[0]), [column for column in columns if not is_same(column)]
    if rows < MANY:
        found: Whole = np.lexsort(columns)
        return found
    if _in_order(varying):
        return None
    order, there = np.zeros(0, np.int32), np.empty(rows, np.int32)
    for column in varying:
        if len(order) or (column[1:] < column[:-1]).any():
            compiled.counted(column, order, np.zeros(int(column.max()) + 2, np.int64), there)
            order, there = there, order if len(order) else np.empty(rows, np.int32)
    return order


def _in_order(columns: Sequence[Whole]) -> bool:
    """Tell whether rows are in order by columns, the last of them first."""
    after = np.zeros(max(0, len(columns[0]) - 1) if columns else 0, np.bool_)
    for column in reversed(columns):
        if not (after | (column[1:] >= column[:-1])).all():
            return False
        after |= column[1:] > column[:-1]
    return True
