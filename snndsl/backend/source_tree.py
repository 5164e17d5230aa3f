"""A generated program as a value: relative paths with text or arrays; no disk, no clock."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

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
        buffer = io.BytesIO()
        self._write(path, buffer)
        return buffer.getvalue()

    def _write(self, path: str, stream: BinaryIO) -> None:
        entry = self.files[path]
        if isinstance(entry, str):
            stream.write(entry.encode())
        else:
            np.save(stream, np.ascontiguousarray(entry), allow_pickle=False)

    def write(self, folder: Path, like: SourceTree | None = None, there: Path | None = None) -> frozenset[str]:
        """Write every file below `folder` (created if needed).

        Parameters
        ----------
        folder : Path
            Where.
        like, there : SourceTree and Path, optional
            A tree that was written there: what both have alike is kept once on disk, by hard links where there are such.

        Returns
        -------
        frozenset of str
            Paths of the files that `like` has alike.
        """
        same = frozenset(path for path in self.files if like is not None and _alike(self.files[path], like.files.get(path)))
        for path in sorted(self.files):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in same and there is not None:
                with contextlib.suppress(OSError):
                    os.link(there / path, target)
                    continue
            with target.open("wb") as stream:
                self._write(path, stream)
        return same


def _alike(one: str | NDArray[np.generic], other: str | NDArray[np.generic] | None) -> bool:
    if one is other:
        return True
    if isinstance(one, str) or isinstance(other, str) or other is None:
        return isinstance(one, str) and one == other
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
