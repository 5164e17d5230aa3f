"""Populations, signals and projections are shown in the order of the model's file; what is computed does not depend on it."""

from pathlib import Path

import pytest

import snndsl
from snndsl.analysis.figures import raster, states_overview
from snndsl.polychrony.recordings.detect import first_neurons, trains_of
from snndsl.results import Recording, Run

HEAD = """snndsl: 1
name: ordered
time: {step: 0.5 ms, duration: 50 ms}
seed: 1
trials: TRIALS
neurons:
  n: {state: {v: 0}, ports: {in: 1}, update: v = 0.9*v + 0.3*uniform() + in, threshold: v > 1, reset: v = 0}
signals:
  reward: {state: {c: 0, a: 0}, ports: {hit: 1}, update: [c = 0.9*c + hit, a = t/(1 s)]}
  late: {state: {x: 1}, update: x = 2*x}
"""
POPULATIONS = "{outer: {neuron: n, size: 3}, inner: {neuron: n, size: 2}}"
SWAPPED = "{inner: {neuron: n, size: 2}, outer: {neuron: n, size: 3}}"
REST = """
stimuli:
  drive: {size: 2, regular: {every: 3 ms}}
projections:
  second: {from: drive, to: inner, connect: all_to_all, port: in, weight: 0.5, delay: 1 ms}
  first: {from: outer, to: reward, connect: all_to_all, port: hit, weight: 1, delay: 1 ms}
record:
  spikes: [inner, drive, outer]
  states: {inner: [v], outer: [v]}
  signals: {late: [x], reward: {of: [c, a], every: 5 ms}}
"""


def text(populations: str = POPULATIONS, trials: int = 1) -> str:
    return HEAD.replace("TRIALS", str(trials)) + f"populations: {populations}" + REST


def simulated(folder: Path, written: str) -> Run:
    (folder / "model.yaml").write_text(written)
    return snndsl.run(folder / "model.yaml", out=folder / "run")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    found = simulated(tmp_path_factory.mktemp("order"), text())
    assert isinstance(found, Recording)
    return found


def test_populations_are_in_the_order_of_the_file(run: Recording) -> None:
    assert [name for name in run.populations if name in run.spikes] == list(run.spikes) == ["outer", "inner", "drive"]
    assert list(run.spike_counts) == ["outer", "inner", "drive"]
    assert list(run.synapses) == ["second", "first"]
    assert (repr(run.spikes), repr(run.states)) == ("<outer, inner, drive>", "<outer, inner>")
    shown = run._repr_html_()
    assert shown.index("<td>outer") < shown.index("<td>inner") < shown.index("<td>drive") and "reward" not in shown


def test_figures_are_in_the_order_of_the_file(run: Recording) -> None:
    labels = [label.get_text() for label in raster(run).axes[0].get_yticklabels()]
    assert labels == ["outer\n3", "inner\n2", "drive\n2"]
    assert [axis.get_ylabel() for axis in states_overview(run).axes] == ["v", "v", "c", "a", "x"]


def test_the_order_changes_nothing_that_is_computed(run: Recording, tmp_path: Path) -> None:
    other = simulated(tmp_path, text(SWAPPED))
    assert list(other.spikes) == ["inner", "outer", "drive"]
    assert other.manifest["model"] == run.manifest["model"] and snndsl.compare(run, other).identical
    assert first_neurons(other.populations) == first_neurons(run.populations)
    one, two = trains_of(run), trains_of(other)
    assert one.start.tolist() == two.start.tolist() and one.step.tolist() == two.step.tolist()


def test_a_signal_is_read_by_its_name(run: Recording) -> None:
    assert (list(run.signals), repr(run.signals["reward"])) == (["reward", "late"], "<c, a>")
    assert run.signals._ipython_key_completions_() == ["reward", "late"]  # type: ignore[attr-defined]
    assert run.signals["reward"]["c"].value.shape == (11, 1) and run.signals["reward"]["c"].value.max() > 0
    assert run.signals["late"]["x"].value[:4, 0].tolist() == [1, 2, 4, 8]
    assert "reward" not in run.states and "outer" not in run.signals
    assert list(run.records) == ["inner", "outer", "late", "reward"]


def test_trials_have_signals_and_order_too(tmp_path: Path) -> None:
    run = simulated(tmp_path, text(trials=2))
    assert (list(run.spikes), list(run.signals), list(run.states)) == (
        ["outer", "inner", "drive"],
        ["reward", "late"],
        ["outer", "inner"],
    )
    assert run.signals["late"]["x"].value.shape == (2, 101, 1)


def test_comparison_finds_a_signal_that_differs(run: Recording, tmp_path: Path) -> None:
    other = simulated(tmp_path, text().replace("x = 2*x", "x = 3*x"))
    first = snndsl.compare(run, other).first_divergence
    assert first is not None and (first.population, first.step) == ("late", 1)


def test_a_tree_that_is_run_by_hand_has_signals_among_states(run: Recording) -> None:
    manifest = {key: value for key, value in run.manifest.items() if key != "declared"}
    run = Recording(run.path)
    run.manifest = manifest
    assert list(run.spikes) == ["drive", "inner", "outer"] and list(run.signals) == []
    assert set(run.states) == {"inner", "outer", "late", "reward"}
