"""Columns of equal length: synapses, spike lists, injected events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["Table"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Named columns.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (rows,)
        In a fixed order; read-only by convention.
    """

    columns: Mapping[str, NDArray[np.generic]]

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

    def chunks(self, rows: int = 1_000_000) -> Iterator[Mapping[str, NDArray[np.generic]]]:
        """Yield the columns in consecutive pieces of at most `rows` rows."""
        for start in range(0, self.rows, rows):
            yield {name: column[start : start + rows] for name, column in self.columns.items()}

    def digest(self) -> str:
        """Return a hash of names, types and bytes (16 hexadecimal digits)."""
        state = hashlib.blake2b(digest_size=8)
        for name, column in self.columns.items():
            state.update(f"{name}:{column.dtype.str}:{len(column)};".encode())
            state.update(np.ascontiguousarray(column).tobytes())
        return state.hexdigest()
