"""Pictures of intervals, power, weights and state space: what is drawn is what NumPy says, and axes have units."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.analysis.saving import save
from snndsl.analysis.spike_figures import intervals, intervals_ms, power_spectrum, spectrum
from snndsl.analysis.value_figures import state_space, weights
from snndsl.cli import execute
from snndsl.errors import ModelError
from snndsl.results import Recording, Spikes

MODEL = """snndsl: 1
name: small
time: {step: 0.5 ms, duration: 200 ms}
seed: 1
neurons:
  n:
    state: {V: 0 mV, u: 0}
    ports: {I: mV}
    update: [V = 0.9*V + (2 mV)*normal() + I, u += 0.1]
    threshold: V > 4 mV
    reset: V = 0 mV
plasticity: {up: {bound: 9 mV, on_pre: w = w + 0.01 mV}}
populations: {p: {neuron: n, size: 9}, q: {neuron: n, size: 4}}
projections:
  c: {from: p, to: q, connect: all_to_all, port: I, weight: (0.1 mV)*i, delay: {axonal: 1 ms}, plasticity: up}
record: {spikes: [p, q], states: {p: [V, u], q: [V]}, synapses: {c: {of: [w], every: 50 ms}}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "model.yaml").write_text(MODEL)
    found = snndsl.run(folder / "model.yaml", out=folder / "run")
    assert isinstance(found, Recording)
    return found


def heights(axis: Any, place: int = 0) -> Any:
    return axis.patches[place].get_data()


def test_intervals_are_those_of_each_neuron() -> None:
    spikes = Spikes(np.array([1, 2, 4, 9, 10]), np.array([0, 1, 0, 1, 0], np.int32), Fraction(1, 2))
    assert sorted(intervals_ms(spikes).tolist()) == [1.5, 3.0, 3.5]
    assert len(intervals_ms(Spikes(np.zeros(0, np.int64), np.zeros(0, np.int32), Fraction(1)))) == 0


def test_every_interval_is_in_a_bin(run: Recording) -> None:
    axis = intervals(run).axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("inter-spike interval (ms)", "intervals (1/ms)")
    for place, name in enumerate(run.spikes):
        density, edges, _ = heights(axis, place)
        assert np.all(np.diff(edges) >= 0.5 - 1e-9)
        assert (density * np.diff(edges)).sum() == pytest.approx(len(intervals_ms(run.spikes[name])))


def test_power_of_poisson_trains_is_flat() -> None:
    random, neurons, rate, seconds = np.random.default_rng(1), 50, 20.0, 0.001
    counts = random.poisson(neurons * rate * seconds, 400_000) / (neurons * seconds)
    frequency, density = power_spectrum(counts, 1.0, 1000)
    assert (frequency[0], frequency[-1], len(frequency)) == (1.0, 500.0, 500)
    assert density[:-1].mean() == pytest.approx(2 * rate / neurons, rel=0.01)  # the highest frequency stands for one side
    low, high = density[:250].mean(), density[250:-1].mean()
    assert low == pytest.approx(high, rel=0.03)


def test_power_of_an_oscillation_is_at_its_frequency() -> None:
    time = np.arange(8000) / 1000
    frequency, density = power_spectrum(10 + 3 * np.sin(2 * np.pi * 40 * time), 1.0, 1000)
    assert frequency[np.argmax(density)] == 40
    assert density.sum() * (frequency[1] - frequency[0]) == pytest.approx(3**2 / 2, rel=1e-3)  # its variance


def test_spectrum_has_a_line_a_population(run: Recording) -> None:
    axis = spectrum(run).axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("frequency (Hz)", "power of the rate (Hz²/Hz)")
    assert [line.get_label() for line in axis.lines] == ["p", "q"]
    with pytest.raises(ModelError, match="too short for a spectrum"):
        spectrum(run, window=(0, 20))


def test_weights_have_the_unit_of_the_port(run: Recording) -> None:
    left, right = weights(run).axes
    assert (left.get_xlabel(), right.get_ylabel(), right.get_xlabel()) == ("weight (mV)", "weight (mV)", "time (ms)")
    found = run.weights["c"]["w"]
    for place, values in ((0, found.value[0]), (1, found.value[-1])):
        counts, edges, _ = heights(left, place)
        assert counts.sum() == 36 and np.array_equal(counts, np.histogram(values, edges)[0])
    median, mean = right.lines
    np.testing.assert_allclose(median.get_xdata(), [50, 100, 150, 200])
    np.testing.assert_allclose(median.get_ydata(), np.median(found.value, axis=1))
    np.testing.assert_allclose(mean.get_ydata(), found.value.mean(axis=1))
    with pytest.raises(ModelError, match="weights of d were not recorded"):
        weights(run, ["d"])


def test_one_state_against_another(run: Recording) -> None:
    axis = state_space(run, window=(10, 300)).axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("V (mV)", "u")
    np.testing.assert_array_equal(axis.lines[2].get_xdata(), run.states["p"]["V"].value[10:301, 1])
    np.testing.assert_array_equal(axis.lines[2].get_ydata(), run.states["p"]["u"].value[10:301, 1])
    assert state_space(run, "p", ("u", "V")).axes[0].get_xlabel() == "u"
    with pytest.raises(ModelError, match="two states of one population"):
        state_space(run, "q")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["raster", "states", "intervals", "spectrum", "weights", "state-space"])
def test_every_kind_is_written_in_every_format(kind: str, run: Recording, tmp_path: Path) -> None:
    for ending in ("png", "svg", "pdf"):
        file = tmp_path / f"a.{ending}"
        assert execute(["plot", str(run.path), "--kind", kind, "-o", str(file)]) == 0 and file.stat().st_size > 1000
    assert execute(["plot", str(run.path), "--of", "V,u"]) == 2
    again = tmp_path / "b.png"
    save(intervals(run), again)
    first = again.read_bytes()
    save(intervals(run), again)
    assert again.read_bytes() == first
