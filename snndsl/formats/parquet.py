"""Tables in Parquet."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, ToolMissing
from snndsl.formats.limits import check_columns, check_unpacked, damaged, not_numeric
from snndsl.formats.wanted import Wanted, chosen

__all__ = ["columns_of"]

_ROWS = 65536
_NUMBER = 8


def columns_of(content: bytes, wanted: Wanted | None = None) -> dict[str, NDArray[Any]]:
    """Return the columns of a table; what is null becomes NaN.

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the names to read; without it, all.

    Raises
    ------
    ModelError
        data-format, not-numeric, file-too-large.
    ToolMissing
        pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        what = "a Parquet table needs pyarrow"
        raise ToolMissing(Fault("package-missing", what, expected="pyarrow", try_="pip install 'snndsl[tables]'")) from None
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(content))
        return _read(file, len(content), wanted)
    except ModelError:
        raise
    except (OSError, ValueError, TypeError, LookupError, pyarrow.ArrowException) as error:
        raise damaged(error) from None


def _read(file: Any, size: int, wanted: Wanted | None) -> dict[str, NDArray[Any]]:
    schema, rows = file.schema_arrow, file.metadata.num_rows
    check_columns(len(schema.names))
    names = chosen(schema.names, wanted)
    for name in names:
        _check_kind(name, schema.field(name).type)
    check_unpacked(rows * _NUMBER * len(names), size)
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    taken = 0
    for batch in file.iter_batches(_ROWS, columns=names, use_threads=False):
        taken += batch.num_rows
        if taken > rows:
            break
        for name, found in parts.items():
            found.append(_numbers(batch.column(batch.schema.names.index(name))))
    if taken != rows:
        raise damaged(f"it speaks of {rows} rows and holds others")
    return {name: np.concatenate(found) if found else np.zeros(0) for name, found in parts.items()}


def _check_kind(name: str, kind: Any) -> None:
    import pyarrow.types as types

    if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
        raise not_numeric(name, kind)


def _numbers(column: Any) -> NDArray[Any]:
    if column.null_count:
        column = column.cast("float64", safe=False)
    array: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return array
