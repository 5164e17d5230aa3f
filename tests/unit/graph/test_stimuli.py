"""Values of stimuli that are known before the run, in expressions that change during it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import snndsl

MODEL = """
snndsl: 1
name: m
time: {step: 1 ms, duration: 5 ms}
data: {d: {values: [3, 1, 4, 1, 5]}}
constants: {c: 2}
neurons: {n: {state: {x: 0}, ports: {in: 1}, update: x = in}}
populations: {a: {neuron: n, size: 3}, b: {neuron: n, size: 4}}
stimuli: {s: {into: ["b[1:3]", a], port: in, current: "CURRENT"}}
record: {states: {a: [x], b: [x]}}
"""


def values(folder: Path, current: str) -> np.ndarray:
    path = folder / "model.yaml"
    path.write_text(MODEL.replace("CURRENT", current))
    states = snndsl.run(path, out=folder / f"run{len([*folder.iterdir()])}").states
    return np.hstack([states[name]["x"].value for name in ("b", "a")])


@pytest.mark.parametrize(
    ("current", "elements"),
    [
        ("c*d*t/(1 ms)", [6, 2, 8, 2, 10]),
        ("block*t/(1 ms)", [0, 0, 1, 1, 1]),
        ("d(i)*t/(1 ms)", [3, 1, 4, 1, 5]),
        ("(N + i)*t/(1 ms)", [5, 6, 7, 8, 9]),
    ],
)
def test_what_a_varying_current_reads(tmp_path: Path, current: str, elements: list[int]) -> None:
    expected = np.array([0, *elements[:2], 0, *elements[2:]]) * np.maximum(np.arange(6.0) - 1, 0)[:, None]
    assert np.array_equal(values(tmp_path, current), expected)
