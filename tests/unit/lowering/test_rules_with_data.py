"""Arrays that rules call: each from the file of its rule, equal ones once in the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from snndsl.api import Model, load
from snndsl.ir import names_read

MAIN = """\
snndsl: 1
name: main
time: {step: 1 ms, duration: 9 ms}
imports: {lib: lib.yaml}
data: {eta: {values: [2, 3]}, other: {values: [7, 8, 9]}}
neurons: {n: {state: {v: 0}, ports: {in: 1}, update: v = in}}
plasticity: {own: {parameters: {k: other(2)}, state: {s: 0}, on_pre: ["w += eta(0)", "s = eta(row % 2)"]}}
populations: {p: {neuron: n, size: 2}}
projections:
  alone: {from: p, to: p, connect: all_to_all, self: true, port: in, weight: 1, delay: {axonal: 1 ms}, plasticity: own}
  both: {from: p, to: p, connect: all_to_all, self: true, port: in, weight: 1, delay: {axonal: 1 ms},
         plasticity: [own, lib.far]}
"""
LIB = """\
snndsl: 1
name: lib
data: {eta: {values: [5, 6]}}
plasticity: {far: {parameters: {k: eta(1)}, on_pre: w *= eta(1) - k}}
"""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "main.yaml").write_text(MAIN)
    (tmp_path / "lib.yaml").write_text(LIB)
    return load(tmp_path / "main.yaml")


def test_an_array_is_that_of_the_file_of_its_rule(model: Model) -> None:
    program = model.program
    assert {sample.name: sample.values.tolist() for sample in program.samples} == {"eta": [2, 3], "eta_": [5, 6]}
    assert [part.values["far__k"] for part in program.synapses if part.projection == "both"] == [6.0]


def test_a_row_is_a_parameter_of_the_synapse(model: Model) -> None:
    rule = next(rule for rule in model.program.rules if rule.name == "own")
    assert "row__" in rule.params and "row" not in names_read([rule.on_pre, rule.on_post])
    [alone] = [part for part in model.program.synapses if part.projection == "alone"]
    assert alone.rows["row__"].tolist() == [0.0, 1.0, 2.0, 3.0]
