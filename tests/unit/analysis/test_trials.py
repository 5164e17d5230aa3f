"""Runs of several trials, written by hand: their arrays, what is compared, what is expected, what is drawn."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.analysis.runs import write

from snndsl.analysis.expectations import check_expectations
from snndsl.analysis.trial_figures import peristimulus, trial_raster
from snndsl.analysis.trials import TrialsComparison, compare_runs
from snndsl.errors import ModelError
from snndsl.frontend.loader import load_source
from snndsl.results import Recording, TrialsRecording, read_run, single
from snndsl.results.run_files import write_manifest
from snndsl.semantics.check import check

MODEL = """snndsl: 1
name: hand
trials: 3
time: {step: 1 ms, duration: 100 ms}
neurons:
  n: {state: {v: 0}, ports: {I: 1}, update: v = v + I, threshold: v > 1, reset: v = 0}
populations:
  exc: {neuron: n, size: 10}
  inh: {neuron: n, size: 4}
record: {spikes: [exc, inh], states: {"exc[0]": [v]}}
expect:
  it: EXPECT
"""
SPIKES: list[dict[str, list[tuple[int, int]]]] = [
    {"exc": [(1, 0), (5, 3), (40, 3)], "inh": [(6, 1)]},
    {"exc": [(2, 0), (5, 3)], "inh": [(6, 1)]},
    {"exc": [(3, 0), (5, 3), (41, 3), (42, 3)], "inh": [(7, 1)]},
]


def trials(
    folder: Path, spikes: list[dict[str, list[tuple[int, int]]]] = SPIKES, number: int | None = None
) -> TrialsRecording:
    """Write a run whose trial k has v = k + t."""
    for k, item in enumerate(spikes):
        write(folder / "trials" / str(k), item, [float(k + t) for t in range(101)], [k, k + 1.0])
        manifest = dict(single(read_run(folder / "trials" / str(k))).manifest)
        write_manifest(folder / "trials" / str(k), manifest | {"trial": k})
    facts: dict[str, Any] = {"name": "hand", "backend": "hand", "status": "complete", "step_ms": "1", "steps": 100}
    write_manifest(folder, facts | {"format": 2, "trials": number or len(spikes), "files": []})
    found = read_run(folder)
    assert isinstance(found, TrialsRecording)
    return found


# ---- arrays


def test_spikes_have_a_column_for_the_trial(tmp_path: Path) -> None:
    run = trials(tmp_path)
    spikes = run.spikes["exc"]
    assert spikes.trial.tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 2]
    assert spikes.step.tolist() == [1, 5, 40, 2, 5, 3, 5, 41, 42] and len(spikes) == 9
    assert spikes.of_trial(2).step.tolist() == [3, 5, 41, 42] and len(spikes.of_trial(7)) == 0
    assert list(spikes.to_frame().columns) == ["trial", "step", "neuron", "time_ms"]
    assert run.spike_counts == {"exc": 9, "inh": 3}


def test_states_and_weights_have_an_axis_for_the_trial(tmp_path: Path) -> None:
    run = trials(tmp_path)
    states, weights = run.states["exc"]["v"], run.weights["ee"]["w"]
    np.testing.assert_array_equal(states.value, np.arange(3)[:, None, None] + np.arange(101)[None, :, None])
    np.testing.assert_array_equal(states.of_trial(1).value[:, 0], 1 + np.arange(101))
    np.testing.assert_array_equal(weights.value, [[[0, 1]], [[1, 2]], [[2, 3]]])
    assert run.records["exc[0]"]["v"].value.shape == (3, 101, 1) and len(run.synapses["ee"].pre) == 2


def test_trials_show_themselves(tmp_path: Path) -> None:
    run = trials(tmp_path)
    assert repr(run) == "<TrialsRecording hand on hand: 3 of 3 trials, 100 steps each, 12 spikes, complete>"
    assert "<td>3.0</td>" in run._repr_html_() and [trial.trial for trial in run.trials] == [0, 1, 2]


def test_a_trial_that_is_not_complete_is_left_out(tmp_path: Path) -> None:
    trials(tmp_path)
    shutil.rmtree(tmp_path / "trials" / "1")
    run = read_run(tmp_path)
    assert [trial.trial for trial in run.trials] == [0, 2] and run.steps_done == 200
    assert isinstance(run, TrialsRecording) and run.spikes["exc"].trial.tolist() == [0, 0, 0, 2, 2, 2, 2]
    assert run.spikes["exc"].of_trial(2).step.tolist() == [3, 5, 41, 42]


def test_without_a_complete_trial_there_is_nothing_to_show(tmp_path: Path) -> None:
    trials(tmp_path)
    shutil.rmtree(tmp_path / "trials")
    run = read_run(tmp_path)
    assert (run.trials, run.spike_counts, run.steps_done) == ((), {}, 0) and "0 of 3" in run._repr_html_()
    with pytest.raises(ModelError, match="has no complete trial"):
        run.spikes  # noqa: B018


def test_who_wants_one_run_is_told_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        single(trials(tmp_path))
    assert error.value.faults[0].try_ == str(tmp_path / "trials" / "0")


# ---- comparison


def test_the_first_trial_that_differs_is_named(tmp_path: Path) -> None:
    other = [SPIKES[0], SPIKES[1] | {"inh": [(9, 2)]}, SPIKES[2] | {"inh": []}]
    found = compare_runs(trials(tmp_path / "a"), trials(tmp_path / "b", other))
    assert isinstance(found, TrialsComparison) and (found.identical, found.trial) == (False, 1)
    assert found.lines()[0].startswith("different: first in trial 1, at step 6 ")
    assert found.lines()[-1] == "  trials    2 of 3 differ: 1, 2"
    facts = found.to_dict()
    assert (facts["trial"], facts["differing"], facts["first_divergence"]["step"]) == (1, [1, 2], 6)


def test_equal_trials_are_identical(tmp_path: Path) -> None:
    found = compare_runs(trials(tmp_path / "a"), trials(tmp_path / "b"))
    assert found.identical and found.lines() == [
        "identical: 3 trials, 12 spikes, 303 samples of states, 6 values of synapses, 6 synapses, 2 runs"
    ]


def test_only_trials_that_both_have_are_compared(tmp_path: Path) -> None:
    found = compare_runs(trials(tmp_path / "a"), trials(tmp_path / "b", SPIKES[:2]))
    assert found.identical and found.notes == (f"{tmp_path / 'a'} has 3 complete trials, of which 2 were compared",)


def test_one_run_is_not_compared_with_several(tmp_path: Path) -> None:
    several = trials(tmp_path / "a")
    with pytest.raises(ModelError, match="holds 3 trials"):
        compare_runs(several, several.trials[0])
    with pytest.raises(ModelError, match="two or more"):
        compare_runs(several)


# ---- expectations


def outcome(folder: Path, expect: str, run: Recording | TrialsRecording | None = None) -> Any:
    file = folder / "model.yaml"
    file.write_text(MODEL.replace("EXPECT", expect))
    [found] = check_expectations(check(load_source(file)), run or trials(folder / "run"))
    return found


@pytest.mark.parametrize(
    ("expect", "passed", "found"),
    [
        ("{of: exc, value: count, near: 3}", True, "count 3 spikes, mean of 3 trials"),
        ("{of: exc, value: count, each: trial, between: [2, 4]}", True, "count 2 .. 4 spikes (3 values), 3 trials"),
        ("{of: exc, value: count, each: trial, near: 3}", False, "count 2 .. 4 spikes (3 values), 3 trials"),
        ("{of: exc, value: rate, near: 3 Hz, within: 1e-9 Hz}", True, "rate 3 Hz, mean of 3 trials"),
        ("{of: exc, value: first_spike, near: 2 ms}", True, "first_spike 2 ms, mean of 3 trials"),
        ("{of: 'exc[3]', value: count, each: neuron, near: 2}", True, "count 2 spikes, mean of 3 trials"),
        ("{of: 'exc[0]', value: v, at: 10 ms, near: 11}", True, "v 11, mean of 3 trials"),
        ("{of: 'exc[0]', value: v, at: 10 ms, each: trial, between: [10, 12]}", True, "v 10 .. 12 (3 values), 3 trials"),
        ("{of: inh, value: spikes, equals: {i: [1], t: [6 ms]}}", False,
         "trial 2: 1 spikes, 1 missing, 1 too many; the first: neuron 1 at step 6 is missing"),
        ("{of: inh, value: spikes, between: [6 ms, 7 ms]}", True, "spikes 6 .. 7 ms (3 values), 3 trials"),
        ("{of: exc, value: cv_isi, each: trial, at_least: 0}", False, "cv_isi has no value for 2 of 3 trials: 9 spikes"),
    ],
)  # fmt: skip
def test_the_mean_is_judged_or_every_trial(expect: str, passed: bool, found: str, tmp_path: Path) -> None:
    said = outcome(tmp_path, expect)
    assert (said.passed, said.found) == (passed, found)


def test_trials_that_are_not_complete_are_not_judged(tmp_path: Path) -> None:
    run = trials(tmp_path / "run", number=5)
    said = outcome(tmp_path, "{of: exc, value: count, near: 3}", run)
    assert (said.passed, said.found) == (False, "not reached: 3 of 5 trials are complete")


def test_one_trial_is_judged_alone(tmp_path: Path) -> None:
    run = trials(tmp_path / "run")
    assert outcome(tmp_path, "{of: exc, value: count, near: 4}", run.trials[2]).passed


# ---- pictures


def test_the_rate_over_trials(tmp_path: Path) -> None:
    run = trials(tmp_path)
    mean, error = peristimulus(run, "exc", np.array([0, 4, 50, 100]))
    counts = np.array([[1, 2, 0], [1, 1, 0], [1, 3, 0]])
    rates = counts / (10 * np.array([4, 46, 50]) / 1000)
    np.testing.assert_allclose(mean, rates.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(error, rates.std(axis=0, ddof=1) / np.sqrt(3), rtol=1e-15)


def test_a_neuron_over_trials_is_drawn(tmp_path: Path) -> None:
    run = trials(tmp_path)
    above, below = trial_raster(run).axes
    rows = [line.get_positions() for line in above.collections]
    assert rows == [[5, 40], [5], [5, 41, 42]]  # of exc[3], which has most spikes
    assert below.get_ylabel() == "rate (Hz)\nmean over trials" and below.get_xlabel() == "time (ms)"
    rows = [list(line.get_positions()) for line in trial_raster(run, ["inh"], neuron=1).axes[0].collections]
    assert rows == [[6], [6], [7]]
    with pytest.raises(ModelError, match="exc has no neuron 10"):
        trial_raster(run, neuron=10)
