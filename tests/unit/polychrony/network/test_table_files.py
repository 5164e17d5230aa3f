"""Networks from tables in other programs' formats, and the refusal of every file that is none, through the command line."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from unit.polychrony.networks import same_group

from snndsl.cli import execute
from snndsl.errors import ModelError
from snndsl.polychrony import SynapseTable, discover, read_catalogue
from snndsl.polychrony.network.table_files import read_table

Columns = dict[str, Any]

GOOD: Columns = {"pre": [0, 1, 2, 3], "post": [3, 3, 3, 0], "weight": [10.0, 10.5, 9.75, -5.0], "delay": [1, 5, 9, 1]}
MS = Fraction(1)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not refused must not write into the project."""
    monkeypatch.chdir(tmp_path)


def write_csv(path: Path, columns: Columns) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([list(columns), *zip(*columns.values())])


def write_npz(path: Path, columns: Columns) -> None:
    np.savez(path, **{name: np.array(values) for name, values in columns.items()})


def write_parquet(path: Path, columns: Columns) -> None:
    pandas.DataFrame(columns).to_parquet(path)


WRITERS: dict[str, Callable[[Path, Columns], None]] = {".csv": write_csv, ".npz": write_npz, ".parquet": write_parquet}


def write_edges(path: Path, populations: dict[str, dict[str, Any]]) -> None:
    """Edges in SONATA, one group of attributes in each population."""
    with h5py.File(path, "w") as file:
        for name, datasets in populations.items():
            base = file.create_group(f"edges/{name}")
            for key, values in datasets.items():
                if key not in ("source", "target"):
                    base.create_dataset(key, data=values)
            for end in ("source", "target"):
                if end in datasets:
                    base[f"{end}_node_id"].attrs["node_population"] = datasets[end]


def edges(**changes: Any) -> dict[str, Any]:
    """Edges of `GOOD`, all among one population."""
    datasets = {
        "source_node_id": np.array(GOOD["pre"], np.uint64),
        "target_node_id": np.array(GOOD["post"], np.uint64),
        "edge_type_id": np.array([100, 100, 100, 101]),
        "edge_group_id": np.zeros(4, np.uint16),
        "edge_group_index": np.arange(4),
        "0/syn_weight": np.array(GOOD["weight"]),
        "0/delay": np.array(GOOD["delay"], np.float32),
        "source": "cells",
        "target": "cells",
    }
    return {key: value for key, value in (datasets | changes).items() if value is not None}


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_every_format_gives_the_same_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    WRITERS[suffix](path, GOOD)
    found = read_table(path)
    for name, values in GOOD.items():
        assert getattr(found.table, name).tolist() == values
    assert found.step_ms == 1 and found.first == {}


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_delays_in_ms_need_a_step(tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"table{suffix}"
    WRITERS[suffix](path, {"delay_ms": [0.1, 0.5, 2.0, 0.3]} | {name: GOOD[name] for name in ("pre", "post", "weight")})
    assert read_table(path, step_ms=Fraction(1, 10)).table.delay.tolist() == [1, 5, 20, 3]
    refused(capsys, ["discover", path], "delay-step", '--step "1 ms"')
    refused(capsys, ["discover", path, "--step", "0.2 ms"], "off-grid", "row 0: delay_ms is 0.1, 0.5 steps of 0.2 ms")
    WRITERS[suffix](path, GOOD | {"delay_ms": [1.0] * 4})
    refused(capsys, ["discover", path, "--step", "1 ms"], "delay-step", "one of them")


def test_other_columns_are_left_alone(tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet"):
        WRITERS[suffix](tmp_path / f"table{suffix}", {"kind": list("abcd")} | GOOD)
        assert read_table(tmp_path / f"table{suffix}").table.rows == 4


def refused(capsys: pytest.CaptureFixture[str], arguments: list[Any], code: str, text: str = "") -> None:
    """The command ends with status 2 and this fault, without a traceback."""
    capsys.readouterr()
    status = execute([str(argument) for argument in arguments])
    said = capsys.readouterr().err
    assert status == 2, said
    assert f"error[{code}]" in said and text in said and "Traceback" not in said


WRONG = [
    ({"weight": None}, "synapse-column-missing", "no column 'weight'"),
    ({"delay": None}, "synapse-column-missing", "no column 'delay'"),
    ({"weight": [1.0, np.nan, 1.0, 1.0]}, "synapse-not-finite", "row 1: weight is n"),
    ({"weight": [1.0, 1.0, np.inf, 1.0]}, "synapse-not-finite", "row 2: weight is inf"),
    ({"delay": [1, 5, -9, 1]}, "synapse-delay", "row 2: delay is -9"),
    ({"delay": [1, 0, 9, 1]}, "synapse-delay", "row 1: delay is 0"),
    ({"delay": [1.0, 5.0, 9.0, 1.5]}, "synapse-not-whole", "row 3: delay is 1.5"),
    ({"pre": [0, -1, 2, 3]}, "synapse-neuron-out-of-range", "row 1: pre is -1"),
    ({"post": [3, 3, 3, 2**40]}, "synapse-neuron-out-of-range", "row 3: post is"),
    ({"pre": [0.5, 1.0, 2.0, 3.0]}, "synapse-not-whole", "row 0: pre is 0.5"),
    ({"pre": [3, 1, 2, 3]}, "synapse-mixed-signs", "row 0"),
    ({name: [] for name in GOOD}, "table-empty", "no row"),
]


@pytest.mark.parametrize(("changes", "code", "text"), WRONG)
@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_wrong_numbers_are_named_with_their_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, changes: Columns, code: str, text: str
) -> None:
    path = tmp_path / f"table{suffix}"
    WRITERS[suffix](path, {name: value for name, value in (GOOD | changes).items() if value is not None})
    refused(capsys, ["discover", path], code, text)


def test_columns_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.npz"
    for column, code in (
        (np.array([1, None, 2, 3], object), "pickle"),
        (np.array(list("abcd")), "not-numeric"),
        (np.ones((4, 2)), "synapse-columns-unequal"),
        (np.ones(3), "synapse-columns-unequal"),
        (np.ones(4) * 1j, "not-numeric"),
    ):
        np.savez(path, **{name: np.array(values) for name, values in (GOOD | {"weight": column}).items()})
        refused(capsys, ["discover", path], code)
    path = tmp_path / "table.parquet"
    for values, text in (
        (list("abcd"), "column 'weight' holds"),
        ([[1.0], [2.0], [], [3.0]], "column 'weight' holds list"),
        (pandas.to_datetime([0, 1, 2, 3]), "column 'weight' holds timestamp"),
    ):
        pandas.DataFrame(GOOD | {"weight": values}).to_parquet(path)
        refused(capsys, ["discover", path], "not-numeric", text)
    pyarrow.parquet.write_table(pyarrow.table(GOOD | {"weight": pyarrow.array([1.0, 1.0, None, 1.0])}), path)
    refused(capsys, ["discover", path], "synapse-not-finite", "row 2: weight is nan")


def test_columns_of_the_same_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.csv").write_text("pre,post,weight,delay,weight\n0,1,10,1,2\n")
    refused(capsys, ["discover", tmp_path / "table.csv"], "synapse-column-twice", "'weight'")
    names = [*GOOD, "delay"]
    table = pyarrow.Table.from_arrays([pyarrow.array(GOOD[name]) for name in names], names=names)
    pyarrow.parquet.write_table(table, tmp_path / "table.parquet")
    refused(capsys, ["discover", tmp_path / "table.parquet"], "synapse-column-twice", "'delay'")


@pytest.mark.parametrize("suffix", [".npz", ".parquet", ".pq", ".h5", ".hdf5"])
def test_files_that_are_no_such_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    refused(capsys, ["discover", path], "file-unreadable")
    for content in (
        b"",
        b"pre,post\n",
        b"PAR1" + bytes(100) + b"PAR1",
        b"PK\x03\x04" + bytes(60),
        b"\x89HDF\r\n\x1a\n" + bytes(90),
    ):
        path.write_bytes(content)
        refused(capsys, ["discover", path], "data-format", str(path))


@pytest.mark.parametrize("suffix", [".npz", ".parquet", ".h5"])
def test_truncated_and_damaged_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    if suffix == ".h5":
        write_edges(path, {"e": edges()})
    else:
        WRITERS[suffix](path, GOOD)
    whole = path.read_bytes()
    for length in (len(whole) // 4, len(whole) // 2, len(whole) - 20):
        path.write_bytes(whole[:length])
        refused(capsys, ["discover", path, *(["--step", "1 ms"] if suffix == ".h5" else [])], "data-format")
    rng = np.random.default_rng(3)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 12):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:  # either it is refused or the damage hit nothing that is read
            read_table(path, step_ms=MS if suffix == ".h5" else None)
        except ModelError as error:
            assert all(fault.code and fault.file.startswith(str(path)) for fault in error.faults)


def test_csv_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.csv"
    for content, code, text in (
        (b"", "data-format", "empty"),
        (b"\xff\xfe\x00", "data-format", ""),
        (b"pre,post,weight,delay\n0,1,10,1\n\n1,2,x,1\n", "not-numeric", ":4:1: error[not-numeric]: row 1: weight is 'x'"),
        (b"pre,post,weight,delay\n0,1,10\n", "not-numeric", "row 0 has 3 values"),
        (b"pre,post,weight,delay\n0,1,10,\n", "not-numeric", "row 0"),
        (b"pre;post;weight;delay\n0;1;10;1\n", "synapse-column-missing", "pre;post"),
    ):
        path.write_bytes(content)
        refused(capsys, ["discover", path], code, text)
    path.write_bytes(b"\xef\xbb\xbfpre, post,weight,delay\n0,1,10,1\n")
    assert read_table(path).table.rows == 1


def test_other_files_and_wrong_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.xlsx").write_bytes(b"PK")
    refused(capsys, ["discover", tmp_path / "table.xlsx"], "source-unknown")
    write_csv(tmp_path / "table.csv", GOOD)
    refused(capsys, ["discover", tmp_path / "table.csv", "--population", "a"], "usage", "without populations")
    refused(capsys, ["discover", tmp_path / "table.csv", "--step", "0 ms"], "usage")
    refused(capsys, ["discover", tmp_path / "table.csv", "--step", "1 mV"], "dimension")


@pytest.mark.parametrize(("suffix", "package"), [(".parquet", "pyarrow"), (".h5", "h5py")])
def test_absent_packages_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, suffix: str, package: str
) -> None:
    (tmp_path / f"table{suffix}").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, package, None)
    assert execute(["discover", str(tmp_path / f"table{suffix}"), "--step", "1 ms"]) == 3
    said = capsys.readouterr().err
    assert f"needs {package}" in said and "pip install 'snndsl[tables]'" in said


def test_sonata_edges(tmp_path: Path) -> None:
    path = tmp_path / "net_edges.h5"
    write_edges(path, {"recurrent": edges()})
    found = read_table(path, step_ms=MS)
    for name, values in GOOD.items():
        assert getattr(found.table, name).tolist() == values
    assert found.first == {"cells": 0} and found.step_ms == 1
    with pytest.raises(ModelError, match="delay-step"):
        read_table(path)


def test_sonata_indices_groups_and_types(tmp_path: Path) -> None:
    path = tmp_path / "net_edges.h5"
    layout = {
        "edge_group_id": np.array([0, 1, 0, 1]),
        "edge_group_index": np.array([1, 0, 0, 1]),
        "0/syn_weight": np.array([9.75, 10.0]),
        "0/delay": np.array([9.0, 1.0]),
        "1/delay": np.array([5.0, 1.0]),
    }
    write_edges(path, {"recurrent": edges(**layout)})
    types = "edge_type_id target_query syn_weight delay\n100 \"a=='b c'\" 10.5 NULL\n101 NULL -5 7\n"
    (tmp_path / "net_edge_types.csv").write_text(types)
    table = read_table(path, step_ms=MS).table
    assert table.weight.tolist() == GOOD["weight"] and table.delay.tolist() == GOOD["delay"]


def test_an_edge_of_several_synapses_has_their_weight(tmp_path: Path) -> None:
    """A group holds their number only; weights are those of types, in a file as the Brain Modeling Toolkit writes it."""
    changes: dict[str, Any] = {"0/nsyns": np.array([1, 2, 1, 3], np.uint32), "0/syn_weight": None, "0/delay": None}
    write_edges(tmp_path / "cortex_cortex_edges.h5", {"cortex_to_cortex": edges(**changes)})
    types = "edge_type_id target_query source_query delay syn_weight\n100 * ei=='e' 2.0 10.0\n101 * ei=='i' 1.0 -5.0\n"
    (tmp_path / "cortex_cortex_edge_types.csv").write_text(types)
    table = read_table(tmp_path / "cortex_cortex_edges.h5", step_ms=MS).table
    assert table.weight.tolist() == [10.0, 20.0, 10.0, -15.0] and table.delay.tolist() == [2, 2, 2, 1]


def test_sonata_populations_are_numbered_by_name(tmp_path: Path) -> None:
    path = tmp_path / "edges.h5"
    both = {
        "inh_to_exc": edges(source="inh", target="exc", **{"0/syn_weight": -np.ones(4)}),
        "exc_to_inh": edges(source="exc", target="inh", **{"0/syn_weight": np.ones(4)}),
    }
    write_edges(path, both)
    with h5py.File(path, "a") as file:
        file.create_dataset("nodes/exc/node_type_id", data=np.zeros(10, np.int64))
    found = read_table(path, step_ms=MS)
    assert found.first == {"exc": 0, "inh": 10} and found.table.neurons == 14
    assert found.table.pre.tolist() == [0, 1, 2, 3, 10, 11, 12, 13] and found.table.post.tolist() == [
        13,
        13,
        13,
        10,
        3,
        3,
        3,
        0,
    ]
    one = read_table(path, step_ms=MS, population="inh_to_exc")
    assert one.table.rows == 4 and one.table.inhibitory.sum() == 4
    with pytest.raises(ModelError, match=r"population-unknown(.|\n)*exc_to_inh, inh_to_exc"):
        read_table(path, step_ms=MS, population="other")
    with h5py.File(path, "a") as file:
        del file["nodes/exc/node_type_id"]
        file.create_dataset("nodes/exc/node_type_id", data=np.zeros(3, np.int64))
    with pytest.raises(ModelError, match=r"edges/exc_to_inh: error\[synapse-neuron-out-of-range\]: row 3: pre is 3"):
        read_table(path, step_ms=MS)


@pytest.mark.parametrize(
    ("changes", "types", "code", "text"),
    [
        ({"target_node_id": None, "target": None}, None, "sonata-missing", "/edges/e/target_node_id"),
        ({"source": None}, None, "sonata-missing", "no attribute node_population"),
        ({"edge_group_index": None}, None, "sonata-missing", "edge_group_index"),
        ({"0/syn_weight": None}, None, "sonata-missing", "row 0: the edge has no syn_weight"),
        ({"0/delay": None}, "edge_type_id delay\n100 2.0\n", "sonata-missing", "row 3: no edge type 101"),
        ({"0/delay": None}, "edge_type_id delay\n100 2.0\n101 NULL\n", "sonata-missing", "row 3: edge type 101 has no delay"),
        ({"0/delay": None}, "edge_type_id delay\n100 2.0\n101 slow\n", "not-numeric", "'slow'"),
        ({"0/delay": None}, "edge_type_id delay\n100 2.0\n100 3.0\n", "sonata-duplicate", "row 1: a second edge type 100"),
        ({"0/delay": None}, "edge_type_id,delay\n100,2.0\n", "sonata-missing", "edge_type_id,delay"),
        ({"0/delay": None}, "edge_type_id delay\n100\n", "data-format", "row 0 has 1 cells"),
        (
            {"0/syn_weight": None},
            "edge_type_id syn_weight weight_function\n100 2.0 gaussian\n101 1 NULL\n",
            "sonata-unsupported",
            "weight_function gaussian",
        ),
        ({"0/nsyns": np.array([1, 1, 0, 1])}, None, "sonata-unsupported", "row 2: /edges/e/0/nsyns is 0"),
        ({"0/nsyns": np.array([1, np.nan, 1, 1])}, None, "sonata-unsupported", "row 1: /edges/e/0/nsyns is nan"),
        ({"edge_group_index": np.array([0, 1, 2, 9])}, None, "sonata-index", "row 3: edge_group_index is 9"),
        ({"edge_group_id": np.array([0, 0, 7, 0])}, None, "sonata-missing", "row 2: the edge has no"),
        ({"0/delay": np.array([1.0, 2.0, np.nan, 1.0])}, None, "synapse-not-finite", "row 2: delay_ms is nan"),
        ({"0/delay": np.array([1.0, 2.5, 1.0, 1.0])}, None, "off-grid", "row 1: delay_ms is 2.5"),
        ({"0/delay": np.array([1.0, 2.0, -1.0, 1.0])}, None, "synapse-delay", "row 2: delay is -1"),
        ({"0/delay": np.array([b"a", b"b", b"c", b"d"])}, None, "not-numeric", "/edges/e/0/delay"),
        ({"target_node_id": np.array([1, 2])}, None, "synapse-columns-unequal", "2 rows"),
        ({"source_node_id": np.array([0, 1, 2, -3])}, None, "synapse-neuron-out-of-range", "row 3: pre is -3"),
        ({"source_node_id": np.array([0, 1, 2, 2**60])}, None, "synapse-neuron-out-of-range", "row 3: pre is"),
    ],
)
def test_sonata_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], types: str | None, code: str, text: str
) -> None:
    path = tmp_path / "net_edges.h5"
    write_edges(path, {"e": edges(**changes)})
    if types is not None:
        (tmp_path / "net_edge_types.csv").write_text(types)
    refused(capsys, ["discover", path, "--step", "1 ms"], code, text)


def test_hdf5_without_edges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.create_dataset("spikes", data=[1])
    refused(capsys, ["discover", tmp_path / "other.h5", "--step", "1 ms"], "sonata-missing", "/edges")
    empty = {key: np.zeros(0, np.int64) for key in ("source_node_id", "target_node_id", "edge_type_id")}
    empty |= {
        "edge_group_id": np.zeros(0),
        "edge_group_index": np.zeros(0),
        "0/syn_weight": np.zeros(0),
        "0/delay": np.zeros(0),
    }
    write_edges(tmp_path / "empty.h5", {"e": edges(**empty)})
    refused(capsys, ["discover", tmp_path / "empty.h5", "--step", "1 ms"], "table-empty")


@pytest.mark.slow
def test_groups_are_the_same_from_every_format(tmp_path: Path) -> None:
    # eight layers of three neurons, each joined to all of the next
    rows = [(3 * k + i, 3 * k + 3 + j, 10.0, 10 - 3 * i if k == 0 else 5) for k in range(7) for i in range(3) for j in range(3)]
    columns = dict(zip(GOOD, map(list, zip(*rows))))
    table = SynapseTable.from_columns(columns)
    for suffix, write in WRITERS.items():
        write(tmp_path / f"chain{suffix}", columns)
    datasets = {
        "source_node_id": table.pre,
        "target_node_id": table.post,
        "edge_type_id": np.zeros(table.rows, np.int64),
        "0/syn_weight": table.weight,
        "0/delay": table.delay * 1.0,
        "source": "cells",
        "target": "cells",
    }
    write_edges(tmp_path / "chain.h5", {"chain": datasets})
    expected = discover(table, mode="corrected")
    assert len(expected) > 0
    for suffix in (*WRITERS, ".h5"):
        step = ["--step", "1 ms"] if suffix == ".h5" else []
        out = tmp_path / f"groups{suffix}"
        assert execute(["discover", str(tmp_path / f"chain{suffix}"), "--mode", "corrected", "-q", "-o", str(out), *step]) == 0
        found = read_catalogue(out)
        assert len(found) == len(expected) and all(same_group(*pair) for pair in zip(found, expected))
