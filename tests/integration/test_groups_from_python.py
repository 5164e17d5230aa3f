"""Groups from Python: played, detected, wired; the commands print what these functions return."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from integration.test_discover import NETWORK

import snndsl
from snndsl.cli import execute
from snndsl.errors import ModelError

PLAYED = "motifs: {m: {spikes: {'exc[0]': 0 ms, 'exc[1]': 4 ms, 'exc[2]': 8 ms}, leads_to: {'exc[10]': 14 ms}}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("groups")
    (made / "planted.yaml").write_text(NETWORK)
    snndsl.discover(made / "planted.yaml", mode="corrected", parameters={"min_path": 3}, out=made / "found")
    return made


def test_groups_are_replayed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = snndsl.replay(snndsl.read_catalogue(folder / "found"), folder / "planted.yaml", out=folder / "played")
    assert isinstance(found, snndsl.Replay) and found.same_network and found.identical and found.whole() == 1
    assert repr(found) == "<Replay: 1 of 1 groups whole on reference>"
    [answer] = found.answers["reference"]
    assert answer.exact == answer.expected == 4 and found.recordings["reference"].path == folder / "played"
    arguments = ["replay", str(folder / "found"), "--in", str(folder / "planted.yaml"), "-o", str(folder / "again"), "-q"]
    assert execute([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    wanted = json.loads(json.dumps(found.to_dict()))
    wanted["backends"]["reference"]["folder"] = printed["backends"]["reference"]["folder"]
    assert printed == wanted


def test_a_model_and_its_run_are_played_into(folder: Path) -> None:
    model = snndsl.load(folder / "planted.yaml")
    run = snndsl.run(model, out=folder / "run")
    for source in (model, run):
        found = snndsl.replay(folder / "found", source, groups=[0], out=folder / f"in-{type(source).__name__}")
        assert found.whole() == 1
    with pytest.raises(ModelError, match="group-unknown"):
        snndsl.replay(folder / "found", model, groups=[7])


def test_groups_are_detected(folder: Path, tmp_path: Path) -> None:
    played = snndsl.replay(folder / "found", folder / "planted.yaml", out=tmp_path / "played").recordings["reference"]
    told: list[str] = []
    found = snndsl.detect(folder / "found", played, nulls={"dither": 3}, progress=lambda name, *_: told.append(name))
    assert len(found) == 1 and found.counts == {0: 1} and {"detect", "dither"} <= set(told)
    assert repr(found) == "<Detection: 1 occurrences of 1 of 1 groups; dither: p = 0.25>"
    assert found.table["spikes"].tolist() == found.table["of"].tolist() == found.sizes.tolist()
    assert found.to_dict()["groups"]["0"]["missing"] == 0
    found.write_csv(tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text().splitlines()[0] == "group,step,time_ms,spikes,of,extra"
    same = snndsl.detect(snndsl.read_catalogue(folder / "found"), tmp_path / "played", nulls={}, tolerance="1 ms", groups=[0])
    assert np.array_equal(same.found.step, found.found.step) and "no null" in repr(same)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"nulls": {"ditter": 3}}, "null-unknown"),
        ({"nulls": {"dither": 0}}, "null-unknown"),
        ({"width": 0}, "surrogate-width"),
        ({"groups": [3]}, "group-unknown"),
        ({"tolerance": "-1 ms"}, "usage"),
    ],
)
def test_detections_that_are_refused(folder: Path, tmp_path: Path, options: dict[str, object], code: str) -> None:
    played = snndsl.replay(folder / "found", folder / "planted.yaml", out=tmp_path / "played").recordings["reference"]
    with pytest.raises(ModelError, match=code):
        snndsl.detect(folder / "found", played, **options)  # type: ignore[arg-type]


def test_a_motif_is_wired(folder: Path, tmp_path: Path) -> None:
    silent = NETWORK[: NETWORK.index("projections:")] if "projections:" in NETWORK else NETWORK
    (folder / "motif.yaml").write_text(silent + PLAYED)
    wired = snndsl.wire(folder / "motif.yaml", "m")
    assert wired.heard.whole and repr(wired).startswith("<Wired m: projections m_exc; 1 of 1 spikes")
    assert "latency" in wired.text and wired.lines[-1].startswith("check")
    wired.write(tmp_path / "wired.yaml")
    assert "m_exc" in snndsl.load(tmp_path / "wired.yaml").checked.projections
    built = snndsl.wire(snndsl.load(folder / "motif.yaml"), "m", weight="8")
    with pytest.raises(ModelError, match="file-missing"):
        built.write(tmp_path / "other.yaml")


def test_a_thousand_groups_are_summed_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    from snndsl.cli.replay import replay_lines

    found = snndsl.replay(folder / "found", folder / "planted.yaml", out=folder / "once")
    [answer] = found.answers["reference"]
    late = replace(answer, spikes=tuple((neuron, step, None) for neuron, step, _ in answer.spikes))
    many = replace(found, answers={"reference": (answer,) * 900 + (late,) * 100})
    lines = list(replay_lines(many, False))
    assert len(lines) < 26 and any("980 more groups: --all shows them" in line for line in lines)
    assert any("900 of 1,000 groups appear whole" in line for line in lines)
    assert "90.0% of their 4,000 spikes exact" in lines[-1] and "of 100 groups none came" in lines[-1]
    assert len(list(replay_lines(many, True))) > 1000
