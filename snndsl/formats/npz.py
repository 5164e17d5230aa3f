"""Archives of arrays: what a member says of itself is checked before it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.formats.limits import check_columns, check_unpacked, damaged
from snndsl.formats.npy import array_of
from snndsl.formats.wanted import Wanted, chosen

__all__ = ["arrays_of"]

_ENCRYPTED = 0x1
_WRONG = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError, OverflowError, struct.error,
)  # fmt: skip
"""What the libraries say of archives that are damaged, encrypted, or of a kind that they do not know."""


def arrays_of(content: bytes, wanted: Wanted | None = None) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive by name.

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the names to read; without it, all.

    Raises
    ------
    ModelError
        data-format, not-numeric, pickle, file-too-large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, len(content), wanted)
    except ModelError:
        raise
    except _WRONG as error:
        raise damaged(error) from None


def _read(archive: zipfile.ZipFile, size: int, wanted: Wanted | None) -> dict[str, NDArray[Any]]:
    members = archive.infolist()
    check_columns(len(members))
    names = [member.filename.removesuffix(".npy") for member in members]
    by_name = dict(zip(names, members, strict=True))
    mine = {name: by_name[name] for name in chosen(names, wanted)}
    check_unpacked(sum(member.file_size for member in mine.values()), size)
    return {name: array_of(_unpacked(archive, member), name) for name, member in mine.items()}


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise damaged("it is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(f"compression of kind {member.compress_type}, which NumPy does not write")
    return archive.read(member)
