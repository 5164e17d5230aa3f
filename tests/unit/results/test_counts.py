"""Spikes in bins: counted as they come in, chunk by chunk, whether or not the spikes themselves are kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.results import read_run, single
from snndsl.results.counting import Bins, among
from snndsl.results.run_folder import RunFolder

STEPS = 103


def spikes(seed: int, size: int) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    pairs = np.unique(np.stack([random.integers(1, STEPS + 1, 300), random.integers(0, size, 300)]), axis=1)
    return pairs[0], pairs[1]


@pytest.mark.parametrize("chunk", [1, 7, 10, 50, 103])
@pytest.mark.parametrize("width", [1, 3, 10, 64, 103, 200])
def test_bins_are_those_of_numpy_however_the_run_is_cut(chunk: int, width: int) -> None:
    found = []
    bins = Bins(width, {"a": [[2, 5], [9, 10]], "b": [[0, 4]]})
    trains = {"a": spikes(1, 12), "b": spikes(2, 4)}
    for first in range(1, STEPS + 1, chunk):
        last = min(first + chunk - 1, STEPS)
        for name, (stamps, neurons) in trains.items():
            inside = (stamps >= first) & (stamps <= last)
            bins.add(name, stamps[inside], neurons[inside])
        found.append(bins.taken(last))
    wanted = np.zeros(STEPS // width, np.int64)
    for name, members in (("a", [2, 3, 4, 9]), ("b", [0, 1, 2, 3])):
        stamps, neurons = trains[name]
        mine = stamps[np.isin(neurons, members)]
        wanted += np.histogram(mine - 0.5, np.arange(0, STEPS // width + 1) * width)[0]
    np.testing.assert_array_equal(np.concatenate(found), wanted)


def test_a_neuron_that_is_selected_twice_counts_twice() -> None:
    bins = Bins(5, {"a": [[0, 3], [2, 4]]})
    bins.add("a", np.array([1, 1, 5, 6]), np.array([1, 2, 2, 3]))
    assert bins.taken(9).tolist() == [5] and bins.taken(10).tolist() == [1] and bins.taken(10).tolist() == []
    assert among(np.arange(5), [[1, 2], [3, 9]]).tolist() == [False, True, False, True, True]


def test_what_is_only_counted_is_not_kept(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "name": "m", "step_ms": "1/2", "steps": 20, "populations": {"a": 9, "b": 3},
        "spike_records": [{"population": "a", "kept": [[0, 2], [5, 6]]}, {"population": "b", "kept": []}],
        "count_records": [{"name": "all", "width": 4, "parts": {"a": [[0, 9]], "b": [[0, 3]]}}],
    }  # fmt: skip
    folder = RunFolder(tmp_path, settings)
    folder.spikes("a", 1, 10, np.array([1, 3, 4, 9]), np.array([5, 0, 7, 1]))
    folder.spikes("b", 1, 10, np.array([4, 4]), np.array([0, 1]))
    folder.commit(10)
    folder.spikes("a", 11, 20, np.array([12]), np.array([8]))
    folder.spikes("b", 11, 20, np.array([20]), np.array([2]))
    folder.commit(20)
    folder.finish()
    run = single(read_run(tmp_path))
    assert list(run.spikes) == ["a"] and not (tmp_path / "spikes" / "b").exists()
    assert (run.spikes["a"].step.tolist(), run.spikes["a"].neuron.tolist()) == ([1, 3, 9], [5, 0, 1])
    assert run.spike_counts == {"a": 3} and run.verify() == []
    counts = run.counts["all"]
    assert counts.value.tolist() == [5, 0, 2, 0, 1] and counts.step.tolist() == [4, 8, 12, 16, 20]
    assert (len(counts), counts.width, counts.neurons, counts.time_ms[0]) == (5, 4, 12, 2.0)
    np.testing.assert_allclose(counts.rate, counts.value / (12 * 0.002), rtol=1e-15)
    assert counts.to_frame()["count"].tolist() == [5, 0, 2, 0, 1]


MODEL = """snndsl: 1
name: m
time: {step: 1 ms, duration: 60 ms}
seed: 1
neurons:
  n: {state: {v: 0}, ports: {I: 1}, update: v = 0.8*v + normal() + I, threshold: v > 1, reset: v = 0}
plasticity: {up: {bound: 99, on_pre: w += 1}}
populations: {p: {neuron: n, size: 12}, q: {neuron: n, size: 5}}
projections:
  c: {from: p, to: q, connect: all_to_all, port: I, weight: 0.1*i, delay: {axonal: 1 ms}, plasticity: up}
record:
"""
WHOLE = MODEL + "  spikes: [p, q]\n  synapses: {c: {of: [w], every: 20 ms}}\n"


def run(folder: Path, text: str) -> Any:
    folder.mkdir(exist_ok=True)
    (folder / "model.yaml").write_text(text)
    return snndsl.run(folder / "model.yaml", out=folder / "run")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run(tmp_path_factory.mktemp("whole"), WHOLE)


def test_counts_of_a_run_are_those_of_its_spikes(whole: Any, tmp_path: Path) -> None:
    found = run(tmp_path, MODEL + "  spikes: ['p[3:5]']\n  counts: {p: 7 ms, 'q[1:3]': 10 ms}\n")
    for name, selection, width in (("p", slice(0, 12), 7), ("q[1:3]", slice(1, 3), 10)):
        train = whole.spikes[name[0]]
        mine = train.step[(train.neuron >= selection.start) & (train.neuron < selection.stop)]
        wanted = np.histogram(mine - 0.5, np.arange(0, 60 // width + 1) * width)[0]
        np.testing.assert_array_equal(found.counts[name].value, wanted)
    kept = whole.spikes["p"]
    inside = (kept.neuron >= 3) & (kept.neuron < 5)
    np.testing.assert_array_equal(found.spikes["p"].step, kept.step[inside])
    np.testing.assert_array_equal(found.spikes["p"].neuron, kept.neuron[inside])


def test_runs_that_only_count_are_compared_by_their_counts(tmp_path: Path) -> None:
    text = MODEL + "  counts: {p: 10 ms}\n"
    one, other = run(tmp_path / "a", text), run(tmp_path / "b", text.replace("seed: 1", "seed: 2"))
    found = snndsl.compare(one, other)
    assert not found.identical and found.first_divergence.kind == "count"
    step = int(one.counts["p"].step[np.argmax(one.counts["p"].value != other.counts["p"].value)])
    assert f"spikes in the bin that ends at step {step}" in found.text()
    assert snndsl.compare(one, one).lines() == ["identical: 6 bins of counts, 60 synapses, 2 runs"]


def test_trials_have_counts(tmp_path: Path) -> None:
    found = run(tmp_path, MODEL.replace("seed: 1", "seed: 1\ntrials: 2") + "  counts: {p: 10 ms}\n")
    counts = found.counts["p"]
    assert counts.value.shape == (2, 6) and counts.of_trial(1).value.tolist() == found.trials[1].counts["p"].value.tolist()
    assert counts.rate.shape == (2, 6) and (counts.value[0] != counts.value[1]).any()


@pytest.mark.parametrize("where", ["i == 2 and j > 2", "w > 0.45", "(i + j) % 3 == 0", "i > 99"])
def test_chosen_synapses_are_rows_of_all(whole: Any, where: str, tmp_path: Path) -> None:
    text = WHOLE.replace("every: 20 ms", f"every: 20 ms, where: '{where}'")
    found, table = run(tmp_path, text), whole.synapses["c"]
    names = {"i": table.pre, "j": table.post, "w": table.weight}
    wanted = np.flatnonzero(eval(where.replace("and", "*").replace("i == 2", "(i == 2)").replace("j > 2", "(j > 2)"), names))
    weights = found.weights["c"]["w"]
    np.testing.assert_array_equal(weights.row, wanted)
    np.testing.assert_array_equal(weights.value, whole.weights["c"]["w"].value[:, wanted])
    assert found.verify() == [] and snndsl.compare(found, found).identical
