"""Tables written for other programs: columns of equal length as text or as Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError, ToolMissing

__all__ = ["write_csv", "write_parquet", "write_text"]


def write_text(text: str, file: Path) -> None:
    """Write a text, whole or not at all.

    Raises
    ------
    ModelError
        file-unwritable.
    """
    beside = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        what = f"{file} cannot be written: {error.strerror or error}"
        raise ModelError(Fault("file-unwritable", what, expected="a place to write to")) from None


def write_csv(columns: Mapping[str, Iterable[Any]], file: Path, end: str = "\n") -> None:
    """Write a row of names, then the rows; what is None is an empty cell, `end` is the end of a row."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator=end)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_parquet(columns: Mapping[str, Any], file: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write columns with their types.

    Raises
    ------
    ToolMissing
        pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        what = "Parquet needs pyarrow"
        raise ToolMissing(Fault("package-missing", what, expected="pyarrow", try_="pip install 'snndsl[tables]'")) from None
    pyarrow.parquet.write_table(pyarrow.table(dict(columns), metadata=metadata), file)
