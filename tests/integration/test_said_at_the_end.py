"""What commands say of results that somebody should look at: absurd rates, no groups and why, groups that are not drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from integration.test_discover import NETWORK

import snndsl
from snndsl.cli import execute
from snndsl.polychrony import SynapseTable
from snndsl.polychrony.definitions import definition_of
from snndsl.polychrony.pictures.figures import draw_catalogue
from snndsl.polychrony.reasons import why_none

FAST = """
snndsl: 1
name: fast
time: {step: 1 ms, duration: 200 ms}
neurons: {n: {state: {x: 0}, ports: {I: 1}, update: x = x + 1, threshold: x > LIMIT, reset: x = 0}}
populations: {p: {neuron: n, size: 10}}
record: {spikes: [p]}
"""


@pytest.mark.parametrize(("limit", "said"), [("1", True), ("9", False)])
def test_an_absurd_rate_is_noted(limit: str, said: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fast.yaml").write_text(FAST.replace("LIMIT", limit))
    assert execute(["run", str(tmp_path / "fast.yaml"), "-o", str(tmp_path / "run")]) == 0
    assert ("note: p fires at 500 Hz on average" in capsys.readouterr().err) == said
    assert execute(["run", str(tmp_path / "fast.yaml"), "-q", "-o", str(tmp_path / "quiet")]) == 0
    assert "note" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--min-path", "9"], "paths of 4 layers at most, 9 are needed"),
        (["--threshold", "11"], "no weight between excitatory neurons is above the threshold of 11; the largest is 10"),
        (["--anchors", "6"], "has 6 strong inputs, above the threshold of 9.5; the most of any neuron is 3"),
    ],
)
def test_no_groups_and_why(options: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.yaml").write_text(NETWORK)
    arguments = ["discover", str(tmp_path / "model.yaml"), "--definition", "izhikevich2006", *options]
    if "--min-path" not in options:
        arguments += ["--min-path", "3"]
    assert execute([*arguments, "-q", "-o", str(tmp_path / "found")]) == 0
    out = capsys.readouterr().out
    assert "0 groups" in out and "why        " in out and why in out and "try: " in out
    assert execute([*arguments, "-q", "--json", "-o", str(tmp_path / "again")]) == 0
    assert any(why in line for line in json.loads(capsys.readouterr().out)["reasons"])


def test_every_probe_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(NETWORK)
    found = snndsl.discover(tmp_path / "model.yaml", mode="corrected", parameters={"min_path": 3})
    counts = {name: count for name, count in found.ended.items() if name != "longest"}
    assert sum(counts.values()) + len(found) == found.manifest["probes"]


def test_reasons_of_networks_that_cannot_have_groups() -> None:
    pre, post = np.array([0, 1, 2]), np.array([2, 2, 0])
    table = SynapseTable.from_columns({"pre": pre, "post": post, "weight": np.full(3, -1.0), "delay": np.ones(3, int)})
    [why] = why_none(table, definition_of("izhikevich2006"), 0, {})
    assert "no synapse joins two excitatory neurons" in why
    lines = list(why_none(table, definition_of("activated"), 10, {"absent": 4, "silent": 6}))
    assert lines[0].startswith("6 of 10 combinations: nothing fires") and lines[-1] == "try: -p fraction=0.3, or -p tolerance=2"


def test_what_a_picture_leaves_out_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.yaml").write_text(NETWORK)
    parameters = {"min_path": 3, "max_spikes": 7}
    found = snndsl.discover(tmp_path / "model.yaml", mode="corrected", parameters=parameters, out=tmp_path / "found")
    assert found.table["avalanche"].all() and len(found)
    title = draw_catalogue(found).get_suptitle()
    assert f"{len(found)} of them avalanches (stopped at their many spikes), which are not drawn" in title
    assert execute(["plot", str(tmp_path / "found")]) == 0
    said = capsys.readouterr()
    assert "avalanches (stopped at their many spikes) are not drawn" in said.err and said.out.endswith(".png\n")
