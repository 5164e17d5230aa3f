"""Columns of numbers from files, whoever asks for them: data of a model, a table of synapses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats import delimited, hdf5, npz, parquet, prophesee
from snndsl.formats.npy import array_of
from snndsl.formats.wanted import Wanted

__all__ = ["READERS", "SELECTIVE", "read_columns"]

Columns = dict[str, NDArray[Any]]


def _single(content: bytes, wanted: Wanted | None = None) -> Columns:
    return {"": array_of(content)}


READERS: Mapping[str, Callable[[bytes, Wanted | None], Columns]] = {
    ".npz": npz.arrays_of,
    ".npy": _single,
    ".csv": delimited.columns_of,
    ".parquet": parquet.columns_of,
    ".pq": parquet.columns_of,
    ".h5": hdf5.columns_of,
    ".hdf5": hdf5.columns_of,
    ".raw": prophesee.evt2_of,
    ".dat": prophesee.dat_of,
}
"""How a file is read, by the ending of its name."""

SELECTIVE = (".h5", ".hdf5")
"""Endings of files that hold much beside what a model asks for: of them, only the columns that are named are read."""


def read_columns(content: bytes, suffix: str, wanted: Wanted | None = None) -> Columns:
    """Return the columns of a file.

    Parameters
    ----------
    content : bytes
        The whole file.
    suffix : str
        The ending of its name, a key of `READERS`.
    wanted : callable, optional
        Given the names in the file, those to read; without it, all. A file of one array has no names.

    Returns
    -------
    dict of str to ndarray
        Integers, floats or booleans, in the order of the file; a single array has the name "".

    Raises
    ------
    ModelError
        data-format, not-numeric, pickle, file-too-large: without the name of the file, with the line in it if it is a text.
    ToolMissing
        The packages for Parquet or HDF5 are not installed.
    """
    try:
        return READERS[suffix](content, wanted)
    except MemoryError:
        fault = Fault("file-too-large", "there is not enough memory to read the file", expected="a smaller file")
        raise ModelError(fault) from None
