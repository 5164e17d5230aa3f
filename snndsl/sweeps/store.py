"""The folder of a sweep: a manifest, and a file for each point that was finished, written at once or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.results.run_files import manifest_checksum, write_manifest
from snndsl.sweeps.points import Point

__all__ = ["FORMAT", "Row", "Store"]

FORMAT = "snndsl sweep 1"

Row = dict[str, Any]
_BEGINNING = {"lock", "points", ".manifest.json.part"}
"""What a sweep that had no room for its manifest leaves."""


@contextlib.contextmanager
def writing(file: Path) -> Iterator[None]:
    """Say which file could not be written, and why; what is finished stays."""
    try:
        yield
    except OSError as error:
        what = f"{file}: {error.strerror}"
        expected = "a place to write to; the same command goes on with what is finished"
        raise ModelError(Fault("file-unwritable", what, expected=expected, try_="-o OTHER")) from None


@dataclass(frozen=True, slots=True)
class Store:
    """Finished points by their keys.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    """

    folder: Path

    @property
    def points(self) -> Path:
        """Folder of the finished points."""
        return self.folder / "points"

    def runs(self, key: str) -> Path:
        """Return the run folder of a point."""
        return self.folder / "runs" / key

    @contextlib.contextmanager
    def claimed(self, facts: Mapping[str, Any], force: bool) -> Iterator[None]:
        """Open the folder, made if need be, for one process; what it holds goes on if it is of the same model.

        Parameters
        ----------
        facts : mapping
            Plain data: ``identity`` of the model and of the program that runs it, and what else is worth knowing.
        force : bool
            Forget the points of another model.

        Raises
        ------
        ModelError
            sweep-in-use, sweep-differs, not-a-sweep.
        """
        there = {item.name for item in self.folder.iterdir()} if self.folder.exists() else set()
        if there - _BEGINNING and "manifest.json" not in there:
            what = f"{self.folder} exists and holds no sweep"
            raise ModelError(Fault("not-a-sweep", what, expected="a new folder", try_="-o OTHER"))
        with writing(self.points):
            self.points.mkdir(parents=True, exist_ok=True)
        with writing(self.folder / "lock"):
            lock = (self.folder / "lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                what = f"another process is writing {self.folder}"
                raise ModelError(Fault("sweep-in-use", what, expected="a new folder", try_="-o OTHER")) from None
            if (self.folder / "manifest.json").is_file():
                self._go_on(facts, force)
            self._describe({"format": FORMAT, **facts, "points": []})
            yield

    def _describe(self, facts: Mapping[str, Any]) -> None:
        with writing(self.folder / "manifest.json"):
            write_manifest(self.folder, facts)

    def _go_on(self, facts: Mapping[str, Any], force: bool) -> None:
        known = self.manifest()
        if known["identity"] == facts["identity"]:
            return
        if not force:
            changed = [key for key, value in known["identity"].items() if facts["identity"].get(key) != value]
            what = f"{self.folder} holds a sweep of another {' and '.join(changed)}"
            raise ModelError(Fault("sweep-differs", what, expected="a new folder", try_="-o OTHER, or --force"))
        for file in self.points.iterdir():
            file.unlink()

    def manifest(self) -> Mapping[str, Any]:
        """Return what the sweep is of.

        Raises
        ------
        ModelError
            not-a-sweep, file-damaged.
        """
        file = self.folder / "manifest.json"
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ModelError(Fault("not-a-sweep", f"{self.folder} holds no sweep", expected="a folder that a sweep wrote"))
        if found.get("sha256") != manifest_checksum(found):
            raise ModelError(Fault("file-damaged", f"{file} is not as it was written", expected="the file as it was written"))
        return found

    def row(self, key: str) -> Row | None:
        """Return a finished point; None if it is not there, or not as it was written."""
        try:
            found = json.loads((self.points / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        whole = isinstance(found, dict) and found.get("sha256") == manifest_checksum(found)
        return found if whole else None

    def rows(self, keys: Iterable[str]) -> dict[str, Row]:
        """Return the finished points among some."""
        found = {key: self.row(key) for key in keys}
        return {key: row for key, row in found.items() if row is not None}

    def forget_failed(self) -> None:
        """Take failed points for missing ones."""
        for file in self.points.glob("*.json"):
            row = self.row(file.stem)
            if row is None or row["status"] == "failed":
                file.unlink()

    def enlist(self, points: Iterable[Point]) -> None:
        """Write down which points the sweep consists of, in their order."""
        said = [{"key": point.key, "setting": point.setting, "settings": dict(point.settings)} for point in points]
        self._describe({**self.manifest(), "points": said})

    def write(self, key: str, row: Row) -> None:
        """Keep a finished point; it is no longer begun."""
        beside = self.points / f".{key}.part"
        with writing(beside):
            with beside.open("w", encoding="utf-8") as stream:
                json.dump({**row, "sha256": manifest_checksum(row)}, stream, indent=1, sort_keys=True)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self.points / f"{key}.json")
        self._begun(key).unlink(missing_ok=True)

    def begin(self, key: str) -> None:
        """Note that somebody computes a point: if its process ends, it is known who ended it."""
        with writing(self._begun(key)):
            self._begun(key).touch()

    def begun(self, keys: Iterable[str]) -> list[str]:
        """Return the points that were begun and not finished; they count as not begun from now on."""
        found = [key for key in keys if self._begun(key).exists()]
        for key in found:
            self._begun(key).unlink()
        return found

    def _begun(self, key: str) -> Path:
        return self.points / f".{key}.begun"
