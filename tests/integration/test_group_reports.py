"""Robustness, pages and pictures of groups at the command line, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import snndsl
from snndsl.cli import execute
from snndsl.polychrony import read_catalogue

MODEL = """
snndsl: 1
name: net
time: {step: 0.5 ms, duration: 100 ms}
seed: 3
neurons:
  plain:
    parameters: {tau: 10 ms, V_rest: -70 mV, V_th: -55 mV}
    state: {V: V_rest}
    ports: {kick: mV}
    equations: dV/dt = (V_rest - V)/tau
    integrator: exact
    update: V += kick
    threshold: V >= V_th
    refractory: {for: 2 ms, hold: [V]}
    reset: V = V_rest
populations: {exc: {neuron: plain, size: 120}, inh: {neuron: plain, size: 20}}
projections:
  ee: {from: exc, to: [exc, inh], connect: {fixed_outdegree: 15}, self: false, multiple: false, port: kick,
       weight: "where(uniform() < 0.6, 8 mV, 2 mV)", delay: {axonal: "uniform(1 ms, 15 ms)", round: nearest}}
  ie: {from: inh, to: exc, connect: {fixed_outdegree: 20}, multiple: false, port: kick, weight: -4 mV, delay: 1 ms}
stimuli: {noise: {into: exc, port: kick, weight: 6 mV, poisson: {rate: 100 Hz}}}
record: {spikes: [exc, inh]}
"""
CHOSEN = ("--threshold", "5 mV", "-p", "min_path=4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reports")
    (path / "net.yaml").write_text(MODEL)
    assert execute(["discover", str(path / "net.yaml"), *CHOSEN, "--null", "delays=3", "-o", str(path / "groups"), "-q"]) == 0
    snndsl.run(snndsl.load(path / "net.yaml"), out=path / "run")
    (path / "table.csv").write_text("pre,post,weight,delay\n0,3,10,5\n1,3,10,6\n2,3,10,7\n")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> str:
    """What a command prints, or why it refuses."""
    capsys.readouterr()
    assert execute([str(argument) for argument in arguments]) == status, capsys.readouterr().err
    text = capsys.readouterr()
    assert "Traceback" not in text.err
    return text.err if status else text.out


def test_nulls_stay_with_the_catalogue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [name], [null] = zip(*read_catalogue(folder / "groups").nulls.items())
    assert name == "delays" and null["repetitions"] == 3 and len(null["shuffled"]["span"]) == 3
    again = said(capsys, "discover", folder / "net.yaml", *CHOSEN, "--null", "rewired=2", "--resume", folder / "groups")
    assert "rewired, 2 times" in again and "greatest group" in again
    assert set(read_catalogue(folder / "groups").nulls) == {"delays", "rewired"}
    page = Path(said(capsys, "report", folder / "groups", "-o", folder / "page.html").strip())
    assert page == folder / "page.html"
    assert "<td>delays</td>" in page.read_text() and "<td>rewired</td>" in page.read_text()


@pytest.mark.parametrize("source", ["net.yaml", "run"])
def test_a_page_tells_weights_from_a_model_or_a_run(folder: Path, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = said(capsys, "report", folder / "groups", "--group", 1, "--in", folder / source)
    assert printed.strip() == str(folder / "groups" / "group-1.html")
    assert "weight 8" in (folder / "groups" / "group-1.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--group", "9999"), "there is no group 9999"),
        (("-o", "page.png"), "is no page"),
        (("--in", "nothing.npz"), "No such file"),
        (("--in", "other.csv"), "the groups are of 140 neurons, the network has 2"),
    ],
)
def test_pages_that_cannot_be_made(
    folder: Path, arguments: tuple[str, str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "other.csv").write_text("pre,post,weight,delay\n0,1,8,3\n")
    assert words in said(capsys, "report", "groups", *arguments, status=2)


def test_a_group_is_drawn_over_a_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "over.svg"
    said(capsys, "plot", folder / "groups", "--group", 0, "--over", folder / "run", "-o", file)
    assert file.read_text().startswith("<?xml") and file.stat().st_size > 10_000
    assert "--over draws one group" in said(capsys, "plot", folder / "groups", "--over", folder / "run", status=2)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "robustness.csv").open() as stream:
        return {f"{row['axis']} {row['value']}".strip(): row for row in csv.DictReader(stream)}


def test_robustness_of_a_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    varied = ["step=0.25 ms", "integrator=rk4", "threshold=7 mV,9 mV", "seed=4"]
    options = [item for text in varied for item in ("--vary", text)]
    printed = said(capsys, "robustness", folder / "net.yaml", *CHOSEN, *options, "-o", folder / "robust")
    found = rows(folder / "robust")
    assert list(found) == ["base", "step 0.25 ms", "integrator rk4", "threshold 7 mV", "threshold 9 mV", "seed 4"]
    base = int(found["base"]["groups"])
    assert base == len(read_catalogue(folder / "groups")) > 5
    assert float(found["threshold 7 mV"]["survived"]) == 1.0  # weights are 2 and 8 mV
    assert int(found["threshold 9 mV"]["groups"]) == 0 and int(found["threshold 9 mV"]["lost"]) == base
    assert float(found["integrator rk4"]["survived"]) > 0.5
    assert float(found["step 0.25 ms"]["survived"]) > 0.2
    assert int(found["seed 4"]["same"]) == 0  # another wiring
    assert f"{base:,} groups" in printed and (folder / "robust" / "robustness.png").stat().st_size > 5_000


def test_robustness_of_a_run_and_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--vary", "threshold=7 mV", "--vary", "step=0.1 ms", "--json", "-o", folder / "robust-run")
    facts: Any = json.loads(said(capsys, "robustness", folder / "run", *CHOSEN, *options))
    assert [row["axis"] for row in facts] == ["base", "threshold", "step"]
    assert facts[1]["survived"] == 1.0 and facts[2]["groups"] > 0 and not any(row["problem"] for row in facts)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "nothing to vary"),
        (("--vary", "treshold=3"), "--vary threshold=.."),
        (("--vary", "threshold"), "NAME=VALUE"),
    ],
)
def test_robustness_of_nothing(folder: Path, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert words in said(capsys, "robustness", folder / "net.yaml", *CHOSEN, *options, status=2)
    assert not (folder / "runs").exists()


def test_variants_that_cannot_be_searched_are_named_and_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--vary", "step=0.3 ms", "--vary", "integrator=guess", "--vary", "threshold=7 mV", "-o", folder / "partly")
    assert execute(["robustness", str(folder / "net.yaml"), *CHOSEN, *map(str, options)]) == 2
    printed = capsys.readouterr().out
    assert printed.count("not searched") == 2 and "there is no integrator 'guess'" in printed
    assert rows(folder / "partly")["threshold 7 mV"]["survived"] == "1.0"


def test_robustness_of_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["robustness", str(folder / "table.csv"), "--vary", "step=0.5 ms", "-o", str(folder / "of-table")]) == 2
    assert "a table has no step" in capsys.readouterr().out


@pytest.mark.parametrize("source", ["net.yaml", "run"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "weights in mV, but no threshold"),
        (("--threshold", "5"), "a weight in mV"),
        (("--threshold", "5 ms"), "a weight in mV"),
        (("-p", "threshold=0.9", "-p", "fraction_of=8"), "a weight in mV"),
    ],
)
def test_a_threshold_has_the_unit_of_the_weights(
    folder: Path, source: str, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in said(capsys, "discover", folder / source, *options, "-o", folder / "none", status=2)
    assert not (folder / "none").exists()


def test_a_threshold_may_be_a_fraction_of_a_weight(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("-p", "threshold=0.625", "-p", "fraction_of=0.008 V", "-p", "min_path=4", "--json", "-o", folder / "fraction")
    facts: Any = json.loads(said(capsys, "discover", folder / "net.yaml", *chosen))
    assert facts["groups"] == len(read_catalogue(folder / "groups"))
    assert "a weight, a number" in said(capsys, "discover", folder / "table.csv", "--threshold", "9 mV", status=2)
