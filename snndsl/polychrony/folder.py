"""The folder of a catalogue: a manifest and tables of groups, spikes and links, in chunks of columns.

A chunk is what one block of mothers yields. Its files are written first; it counts once the manifest lists it. So a folder
whose writer was killed holds a catalogue of the mothers listed, and a search can go on from there.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError

__all__ = ["FORMAT", "TABLES", "Chunk", "Folder"]

FORMAT = 1
TABLES: dict[str, tuple[str, ...]] = {
    "groups": (
        "id",
        "mother",
        "anchors",
        "anchor_steps",
        "size",
        "links",
        "longest_path",
        "last_step",
        "span",
        "avalanche",
        "definition",
    ),
    "spikes": ("group", "neuron", "step", "layer"),
    "links": ("group", "pre", "post", "delay", "layer"),
}
Chunk = dict[str, dict[str, NDArray[Any]]]


class Folder:
    """Reads and writes the folder of a catalogue.

    Parameters
    ----------
    path : path
        Need not exist.

    Attributes
    ----------
    manifest : dict
        Of an existing folder; ``chunks`` lists for each chunk its first and last block and the rows of each table.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.manifest: dict[str, Any] = {}
        self._lock: int | None = None
        file = self.path / "manifest.json"
        if file.exists():
            try:
                self.manifest = json.loads(file.read_text(encoding="utf-8"))
                known = self.manifest["format"], self.manifest["chunks"], self.manifest["definitions"]
            except (ValueError, KeyError, TypeError) as error:
                raise ModelError(Fault("catalogue-manifest", f"the manifest cannot be read: {error}", file=str(file))) from None
            if known[0] != FORMAT:
                raise ModelError(Fault("catalogue-format", f"format {known[0]}", file=str(file), expected=f"format {FORMAT}"))

    def lock(self) -> None:
        """Take the folder for writing; freed by `unlock` or by the end of the process."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise ModelError(Fault("catalogue-locked", "another process writes this catalogue", file=str(self.path))) from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write_chunk(self, number: int, chunk: Chunk) -> None:
        """Write the columns of a chunk; it does not count yet."""
        for table, columns in TABLES.items():
            for column in columns:
                target = self.path / table / column / f"{number:06d}.npy"
                target.parent.mkdir(parents=True, exist_ok=True)
                np.save(target, np.ascontiguousarray(chunk[table][column]), allow_pickle=False)

    def write_manifest(self) -> None:
        """Replace the manifest in one step, so that a reader finds the old one or the new one."""
        self.path.mkdir(parents=True, exist_ok=True)
        head = {key: value for key, value in self.manifest.items() if key != "chunks"}
        lines = ",\n  ".join(json.dumps(chunk, sort_keys=True) for chunk in self.manifest["chunks"])
        text = json.dumps(head, indent=1, sort_keys=True)[:-2] + f',\n "chunks": [\n  {lines}\n ]\n}}\n'
        beside = self.path / ".manifest.json.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path / "manifest.json")

    def nulls(self) -> dict[str, dict[str, Any]]:
        """Return what searches of shuffled networks gave, by the name of the null."""
        file = self.path / "nulls.json"
        if not file.exists():
            return {}
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            return {name: dict(facts) for name, facts in found.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(Fault("catalogue-nulls", f"the nulls cannot be read: {error}", file=str(file))) from None

    def write_null(self, name: str, facts: dict[str, Any]) -> None:
        """Keep what searches of shuffled networks gave; replaces an earlier one of the same name."""
        beside = self.path / ".nulls.json.part"
        text = json.dumps(self.nulls() | {name: facts}, indent=1, sort_keys=True)
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(self.path / "nulls.json")

    def column(self, table: str, column: str, number: int) -> NDArray[Any]:
        """Return one column of a chunk, read when it is used."""
        file = self.path / table / column / f"{self.manifest['chunks'][number]['number']:06d}.npy"
        try:
            # an empty array cannot be mapped
            rows = self.manifest["chunks"][number][table]
            array: NDArray[Any] = np.load(file, mmap_mode="r" if rows else None, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise ModelError(Fault("catalogue-chunk", f"a column cannot be read: {error}", file=str(file))) from None
        if len(array) != rows:
            raise ModelError(Fault("catalogue-chunk", f"{len(array)} rows", file=str(file), expected=f"{rows} rows"))
        return array
