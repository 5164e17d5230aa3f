"""Events of cameras and spikes in HDF5: as other programs wrote them; what is damaged or too large is refused."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from snndsl.errors import ModelError
from snndsl.formats.columns import read_columns

EVENTS = Path(__file__).parents[2] / "data" / "events"
K = np.arange(300)
WRITTEN = {"t": 5 + 137 * K + K // 100 * 70_000, "x": K * 17 % 640, "y": K * 13 % 480, "p": K % 3 == 0}
"""What was given to expelliarmus 1.1.12, which wrote the files of `EVENTS`."""

HEAD = b"% evt 2.0\n% format EVT2;height=720;width=1280\n% end\n"


def hdf5(write: Callable[[h5py.File], None]) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        write(file)
    return stream.getvalue()


def words(*events: tuple[int, int]) -> bytes:
    """Words of EVT 2.0: the kind and the other 28 bits."""
    return b"".join(struct.pack("<I", kind << 28 | rest) for kind, rest in events)


@pytest.mark.parametrize("name", ["evt2.raw", "cd.dat"])
def test_events_are_those_that_another_program_wrote(name: str) -> None:
    found = read_columns((EVENTS / name).read_bytes(), Path(name).suffix)
    assert list(found) == ["t", "x", "y", "p"]
    for column, values in WRITTEN.items():
        np.testing.assert_array_equal(found[column], values)


def test_an_event_has_the_bits_of_the_specification() -> None:
    """Six low bits of the time, eleven of x, eleven of y; a trigger (10) and other words (14) are no events."""
    first, second = 63 << 22 | 2047 << 11 | 1, 0 << 22 | 3 << 11 | 2046
    content = HEAD + words((8, 2**28 - 2), (1, first), (10, 5), (8, 2**28 - 1), (14, 9), (0, second))
    found = read_columns(content, ".raw")
    assert {name: column.tolist() for name, column in found.items()} == {
        "t": [((2**28 - 2) << 6) + 63, (2**28 - 1) << 6], "x": [2047, 3], "y": [1, 2046], "p": [1, 0],
    }  # fmt: skip
    assert read_columns(HEAD, ".raw")["t"].tolist() == []


@pytest.mark.parametrize(
    ("suffix", "content", "says"),
    [
        (".raw", b"", "does not begin with lines of text"),
        (".raw", b"% evt 2.0", "header does not end"),
        (".raw", b"%" * 200_000 + b"\n", "header does not end"),
        (".raw", b"% end\n" + bytes(8), "names no coding"),
        (".raw", b"% evt 3.0\n% end\n" + bytes(8), "coded as '3.0'"),
        (".raw", b"% evt 2.0\n% format EVT21;endianness=legacy\n% end\n" + bytes(8), "coded as 'evt21'"),
        (".raw", b"% evt 2.0\n% endianness big\n% end\n", "'big'-endian"),
        (".raw", HEAD + bytes(7), "last event is cut off"),
        (".raw", HEAD + words((0, 1), (8, 1), (0, 1)), "1 events stand before the first time"),
        (".raw", HEAD + words((8, 2), (0, 1), (8, 1)), "times run backwards"),
        (".dat", b"% Version 2\n", "header is cut off"),
        (".dat", b"% Version 2\n\x0e\x08" + bytes(8), "kind 14 in 8 bytes"),
        (".dat", b"% Version 2\n\x00\x08" + bytes(9), "last event is cut off"),
    ],
)
def test_what_is_no_file_of_events(suffix: str, content: bytes, says: str) -> None:
    with pytest.raises(ModelError, match=says) as caught:
        read_columns(content, suffix)
    [fault] = caught.value.faults
    assert fault.code == "data-format" and fault.expected


def test_lists_of_unequal_length_as_in_data_sets_of_spoken_digits() -> None:
    """Heidelberg digits: half-precision seconds and unit numbers, one list a sample; texts are left alone."""
    times, units = [[0.25, 0.5], [], [0.125, 0.75, 1.0]], [[3, 699], [], [0, 1, 2]]

    def write(file: h5py.File) -> None:
        for name, kind, lists in (("times", "f2", times), ("units", "u2", units)):
            dataset = file.create_dataset(f"spikes/{name}", (3,), h5py.vlen_dtype(np.dtype(kind)))
            for k, items in enumerate(lists):
                dataset[k] = np.array(items, kind)
        file["labels"] = np.array([4, 5, 6], "u2")
        file["extra/keys"] = np.array([b"zero", b"one", b"two"])

    content = hdf5(write)
    found = read_columns(content, ".h5")
    assert {name: column.tolist() for name, column in found.items()} == {
        "labels": [4, 5, 6],
        "spikes/times": [0.25, 0.5, 0.125, 0.75, 1.0],
        "spikes/times/row": [0, 0, 2, 2, 2],
        "spikes/units": [3, 699, 0, 1, 2],
        "spikes/units/row": [0, 0, 2, 2, 2],
    }
    assert list(read_columns(content, ".hdf5", lambda names: {"labels"})) == ["labels"]


def test_records_are_a_column_for_each_field() -> None:
    records = np.array([(1, 2, b"a"), (3, 4, b"b")], [("t", "<i8"), ("x", "<u2"), ("word", "S1")])
    found = read_columns(hdf5(lambda file: file.update({"CD/events": records})), ".h5")
    assert {name: column.tolist() for name, column in found.items()} == {"CD/events/t": [1, 3], "CD/events/x": [2, 4]}


def test_numbers_come_from_their_own_file_and_are_no_more_than_it_may_hold(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.arange(4)
    layout = h5py.VirtualLayout((4,), "i8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "secret", (4,))

    def linked(file: h5py.File) -> None:
        file["a"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")
        file["b"] = h5py.SoftLink("/c")
        file["c"] = np.arange(2)

    def in_a_circle(file: h5py.File) -> None:
        for name in "abcd":
            file.create_group(name)
        for name in "abcd":
            for other in "abcd":
                file[f"{name}/{other}"] = file[other]

    def many_lists(file: h5py.File) -> None:
        dataset = file.create_dataset("a", (20_000_000,), h5py.vlen_dtype(np.dtype("f8")), chunks=(2**16,), compression="gzip")
        dataset[0] = np.zeros(5)

    assert list(read_columns(hdf5(linked), ".h5")) == ["c"]
    assert read_columns(hdf5(in_a_circle), ".h5") == {}
    virtual = hdf5(lambda file: file.create_virtual_dataset("a", layout))
    deep = hdf5(lambda file: file.update({"a/" * 40 + "b": np.arange(2)}))
    large = hdf5(lambda file: file.create_dataset("a", (2**40,), "i8", chunks=(2**16,), compression="gzip"))
    wide = hdf5(lambda file: [file.create_group(f"g{k}") for k in range(5_000)])
    cases = [(virtual, "in other files"), (deep, "deep"), (large, "unpacks to"), (wide, "5,000 columns")]
    for content, says in [*cases, (hdf5(many_lists), "unpacks to")]:
        with pytest.raises(ModelError, match=says):
            read_columns(content, ".h5")
