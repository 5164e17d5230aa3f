"""SPADE at the command line: a played group comes out, with the group of the catalogue that it is; what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from unit.polychrony.networks import chain

import snndsl
from snndsl.cli import execute
from snndsl.polychrony import Izhikevich2006, discover
from snndsl.polychrony.network.sources import network_from_program

MODEL = Path(__file__).resolve().parents[2] / "models" / "planted_groups"
QUICK = ("--bin", "5 ms", "--winlen", 8, "--min-occ", 8, "-q")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which a group is played every 100 ms, and the groups of its network."""
    path = tmp_path_factory.mktemp("spade")
    model = snndsl.load(MODEL)
    snndsl.run(model, out=path / "run")
    definition = Izhikevich2006(mode="corrected", min_path=3)
    discover(network_from_program(model.program).table, definition, out=path / "groups", step_ms=1.0)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> Any:
    """What a command prints; as an object with --json."""
    capsys.readouterr()
    assert execute(["spade", *map(str, arguments)]) == status, capsys.readouterr().err
    text = capsys.readouterr()
    assert "Traceback" not in text.err
    return text.err if status else json.loads(text.out) if "--json" in arguments else text.out


def test_a_played_group_is_a_pattern(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (folder / "run", "--against", folder / "groups", *QUICK, "--min-spikes", 7, "--surrogates", 19)
    facts = said(capsys, *arguments, "--json")
    [pattern] = facts["patterns"]
    assert sorted(pattern["neurons"]) == list(range(7)) and pattern["groups"] == [0]
    assert pattern["steps"] == [50 + 100 * k for k in range(10)] and facts["work"]["trains"] == 7
    assert facts["bin"] == 5 and facts["window"] == 8 and pattern["p"] == pattern["adjusted"] == 1 / 20
    text = said(capsys, *arguments)
    assert "pattern 0   7 spikes, 10 times   p = 0.05 (0.05)" in text and "in 1 group: 0" in text
    assert "70 spikes of 7 neurons" in text
    assert said(capsys, *arguments, "--workers", 2, "--json") == facts


def test_a_part_of_the_run_and_of_the_neurons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = ("--from", "250 ms", "--until", "1 s", "--neurons", "0:4", "--min-occ", 7, "--surrogates", 0)
    facts = said(capsys, folder / "run", *QUICK, *part, "--json")
    assert facts["least_p"] is None and max(len(pattern["neurons"]) for pattern in facts["patterns"]) == 4
    assert all(pattern["steps"][0] >= 250 and "groups" not in pattern for pattern in facts["patterns"])
    assert "says nothing about chance" in said(capsys, folder / "run", *QUICK, *part)


def test_few_surrogates_are_said_to_be_few(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, folder / "run", *QUICK, "--surrogates", 3)
    assert "surrogates or more are needed" in text and "0 of 0 significant" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--bin", "0"], "error[spade-parameter]"),
        (["--bin", "1.5 ms"], "error[off-grid]"),
        (["--winlen", "0"], "error[spade-parameter]"),
        (["--min-spikes", "1"], "error[spade-parameter]"),
        (["--alpha", "0"], "error[spade-parameter]"),
        (["--method", "dither_spike_train"], "expected: dither_spikes"),
        (["--neurons", "0:71"], "ids from 0 to 69"),
        (["--neurons", "50:60"], "error[recording-missing]"),
        (["--from", "2 s"], "error[usage]"),
        (["--limit", "0"], "error[spade-too-large]"),
    ],
)
def test_what_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert expected in said(capsys, folder / "run", *arguments, status=2)


def test_catalogues_that_are_not_of_the_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    discover(chain(), Izhikevich2006(min_path=3), out=tmp_path / "other")
    assert "error[another-network]" in said(capsys, folder / "run", "--against", tmp_path / "other", status=2)
    assert "error[catalogue-missing]" in said(capsys, folder / "run", "--against", folder / "run", status=2)
    assert "error[run-missing]" in said(capsys, tmp_path, status=2)


def test_without_elephant(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "elephant"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "elephant", None)
    assert "pip install 'snndsl[spade]'" in said(capsys, folder / "run", status=3)
