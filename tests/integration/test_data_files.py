"""Models driven by files as data sets have them: one sample of a file of spoken digits, times in seconds, numbers of units."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from snndsl.api import load, run_model
from snndsl.backend import REFERENCE
from snndsl.errors import ModelError

DIGITS = """
snndsl: 1
name: digits
time: {step: 0.1 ms, duration: 50 ms}
constants: {sample: 1}
data:
  digits: {file: digits.h5, names: {unit: spikes/units, t: spikes/times, sample: spikes/times/row}, units: {t: s}}
neurons: {relay: {state: {x: 0}, ports: {in: 1}, update: x = in, threshold: x > 0}}
populations: {cells: {neuron: relay, size: 700}}
stimuli:
  ear:
    size: 700
    spikes: {i: digits.unit, t: digits.t, where: digits.sample(row) == sample, round: nearest, duplicates: merge}
projections: {nerve: {from: ear, to: cells, connect: one_to_one, port: in, weight: 1, delay: 1 ms}}
record: {spikes: [ear, cells]}
"""
TIMES = [[0.25], [0.0102, 0.03, 0.03001, 0.0451], [], [0.001, 0.002]]
UNITS = [[3], [699, 5, 5, 0], [], [1, 2]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a model and a file of four samples."""
    with h5py.File(tmp_path / "digits.h5", "w") as file:
        for name, kind, lists in (("times", "f4", TIMES), ("units", "u2", UNITS)):
            dataset = file.create_dataset(f"spikes/{name}", (len(lists),), h5py.vlen_dtype(np.dtype(kind)))
            for k, items in enumerate(lists):
                dataset[k] = np.array(items, kind)
        file["labels"] = np.arange(4)
        file["not_read"] = np.array([np.nan])
    (tmp_path / "model.yaml").write_text(DIGITS, encoding="utf-8")
    return tmp_path


def test_one_sample_is_played(folder: Path, tmp_path: Path) -> None:
    """Two spikes of unit 5 fall into one step; the neurons fire 1 ms later, at the end of the step."""
    spikes = run_model(load(folder), REFERENCE, tmp_path / "run").recording.spikes
    assert (spikes["ear"].step.tolist(), spikes["ear"].neuron.tolist()) == ([102, 300, 451], [699, 5, 0])
    assert spikes["cells"].neuron.tolist() == [699, 5, 0]
    delay = np.unique(spikes["cells"].step - spikes["ear"].step)
    assert len(delay) == 1 and delay[0] in (10, 11)


def test_a_column_that_is_not_there_lists_those_that_are(folder: Path) -> None:
    file = folder / "model.yaml"
    file.write_text(DIGITS.replace("spikes/units", "spikes/unit"), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load(file)
    [fault] = [fault for fault in caught.value.faults if fault.code == "column-unknown"]
    assert fault.what == "'digits.h5': there is no column 'spikes/unit'"
    assert fault.expected == "labels, not_read, spikes/times, spikes/times/row, spikes/units, spikes/units/row"
