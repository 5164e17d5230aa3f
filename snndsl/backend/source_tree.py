"""A generated program as a value: relative paths with text or arrays; no disk, no clock."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SourceTree"]


@dataclass(frozen=True, slots=True, eq=False)
class SourceTree:
    """Files of a generated, stand-alone simulation.

    Parameters
    ----------
    files : mapping of str to str or ndarray
        Relative POSIX path to text (UTF-8) or to an array (written as npy version 1.0).
    """

    files: Mapping[str, str | NDArray[np.generic]]

    def content(self, path: str) -> bytes:
        """Return the bytes of one file, as written to disk."""
        entry = self.files[path]
        if isinstance(entry, str):
            return entry.encode()
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(entry), allow_pickle=False)
        return buffer.getvalue()

    def write(self, folder: Path) -> None:
        """Write every file below `folder` (created if needed)."""
        for path in sorted(self.files):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.content(path))
