"""Datasets of numbers in HDF5; nothing outside of the file is followed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, ToolMissing
from snndsl.formats.limits import check_columns, check_unpacked, damaged
from snndsl.formats.wanted import Wanted, chosen

__all__ = ["columns_of"]

_DEPTH = 16
_NUMBER = 8
_REFERENCE = 16
_ROW = "row"

Column = tuple[Any, Callable[["_Reader", Any], NDArray[Any]]]


def columns_of(content: bytes, wanted: Wanted | None = None) -> dict[str, NDArray[Any]]:
    """Return the datasets of numbers by their full names, ``spikes/times``.

    A dataset of records is one column for each field that is a number, ``events/t``. A dataset of lists of unequal length is
    the lists one after the other, and a column ``NAME/row`` that tells of each number from which list it is. What holds
    anything else, texts for example, is no column.

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable, optional
        Which of the names to read; without it, all.

    Raises
    ------
    ModelError
        data-format, file-too-large.
    ToolMissing
        h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        what = "an HDF5 file needs h5py"
        raise ToolMissing(Fault("package-missing", what, expected="h5py", try_="pip install 'snndsl[tables]'")) from None
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            found: dict[str, Column] = {}
            _walk(h5py, file, "", found, set())
            reader = _Reader(len(content))
            return {name: found[name][1](reader, found[name][0]) for name in chosen(sorted(found), wanted)}
    except ModelError:
        raise
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError) as error:
        raise damaged(error) from None


class _Reader:
    """What was read, against the size of the file."""

    def __init__(self, size: int) -> None:
        self._size, self._taken = size, 0
        self._lists: dict[str, list[NDArray[Any]]] = {}

    def take(self, number: int, width: int) -> None:
        """Refuse to read more than a file of this size may hold."""
        self._taken += number * width
        check_unpacked(self._taken, self._size)

    def lists(self, dataset: Any) -> list[NDArray[Any]]:
        """Return the lists of a dataset, read once for the numbers and the rows."""
        if dataset.name not in self._lists:
            self.take(dataset.size, _REFERENCE)
            found: list[NDArray[Any]] = []
            for row in range(dataset.size):
                found.append(np.asarray(dataset[row]))
                self.take(found[-1].size, _NUMBER)
            self._lists[dataset.name] = found
        return self._lists[dataset.name]


def _walk(h5py: Any, group: Any, base: str, found: dict[str, Column], seen: set[int]) -> None:
    """Collect the columns of a group and of those in it, each once; a link to another place is none."""
    seen.add(h5py.h5o.get_info(group.id).addr)
    check_columns(len(group))
    if base.count("/") > _DEPTH:
        raise damaged(f"groups more than {_DEPTH} deep")
    for name in sorted(group):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        node = group[name]
        if isinstance(node, h5py.Group):
            if h5py.h5o.get_info(node.id).addr not in seen:
                _walk(h5py, node, f"{base}{name}/", found, seen)
        elif isinstance(node, h5py.Dataset):
            found.update(_columns(h5py, node, f"{base}{name}"))
        check_columns(len(found))


def _columns(h5py: Any, dataset: Any, name: str) -> dict[str, Column]:
    """Return the columns of a dataset, none if it holds no numbers."""
    kind = dataset.dtype
    if dataset.shape is None:
        return {}
    if kind.kind in "biuf":
        return {name: (dataset, _numbers)}
    if kind.names is not None:
        fields = [field for field in kind.names if kind[field].kind in "biuf"]
        return {f"{name}/{field}": (dataset, _field(field)) for field in fields}
    inner = h5py.check_vlen_dtype(kind)
    if isinstance(inner, np.dtype) and inner.kind in "biuf" and dataset.ndim == 1:
        return {name: (dataset, _joined), f"{name}/{_ROW}": (dataset, _rows)}
    return {}


def _numbers(reader: _Reader, dataset: Any) -> NDArray[Any]:
    _check_inside(dataset)
    reader.take(dataset.size, dataset.dtype.itemsize)
    return np.asarray(dataset[()])


def _field(name: str) -> Callable[[_Reader, Any], NDArray[Any]]:
    def read(reader: _Reader, dataset: Any) -> NDArray[Any]:
        _check_inside(dataset)
        reader.take(dataset.size, dataset.dtype.itemsize)
        return np.asarray(dataset.fields(name)[()])

    return read


def _joined(reader: _Reader, dataset: Any) -> NDArray[Any]:
    _check_inside(dataset)
    lists = reader.lists(dataset)
    return np.concatenate([np.zeros(0, lists[0].dtype), *lists]) if lists else np.zeros(0)


def _rows(reader: _Reader, dataset: Any) -> NDArray[Any]:
    _check_inside(dataset)
    lists = reader.lists(dataset)
    return np.repeat(np.arange(len(lists)), [len(items) for items in lists])


def _check_inside(dataset: Any) -> None:
    """Refuse a dataset whose numbers stand in other files."""
    if dataset.is_virtual or dataset.external:
        raise damaged(f"dataset {dataset.name} holds what stands in other files")
