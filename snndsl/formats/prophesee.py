"""Events of cameras by Prophesee: EVT 2.0 (``.raw``) and DAT (``.dat``), words of fixed length behind lines of text.

References
----------
https://docs.prophesee.ai/stable/data/encoding_formats/evt2.html
https://docs.prophesee.ai/stable/data/file_formats/dat.html
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats.limits import damaged, shortened
from snndsl.formats.wanted import Wanted, chosen

__all__ = ["dat_of", "evt2_of"]

Columns = dict[str, NDArray[Any]]

_MAX_HEADER = 65536
_OFF, _ON, _TIME_HIGH = 0x0, 0x1, 0x8
_LOW_BITS = 6
_SUPPORTED = "EVT 2.0 with little-endian words, in .raw, or .dat"
_TRY = "csv, npz or HDF5, made by the programs of the camera"


def evt2_of(content: bytes, wanted: Wanted | None = None) -> Columns:
    """Return the events of an EVT 2.0 file: ``t`` in microseconds, ``x``, ``y``, ``p`` (1: brighter).

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the columns to return; without it, all.

    Raises
    ------
    ModelError
        data-format.
    """
    lines, begin = _header(content)
    _check_coding(lines)
    if (len(content) - begin) % 4:
        raise damaged("its last event is cut off")
    word = np.frombuffer(content, "<u4", offset=begin)
    kind = word >> 28
    high = np.flatnonzero(kind == _TIME_HIGH)
    upper = (word[high] & 0x0FFFFFFF).astype(np.int64)
    if (np.diff(upper) < 0).any():
        raise damaged("its times run backwards")
    event = np.flatnonzero((kind == _OFF) | (kind == _ON))
    last = np.searchsorted(high, event) - 1
    if len(event) and last[0] < 0:
        raise damaged(f"{int((last < 0).sum()):,} events stand before the first time")
    of_event = word[event]
    time = (upper[last] << _LOW_BITS) | ((of_event >> 22) & 0x3F).astype(np.int64)
    return _columns(time, (of_event >> 11) & 0x7FF, of_event & 0x7FF, kind[event] == _ON, wanted)


def dat_of(content: bytes, wanted: Wanted | None = None) -> Columns:
    """Return the events of a DAT file, in columns as those of `evt2_of`.

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the columns to return; without it, all.

    Raises
    ------
    ModelError
        data-format.
    """
    _, begin = _header(content)
    if len(content) < begin + 2:
        raise damaged("its header is cut off")
    kind, size = content[begin], content[begin + 1]
    if kind not in (0x00, 0x0C) or size != 8:
        what = f"the file holds events of kind {kind} in {size} bytes"
        raise ModelError(Fault("data-format", what, expected="changes of brightness (0 or 12) in 8 bytes", try_=_TRY))
    if (len(content) - begin - 2) % 8:
        raise damaged("its last event is cut off")
    word = np.frombuffer(content, "<u4", offset=begin + 2).reshape(-1, 2)
    place = word[:, 1]
    return _columns(word[:, 0].astype(np.int64), place & 0x3FFF, (place >> 14) & 0x3FFF, (place >> 28) & 1, wanted)


def _header(content: bytes) -> tuple[list[str], int]:
    """Return the lines of text in front, without their mark, and where the events begin."""
    lines: list[str] = []
    place = 0
    while content.startswith(b"%", place):
        end = content.find(b"\n", place, place + _MAX_HEADER)
        if end < 0 or end > _MAX_HEADER:
            raise damaged("its header does not end")
        lines.append(content[place + 1 : end].decode("latin-1").strip())
        place = end + 1
        if lines[-1] == "end":
            break
    if not lines:
        raise damaged("it does not begin with lines of text, as files of events do")
    return lines, place


def _check_coding(lines: list[str]) -> None:
    """Refuse events in another coding than EVT 2.0."""
    said = dict(line.lower().partition(" ")[::2] for line in lines)
    coding = said.get("format", said.get("evt", "")).partition(";")[0].strip()
    if coding not in ("evt2", "2.0"):
        what = f"the events are coded as {shortened(coding)!r}" if coding else "the header names no coding of events"
        raise ModelError(Fault("data-format", what, expected=_SUPPORTED, try_=_TRY))
    if said.get("endianness", "little").strip() != "little":
        what = f"the words of the file are {shortened(said['endianness'])!r}-endian"
        raise ModelError(Fault("data-format", what, expected=_SUPPORTED, try_=_TRY))


def _columns(t: NDArray[Any], x: NDArray[Any], y: NDArray[Any], p: NDArray[Any], wanted: Wanted | None) -> Columns:
    found = {"t": t, "x": x.astype(np.int64), "y": y.astype(np.int64), "p": p.astype(np.int64)}
    return {name: found[name] for name in chosen(list(found), wanted)}
