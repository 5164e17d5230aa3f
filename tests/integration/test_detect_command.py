"""Groups of a catalogue and motifs of a model looked for in a run, at the command line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.polychrony.networks import chain

import snndsl
from snndsl.cli import execute
from snndsl.polychrony import Izhikevich2006, Structural, discover
from snndsl.polychrony.network.sources import network_from_program
from snndsl.polychrony.recordings.detect import detect, motif_of, trains_of
from snndsl.polychrony.recordings.significance import recording_significance

PLANTED = Path(__file__).resolve().parents[2] / "models" / "planted_groups"
TEXT = (PLANTED / "model.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, its run, and the groups of its network."""
    path = tmp_path_factory.mktemp("detect")
    (path / "model.yaml").write_text(TEXT, encoding="utf-8")
    model = snndsl.load(path)
    snndsl.run(model, out=path / "run")
    definition = Izhikevich2006(mode="corrected", min_path=3)
    discover(network_from_program(model.program).table, definition, out=path / "groups", step_ms=1.0)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> Any:
    """What a command prints; as an object with --json."""
    capsys.readouterr()
    assert execute([str(argument) for argument in arguments]) == status, capsys.readouterr().err
    text = capsys.readouterr()
    assert "Traceback" not in text.err
    return text.err if status else json.loads(text.out) if "--json" in arguments else text.out


def test_groups_of_a_catalogue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = said(capsys, "detect", folder / "groups", "--in", folder / "run", "--json")
    catalogue, trains = snndsl.read_catalogue(folder / "groups"), trains_of(snndsl.read_run(folder / "run"))
    motifs = [motif_of(group) for group in catalogue]
    found = detect(motifs, trains)
    assert len(catalogue) and facts["counts"] == {str(k): int((found.motif == k).sum()) for k in range(len(catalogue))}
    assert facts["occurrences"] == len(found) == 10 and facts["votes"] == 10 * sum(map(len, motifs)) * 3
    tested = recording_significance(motifs, trains, "dither", width=15)
    null = facts["nulls"]["dither"]
    assert null["surrogates"] == tested.totals.tolist() and null["p"] == tested.p == 0.05
    assert facts["groups"]["0"]["adjusted"]["dither"] == tested.adjusted[0] and list(facts["nulls"]) == ["dither"]
    text = said(capsys, "detect", folder / "groups", "--in", folder / "run")
    assert "recording   70 neurons, 70 spikes in 1 s" in text and "found       10 occurrences of 1 of 1 group" in text


def test_motifs_of_a_model_and_the_table(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "new" / "occurrences.csv"
    arguments = ("detect", folder, "--in", folder / "run", "--null", "none", "-o", table)
    text = said(capsys, *arguments)
    assert "motif anchors       10 times    missing 0 of 5, extra 0\n" in text and "none was run" in text
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["step"] for row in rows] == [str(50 + 100 * k) for k in range(10)]  # where the model plays them
    assert all(list(row.values())[3:] == ["5", "5", "0"] and float(row["time_ms"]) == int(row["step"]) for row in rows)
    assert "error[file-exists]" in said(capsys, *arguments, status=2)
    said(capsys, *arguments, "--force")


LATE = "motifs.late={spikes: {'exc[2]': 0 ms, 'exc[1]': 5 ms}, leads_to: {'exc[3]': 14 ms, 'exc[59]': 20 ms}"
"""Spikes that come 1 and 3 ms earlier, and one that never comes."""


def test_spikes_that_are_missing_or_beside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("detect", folder, "--in", folder / "run", "--null", "none", "--fraction", 0.5, "--group", "late", "--json")
    own = said(capsys, *arguments, "--set", LATE + "}")  # the tolerance of a step, as nothing is said
    assert own["motifs"]["late"] == {"occurrences": 10, "spikes": 4, "missing": 20, "extra": 10, "p": {}, "adjusted": {}}
    assert own["silent"] == 1 and own["tolerance"] == {"late": 1}
    wide = said(capsys, *arguments, "--set", LATE + ", tolerance: 3 ms}")
    assert wide["missing"] == 10 and wide["extra"] == 0 and wide["tolerance"] == {"late": 3}
    assert said(capsys, *arguments, "--set", LATE + ", tolerance: 3 ms}", "--tolerance", 1)["missing"] == 20
    assert said(capsys, *arguments, "--set", LATE + "}", "--tolerance", "3 ms")["missing"] == 10


def test_every_null_and_any_number_of_workers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nulls = [item for name in ("shift", "dither", "joint_isi", "exchange") for item in ("--null", f"{name}=3")]
    arguments = ("detect", folder, "--in", folder / "run", *nulls, "--width", "5 ms", "--seed", 4, "--json")
    one, two = (said(capsys, *arguments, "--workers", workers) for workers in (1, 2))
    assert one == two and [null["repetitions"] for null in one["nulls"].values()] == [3] * 4
    assert [null["width"] for null in one["nulls"].values()] == [None, 5, 5, None]
    assert max(one["nulls"]["dither"]["surrogates"]) < 10


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fraction", "0"], "a fraction of 0.0"),
        (["--fraction", "1.5"], "error[detect-parameter]"),
        (["--null", "shft=3"], "try: --null shift=19"),
        (["--null", "dither=0"], "try: --null dither=19"),
        (["--null", "none", "--null", "shift=2"], "error[usage]"),
        (["--tolerance", "1001"], "a tolerance of 1001 steps"),
        (["--tolerance", "-1"], "--tolerance is -1"),
        (["--tolerance", "0.5 ms"], "error[off-grid]"),
        (["--width", "0", "--null", "dither=1"], "error[surrogate-width]"),
        (["--width", "-2 ms"], "error[usage]"),
        (["--group", "7"], "there is no group 7"),
        (["--group", "anchors"], "there is no group anchors"),
    ],
)
def test_what_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert expected in said(capsys, "detect", folder / "groups", "--in", folder / "run", *arguments, status=2)


def test_what_does_not_fit_the_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder / "run"
    discover(chain(), Izhikevich2006(min_path=3), out=tmp_path / "other")
    assert "error[another-network]" in said(capsys, "detect", tmp_path / "other", "--in", run, status=2)
    assert "error[catalogue-missing]" in said(capsys, "detect", run, "--in", run, status=2)
    assert "error[run-missing]" in said(capsys, "detect", folder / "groups", "--in", tmp_path, status=2)
    file = folder / "model.yaml"
    assert "there is no motif 'anchor'" in said(capsys, "detect", file, "--in", run, "--group", "anchor", status=2)
    finer = tmp_path / "finer.yaml"
    finer.write_text(
        "snndsl: 1\nname: finer\ntime: {step: 0.5 ms, duration: 5 ms}\n"
        "neurons: {n: {state: {x: 1}, ports: {I: 1}, update: x = I, threshold: x > 15, reset: x = 0}}\n"
        "populations: {exc: {neuron: n, size: 60}}\nmotifs: {m: {spikes: {'exc[1]': 0 ms, 'exc[2]': 1.5 ms}}}\n"
    )
    assert "error[another-step]" in said(capsys, "detect", finer, "--in", run, status=2)
    larger = ("--set", "populations.exc.size=61")
    assert "error[another-network]" in said(capsys, "detect", file, "--in", run, *larger, status=2)


def test_catalogues_of_other_steps(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = network_from_program(snndsl.load(folder).program).table
    discover(table, Structural(min_path=3), out=tmp_path / "finer", step_ms=0.5)
    assert "the groups are in steps of 0.5 ms" in said(capsys, "detect", tmp_path / "finer", "--in", folder / "run", status=2)


def test_motif_neurons_beyond_the_recording(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A catalogue that says 70 neurons and holds a spike of neuron 70."""

    broken = tmp_path / "broken"
    shutil.copytree(folder / "groups", broken)
    manifest = json.loads((broken / "manifest.json").read_text())
    for chunk in manifest["chunks"]:
        del chunk["hashes"]  # else the damage would be found
    (broken / "manifest.json").write_text(json.dumps(manifest))
    file = broken / "spikes" / "neuron" / "000000.npy"
    neuron = np.load(file)
    neuron[-1] = 70
    np.save(file, neuron)
    assert "error[motif-unknown-neuron]" in said(capsys, "detect", broken, "--in", folder / "run", status=2)


def test_runs_without_spikes_and_models_without_motifs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "snndsl: 1\nname: still\ntime: {step: 1 ms, duration: 5 ms}\nimports: {lib: snndsl:izhikevich2006}\n"
        "populations: {exc: {neuron: lib.izhikevich, size: 60, initial: {v: -70, u: -14}}}\nrecord: {spikes: [exc]}\n"
    )
    (tmp_path / "still.yaml").write_text(text)
    snndsl.run(snndsl.load(tmp_path / "still.yaml"), out=tmp_path / "run")
    assert "error[recording-missing]" in said(capsys, "detect", tmp_path / "still.yaml", "--in", tmp_path / "run", status=2)


def test_models_without_motifs(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = TEXT[: TEXT.index("motifs:")] + "record: {spikes: [exc, inh]}\n"
    (tmp_path / "bare.yaml").write_text(bare)
    assert "error[nothing-to-detect]" in said(capsys, "detect", tmp_path / "bare.yaml", "--in", folder / "run", status=2)
