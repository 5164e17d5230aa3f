"""A kind of stimulus and a connect rule are one file each: three that the package does not have are checked, shown and run."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml
from unit.kinds.alternating import Alternating
from unit.kinds.ramp import Ramp
from unit.kinds.ring import Ring

import snndsl
from snndsl.cli import execute
from snndsl.cli.show import lines
from snndsl.connect import CONNECT
from snndsl.errors import ModelError
from snndsl.pipeline import validate
from snndsl.schema.json_schema import schema_text
from snndsl.stimuli import STIMULI

MODEL = """
snndsl: 1
name: m
time: {step: 0.5 ms, duration: 6 ms}
neurons: {n: {state: {x: 0, y: 0}, ports: {in: 1, slow: 1}, update: [x = in, y = slow], threshold: x > 2}}
populations: {a: {neuron: n, size: 4}, b: {neuron: n, size: 4}}
stimuli:
  turns: {size: 2, alternating: {every: 1 ms}}
  forced: {into: "b[0:3]", port: spike, alternating: {every: 2 ms}, during: [1 ms, 6 ms]}
  kicks: {into: b, port: in, weight: 0.5, alternating: {every: 1.5 ms}, delay: 1 ms}
  grows: {into: a, port: slow, ramp: {slope: "(1 + i)*(2 Hz)"}}
projections:
  round: {from: b, to: b, connect: {ring: 2}, self: false, port: slow, weight: 1, delay: 0.5 ms}
  wake: {from: turns, to: "a[0:2]", connect: one_to_one, port: in, weight: 3, delay: 0.5 ms}
record: {spikes: [a, b, turns], states: {a: [x, y], b: [x, y]}}
"""


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with STIMULI.with_(Alternating, Ramp), CONNECT.with_(Ring):
        yield


def file(folder: Path, *change: str) -> Path:
    path = folder / "model.yaml"
    path.write_text(MODEL.replace(*change) if change else MODEL)
    return path


def said(folder: Path, *change: str) -> str:
    with pytest.raises(ModelError) as caught:
        snndsl.load(file(folder, *change))
    return str(caught.value)


def test_they_are_validated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not validate(file(tmp_path)).faults
    assert execute(["validate", str(file(tmp_path))]) == 0
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    document = yaml.safe_load(MODEL)
    assert [error.message for error in validator.iter_errors(document)] == []
    document["projections"]["round"]["connect"] = {"ring": 2, "width": 3}
    assert list(validator.iter_errors(document))
    del document["projections"]["round"]
    document["stimuli"]["grows"]["ramp"] = {"slop": 3}
    assert list(validator.iter_errors(document))


def test_mistakes_in_them_have_places_and_hints(tmp_path: Path) -> None:
    assert ":9:62: error[delay-below-step]: the interval is 0 ms" in said(tmp_path, "{every: 2 ms}", "{every: 0 ms}")
    assert "unknown key 'slop' in stimuli.grows.ramp" in said(tmp_path, "{slope:", "{slop:")
    assert "the slope is a pure number" in said(tmp_path, '"(1 + i)*(2 Hz)"', "3")
    assert "ramp cannot be a source" in said(tmp_path, "size: 2, alternating: {every: 1 ms}", "size: 2, ramp: {slope: 2 Hz}")
    assert "one_of, current, play, alternating, ramp" in said(tmp_path, "ramp: {slope: ", "rump: {slope: ")
    assert "a ring of 4" in said(tmp_path, "{ring: 2}", "{ring: 4}")
    assert "inputs: n} or {ring: n}" in said(tmp_path, "{ring: 2}", "{rings: 2}")
    assert "{ring: 3}" in said(tmp_path, "{ring: 2}", "{circle: 3}")
    assert "'b' is on both sides" in said(tmp_path, "self: false, ", "")


def test_they_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(lines(snndsl.load(file(tmp_path))))
    assert "b -> b.slow   ring 2   8 synapses" in text
    assert "-> a.slow   ramp" in text
    assert execute(["show", str(file(tmp_path))]) == 0
    assert "alternating (source)" in capsys.readouterr().out


def test_they_run(tmp_path: Path) -> None:
    run = snndsl.run(file(tmp_path), out=tmp_path / "run")
    turns, b = run.spikes["turns"], run.spikes["b"]
    assert turns.neuron.tolist() == [0, 1, 0, 1, 0, 1] and turns.step.tolist() == [2, 4, 6, 8, 10, 12]
    assert b.neuron.tolist() == [0, 1] and b.step.tolist() == [4, 8]
    kicked, sent, grown = run.states["b"]["x"].value, run.states["b"]["y"].value, run.states["a"]["y"].value
    assert np.argwhere(kicked == 0.5).tolist() == [[5, 0], [8, 1], [11, 2]]
    assert np.argwhere(sent == 1).tolist() == [[5, 1], [5, 2], [9, 2], [9, 3]]
    assert np.array_equal(grown, np.arange(13.0)[:, None] * (np.arange(1, 5) * 2e-3 * 0.5))


def test_a_new_kind_is_known_for_a_while() -> None:
    assert [*STIMULI][-2:] == ["alternating", "ramp"] and [*CONNECT][-1] == "ring"
    with CONNECT.with_():
        assert "ring" in CONNECT
    with pytest.raises(ZeroDivisionError), STIMULI.with_(Ramp):
        assert 1 / 0
    assert [*STIMULI].count("ramp") == 1


# Words of kinds that are something else too, and may stand elsewhere for that.
ALSO = {"motif": "a section", "pairs": "a direction", "play": "made by replay", "poisson": "a function", "spikes": "a record"}


def test_no_other_module_names_a_kind() -> None:
    """Not as a text of its own, whatever the word; nor, where it is no word of English, anywhere."""
    words = {*STIMULI, *CONNECT} - {"alternating", "ramp", "ring"}
    long = [word for word in words if "_" in word]
    assert {"pulse_packet", "fixed_indegree"} <= {*long}
    root = Path(snndsl.__file__).parent
    known = [root / "stimuli", root / "connect", root / "sections"]  # the last is made from the schema
    known += [root / "testing", root / "entries" / "example.py"]  # which write models
    known += [root / "frontend" / "meant.py"]  # which knows the words of other simulators
    texts = [file.read_text("utf-8") for file in root.rglob("*.py") if not any(file.is_relative_to(folder) for folder in known)]
    pattern = re.compile(rf"\b({'|'.join(long)})\b")
    assert [text for text in texts if pattern.search(text)] == []
    constants = {node.value for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    assert words & constants == {*ALSO}
