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
        (("--in", "other.csv"), "the groups are of 140 neurons, other.csv has 2"),
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
    table, out = folder / "table.csv", folder / "of-table"
    assert "has none" in said(capsys, "robustness", table, "--vary", "step=0.5 ms", "-o", out, status=2)
    assert not out.exists()
    assert "survive" not in said(capsys, "robustness", table, "--vary", "threshold=9", "-o", out)  # there is no group


def test_runs_and_networks_of_others_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = snndsl.load(folder / "net.yaml", set={"populations.exc.size": 121})
    snndsl.run(other, out=folder / "larger", force=True)
    snndsl.run(snndsl.load(folder / "net.yaml", set={"time.step": "0.25 ms"}), out=folder / "finer", force=True)
    drawing = ("plot", folder / "groups", "--group", 0, "-o", folder / "no.png", "--over")
    assert "the groups are of 140 neurons" in said(capsys, *drawing, folder / "larger", status=2)
    assert "in steps of 0.5 ms" in said(capsys, *drawing, folder / "finer", status=2)
    assert not (folder / "no.png").exists()
    replaying = ("replay", folder / "groups", "--group", 0, "-o", folder / "no-run", "--in")
    assert "no such synapse" in said(capsys, *replaying, folder / "net.yaml", "--set", "seed=99", status=2)
    assert "in steps of 0.5 ms" in said(capsys, *replaying, folder / "finer", status=2)
    assert "--set with a run" in said(capsys, *replaying, folder / "run", "--set", "seed=99", status=2)
    assert "--at 1 s without a run" in said(capsys, *replaying, folder / "net.yaml", "--at", "1 s", status=2)
    assert not (folder / "no-run").exists()


def test_weights_of_several_units_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = MODEL.replace("ports: {kick: mV}", "ports: {kick: mV, g: nS}")
    text = text.replace("update: V += kick", "update: V += kick + (1 mV)*g/(1 nS)")
    more = "  gg: {from: exc, to: exc, connect: {bernoulli: 0.01}, self: false, port: g, weight: 3 nS, delay: 1 ms}\n"
    text = text.replace("stimuli:", f"{more}stimuli:")
    (folder / "units.yaml").write_text(text)
    refused = said(capsys, "discover", folder / "units.yaml", "--threshold", "5 mV", "-o", folder / "no", status=2)
    assert "error[weights-of-several-units]: weights in mV and nS" in refused


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("net.yaml", *CHOSEN, "--resume", "nowhere"), "nothing to go on with"),
        (("net.yaml", *CHOSEN, "--resume", "groups", "-o", "b"), "--out beside --resume"),
        (("net.yaml", *CHOSEN, "--limit", "nan"), "--limit nan"),
        (("net.yaml", *CHOSEN, "--null", "weights=100001"), "1 to 100,000 times"),
        (("net.yaml", *CHOSEN, "--null", "weights=100000", "--limit", "0.001"), "error[search-too-long]"),
        (("net.yaml", *CHOSEN, "-o", "net.yaml/below"), "error[file-unwritable]"),
        (("net.yaml", *CHOSEN, "--step", "1 ms"), "--step without a table"),
        (("table.csv", "--set", "seed=2"), "--set without a model"),
        (("table.csv", "--at", "1 s"), "--at without a run"),
        (("ms.csv", "--step", "0.1 ms"), "error[made-for-step]"),
        (("net.yaml", "-p", "fraction_of=8 mV", "--threshold", "5 mV"), "threshold is '5 mV'"),
    ],
)
def test_searches_that_are_refused(
    folder: Path, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "ms.csv").write_text("pre,post,weight,delay_ms\n0,3,10,0.5\n1,3,10,0.6\n2,3,10,0.7\n")
    out = () if "-o" in arguments or "--resume" in arguments else ("-o", "refused")
    assert words in said(capsys, "discover", *arguments, *out, status=2)


TRAINED = """
snndsl: 1
name: trained
time: {step: 1 ms, duration: 100 ms}
seed: 1
imports: {lib: snndsl:izhikevich2006}
plasticity:
  grow: {every: {50 ms: ["w = min(w + 4, 10)"]}, bound: 12}
populations: {exc: {neuron: lib.izhikevich, size: 20, initial: {v: -70, u: -14}}}
data:
  chain:
    values: [[0, 3, 1], [1, 3, 5], [2, 3, 9], [0, 4, 6], [1, 4, 10], [2, 4, 14],
             [3, 5, 10], [4, 5, 5], [0, 5, 13], [5, 6, 4], [4, 6, 11], [3, 6, 16]]
projections:
  wires: {from: exc, to: exc, connect: {pairs: {i: "chain(row, 0)", j: "chain(row, 1)"}}, port: I, weight: 2,
          delay: {axonal: "1 ms*chain(row, 2)"}, plasticity: grow}
record: {spikes: [exc], synapses: {wires: {of: [w], at: [50 ms, 100 ms]}}}
"""


def test_groups_of_learned_weights_are_replayed_with_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "trained.yaml").write_text(TRAINED)
    run = snndsl.run(snndsl.load(folder / "trained.yaml"), out=folder / "trained", force=True)
    assert run.weights["wires"]["w"].value[-1].tolist() == [10.0] * 12
    found = ("discover", folder / "trained", "--mode", "corrected", "--min-path", 3, "-q", "-o", folder / "learned")
    said(capsys, *found, "-p", "max_spikes=50")
    [group] = read_catalogue(folder / "learned")
    played = ("replay", folder / "learned", "--json", "-q", "--in")
    assert len(group) > 3
    for source, exact in ((folder / "trained", len(group) - 3), (folder / "trained.yaml", 0)):
        facts: Any = json.loads(said(capsys, *played, source, "-o", folder / f"played-{source.name}"))
        assert [answer["exact"] for answer in facts["backends"]["reference"]["groups"]] == [exact]
    early: Any = json.loads(said(capsys, *played, folder / "trained", "--at", "50 ms", "-o", folder / "played-early"))
    assert early["backends"]["reference"]["groups"][0]["exact"] < len(group) - 3


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
