"""Arrays of NumPy: the header is matched against the few forms that arrays of numbers have, never evaluated.

References
----------
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import math
import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats.limits import damaged, not_numeric

__all__ = ["array_of"]

_MAGIC = b"\x93NUMPY"
_LENGTH = {1: "<H", 2: "<I", 3: "<I"}
_MAX_HEADER = 4096
_MAX_DIMENSIONS = 32
_ITEM = re.compile(
    r"\s*'(?:(?P<descr>descr)'\s*:\s*(?P<type>'[^']*'|\[.*\]|\(.*\))"
    r"|(?P<order>fortran_order)'\s*:\s*(?P<fortran>True|False)"
    r"|(?P<shape>shape)'\s*:\s*\((?P<sizes>[0-9L, ]*)\))\s*(?:,|(?=\}))"
)
_NUMBERS = re.compile(r"'[<>|=]?(?:b1|[iu][1248]|f(?:2|4|8|12|16))'")
_SIZE = re.compile(r"\s*([0-9]{1,19})L?\s*(?:,|\Z)")


def array_of(content: bytes, name: str = "") -> NDArray[Any]:
    """Return the array of a file, as a view of its bytes.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        What it is called where there are several.

    Returns
    -------
    ndarray
        Integers, floats or booleans, read-only.

    Raises
    ------
    ModelError
        data-format, not-numeric, pickle.
    """
    header, begin = _header(content)
    kind, fortran, shape = _fields(header, name)
    dtype = np.dtype(kind)
    if dtype.kind == "b" and bytes(content[begin:]).strip(b"\0\1"):
        raise damaged("truth values that are neither 0 nor 1")
    count = math.prod(shape)
    said, held = count * dtype.itemsize, len(content) - begin
    if said != held:
        raise damaged(f"its header speaks of {said} bytes of numbers, it holds {held}")
    array = np.frombuffer(content, dtype, count, begin).reshape(shape, order="F" if fortran else "C")
    if dtype.kind == "f" and dtype.itemsize > 8:  # an infinity is what doubles make of what they cannot hold
        with np.errstate(over="ignore", invalid="ignore"):
            return array.astype(np.float64)
    return array


def _header(content: bytes) -> tuple[str, int]:
    """Return the text of the header and where the numbers begin."""
    if not content.startswith(_MAGIC) or len(content) < 10:
        raise damaged("it does not begin as an array of NumPy does")
    packed = _LENGTH.get(content[6])
    if packed is None:
        raise damaged(f"version {content[6]} of the format is unknown")
    begin = 8 + struct.calcsize(packed)
    if len(content) < begin:
        raise damaged("its header is cut off")
    length: int = struct.unpack_from(packed, content, 8)[0]
    if length > len(content) - begin:
        raise damaged("its header is cut off")
    if length > _MAX_HEADER:
        raise damaged(f"a header of {length} bytes")
    return content[begin : begin + length].decode("latin-1").strip(), begin + length


def _fields(header: str, name: str) -> tuple[str, bool, tuple[int, ...]]:
    """Return type, order and shape."""
    found: dict[str, str] = {}
    place = 1
    while header.startswith("{") and (match := _ITEM.match(header, place)) is not None:
        key = match["descr"] or match["order"] or match["shape"]
        if key in found:
            break
        found[key] = match["type"] or match["fortran"] or match["sizes"]
        place = match.end()
    if header[place:].strip() != "}" or {"descr", "fortran_order", "shape"} != {*found}:
        raise damaged("its header is not that of an array")
    if "O" in found["descr"]:
        raise ModelError(Fault("pickle", "the file holds Python objects", expected="arrays of numbers"))
    if not _NUMBERS.fullmatch(found["descr"]):
        raise not_numeric(name, found["descr"].strip("'"))
    return found["descr"].strip("'"), found["fortran_order"] == "True", _sizes(found["shape"])


def _sizes(text: str) -> tuple[int, ...]:
    sizes: list[int] = []
    place = 0
    while text[place:].strip():
        match = _SIZE.match(text, place)
        if match is None or len(sizes) == _MAX_DIMENSIONS or int(match[1]) >= 2**63:
            raise damaged("its header is not that of an array")
        sizes.append(int(match[1]))
        place = match.end()
    if math.prod(size for size in sizes if size) >= 2**63:
        raise damaged("its header is not that of an array")
    return tuple(sizes)
