"""A network says in a line what it is."""

from pathlib import Path

import snndsl

MODEL = """
snndsl: 1
name: two
time: {step: 1 ms, duration: 5 ms}
neurons: {n: {state: {x: 0}, ports: {p: {unit: 1}}, update: x += 1}}
populations: {a: {neuron: n, size: 300}, b: {neuron: n, size: 20}}
projections: {ab: {from: a, to: b, port: p, connect: all_to_all, weight: 1, delay: 1 ms}}
"""


def test_a_network_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(MODEL)
    graph = snndsl.load(tmp_path / "model.yaml").graph
    assert repr(graph) == "<NetworkGraph two: 2 populations, 320 neurons; 1 projections, 6,000 synapses>"
