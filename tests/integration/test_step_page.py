"""The page about a step: its example does what its table says, and its picture is drawn from a run of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import snndsl

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "step.md").read_text(encoding="utf-8")


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "model.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def rows() -> list[list[str]]:
    """The cells of the worked table, a list for each stamp."""
    [table] = re.findall(r"\| stamp \|.*?\n\|---.*?\n((?:\|.*\n)+)", PAGE)
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]


def test_the_table_is_what_happens(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    run = snndsl.run(snndsl.load(written(tmp_path, text)), out=tmp_path / "run")
    table = rows()
    assert [int(row[0]) for row in table] == list(range(13))
    weights = run.weights["link"]["w"]
    assert weights.step.tolist() == list(range(1, 13))
    assert [float(row[5]) for row in table[1:]] == weights.value[:, 0].tolist()
    for name, got, v, spike in (("a", 1, 2, 3), ("b", 6, 7, 8)):
        assert [float(row[got] or 0) for row in table] == run.states[name]["got"].value[:, 0].tolist()
        assert [float(row[v]) for row in table] == run.states[name]["V"].value[:, 0].tolist()
        assert [stamp for stamp, row in enumerate(table) if row[spike] == "spike"] == run.spikes[name].step.tolist()


def test_what_is_said_of_the_synapse_is_the_table(tmp_path: Path) -> None:
    """Spikes of a are named two steps later, what is sent is what b gets one step after that, and the weight adds up."""
    table, weight = rows(), 0.5
    spikes = {name: [stamp for stamp, row in enumerate(table) if row[place] == "spike"] for name, place in (("a", 3), ("b", 8))}
    for stamp, row in enumerate(table):
        expected = []
        if stamp - 2 in spikes["a"]:
            expected.append(f"spike {stamp - 2} of a: sends {weight:g}")
            assert float(table[stamp + 1][6]) == weight
        if stamp % 5 == 0 and stamp:
            expected.append("`every`: w - 0.125")
            weight -= 0.125
        if stamp - 1 in spikes["b"]:
            expected.append(f"spike {stamp - 1} of b: w + 0.25")
            weight += 0.25
        assert row[4] == "; then ".join(expected), stamp
        assert stamp == 0 or float(row[5]) == weight


SILENCE = """
snndsl: 1
name: silence
time: {step: 0.1 ms, duration: 10 ms}
neurons:
  n:
    state: {x: 0, first: 0}
    update: first += where(begins(5 ms), 1, 0)
    every: {5 ms: x += 1}
    threshold: t >= 0 ms
    refractory: {for: 2 ms, hold: []}
populations: {n: {neuron: n, size: 1}}
stimuli: {source: {size: 1, spikes: {i: [0, 0], t: [0 ms, 1 ms]}}}
record: {spikes: [n, source], states: {n: [x, first]}}
"""


def test_what_is_said_in_words(tmp_path: Path) -> None:
    run = snndsl.run(snndsl.load(written(tmp_path, SILENCE)), out=tmp_path / "run")
    assert run.spikes["n"].step.tolist() == [1, 22, 43, 64, 85]
    assert run.spikes["source"].step.tolist() == [10]
    x, first = (run.states["n"][name].value[:, 0] for name in ("x", "first"))
    assert len(x) == 101
    assert np.flatnonzero(np.diff(x)).tolist() == [49, 99]
    assert np.flatnonzero(np.diff(first)).tolist() == [0, 50]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_exists(kind: str) -> None:
    assert f"figures/step.{kind}" in PAGE and (ROOT / "docs" / "explanation" / "figures" / f"step.{kind}").stat().st_size > 1000


def test_the_picture_is_drawn_anew(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "scripts" / "step.py"), "--out", str(tmp_path)], check=True)
    assert (tmp_path / "step.svg").read_text(encoding="utf-8").count("kick from outside") == 1
    assert (tmp_path / "step.png").stat().st_size > 1000
