"""Compiled parts by content: built once, checked before every use, safe among simultaneous processes.

An entry is a folder named by the hash of its key. It is filled beside its place and renamed into it, so that it exists
whole or not at all; ``entry.json`` in it lists every file with its checksum. No lock is needed: of two processes that build
the same key, one rename wins and the other result is thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from snndsl.errors import Fault, ToolMissing

__all__ = ["DirectoryCache", "default_cache"]

_LIST = "entry.json"


def default_cache() -> DirectoryCache:
    """Return the cache of this user.

    Returns
    -------
    DirectoryCache
        Below ``$SNNDSL_CACHE``, else ``$XDG_CACHE_HOME/snndsl``, else ``~/.cache/snndsl``; where none of them can be written,
        a folder that lives as long as the process.
    """
    given = os.environ.get("SNNDSL_CACHE")
    if given:
        return DirectoryCache(Path(given))
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    try:
        return DirectoryCache(Path(base) / "snndsl")
    except (OSError, ToolMissing):
        return DirectoryCache(Path(tempfile.mkdtemp(prefix="snndsl-cache-")))


class DirectoryCache:
    """Compiled parts in a private folder.

    Parameters
    ----------
    root : Path
        Created with access for its owner alone.

    Raises
    ------
    ToolMissing
        cache-unsafe: the folder belongs to somebody else or others may write it.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.root.stat()
        if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ToolMissing(
                Fault(
                    "cache-unsafe",
                    f"others may write the folder of compiled parts, {self.root}",
                    expected="a folder that only its owner may write",
                    try_="chmod 700 on it, or name another in SNNDSL_CACHE",
                )
            )

    def get(self, key: Mapping[str, str | bytes], build: Callable[[Path], None]) -> Path:
        """Return the folder built for `key`, verified, building it at most once.

        Parameters
        ----------
        key : mapping
            Everything the result depends on.
        build : callable
            Fills an empty folder; called only if there is no valid entry.
        """
        name = _name(key)
        place = self.root / name
        if _valid(place):
            return place
        if place.exists():
            self._quarantine(place)
        beside = Path(tempfile.mkdtemp(prefix=f".{name[:12]}-", dir=self.root))
        try:
            build(beside)
            _list(beside)
            with contextlib.suppress(OSError):  # somebody was faster: theirs is as good
                beside.rename(place)
            if not _valid(place):
                raise ToolMissing(Fault("cache-unwritable", f"the compiled parts in {place} cannot be kept"))
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return place

    def _quarantine(self, place: Path) -> None:
        with contextlib.suppress(OSError):
            place.rename(Path(tempfile.mkdtemp(prefix=".damaged-", dir=self.root)) / place.name)


def _name(key: Mapping[str, str | bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(key):
        value = key[name]
        content = value.encode() if isinstance(value, str) else value
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _list(folder: Path) -> None:
    """Write the list of files, and everything to disk."""
    entries = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            entries[file.relative_to(folder).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
            os.fsync(stream.fileno())
    with (folder / _LIST).open("w", encoding="utf-8") as stream:
        json.dump(entries, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


def _valid(folder: Path) -> bool:
    try:
        entries = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        for name, checksum in entries.items():
            with (folder / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != checksum:
                    return False
    except (OSError, ValueError, AttributeError):
        return False
    return True
