"""A parameter that all neurons share is one number of the kernel; a run.py that says otherwise is not believed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from snndsl.api import load, run_model

MODEL = """
snndsl: 1
name: shared
time: {step: 1 ms, duration: 20 ms}
neurons:
  cell: {parameters: {drive: 0.3, level: 1}, state: {x: 0}, update: x += drive, threshold: x >= level, reset: x = 0}
populations: {A: {neuron: {use: cell, drive: [0.3, 0.2, 0.1]}, size: 3}}
record: {spikes: [A]}
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.yaml").write_text(MODEL)
    return tmp_path / "model.yaml"


def test_each_neuron_has_its_own_where_they_differ(model, tmp_path):
    spikes = run_model(load(model), "nest", tmp_path / "run").recording.spikes["A"]
    assert np.array_equal(np.bincount(spikes.neuron), [5, 4, 1])  # every 4th step, 5th, 11th (0.1 added ten times is below 1)


@pytest.mark.slow
def test_an_edited_value_is_refused(model, tmp_path):
    load(model).generate("nest").write(tmp_path / "tree")
    script = tmp_path / "tree" / "run.py"
    text = script.read_text(encoding="utf-8")
    edited = text.replace("    simulation.start(", '    nodes["A"][0].set({"level": 2.0})\n    simulation.start(')
    assert edited != text
    script.write_text(edited, encoding="utf-8")
    done = subprocess.run([sys.executable, script, "--out", tmp_path / "out"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "level is compiled as one value for all" in done.stderr
