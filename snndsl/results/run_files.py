"""Files of a run folder as they reach the disk: whole, or not at all. Copied into every generated tree, into ``code``."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["checksum", "link_array", "manifest_checksum", "write_array", "write_manifest"]


def write_array(target: Path, array: NDArray[Any]) -> None:
    """Write an array as ``.npy``.

    Parameters
    ----------
    target : Path
        Of the file; its folder is made.
    array : ndarray
        Any.
    """
    array = np.ascontiguousarray(array)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    try:
        with beside.open("wb") as stream:
            header = np.lib.format.header_data_from_array_1_0(array)  # type: ignore[no-untyped-call]
            np.lib.format.write_array_header_1_0(stream, header)  # type: ignore[no-untyped-call]
            stream.write(array.reshape(-1).data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except OSError as error:  # what cannot be written has no name of its own
        raise OSError(error.errno, error.strerror, os.fspath(target)) from None


def link_array(target: Path, file: Path) -> int:
    """Have an array of another place under this one too, which costs nothing where disks have links; return its rows.

    Parameters
    ----------
    target : Path
        Of the link, or copy; its folder is made.
    file : Path
        A ``.npy``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(file, target)
    with target.open("rb") as stream:
        np.lib.format.read_magic(stream)  # type: ignore[no-untyped-call]
        shape, _, _ = np.lib.format.read_array_header_1_0(stream)  # type: ignore[no-untyped-call]
    return int(shape[0])


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Replace the manifest of a run folder, with the checksum of what it says.

    Parameters
    ----------
    folder : Path
        Of the run.
    manifest : mapping
        Plain data.
    """
    target, beside = folder / "manifest.json", folder / ".manifest.json.part"
    head = {key: value for key, value in manifest.items() if key != "files"} | {"sha256": manifest_checksum(manifest)}
    text = json.dumps(head, indent=1, sort_keys=True)
    if "files" in manifest:
        lines = ",\n  ".join(json.dumps(item) for item in manifest["files"])
        text = f'{text[:-2]},\n "files": [\n  {lines}\n ]\n}}'
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(target)


def manifest_checksum(manifest: Mapping[str, Any]) -> str:
    """Return the checksum of what a manifest says, without the one that it carries."""
    said = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def checksum(file: Path) -> str:
    """Return the SHA-256 of the bytes of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
