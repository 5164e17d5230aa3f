"""Arrays from files: the same numbers whatever the form, in internal units; nothing but numbers."""

from __future__ import annotations

import io
import pickle
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snndsl.errors import Fault
from snndsl.frontend.data import DataColumns, load_data, unreadable
from snndsl.frontend.loader import load_source

HEAD = "snndsl: 1\nname: m\ntime: {step: 0.1 ms, duration: 10 ms}\n"


def load(folder: Path, text: str) -> tuple[DataColumns, list[Fault]]:
    (folder / "model.yaml").write_text(HEAD + f"data: {text}\n", "utf-8")
    faults: list[Fault] = []
    columns, _ = load_data(load_source(folder), Fraction(1, 10), faults)
    return columns, faults


def test_npz_npy_and_csv_hold_the_same(tmp_path: Path) -> None:
    weight, delay = np.array([0.1, 2.5, 1e-3]), np.array([1, 2, 30])
    np.savez(tmp_path / "a.npz", weight=weight, delay=delay)
    np.save(tmp_path / "w.npy", weight)
    rows = "\n".join(f"{w!r}, {d}" for w, d in zip(weight.tolist(), delay.tolist(), strict=True))
    (tmp_path / "a.csv").write_text(f"weight , delay\n{rows}\n\n", "utf-8")
    columns, faults = load(
        tmp_path,
        "{z: {file: a.npz, units: {weight: nA, delay: step}}, y: {file: w.npy, unit: nA},"
        " c: {file: a.csv, units: {weight: nA, delay: step}, names: {late: delay}}}".replace(
            "names: {late: delay}", "names: {}"
        ),
    )
    assert faults == []
    for name in ("z.weight", "y", "c.weight"):
        np.testing.assert_array_equal(columns[name].values, weight * 1000.0)
    for name in ("z.delay", "c.delay"):
        np.testing.assert_array_equal(columns[name].values, delay / 10.0)


def test_values_in_the_file_and_new_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("first spike,i\n1,2\n", "utf-8")
    columns, faults = load(tmp_path, "{D: {values: [[1, 2], [3, 4]], unit: s}, e: {file: a.csv, names: {t: first spike}}}")
    assert faults == []
    np.testing.assert_array_equal(columns["D"].values, [[1000.0, 2000.0], [3000.0, 4000.0]])
    assert {"e.t", "e.i"} <= set(columns)


class _Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


def _npy(value: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(value), allow_pickle=True)
    return stream.getvalue()


def _npz(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("a.npy", pickle.dumps(_Trap()), "data-format"),
        ("a.npy", _npy(np.array([_Trap()], object)), "pickle"),
        ("a.npz", _npz(x=_npy(np.array([_Trap()], object))), "pickle"),
        ("a.npz", _npz(x=_npy([1.0]))[:-30], "data-format"),
        ("a.npz", b"", "data-format"),
        ("a.npy", b"", "data-format"),
        ("a.npz", _npz(x=_npy(["text"])), "not-numeric"),
        ("a.npz", _npz(x=_npy([1 + 2j])), "not-numeric"),
        ("a.npz", _npz(x=_npy([1.0, np.inf])), "not-finite"),
        ("a.csv", b"", "data-format"),
        ("a.csv", b"x\n1,5\n", "not-numeric"),
        ("a.csv", b"x,y\n1\n", "not-numeric"),
        ("a.csv", b"x\n\xff\n", "data-format"),
        ("a.csv", b"x\nnan\n", "not-finite"),
        ("a.txt", b"x\n1\n", "data-format"),
    ],
)
def test_what_is_no_array_of_numbers(tmp_path: Path, file: str, content: bytes, code: str) -> None:
    (tmp_path / file).write_bytes(content)
    columns, faults = load(tmp_path, f"{{d: {{file: {file}}}}}")
    assert [fault.code for fault in faults] == [code]
    assert (faults[0].line, faults[0].column) == (4, 18)
    assert unreadable(columns, "d.x") and unreadable(columns, "d")
    assert not unreadable(columns, "e")


def test_one_wrong_file_leaves_the_others(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.arange(3.0))
    columns, faults = load(tmp_path, "{a: {file: missing.npy}, w: {file: w.npy}, b: {file: w.npy, unit: mm2}}")
    assert [fault.code for fault in faults] == ["file-unreadable", "unit-unknown"]
    assert list(columns) == ["w"]
    assert columns.unreadable == {"a", "b"}


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    def digest() -> str:
        faults: list[Fault] = []
        return load_data(load_source(tmp_path), Fraction(1), faults)[1]

    (tmp_path / "model.yaml").write_text(HEAD + "data: {w: {file: w.npy}}\n", "utf-8")
    np.save(tmp_path / "w.npy", np.arange(3.0))
    first = digest()
    assert digest() == first
    np.save(tmp_path / "w.npy", np.arange(3.0) + 1e-12)
    assert digest() != first
