"""Runs in files of other programs: what is read back from them, by those programs, is what was recorded."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.cli import execute
from snndsl.errors import ModelError
from snndsl.formats.sonata import read_edges
from snndsl.results import Recording, TrialsRecording

MODEL: dict[str, Any] = {
    "time": {"step": "0.1 ms", "duration": "20 ms"},
    "seed": 1,
    "neurons": {
        "n": {
            "state": {"V": "0 mV"},
            "ports": {"I": "mV"},
            "update": "V = 0.9*V + I + (2 mV)*normal()",
            "threshold": "V > 4 mV",
            "reset": "V = 0 mV",
        }
    },
    "plasticity": {"up": {"bound": "9 mV", "on_pre": "w = w + 0.01 mV"}},
    "populations": {"p": {"neuron": "n", "size": 9}, "q": {"neuron": "n", "size": 4}},
    "projections": {
        "c": {
            "from": "p",
            "to": ["p", "q"],
            "self": True,
            "connect": "all_to_all",
            "port": "I",
            "weight": "0.1 mV + (0.01 mV)*i",
            "delay": {"axonal": "0.3 ms", "dendritic": "0.9 ms"},
            "plasticity": "up",
        }
    },
    "record": {
        "spikes": ["p", "q"],
        "states": {"p[0:2]": {"of": ["V"], "every": "0.5 ms"}},
        "counts": {"p": "1 ms"},
        "synapses": {"c": {"of": ["w"], "every": "5 ms"}},
    },
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    found = snndsl.run(snndsl.Model("exported", **MODEL), out=tmp_path_factory.mktemp("exports") / "run")
    assert isinstance(found, Recording) and len(found.spikes["p"]) > 20
    return found


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> TrialsRecording:
    found = snndsl.run(snndsl.Model("exported", trials=3, **MODEL), out=tmp_path_factory.mktemp("exports") / "trials")
    assert isinstance(found, TrialsRecording)
    return found


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_tables_hold_what_was_recorded(run: Recording, tmp_path: Path) -> None:
    files = snndsl.export(run, tmp_path / "csv", "csv")
    names = {str(file.relative_to(tmp_path / "csv")) for file in files}
    tables = {"spikes/p.csv", "spikes/q.csv", "states/p.V.csv", "counts/p.csv", "weights/c.w.csv", "synapses/c.csv"}
    assert names == tables | {"run.json"}
    spikes = rows(tmp_path / "csv" / "spikes" / "p.csv")
    assert [int(row["neuron"]) for row in spikes] == run.spikes["p"].neuron.tolist()
    assert [float(row["time_ms"]) for row in spikes] == run.spikes["p"].time_ms.tolist()
    values = [float(row["V (mV)"]) for row in rows(tmp_path / "csv" / "states" / "p.V.csv")]
    assert values == run.states["p"]["V"].value.ravel().tolist()
    last = rows(tmp_path / "csv" / "synapses" / "c.csv")[-1]
    assert last == {
        "pre_population": "p",
        "pre": "8",
        "post_population": "q",
        "post": "3",
        "weight (mV)": str(run.synapses["c"].weight[-1]),
        "axonal_ms": "0.3",
        "dendritic_ms": "0.9",
    }
    facts = json.loads((tmp_path / "csv" / "run.json").read_text())
    assert (facts["name"], facts["step_ms"], facts["populations"]) == ("exported", 0.1, {"p": 9, "q": 4})


def test_tables_of_trials_say_which(trials: TrialsRecording, tmp_path: Path) -> None:
    snndsl.export(trials, tmp_path / "csv", "csv")
    spikes = rows(tmp_path / "csv" / "spikes" / "p.csv")
    assert [int(row["trial"]) for row in spikes] == trials.spikes["p"].trial.tolist()
    assert [int(row["step"]) for row in spikes] == trials.spikes["p"].step.tolist()


def test_parquet_keeps_types(run: Recording, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    snndsl.export(run.path, tmp_path / "out", "parquet")
    table = parquet.read_table(tmp_path / "out" / "states" / "p.V.parquet")
    assert table.column_names == ["step", "time_ms", "neuron", "V (mV)"]
    np.testing.assert_array_equal(table["V (mV)"].to_numpy(), run.states["p"]["V"].value.ravel())


def test_an_archive_holds_matrices(run: Recording, trials: TrialsRecording, tmp_path: Path) -> None:
    [file] = snndsl.export(run, tmp_path / "run.npz", "npz")
    with np.load(file, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["states/p/V/value"], run.states["p"]["V"].value)
        np.testing.assert_array_equal(archive["weights/c/w/value"], run.weights["c"]["w"].value)
        assert str(archive["states/p/V/unit"]) == "mV"
    [again] = snndsl.export(run, tmp_path / "again.npz", "npz")
    assert file.read_bytes() == again.read_bytes()
    [file] = snndsl.export(trials, tmp_path / "trials.npz", "npz")
    with np.load(file, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["trials/2/spikes/q/step"], trials.spikes["q"].of_trial(2).step)


def test_sonata_is_as_its_guide_says(run: Recording, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    snndsl.export(run, tmp_path / "net", "sonata")
    with h5py.File(tmp_path / "net" / "spikes.h5") as file:
        assert file.attrs["magic"] == 0x0A7A
        spikes = file["spikes/p"]
        assert h5py.check_enum_dtype(spikes.attrs.get_id("sorting").dtype)["by_time"] == spikes.attrs["sorting"]
        assert spikes["timestamps"].attrs["units"] == "milliseconds"
        np.testing.assert_array_equal(spikes["timestamps"][:], run.spikes["p"].time_ms)
        np.testing.assert_array_equal(spikes["node_ids"][:], run.spikes["p"].neuron)
    with h5py.File(tmp_path / "net" / "nodes.h5") as file:
        assert {name: len(group["node_type_id"]) for name, group in file["nodes"].items()} == {"p": 9, "q": 4}
    with h5py.File(tmp_path / "net" / "edges.h5") as file:
        edges = file["edges/c__p_to_q"]
        ends = [edges[f"{side}_node_id"].attrs["node_population"] for side in ("source", "target")]
        assert ends == ["p", "q"]
        assert len(edges["edge_type_id"]) == 36
        np.testing.assert_allclose(edges["0/syn_weight"][:], 0.1 + 0.01 * edges["source_node_id"][:], rtol=1e-6)
        assert set(edges["0/delay"][:]) == {1.2}
    config = json.loads((tmp_path / "net" / "circuit_config.json").read_text())
    entries = [entry for part in config["networks"].values() for entry in part]
    named = [Path(place).name for entry in entries for key, place in entry.items() if key.endswith("_file")]
    assert len(named) == 4 and all((tmp_path / "net" / name).is_file() for name in named)
    assert [[*entry["populations"]] for entry in entries] == [["p", "q"], ["c__p_to_p", "c__p_to_q"]]


def test_libsonata_reads_it(run: Recording, tmp_path: Path) -> None:
    libsonata = pytest.importorskip("libsonata")
    snndsl.export(run, tmp_path / "net", "sonata")
    circuit = libsonata.CircuitConfig.from_file(str(tmp_path / "net" / "circuit_config.json"))
    assert circuit.node_populations == {"p", "q"}
    edges = circuit.edge_population("c__p_to_q")
    assert (edges.source, edges.target, edges.size) == ("p", "q", 36)
    assert set(edges.get_attribute("delay", edges.select_all())) == {1.2}
    spikes = libsonata.SpikeReader(str(tmp_path / "net" / "spikes.h5"))["p"]
    assert (len(spikes.get()), spikes.sorting) == (len(run.spikes["p"]), "by_time")


def test_the_search_reads_a_network_in_sonata(run: Recording, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    snndsl.export(run, tmp_path / "net", "sonata")
    edges = read_edges(tmp_path / "net" / "edges.h5", "c__p_to_q")[0]
    assert (edges.source, edges.target, len(edges.columns["pre"])) == ("p", "q", 36)
    assert sorted(set(edges.columns["post"].tolist())) == [0, 1, 2, 3]
    assert set(edges.columns["delay_ms"].tolist()) == {1.2}


def test_neo_has_all_trains_and_signals(run: Recording, trials: TrialsRecording) -> None:
    pytest.importorskip("neo")
    [segment] = run.to_neo().segments
    assert len(segment.spiketrains) == 13
    train = segment.spiketrains[3]
    mine = run.spikes["p"]
    np.testing.assert_array_equal(train.rescale("ms").magnitude, mine.time_ms[mine.neuron == 3])
    assert (train.annotations["population"], train.annotations["neuron"], float(train.t_stop)) == ("p", 3, 20.0)
    [signal] = segment.analogsignals
    np.testing.assert_array_equal(signal.magnitude, run.states["p"]["V"].value)
    assert signal.units.dimensionality.string == "mV"
    assert float(signal.sampling_period.rescale("ms")) == 0.5
    assert [segment.index for segment in trials.to_neo().segments] == [0, 1, 2]


@pytest.mark.parametrize(("form", "package"), [("nix", "nixio"), ("nwb", "pynwb")])
def test_files_of_neo_are_read_by_neo(form: str, package: str, run: Recording, tmp_path: Path) -> None:
    pytest.importorskip(package)
    neo = pytest.importorskip("neo")
    [file] = snndsl.export(run, tmp_path / f"run.{form}", form)
    reader = neo.io.NixIO(str(file), "ro") if form == "nix" else neo.io.NWBIO(str(file), "r")
    trains = reader.read_all_blocks()[0].segments[0].spiketrains
    assert sum(len(train) for train in trains) == sum(run.spike_counts.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "graphml", "-o", "x"), "error[format-unknown]: a run cannot be written as graphml"),
        (("--format", "csv", "-o", "taken"), "error[folder-exists]: taken is not empty"),
        (("--format", "npz", "-o", "taken"), "error[file-exists]: taken is a folder"),
        (("--format", "csv", "-o", "file"), "error[folder-exists]: file is a file"),
        (("--format", "csv", "-o", "x", "--min-size", "1"), "error[usage]: --min-size chooses groups"),
        (("--format", "csv", "-o", "x", "--group", "0"), "error[usage]: --group chooses groups"),
        (("--format", "csv", "-o", "x", "--no-avalanches"), "error[usage]: --avalanches chooses groups"),
    ],
)
def test_what_cannot_be_written_says_why(
    arguments: tuple[str, ...],
    words: str,
    run: Recording,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert execute(["export", str(run.path), *arguments]) == 2
    assert words in capsys.readouterr().err
    assert {item.name for item in tmp_path.iterdir()} == {"taken", "file"}


def test_a_format_that_fails_leaves_nothing(trials: TrialsRecording, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    with pytest.raises(ModelError, match="SONATA has one time"):
        snndsl.export(trials, tmp_path / "net", "sonata")
    assert not [*tmp_path.iterdir()]


def test_a_sweep_is_a_table_already(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snndsl.sweep(snndsl.Model("swept", **MODEL), {"seed": [1]}, out=tmp_path / "sweep")
    assert execute(["export", str(tmp_path / "sweep"), "--format", "csv", "-o", str(tmp_path / "out")]) == 2
    assert "is a sweep, which is a table already" in capsys.readouterr().err
    with pytest.raises(TypeError, match="no export of int"):
        snndsl.export(3, tmp_path / "out", "csv")


def test_a_run_of_a_generated_tree_has_no_ends_of_synapses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snndsl.Model("exported", **MODEL).generate("reference").write(tmp_path / "tree")
    subprocess.run([sys.executable, "run.py"], cwd=tmp_path / "tree", check=True, capture_output=True)
    assert execute(["export", str(tmp_path / "tree" / "results"), "--format", "csv", "-o", str(tmp_path / "out")]) == 2
    assert "error[run-without-source]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_force_writes_over_and_keeps_what_is_not_of_it(run: Recording, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    snndsl.export(run, tmp_path / "out", "csv", force=True)
    snndsl.export(run, tmp_path / "out", "csv", force=True)
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert (tmp_path / "out" / "spikes" / "p.csv").is_file()
