"""Expectations: every kind met and not met, and never met by what was not recorded."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.analysis.runs import write

from snndsl.analysis.expectations import Verdict, check_expectations
from snndsl.api import load, run_model
from snndsl.backend import REFERENCE
from snndsl.errors import ModelError
from snndsl.frontend.loader import load_source
from snndsl.semantics.check import check

MODEL = """snndsl: 1
name: hand
time: {step: 1 ms, duration: 100 ms}
constants: {most: 4}
data: {listed: {file: listed.npz, units: {t: ms}}}
neurons:
  n: {state: {v: 0}, ports: {I: 1}, update: v = v + I, threshold: v > 1, reset: v = 0}
populations:
  exc: {neuron: n, size: 10}
  inh: {neuron: n, size: 4}
groups: {both: ["exc[0:8]", inh]}
plasticity:
  rule: {on_pre: w += 1}
projections:
  ee: {from: exc, to: exc, connect: one_to_one, port: I, weight: 1, delay: 1 ms, RULE}
  ie: {from: inh, to: inh, connect: one_to_one, port: I, weight: 1, delay: 1 ms}
record: {spikes: ["exc[0:8]", inh], states: {"exc[0]": [v]}}
expect:
  it: EXPECT
"""
SPIKES = {"exc": [(1, 0), (5, 3), (5, 7), (40, 3)], "inh": [(6, 1)]}
FOUR = "exc[0:8]"


def outcome(folder: Path, expect: str, *, plastic: bool = False, record: str | None = None, **run: Any) -> Verdict:
    rule = "plasticity: rule" if plastic else "self: true"
    delay = "delay: {axonal: 1 ms}" if plastic else "delay: 1 ms"
    text = MODEL.replace("delay: 1 ms, RULE", f"{delay}, {rule}").replace("EXPECT", expect)
    if not plastic:
        text = text.replace("plasticity:\n  rule: {on_pre: w += 1}\n", "")
    if record is not None:
        text = text.replace('spikes: ["exc[0:8]", inh]', f"spikes: {record}")
    np.savez(folder / "listed.npz", i=np.array([0, 3, 7, 3]), t=np.array([1.0, 5.0, 5.0, 40.0]), w=np.array([1.0, 1.0]))
    file = folder / "model.yaml"
    file.write_text(text)
    recording = write(folder / "run", SPIKES, [float(k) for k in range(101)], **run)
    [found] = check_expectations(check(load_source(file)), recording)
    return found


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        (f"{{of: '{FOUR}', value: count, equals: 4}}", "count 4 spikes"),
        (f"{{of: '{FOUR}', value: count, equals: most}}", "count 4 spikes"),
        (f"{{of: '{FOUR}', value: count, near: 5, within: 1}}", "count 4 spikes"),
        (f"{{of: '{FOUR}', value: count, after: 5 ms, equals: 1}}", "count 1 spikes"),
        (f"{{of: '{FOUR}', value: count, after: 1 ms, until: 5 ms, equals: 2}}", "count 2 spikes"),
        ("{of: both, value: count, equals: 5}", "count 5 spikes"),
        (f"{{of: '{FOUR}', value: count, each: neuron, at_most: 2}}", "count 0 .. 2 spikes (8 values)"),
        ("{of: ['exc[3]', 'exc[0]'], value: count, each: neuron, equals: [2, 1]}", "count 1 .. 2 spikes (2 values)"),
        (f"{{of: '{FOUR}', value: rate, between: [4.9 Hz, 5.1 Hz]}}", "rate 5 Hz"),
        (f"{{of: '{FOUR}', value: rate, until: 50 ms, near: 10 Hz, within: 1e-9 Hz}}", "rate 10 Hz"),
        ("{of: 'exc[3]', value: first_spike, equals: 5 ms}", "first_spike 5 ms"),
        ("{of: 'exc[3]', value: first_spike, after: 5 ms, near: 41 ms, within: 1 ms}", "first_spike 40 ms"),
        (f"{{of: '{FOUR}', value: spikes, between: [1 ms, 40 ms]}}", "spikes 1 .. 40 ms (4 values)"),
        (f"{{of: '{FOUR}', value: spikes, equals: [1 ms, 5 ms, 5 ms, 40 ms]}}", "spikes 1 .. 40 ms (4 values)"),
        (f"{{of: '{FOUR}', value: spikes, equals: {{i: listed.i, t: listed.t}}}}", "4 spikes, 0 missing, 0 too many"),
        (
            f"{{of: '{FOUR}', value: spikes, until: 4 ms, equals: {{i: listed.i, t: listed.t}}}}",
            "1 spikes, 0 missing, 0 too many",
        ),
        (f"{{of: '{FOUR}', value: f1, against: {{i: listed.i, t: listed.t}}, equals: 1}}", "f1 1"),
        (
            f"{{of: '{FOUR}', value: f1, against: {{i: listed.i, t: listed.t, where: listed.i(row) == 3}}, at_least: 0.66}}",
            "f1 0.66666667",
        ),
        ("{of: 'exc[0]', value: v, at: 5 ms, equals: 5}", "v 5"),
        ("{of: 'exc[0]', value: v, equals: 100}", "v 100"),
        ("{of: ee, value: w, equals: 1}", "w 1"),
        ("{of: ee, value: w, equals: listed.w(row), within: 1e-12}", "w 1"),
        ("{of: ee, value: mean(w), near: 1, within: 1e-12}", "mean(w) 1"),
        ("{of: ee, value: fraction(w > 0.5), at_least: 1}", "fraction(w > 0.5) 1"),
    ],
)
def test_what_is_met(tmp_path: Path, expect: str, found: str) -> None:
    said = outcome(tmp_path, expect)
    assert (said.passed, said.found) == (True, found)
    assert said.text == f"it: {found}"


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        (f"{{of: '{FOUR}', value: count, equals: 5}}", "count 4 spikes"),
        (f"{{of: '{FOUR}', value: count, at_least: 1, at_most: 3}}", "count 4 spikes"),
        (f"{{of: '{FOUR}', value: count, each: neuron, at_least: 1}}", "count 0 .. 2 spikes (8 values)"),
        (f"{{of: '{FOUR}', value: rate, at_most: 4 Hz}}", "rate 5 Hz"),
        ("{of: 'exc[3]', value: first_spike, near: 7 ms, within: 1 ms}", "first_spike 5 ms"),
        ("{of: 'exc[1]', value: first_spike, at_most: 5 ms}", "first_spike has no value for these: 0 spikes"),
        (
            f"{{of: '{FOUR}', value: first_spike, each: neuron, at_least: 0 ms}}",
            "first_spike has no value for 5 of 8 neurons: 4 spikes",
        ),
        ("{of: 'exc[3]', value: cv_isi, at_most: 5}", "cv_isi has no value for these: 2 spikes"),
        (f"{{of: '{FOUR}', value: spikes, between: [1 ms, 39 ms]}}", "spikes 1 .. 40 ms (4 values)"),
        ("{of: 'exc[1]', value: spikes, between: [1 ms, 39 ms]}", "no spikes"),
        (
            f"{{of: '{FOUR}', value: spikes, equals: {{i: [0, 3, 7], t: [1 ms, 5 ms, 5 ms]}}}}",
            "4 spikes, 0 missing, 1 too many; the first: neuron 3 at step 40 is too many",
        ),
        (
            f"{{of: '{FOUR}', value: spikes, equals: {{i: [0, 2, 3, 7, 3], t: [1 ms, 2 ms, 5 ms, 5 ms, 40 ms]}}}}",
            "4 spikes, 1 missing, 0 too many; the first: neuron 2 at step 2 is missing",
        ),
        (f"{{of: '{FOUR}', value: f1, against: {{i: [9], t: [9 ms]}}, at_least: 0.1}}", "f1 0"),
        ("{of: 'exc[0]', value: v, at: 5 ms, near: 7, within: 1}", "v 5"),
        ("{of: ee, value: max(w), at_most: 0.5}", "max(w) 1"),
    ],
)
def test_what_is_not_met(tmp_path: Path, expect: str, found: str) -> None:
    said = outcome(tmp_path, expect)
    assert (said.passed, said.found) == (False, found)
    assert f"expected {said.expected}    {said.place}" in said.text and "model.yaml:" in said.place


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ("{of: 'exc[9]', value: count, equals: 0}", "not reached: spikes of exc[9] were not recorded"),
        ("{of: exc, value: rate, between: [1 Hz, 100 Hz]}", "not reached: spikes of exc[8] were not recorded"),
        ("{of: [both, 'exc[8]'], value: count, at_least: 0}", "not reached: spikes of exc[8] were not recorded"),
        ("{of: 'exc[1]', value: v, at: 5 ms, equals: 0}", "not reached: v of exc[1] was not recorded at step 5"),
        ("{of: inh, value: v, at: 5 ms, equals: 0}", "not reached: v of inh was not recorded"),
        ("{of: ie, value: w, equals: 1}", "not reached: the synapses of ie are not in the run folder"),
        ("{of: [ee, ie], value: w, equals: 1}", "not reached: the synapses of ie are not in the run folder"),
        (
            f"{{of: '{FOUR}', value: count, until: 200 ms, at_least: 0}}",
            "not reached: the run ends at step 100, before step 200",
        ),
        (
            f"{{of: '{FOUR}', value: f1, against: {{i: [1], t: [9 ms]}}, after: 20 ms, at_least: 0}}",
            "not reached: no listed spike",
        ),
        (f"{{of: '{FOUR}', value: spikes, equals: {{i: [1, 2], t: [1 ms, 2 ms, 3 ms]}}}}", "2 neurons and 3 times are listed"),
        (f"{{of: '{FOUR}', value: spikes, equals: [1 ms, 5 ms]}}", "'equals' of expectation 'it' has 2 values, found are 4"),
        ("{of: ee, value: w, equals: [1, 1, 1]}", "'equals' of expectation 'it' has 3 values, found are 2"),
    ],
)
def test_what_cannot_be_judged_is_not_met_and_says_why(tmp_path: Path, expect: str, reason: str) -> None:
    said = outcome(tmp_path, expect)
    assert not said.passed and said.found.startswith(reason)
    assert said.to_dict()["passed"] is False


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        (f"{{of: '{FOUR}', value: count, after: 60 ms, until: 60 ms, at_most: 1}}", "'it' ends at 60 ms, which is when"),
        (f"{{of: '{FOUR}', value: f1, at_least: 0}}", "f1 needs 'against'"),
        (f"{{of: '{FOUR}', value: spikes, equals: {{t: [1 ms]}}}}", "the spikes of expectation 'it' have no 'i'"),
        ("{of: ee, value: w, equals: nowhere}", "there is no 'nowhere' here"),
        ("{of: ee, value: w, equals: 1 mV}", "'equals' is in mV"),
    ],
)
def test_what_means_nothing_is_a_fault_of_the_file(tmp_path: Path, expect: str, what: str) -> None:
    with pytest.raises(ModelError, match=what):
        outcome(tmp_path, expect)


def test_a_state_that_is_a_rate_is_shown_in_hertz(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text("""snndsl: 1
name: rate
time: {step: 1 ms, duration: 3 ms}
neurons: {n: {state: {r: 20 Hz}, update: r += 5 Hz}}
populations: {one: {neuron: n, size: 1}}
record: {states: {one: [r]}}
expect: {it: {of: one, value: r, at: 2 ms, between: [29.9 Hz, 30.1 Hz]}}
""")
    [found] = check_expectations(load(file).checked, run_model(load(file), REFERENCE, tmp_path / "run").recording)
    assert (found.passed, found.found) == (True, "r 30 Hz")
    assert found.measured is not None and (found.measured.mean, found.measured.unit) == (pytest.approx(30), "Hz")


def test_spikes_that_nobody_recorded(tmp_path: Path) -> None:
    said = outcome(tmp_path, "{of: exc, value: count, equals: 0}", record="[inh]")
    assert (said.passed, said.found) == (False, "not reached: spikes of exc were not recorded")


def test_a_run_that_stopped_early_meets_nothing_that_lies_later(tmp_path: Path) -> None:
    run: dict[str, Any] = {"steps": 60, "status": "interrupted"}
    assert outcome(tmp_path, f"{{of: '{FOUR}', value: count, at_least: 1}}", **run).found.startswith(
        "not reached: the run ends"
    )
    (tmp_path / "2").mkdir()
    assert outcome(tmp_path / "2", f"{{of: '{FOUR}', value: count, until: 60 ms, equals: 4}}", **run).passed


def test_plastic_weights_are_those_of_the_snapshot(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    w = [0.5, 0.25]
    assert outcome(tmp_path / "a", "{of: ee, value: max(w), equals: 0.5}", plastic=True, w=w).passed
    early = outcome(tmp_path / "b", "{of: ee, value: max(w), at: 50 ms, equals: 0.5}", plastic=True, w=w)
    assert (early.passed, early.found) == (False, "not reached: w of ee was not recorded at step 50")
    never = outcome(tmp_path / "c", "{of: ee, value: max(w), equals: 1}", plastic=True)
    assert (never.passed, never.found) == (False, "not reached: synapses of ee were not recorded")


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_chunks_do_not_matter(tmp_path: Path, chunk: int) -> None:
    said = outcome(tmp_path, f"{{of: '{FOUR}', value: spikes, equals: {{i: listed.i, t: listed.t}}}}", chunk=chunk)
    assert said.passed
