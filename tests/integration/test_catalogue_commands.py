"""Catalogues at the command line: listed, filtered, in families, exported for other programs, compared."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pandas
import pytest
from unit.polychrony.networks import chain, middling

from snndsl.cli import execute
from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, Izhikevich2006, compare_catalogues, discover, merge, read_catalogue
from snndsl.polychrony.family import families

PARAMETERS = {"min_path": 3, "threshold": 5.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogues")
    discover(middling(), mode="corrected", parameters=PARAMETERS, out=path / "groups")
    return path


@pytest.fixture
def found(folder: Path) -> Catalogue:
    return read_catalogue(folder / "groups")


def said(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> Any:
    """What a command prints; as an object with --json."""
    capsys.readouterr()
    assert execute([str(argument) for argument in arguments]) == status, capsys.readouterr().err
    text = capsys.readouterr()
    assert "Traceback" not in text.err
    return text.err if status == 2 else json.loads(text.out) if "--json" in arguments else text.out


def ids(facts: Any) -> list[int]:
    return [row["id"] for row in facts["rows"]]


def test_groups_are_listed(folder: Path, found: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "groups", folder / "groups").splitlines()
    assert len(lines) == 22 and lines[0].split() == ["group", "mother", "spikes", "links", "path", "span", "anchors"]
    assert lines[-1] == f"{len(found):,} groups, 20 groups shown"
    first = found[0]
    anchors = [f"{neuron}@{step}" for neuron, step in zip(first.anchors, first.anchor_steps)]
    numbers = [0, first.mother, len(first), len(first.pre), first.longest_path, first.span]
    assert lines[1].split() == [*map(str, numbers), *anchors]
    facts = said(capsys, "groups", folder / "groups", "--json")
    assert facts["groups"] == len(found) and ids(facts) == list(range(len(found))) and facts["step_ms"] == 1.0
    assert facts["rows"][0]["anchors"] == first.anchors.tolist()
    assert len(said(capsys, "groups", folder / "groups", "--json", "-n", 3)["rows"]) == 3
    assert said(capsys, "groups", folder / "groups", "-n", 0) == f"{len(found):,} groups, 0 groups shown\n"


@pytest.mark.parametrize(("name", "column"), [("size", "size"), ("path", "longest_path"), ("span", "span")])
def test_order(folder: Path, capsys: pytest.CaptureFixture[str], name: str, column: str) -> None:
    rows = said(capsys, "groups", folder / "groups", "--sort", name, "--json")["rows"]
    assert [(-row[column], row["id"]) for row in rows] == sorted((-row[column], row["id"]) for row in rows)


FILTERS: list[tuple[list[str], dict[str, Any]]] = [
    (["--min-path", "4"], {"min_path": 4}),
    (["--max-path", "3"], {"max_path": 3}),
    (["--min-size", "8", "--max-size", "12"], {"min_size": 8, "max_size": 12}),
    (["--min-span", "20", "--max-span", "30 ms"], {"min_span": 20, "max_span": 30}),
    (["--neurons", "3"], {"neurons": [3]}),
    (["--neurons", "3, 7"], {"neurons": [3, 7]}),
    (["--mothers", "1,10:30"], {"mothers": [1, *range(10, 30)]}),
    (["--inhibitory"], {"inhibitory": True}),
    (["--no-inhibitory"], {"inhibitory": False}),
    (["--no-avalanches", "--min-path", "4"], {"avalanches": False, "min_path": 4}),
]


@pytest.mark.parametrize(("options", "conditions"), FILTERS)
def test_filters(
    folder: Path,
    found: Catalogue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    conditions: dict[str, Any],
) -> None:
    expected = found.filter(**conditions).table["id"].tolist()
    assert 0 < len(expected) < len(found) or "neurons" in conditions
    assert ids(said(capsys, "groups", folder / "groups", "--json", *options)) == expected
    assert f"{len(expected):,} of {len(found):,} groups" in said(capsys, "groups", folder / "groups", *options)
    said(capsys, "export", folder / "groups", "--format", "csv", "-o", tmp_path / "csv", *options)
    assert pandas.read_csv(tmp_path / "csv" / "groups.csv")["id"].tolist() == expected


def test_inhibitory_neurons(found: Catalogue, tmp_path: Path) -> None:
    inhibitory = set(np.flatnonzero(middling().inhibitory).tolist())
    fires = [bool(inhibitory & set(group.neuron.tolist())) for group in found]
    assert found.filter(inhibitory=True).table["id"].tolist() == np.flatnonzero(fires).tolist()
    assert found.filter(inhibitory=False).table["id"].tolist() == np.flatnonzero(np.logical_not(fires)).tolist()
    merged = merge([found, found], tmp_path / "merged")
    assert len(merged.filter(inhibitory=True)) == 2 * sum(fires)


def test_catalogues_that_do_not_say_what_is_inhibitory(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder / "groups", tmp_path / "old")
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    del manifest["inhibitory"], manifest["step_ms"]
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(manifest))
    assert "error[inhibitory-unknown]" in said(capsys, "groups", tmp_path / "old", "--inhibitory", status=2)
    assert "a number of steps" in said(capsys, "groups", tmp_path / "old", "--min-span", "30 ms", status=2)
    said(capsys, "groups", tmp_path / "old", "--min-span", "30")
    with pytest.raises(ModelError, match="inhibitory-unknown"):
        read_catalogue(tmp_path / "old").filter(inhibitory=False)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--neurons", "3,x"], "usage"),
        (["--neurons", ""], "usage"),
        (["--neurons", "-1"], "usage"),
        (["--neurons", "100"], "usage"),
        (["--mothers", "5:5"], "usage"),
        (["--mothers", "7:3"], "usage"),
        (["--mothers", "1:2:3"], "usage"),
        (["--min-span", "soon"], ""),
        (["--min-span", "1.5 ms"], "off-grid"),
        (["--max-span", "1 mV"], "dimension"),
        (["--min-path", "-1"], ""),
        (["--sort", "name"], ""),
        (["--families", "--least-overlap", "0"], "families-parameter"),
        (["--families", "--least-overlap", "nan"], "families-parameter"),
    ],
)
def test_wrong_options(folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: str) -> None:
    error = said(capsys, "groups", folder / "groups", *options, status=2)
    assert f"error[{code}]" in error or not code


def test_what_is_no_catalogue(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"status": "complete"}')
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text('{"definitions": [')
    for place, code in (("run", "missing"), ("torn", "manifest"), ("nothing", "missing")):
        assert f"error[catalogue-{code}]" in said(capsys, "groups", tmp_path / place, status=2)
        options = ["--format", "csv", "-o", tmp_path / "out"]
        assert "error[run-" in said(capsys, "export", tmp_path / place, *options, status=2)
    shutil.copytree(folder / "groups", tmp_path / "cut")
    next((tmp_path / "cut" / "spikes" / "neuron").iterdir()).write_bytes(b"\x93NUMPY")
    assert "error[catalogue-chunk]" in said(capsys, "export", tmp_path / "cut", *options, status=2)


def test_families(folder: Path, found: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    divided = families(found)
    facts = said(capsys, "groups", folder / "groups", "--families", "--json")
    assert facts["families"] == len(divided) < len(found) == facts["groups"]
    assert sorted(k for row in facts["rows"] for k in row["ids"]) == list(range(len(found)))
    members = [row["members"] for row in facts["rows"]]
    assert members == sorted(members, reverse=True) and members == [len(row["ids"]) for row in facts["rows"]]
    for row in facts["rows"]:
        assert row["id"] in row["ids"] and row["overlap"][row["ids"].index(row["id"])] == 1.0
        assert row["size"] == max(len(found[k]) for k in row["ids"])
    strict = said(capsys, "groups", folder / "groups", "--families", "--least-overlap", 1.0, "--jitter", 0, "--json")
    assert strict["families"] >= facts["families"]
    text = said(capsys, "groups", folder / "groups", "--families", "--sort", "size", "-n", 2).splitlines()
    assert text[0].split()[:3] == ["group", "members", "mother"] and len(text) == 4
    assert text[-1] == f"{len(found)} groups in {len(divided)} families, 2 families shown"
    assert (
        said(capsys, "groups", folder / "groups", "--families", "--min-path", 99) == f"0 of {len(found)} groups in 0 families\n"
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_for_data_frames(
    folder: Path, found: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    out = tmp_path / "tables"
    assert said(capsys, "export", folder / "groups", "--format", form, "-o", out) == f"{out}\n"
    read = pandas.read_csv if form == "csv" else pandas.read_parquet
    groups, spikes, links = (read(out / f"{name}.{form}") for name in ("groups", "spikes", "links"))
    assert len(groups) == len(found) and len(spikes) == found.table["size"].sum() and len(links) == found.table["links"].sum()
    assert groups[["anchor1", "anchor2", "anchor3"]].to_numpy().tolist() == found.table["anchors"].tolist()
    # what somebody would do who knows only pandas
    assert spikes.groupby("group").size().tolist() == groups["size"].tolist()
    assert (spikes.groupby("group")["layer"].max().to_numpy() == groups["longest_path"]).all()
    frame = spikes[spikes["group"] == 5]
    assert frame["neuron"].tolist() == found[5].neuron.tolist() and frame["step"].tolist() == found[5].step.tolist()
    mine = links[links["group"] == 5]
    times = frame["step"].to_numpy()
    assert (times[mine["post"]] - times[mine["pre"]] >= mine["delay"]).all()
    if form == "parquet":
        assert groups["avalanche"].dtype == bool and spikes["neuron"].dtype == np.int32
        import pyarrow.parquet

        manifest = json.loads(pyarrow.parquet.read_schema(out / "groups.parquet").metadata[b"snndsl"])
        assert manifest["definitions"] == found.definitions and manifest["network"] == found.manifest["network"]


def test_arrays(folder: Path, found: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = said(capsys, "export", folder / "groups", "--format", "npz", "-o", tmp_path / "new" / "g.npz", "--json")
    assert facts == {"groups": len(found), "files": [str(tmp_path / "new" / "g.npz")]}
    with np.load(tmp_path / "new" / "g.npz") as arrays:
        assert np.array_equal(arrays["groups_mother"], found.table["mother"])
        start = np.searchsorted(arrays["spikes_group"], 7)
        assert np.array_equal(arrays["spikes_neuron"][start : start + len(found[7])], found[7].neuron)


def test_graphs(folder: Path, found: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "export", folder / "groups", "--format", "graphml", "--group", 3, "-o", tmp_path / "one.graphml")
    graph = networkx.read_graphml(tmp_path / "one.graphml", node_type=int)
    assert networkx.is_directed_acyclic_graph(graph) and len(graph) == len(found[3])
    assert [graph.nodes[k]["neuron"] for k in sorted(graph)] == found[3].neuron.tolist()
    assert networkx.dag_longest_path_length(graph, weight="") + 1 == found[3].longest_path
    facts = said(capsys, "export", folder / "groups", "--format", "graphml", "--min-path", 5, "-o", tmp_path / "all", "--json")
    part = found.filter(min_path=5)
    assert len(part) == len(facts["files"]) == len(list((tmp_path / "all").iterdir())) > 0
    for group, file in zip(part, facts["files"]):
        assert file.endswith(f"group-{group.id}.graphml") and len(networkx.read_graphml(file)) == len(group)


@pytest.mark.parametrize("form", ["csv", "parquet", "npz", "graphml"])
def test_no_groups(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    said(capsys, "export", folder / "groups", "--format", form, "--min-path", 99, "-o", tmp_path / "none")
    if form == "parquet":
        groups, spikes = (pandas.read_parquet(tmp_path / "none" / f"{name}.parquet") for name in ("groups", "spikes"))
        assert len(groups) == len(spikes) == 0 and "anchor3" in groups and spikes["step"].dtype == np.int16


def test_one_group_by_its_id(folder: Path, found: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "export", folder / "groups", "--format", "csv", "--group", 11, "-o", tmp_path / "one")
    assert pandas.read_csv(tmp_path / "one" / "spikes.csv")["neuron"].tolist() == found[11].neuron.tolist()
    error = said(capsys, "export", folder / "groups", "--format", "csv", "--group", 10_000, "-o", tmp_path / "two", status=2)
    assert "error[group-unknown]: there is no group 10000" in error and f"ids from 0 to {len(found) - 1}" in error
    other = ["--group", 11, "--min-path", 99]
    error = said(capsys, "export", folder / "groups", "--format", "csv", *other, "-o", tmp_path / "two", status=2)
    assert "no group 11 that meets the conditions" in error and not (tmp_path / "two").exists()


def test_nothing_is_written_over(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, name in (("csv", "folder"), ("npz", "file")):
        command = ["export", folder / "groups", "--format", form, "-o", tmp_path / name]
        said(capsys, *command)
        error = said(capsys, *command, status=2)
        assert f"error[{name}-exists]" in error and "try: --force" in error
        said(capsys, *command, "--force")
    swapped = said(capsys, "export", folder / "groups", "--format", "csv", "-o", tmp_path / "file", "--force", status=2)
    assert "error[folder-exists]" in swapped
    swapped = said(capsys, "export", folder / "groups", "--format", "npz", "-o", tmp_path / "folder", "--force", status=2)
    assert "error[file-exists]" in swapped
    below = said(capsys, "export", folder / "groups", "--format", "npz", "-o", tmp_path / "file" / "below.npz", status=2)
    assert "error[file-unwritable]" in below


def test_parquet_without_its_package(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert execute(["export", str(folder / "groups"), "--format", "parquet", "-o", str(tmp_path / "p")]) == 3
    assert "pip install 'snndsl[tables]'" in capsys.readouterr().err


def test_comparison(folder: Path, found: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "compare", folder / "groups", folder / "groups")
    assert text.startswith(f"the same groups: {len(found)} and {len(found)}\n") and "Jaccard   1.0000" in text
    table = middling()
    delay = table.delay.copy()
    delay[table.pre < 5] += 1
    other = discover(table.replace(delay=delay), mode="corrected", parameters=PARAMETERS, out=tmp_path / "other")
    expected = compare_catalogues(found, other)
    facts = said(capsys, "compare", folder / "groups", tmp_path / "other", "--json", status=1)
    assert not facts["identical"] and facts["groups"] == [len(found), len(other)] and facts["jaccard"] == expected.jaccard
    assert facts["same"] == len(expected.same) and len(facts["shifted"]) == len(expected.shifted)
    assert facts["lost"] == expected.lost.tolist() and facts["new"] == expected.new.tolist()
    text = said(capsys, "compare", folder / "groups", tmp_path / "other", status=1)
    assert text.startswith("the groups differ") and f"lost      {len(expected.lost)}" in text


def test_what_cannot_be_compared(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "error[usage]" in said(capsys, "compare", folder / "groups", status=2)
    assert "error[catalogue-missing]" in said(capsys, "compare", folder / "groups", tmp_path, status=2)
    discover(chain(), Izhikevich2006(min_path=3), out=tmp_path / "small")
    assert "error[catalogues-of-other-networks]" in said(capsys, "compare", folder / "groups", tmp_path / "small", status=2)
