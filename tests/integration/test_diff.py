"""What differs in meaning between two models: nothing but that, each entry once, with both places."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import snndsl
from snndsl.cli import execute

MODELS = sorted((Path(snndsl.__file__).parents[1] / "models").glob("*/model.yaml"))
CHOSEN = {"izhikevich_types", "polychrony_minimal", "lif_stdp_delays", "wang2002"}
SMALL = [file for file in MODELS if file.parent.name in CHOSEN]

TEXT = """snndsl: 1
name: one
title: A title
time: {step: 0.1 ms, duration: 100 ms}
seed: 1
data: {a: {file: a.csv, units: {x: ms}}}
neurons:
  lif:
    parameters: {tau: 20 ms, V_th: 15 mV}
    state: {V: 0 mV}
    ports: {kick: mV}
    equations: |
      dV/dt = -V/tau         # decays
    integrator: exact
    update: V += kick
    threshold: V >= V_th
    reset: V = 0 mV
populations: {p: {neuron: lif, size: 10}}
stimuli: {noise: {into: p, port: kick, weight: 1 mV, poisson: {rate: 1.2 kHz}}}
record: {spikes: [p]}
expect: {alive: {of: p, value: rate, at_least: 1 Hz}}
"""


def written(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n2\n")
    (folder / "model.yaml").write_text(text)
    return folder


def backwards(value: Any) -> Any:
    """Return a document with the keys of every mapping in reverse order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", SMALL, ids=lambda file: file.parent.name)
def test_a_model_written_anew_or_in_another_order_is_the_same(file: Path, tmp_path: Path) -> None:
    model = snndsl.load(file)
    raw = backwards(model.source.raw)
    raw["snndsl"] = raw.pop("snndsl")
    assert not snndsl.diff(model, model)
    if "data" not in raw or not any("file" in item for item in raw["data"].values()):
        anew = tmp_path / "anew.yaml"
        anew.write_text(model.to_yaml())
        assert not snndsl.diff(file, anew)
        assert not snndsl.diff(model, snndsl.Model(**{key: value for key, value in raw.items() if key != "snndsl"}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tau: 20 ms", "tau: 0.02 s"),
        ("tau: 20 ms", "tau: 2e4 us"),
        ("-V/tau         # decays", "- V / tau"),
        ("title: A title", "title: Another"),
        ("reset: V = 0 mV", "reset: [V = 0 V]"),
        ("rate: 1.2 kHz", "rate: 1200 Hz"),
        ("into: p,", "into: [p],"),
        ("time: {step: 0.1 ms, duration: 100 ms}", "time: {duration: 0.1 s, step: 100 us}"),
        ("seed: 1\n", "seed: 1  # a comment\ntrials: 1\n"),
    ],
)
def test_another_spelling_is_no_difference(old: str, new: str, tmp_path: Path) -> None:
    assert old in TEXT
    found = snndsl.diff(written(tmp_path / "a", TEXT), written(tmp_path / "b", TEXT.replace(old, new)))
    assert not found and repr(found) == "the models mean the same"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("tau: 20 ms", "tau: 21 ms", "neurons.lif.parameters.tau: 20 ms (a:9) -> 21 ms (b:9)"),
        ("size: 10", "size: 11", "populations.p.size: 10 (a:18) -> 11 (b:18)"),
        ("V >= V_th", "V > V_th", "neurons.lif.threshold: V >= V_th (a:16) -> V > V_th (b:16)"),
        ("dV/dt = -V/tau ", "dV/dt = -2*V/tau ", "neurons.lif.equations: dV/dt = -V/tau (a:12) -> dV/dt = -2*V/tau (b:12)"),
        ("1.2 kHz", "1.3 kHz", "stimuli.noise.poisson.rate: 1.2 kHz (a:19) -> 1.3 kHz (b:19)"),
        ("at_least: 1 Hz", "at_least: 2 Hz", "expect.alive.at_least: 1 Hz (a:21) -> 2 Hz (b:21)"),
    ],
)
def test_one_change_is_one_line(old: str, new: str, line: str, tmp_path: Path) -> None:
    found = snndsl.diff(written(tmp_path / "a", TEXT), written(tmp_path / "b", TEXT.replace(old, new)))
    [entry] = found
    assert re.sub(r"[^\s(]*/([ab])/model.yaml", r"\1", entry.line) == line
    assert found.same_digest == old.startswith("at_least")


def test_a_model_in_python_has_no_lines(tmp_path: Path) -> None:
    file = written(tmp_path / "a", TEXT.replace("data: {a: {file: a.csv, units: {x: ms}}}\n", ""))
    raw = {key: value for key, value in snndsl.load(file).source.raw.items() if key != "snndsl"}
    [entry] = snndsl.diff(file, snndsl.Model(**{**raw, "populations": {"p": {"neuron": "lif", "size": 3}}}))
    assert entry.line.endswith("/a/model.yaml:17) -> 3 (in Python)")


def test_other_data_under_the_same_name_differ(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a", TEXT), written(tmp_path / "b", TEXT)
    (second / "a.csv").write_text("x\n1\n3\n")
    [entry] = snndsl.diff(first, second)
    assert entry.path == "data.a.content"


def test_the_command_says_it_and_how_it_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = written(tmp_path / "a", TEXT)
    second = written(tmp_path / "b", TEXT.replace("record: {spikes: [p]}\n", 'record: {spikes: [p], states: {"p[0]": [V]}}\n'))
    assert execute(["diff", str(first), str(first)]) == 0
    assert capsys.readouterr().out == "the models mean the same\n"
    assert execute(["diff", str(first), str(second)]) == 1
    said = capsys.readouterr().out
    assert "absent" in said and said.endswith("the models compute the same (equal digests)\n")
    assert execute(["diff", str(first), str(second), "--json"]) == 1
    assert execute(["diff", str(first), str(tmp_path / "none.yaml")]) == 2
