"""The folder of a catalogue: a manifest and tables of groups, spikes and links, in chunks of columns.

A chunk is what one block of mothers yields. Its files are written first; it counts once the manifest lists it. So a folder
whose writer was killed holds a catalogue of the mothers listed, and a search can go on from there.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
from hashlib import blake2b
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
        self._sound: set[Path] = set()
        file = self.path / "manifest.json"
        if file.exists():
            try:
                self.manifest = json.loads(file.read_text(encoding="utf-8"))
                if "definitions" not in self.manifest:
                    raise ModelError(_no_catalogue(self.path))
                known = self.manifest["format"]
                fault = _manifest_fault(self.manifest) if known == FORMAT else ""
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                fault = f"{type(error).__name__} {error}"
            if fault:
                what = f"no manifest of a catalogue: {fault}"
                raise ModelError(Fault("catalogue-manifest", what, file=str(file), expected="what snndsl discover wrote"))
            if known != FORMAT:
                raise ModelError(Fault("catalogue-format", f"format {known}", file=str(file), expected=f"format {FORMAT}"))

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

    def append(self, number: int, chunk: Chunk) -> None:
        """Write the columns of a chunk and list it, with the hash of each file; it counts once the manifest is written."""
        hashes = {}
        for table, columns in TABLES.items():
            for column in columns:
                target = self.path / table / column / f"{number:06d}.npy"
                target.parent.mkdir(parents=True, exist_ok=True)
                np.save(target, np.ascontiguousarray(chunk[table][column]), allow_pickle=False)
                hashes[f"{table}/{column}"] = _hash(target)
        rows = {name: len(chunk[name][columns[0]]) for name, columns in TABLES.items()}
        self.manifest["chunks"].append({"number": number} | rows | {"hashes": hashes})

    def write_manifest(self) -> None:
        """Replace the manifest."""
        self.path.mkdir(parents=True, exist_ok=True)
        head = {key: value for key, value in self.manifest.items() if key != "chunks"}
        lines = ",\n  ".join(json.dumps(chunk, sort_keys=True) for chunk in self.manifest["chunks"])
        text = json.dumps(head, indent=1, sort_keys=True)[:-2] + f',\n "chunks": [\n  {lines}\n ]\n}}\n'
        self._replace("manifest.json", text)

    def _replace(self, name: str, text: str) -> None:
        """Replace a file in one step, so that a reader finds the old one or the new one."""
        beside = self.path / f".{name}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path / name)

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
        self._replace("nulls.json", json.dumps(self.nulls() | {name: facts}, indent=1, sort_keys=True) + "\n")

    def column(self, table: str, column: str, number: int) -> NDArray[Any]:
        """Return one column of a chunk, read when it is used."""
        file = self.path / table / column / f"{self.manifest['chunks'][number]['number']:06d}.npy"
        known = self.manifest["chunks"][number].get("hashes", {}).get(f"{table}/{column}")
        try:
            if known is not None and file not in self._sound:
                if _hash(file) != known:
                    what = "the file is not what the search wrote"
                    raise ModelError(Fault("catalogue-chunk", what, file=str(file), expected="the same bytes"))
                self._sound.add(file)
            # an empty array cannot be mapped
            rows = self.manifest["chunks"][number][table]
            array: NDArray[Any] = np.load(file, mmap_mode="r" if rows else None, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(Fault("catalogue-chunk", f"a column cannot be read: {error}", file=str(file))) from None
        if len(array) != rows:
            raise ModelError(Fault("catalogue-chunk", f"{len(array)} rows", file=str(file), expected=f"{rows} rows"))
        return array


def _hash(file: Path) -> str:
    return blake2b(file.read_bytes(), digest_size=8).hexdigest()


def _no_catalogue(path: Path) -> Fault:
    what = "the manifest.json there is of no catalogue"
    return Fault("catalogue-missing", what, str(path), expected="the folder that snndsl discover wrote")


def _manifest_fault(manifest: dict[str, Any]) -> str:
    """Return what is wrong with the types of a manifest; empty if nothing is."""
    for name, wanted in (("chunks", list), ("definitions", list), ("status", str), ("network", str), ("neurons", int)):
        if not isinstance(manifest[name], wanted):
            return f"{name} is {manifest[name]!r:.60}"
    for chunk in manifest["chunks"]:
        if not all(isinstance(chunk[name], int) and chunk[name] >= 0 for name in ("number", *TABLES)):
            return f"a chunk is {chunk!r:.60}"
    step_ms = manifest.get("step_ms", 1.0)
    return "" if isinstance(step_ms, int | float) and 0 < step_ms < math.inf else f"step_ms is {step_ms!r:.60}"
