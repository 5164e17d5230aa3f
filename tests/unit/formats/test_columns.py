"""What is written by NumPy, Python and Arrow is read as they read it; what asks for more than it holds is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hostile.files import ARCHIVES, ARRAYS, COLUMNS, TABLES

from snndsl.errors import ModelError
from snndsl.formats.columns import READERS, read_columns
from snndsl.formats.sonata import read_edges

EVENTS = Path(__file__).parents[2] / "data" / "events"
RIGHT = {"npy_long_double", "npy_no_elements", "npy_empty_of_many", "npy_scalar"}
RIGHT |= {"npz_member_up", "npz_name_of_a_kilobyte", "npz_name_strange", "npz_no_members", "npz_end_alone"}
RIGHT |= {"csv_no_name", "csv_header_alone", "csv_blank_rows", "csv_infinity", "csv_beyond_doubles", "csv_long_number"}
RIGHT |= {"csv_name_of_a_kilobyte", "csv_name_strange"}
WRONG = [
    (f".{kind}", name, content)
    for kind, files in (("npy", ARRAYS), ("npz", ARCHIVES), ("csv", TABLES), ("parquet", COLUMNS))
    for name, content in files.items()
    if f"{kind}_{name}" not in RIGHT
]


@pytest.mark.parametrize("kind", ["b1", "i1", "u1", "<i2", ">i2", "<u4", "<i8", ">i8", "<f2", "<f4", ">f8", "<f8"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (3, 4), (2, 3, 5), (4, 0, 2)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_those_of_numpy(kind: str, shape: tuple[int, ...], order: str) -> None:
    array = np.asarray(np.arange(np.prod(shape)).reshape(shape), kind, order=order)  # type: ignore[call-overload]
    stream = io.BytesIO()
    np.save(stream, array)
    found = read_columns(stream.getvalue(), ".npy")[""]
    assert found.dtype == array.dtype and found.shape == array.shape
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format(version: tuple[int, int]) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.arange(5.0), version)
    np.testing.assert_array_equal(read_columns(stream.getvalue(), ".npy")[""], np.arange(5.0))


def test_archives_packed_and_not() -> None:
    columns = {"a": np.arange(5), "b": np.linspace(0, 1, 7)}
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(stream, **columns)  # type: ignore[arg-type]
        found = read_columns(stream.getvalue(), ".npz")
        assert list(found) == ["a", "b"]
        for name, array in columns.items():
            np.testing.assert_array_equal(found[name], array)


def test_tables_hold_what_python_writes() -> None:
    values = np.random.default_rng(1).normal(size=(50, 3)) * 10.0 ** np.arange(-20, 30)[:, None]
    for ends in ("\n", "\r\n"):
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator=ends).writerows([["a", "b, c", 'd "e"'], *values.tolist()])
        found = read_columns(stream.getvalue().encode(), ".csv")
        assert list(found) == ["a", "b, c", 'd "e"']
        np.testing.assert_array_equal(np.stack(list(found.values()), 1), values)


def test_columns_of_arrow() -> None:
    columns = {"a": [1, 2, 3], "b": [0.5, None, 2.0], "c": [True, None, False], "d": [1, None, 2**53 + 1]}
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), stream, row_group_size=2)
    found = read_columns(stream.getvalue(), ".parquet")
    assert found["a"].dtype.kind == "i" and found["a"].tolist() == [1, 2, 3]
    for name, values in (("b", [0.5, np.nan, 2.0]), ("c", [1.0, np.nan, 0.0]), ("d", [1.0, np.nan, 2.0**53])):
        np.testing.assert_array_equal(found[name], values)


def test_only_what_is_wanted_is_read() -> None:
    """Text beside the numbers is left alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", ARRAYS["unbalanced"])
        archive.writestr("b.npy", _npy(np.ones(2)))
    for content, suffix in ((stream.getvalue(), ".npz"), (b"a,b\nx,1\ny,1\n", ".csv")):
        found = read_columns(content, suffix, lambda names: {"b", "c"})
        assert {name: array.tolist() for name, array in found.items()} == {"b": [1.0, 1.0]}


@pytest.mark.parametrize(("suffix", "content"), [pytest.param(s, c, id=f"{s}-{name}") for s, name, c in WRONG])
def test_what_is_no_table_of_numbers(suffix: str, content: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        read_columns(content, suffix)
    [fault] = caught.value.faults
    assert fault.code in ("data-format", "not-numeric", "pickle", "file-too-large") and fault.expected
    assert len(fault.what) < 250 and fault.what.isprintable()


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_damaged_bytes_are_refused_or_read(suffix: str) -> None:
    """Any byte may be another: nothing but a fault comes of it, and no more numbers than there were bytes for."""
    whole = _whole(suffix)
    rng = np.random.default_rng(7)
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            damaged[place] = rng.integers(0, 256)
        del damaged[len(whole) - rng.integers(0, 2) * rng.integers(0, len(whole)) :]
        try:
            found = read_columns(bytes(damaged), suffix)
        except ModelError:
            continue
        assert sum(array.nbytes for array in found.values()) <= 2**26


def _whole(suffix: str) -> bytes:
    """Return a right file of a kind."""
    stream = io.BytesIO()
    if suffix in (".npy", ".npz", ".csv"):
        return {".npy": _npy(np.arange(20.0)), ".npz": ARCHIVES["two_of_a_name"], ".csv": b"a,b\n" + b"1.5,2\n" * 20}[suffix]
    if suffix in (".raw", ".dat"):
        return (EVENTS / {".raw": "evt2.raw", ".dat": "cd.dat"}[suffix]).read_bytes()
    if suffix in (".h5", ".hdf5"):
        with h5py.File(stream, "w") as file:
            file["a"] = np.arange(20.0)
            lists = file.create_dataset("b/c", (3,), h5py.vlen_dtype(np.dtype("f2")))
            lists[1] = np.arange(5)
    else:
        pyarrow.parquet.write_table(pyarrow.table({"a": np.arange(20.0)}), stream)
    return stream.getvalue()


def _npy(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_edges_come_from_their_own_file(tmp_path: Path) -> None:
    """A link, an external or a virtual dataset would read another file of the user."""
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.arange(4)
    (tmp_path / "raw").write_bytes(bytes(32))
    layout = h5py.VirtualLayout((4,), "i8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "secret", (4,))

    def link(group: h5py.Group) -> None:
        group["source_node_id"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")

    def soft(group: h5py.Group) -> None:
        group["source_node_id"] = h5py.SoftLink("/edges")

    def virtual(group: h5py.Group) -> None:
        group.create_virtual_dataset("source_node_id", layout)

    def external(group: h5py.Group) -> None:
        group.create_dataset("source_node_id", (4,), "i8", external=[(str(tmp_path / "raw"), 0, 32)])

    def large(group: h5py.Group) -> None:
        group.create_dataset("source_node_id", (2**40,), "i8", chunks=(2**16,), compression="gzip")

    for k, write in enumerate((link, soft, virtual, external, large)):
        with h5py.File(tmp_path / f"{k}.h5", "w") as file:
            write(file.create_group("edges/e"))
        with pytest.raises(ModelError, match="sonata-missing|in other files|unpacks to 8796093022208 bytes"):
            read_edges(tmp_path / f"{k}.h5")
