"""Text tables: a row of names, then rows of numbers, with commas between cells."""

from __future__ import annotations

import csv
import io
import re
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats.limits import check_columns, damaged, shortened
from snndsl.formats.wanted import Wanted, chosen

__all__ = ["columns_of", "text_of"]

_LONE_RETURN = re.compile(r"\r(?!\n)")


def text_of(content: bytes) -> str:
    """Return the text of a table, with line feeds at the ends of its rows.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a mark in front.

    Raises
    ------
    ModelError
        data-format.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise damaged(f"byte {content[error.start]:#04x} is no UTF-8", line) from None
    lone = _LONE_RETURN.search(text)
    place = text.find("\0") if lone is None else lone.start()
    if place >= 0:
        reason = "a NUL character" if lone is None else "a carriage return without a line feed"
        raise damaged(reason, text.count("\n", 0, place) + 1)
    return text


def columns_of(content: bytes, wanted: Wanted | None = None) -> dict[str, NDArray[Any]]:
    """Return the columns of a table as float64; empty rows are skipped, blanks around names are left out.

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the names to read; without it, all.

    Raises
    ------
    ModelError
        data-format, not-numeric; with the line in the file.
    """
    text = text_of(content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise damaged("it is empty")
        check_columns(len(header))
        names = chosen(header, wanted)
        columns = [(name, header.index(name), array("d")) for name in names]
        _append(reader, len(header), columns, plain=text.isascii() and "_" not in text)
    except csv.Error as error:
        raise damaged(error, reader.line_num) from None
    return {name: np.array(column, np.float64) for name, _, column in columns}


def _append(reader: Any, width: int, columns: list[tuple[str, int, array[float]]], plain: bool) -> None:
    """Read the rows; `plain`: no cell holds what Python takes for a number and other programs do not."""
    number = -1
    for row in reader:
        if not row:
            continue
        number += 1
        if len(row) != width:
            what = f"row {number} has {len(row)} values for {width} columns"
            raise ModelError(Fault("not-numeric", what, line=reader.line_num, column=1, expected="one value a column"))
        for name, place, column in columns:
            cell = row[place]
            try:
                if not plain and not (cell.isascii() and "_" not in cell):
                    raise ValueError
                column.append(float(cell))
            except ValueError:
                what = f"row {number}: {shortened(name)} is {shortened(cell)!r}"
                expected = "numbers with a decimal point"
                raise ModelError(Fault("not-numeric", what, line=reader.line_num, column=1, expected=expected)) from None
