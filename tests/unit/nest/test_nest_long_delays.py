"""A synapse with a long delay costs what its spikes cost, not what its delay is long."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from snndsl.api import load, run_model
from snndsl.results import Recording

MODEL = """
snndsl: 1
name: one_late_synapse
time: {{step: 0.1 ms, duration: {duration}}}
neurons: {{n: {{state: {{x: 0}}, ports: {{in: 1}}, update: x = in, threshold: x >= 1}}}}
populations: {{a: {{neuron: n, size: 2}}}}
projections:
  there: {{from: "a[0]", to: "a[1]", connect: all_to_all, port: in, weight: 1, delay: 0.2 ms}}
  back: {{from: "a[1]", to: "a[0]", connect: all_to_all, port: in, weight: 1, delay: {delay}}}
stimuli: {{z: {{into: "a[0]", port: spike, weight: 1, spikes: {{i: [0], t: [0.1 ms]}}}}}}
record: {{spikes: [a]}}
"""


def run(folder: Path, duration: str, delay: str) -> Recording:
    folder.mkdir()
    file = folder / "model.yaml"
    file.write_text(MODEL.format(duration=duration, delay=delay))
    return run_model(load(file), "nest", folder / "run").recording


def seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_spikes_arrive_when_they_are_due(tmp_path):
    recording = run(tmp_path / "model", "1 s", "321.7 ms")
    assert np.array_equal(recording.spikes["a"].neuron, [0, 1, 0, 1, 0, 1, 0, 1])
    assert np.array_equal(recording.spikes["a"].step, [1, 3, 3220, 3222, 6439, 6441, 9658, 9660])


@pytest.mark.slow
def test_time_does_not_grow_with_the_longest_delay(tmp_path):
    run(tmp_path / "built", "0.3 s", "1 ms")
    spent = []
    for delay in ("1 ms", "60 s"):
        before = seconds_of_children()
        run(tmp_path / delay, "0.3 s", delay)
        spent.append(seconds_of_children() - before)
    assert spent[1] < 2 * spent[0], spent
