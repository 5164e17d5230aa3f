"""Columns of equal length: synapses, spike lists, injected events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["Table", "is_same", "same", "span", "span_of_sum", "taken"]

_TOGETHER = 2**16
"""So many rows are copied at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Named columns.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (rows,)
        In a fixed order; read-only by convention. What is the same in all rows is a column of `same`.
    """

    columns: Mapping[str, NDArray[np.generic]]
    _digest: list[str] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of unequal length: {lengths}")

    @property
    def rows(self) -> int:
        """Number of rows."""
        return next((len(column) for column in self.columns.values()), 0)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def digest(self) -> str:
        """Return a hash of names, types and bytes (16 hexadecimal digits); made once."""
        if self._digest:
            return self._digest[0]
        state = hashlib.blake2b(digest_size=8)
        for name, column in self.columns.items():
            state.update(f"{name}:{column.dtype.str}:{len(column)};".encode())
            for start in range(0, len(column), _TOGETHER):
                state.update(np.ascontiguousarray(column[start : start + _TOGETHER]).data)
        self._digest.append(state.hexdigest())
        return self._digest[0]


def same(value: Any, rows: int, kind: Any) -> NDArray[Any]:
    """Return a column that holds one number for all rows, and takes no more room than that number."""
    return np.broadcast_to(np.asarray(value, kind), (rows,))


def is_same(column: NDArray[Any]) -> bool:
    """Tell whether a column is one of `same`."""
    return len(column) > 1 and column.strides == (0,)


def taken(column: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
    """Return some rows of a column."""
    if is_same(column):
        return same(column[0], len(rows), column.dtype)
    found = np.empty(len(rows), column.dtype)
    for start in range(0, len(rows), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        found[some] = column[rows[some]]
    return found


def span(column: NDArray[Any]) -> tuple[Any, Any]:
    """Return the least and the largest number of a column that is not empty."""
    column = column[:1] if is_same(column) else column
    return column.min(), column.max()


def span_of_sum(one: NDArray[Any], other: NDArray[Any]) -> tuple[int, int]:
    """Return the least and the largest sum of two columns of whole numbers that are not empty."""
    if is_same(one) or is_same(other):
        least, largest = zip(span(one), span(other), strict=True)
        return sum(map(int, least)), sum(map(int, largest))
    low, high = span(np.add(one, other, dtype=np.int64))
    return int(low), int(high)
