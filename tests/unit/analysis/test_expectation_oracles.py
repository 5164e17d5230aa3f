"""What expectations measure, against NumPy on random spikes, states and weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snndsl.analysis.expectations import check_expectations
from snndsl.frontend.loader import load_source
from snndsl.results import Recording, read_run, single
from snndsl.results.run_folder import RunFolder
from snndsl.semantics.check import check

STEPS, SIZE, STEP_MS, PERIOD, STAMPS = 400, 7, 0.5, 20, (100, 200, 400)
MODEL = """snndsl: 1
name: hand
time: {step: 0.5 ms, duration: 200 ms}
neurons:
  n: {state: {v: 0}, ports: {I: 1}, update: v = v + I, threshold: v > 1, reset: v = 0}
plasticity: {up: {on_pre: w += 1}}
populations: {exc: {neuron: n, size: 7}, inh: {neuron: n, size: 7}}
projections:
  ee: {from: exc, to: exc, connect: one_to_one, self: true, port: I, weight: 1, delay: {axonal: 1 ms}, plasticity: up}
record: {spikes: [exc, inh], states: {exc: {of: [v], every: 10 ms}}, synapses: {ee: {of: [w], at: [50 ms, 100 ms, 200 ms]}}}
expect: {it: EXPECT}
"""


class Truth:
    """A run of random numbers, and these numbers."""

    def __init__(self, folder: Path, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.trains: dict[str, Any] = {}
        for name in ("exc", "inh"):
            pairs = np.stack([random.integers(1, STEPS + 1, 150), random.integers(0, SIZE, 150)])
            self.trains[name] = np.unique(pairs, axis=1)
        self.v = random.normal(size=(STEPS // PERIOD + 1, SIZE))
        self.w = random.uniform(size=(len(STAMPS), SIZE))
        settings: dict[str, Any] = {
            "name": "hand", "step_ms": "1/2", "steps": STEPS, "populations": {"exc": SIZE, "inh": SIZE},
            "projections": {"ee": {"rows": SIZE, "populations": ["exc"]}},
            "spike_records": [{"population": "exc"}, {"population": "inh"}],
            "state_records": [
                {"name": "0", "population": "exc", "variables": ["v"], "period": PERIOD, "first": 0, "last": STEPS}
            ],
            "synapse_records": [{"projection": "ee", "variables": ["w"], "stamps": list(STAMPS)}],
        }  # fmt: skip
        run = RunFolder(folder, settings)
        for name, (stamps, neurons) in self.trains.items():
            run.spikes(name, 1, STEPS, stamps, neurons)
        run.state_neurons("exc", ["v"], "0", np.arange(SIZE))
        run.states("exc", "v", "0", self.v)
        columns = {name: np.zeros(SIZE, np.int32) for name in ("pre_population", "post_population", "axonal", "dendritic")}
        every = np.arange(SIZE)
        run.synapses("ee", columns | {"pre": every, "post": every, "row": every, "weight": np.ones(SIZE)})
        for stamp, values in zip(STAMPS, self.w, strict=True):
            run.weights("ee", "w", stamp, values)
        run.commit(STEPS)
        run.finish()
        self.run: Recording = single(read_run(folder))

    def train(self, name: str, low: int, high: int, after: int, until: int) -> Any:
        """Return the spikes of neurons low .. high of stamps after < n <= until."""
        stamps, neurons = self.trains[name]
        inside = (neurons >= low) & (neurons < high) & (stamps > after) & (stamps <= until)
        return stamps[inside], neurons[inside] - low


def measured(truth: Truth, folder: Path, expect: str) -> tuple[float, float, float]:
    file = folder / "model.yaml"
    file.write_text(MODEL.replace("EXPECT", expect))
    [found] = check_expectations(check(load_source(file)), truth.run)
    assert found.measured is not None, found.text
    return found.measured.mean, found.measured.least, found.measured.most


def cv(intervals: Any) -> float:
    return float(np.std(intervals) / np.mean(intervals))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("low", "high", "after", "until"), [(0, 7, 0, 400), (2, 5, 40, 321), (6, 7, 1, 400)])
def test_values_of_spikes(seed: int, low: int, high: int, after: int, until: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    stamps, neurons = truth.train("exc", low, high, after, until)
    window = f"after: {after * STEP_MS} ms, until: {until * STEP_MS} ms"
    of = f"of: 'exc[{low}:{high}]', {window}, at_least: -1"
    seconds = (until - after) * STEP_MS / 1000
    each = [stamps[neurons == neuron] for neuron in range(high - low)]
    oracles = {
        "count": (len(stamps), [len(train) for train in each]),
        "rate": (len(stamps) / (high - low) / seconds, [len(train) / seconds for train in each]),
        "first_spike": (stamps.min() * STEP_MS, [train.min() * STEP_MS for train in each]),
        "cv_isi": (np.mean([cv(np.diff(train)) for train in each]), [cv(np.diff(train)) for train in each]),
    }
    units = {"rate": " Hz", "first_spike": " ms"}
    for value, (together, apart) in oracles.items():
        bound = of.replace("at_least: -1", f"at_least: -1{units.get(value, '')}")
        assert measured(truth, tmp_path, f"{{value: {value}, {bound}}}") == pytest.approx((together,) * 3, rel=1e-12)
        wanted = (np.mean(apart), min(apart), max(apart))
        assert measured(truth, tmp_path, f"{{value: {value}, each: neuron, {bound}}}") == pytest.approx(wanted, rel=1e-12)
    times = stamps * STEP_MS
    found = measured(truth, tmp_path, f"{{value: spikes, {of.replace('-1', '-1 ms')}}}")
    assert found == pytest.approx((times.mean(), times.min(), times.max()), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_f1_against_listed_spikes_and_against_other_neurons(seed: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    mine, theirs = ({*zip(*truth.train(name, 1, 5, 100, 300), strict=True)} for name in ("exc", "inh"))
    wanted = 2 * len(mine & theirs) / (len(mine) + len(theirs))
    window = "after: 50 ms, until: 150 ms, at_least: 0"
    found = measured(truth, tmp_path, f"{{of: 'exc[1:5]', value: f1, against: 'inh[1:5]', {window}}}")
    assert found == pytest.approx((wanted,) * 3, rel=1e-12)
    rows = sorted(theirs)
    i, t = [int(neuron) for _, neuron in rows], [f"{stamp * STEP_MS} ms" for stamp, _ in rows]
    found = measured(truth, tmp_path, f"{{of: 'exc[1:5]', value: f1, against: {{i: {i}, t: {t}}}, {window}}}")
    assert found == pytest.approx((wanted,) * 3, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_states_at_a_moment_and_in_a_window(seed: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    moment = truth.v[120 // PERIOD, 2:6]
    found = measured(truth, tmp_path, "{of: 'exc[2:6]', value: v, at: 60 ms, at_least: -99}")
    assert found == pytest.approx((moment.mean(), moment.min(), moment.max()), rel=1e-12)
    stamps = np.arange(STEPS // PERIOD + 1) * PERIOD
    inside = truth.v[(stamps > 60) & (stamps <= 260), 2:6]
    found = measured(truth, tmp_path, "{of: 'exc[2:6]', value: v, after: 30 ms, until: 130 ms, at_least: -99}")
    assert found == pytest.approx((inside.mean(), inside.min(), inside.max()), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_synapses_at_a_moment_and_in_a_window(seed: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    oracles = {"mean(w)": np.mean, "max(w)": np.max, "min(w)": np.min, "sd(w)": np.std}
    oracles |= {"fraction(w > 0.5)": lambda w: np.mean(w > 0.5), "mean(2*w + 1)": lambda w: np.mean(2 * w + 1)}
    for text, oracle in oracles.items():
        found = measured(truth, tmp_path, f"{{of: ee, value: '{text}', at: 100 ms, at_least: -9}}")
        assert found == pytest.approx((oracle(truth.w[1]),) * 3, rel=1e-12)
        found = measured(truth, tmp_path, f"{{of: ee, value: '{text}', after: 50 ms, at_least: -9}}")
        assert found == pytest.approx((oracle(truth.w[1:]),) * 3, rel=1e-12)
    found = measured(truth, tmp_path, "{of: ee, value: w, until: 100 ms, at_least: -9}")
    assert found == pytest.approx((truth.w[:2].mean(), truth.w[:2].min(), truth.w[:2].max()), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_reductions_of_states(seed: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    stamps = np.arange(STEPS // PERIOD + 1) * PERIOD
    windows = {"at: 60 ms": truth.v[120 // PERIOD][None, 2:6]}
    windows["after: 30 ms, until: 130 ms"] = truth.v[(stamps > 60) & (stamps <= 260), 2:6]
    oracles = {"mean(v)": np.mean, "max(v)": np.max, "min(v)": np.min, "sd(v)": np.std}
    oracles |= {"mean(2*v + 1)": lambda v, **k: np.mean(2 * v + 1, **k)}
    oracles |= {"fraction(v > 0.5)": lambda v, **k: np.mean(v > 0.5, **k)}
    for when, values in windows.items():
        for text, oracle in oracles.items():
            found = measured(truth, tmp_path, f"{{of: 'exc[2:6]', value: '{text}', {when}, at_least: -99}}")
            assert found == pytest.approx((oracle(values),) * 3, rel=1e-12)
            each = oracle(values, axis=0)
            found = measured(truth, tmp_path, f"{{of: 'exc[2:6]', value: '{text}', {when}, each: neuron, at_least: -99}}")
            assert found == pytest.approx((np.mean(each), min(each), max(each)), rel=1e-12)
        means = [values[:, k].mean() for k in range(4)]
        for text, place in (("argmax(v)", means.index(max(means))), ("argmin(v)", means.index(min(means)))):
            assert measured(truth, tmp_path, f"{{of: 'exc[2:6]', value: {text}, {when}, at_least: 0}}") == (place,) * 3


@pytest.mark.parametrize("seed", range(4))
def test_reductions_of_spikes(seed: int, tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", seed)
    apart = [len([*zip(*truth.train("exc", k, k + 1, 100, 300), strict=True)]) for k in range(1, 5)]
    rates = [count / 0.1 for count in apart]
    oracles = {"mean(count)": (np.mean(apart), ""), "max(rate)": (max(rates), " Hz"), "sd(rate)": (np.std(rates), " Hz")}
    oracles |= {"argmax(rate)": (apart.index(max(apart)), ""), "argmin(count)": (apart.index(min(apart)), "")}
    oracles |= {"fraction(count > 3)": (np.mean(np.array(apart) > 3), ""), "max(2*count - 1)": (2 * max(apart) - 1, "")}
    for text, (wanted, unit) in oracles.items():
        window = f"after: 50 ms, until: 150 ms, at_least: -99{unit}"
        found = measured(truth, tmp_path, f"{{of: 'exc[1:5]', value: '{text}', {window}}}")
        assert found == pytest.approx((wanted,) * 3, rel=1e-12), text


def test_a_window_without_a_sample_is_not_reached(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", 0)
    for what in ("of: exc, value: v, after: 1 ms, until: 9 ms", "of: ee, value: w, after: 101 ms, until: 150 ms"):
        file = tmp_path / "model.yaml"
        file.write_text(MODEL.replace("EXPECT", f"{{{what}, at_least: -99}}"))
        [found] = check_expectations(check(load_source(file)), truth.run)
        assert not found.passed and found.found.startswith("not reached: ")


def test_the_source_is_told(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "run", 0)
    file = tmp_path / "model.yaml"
    file.write_text(MODEL.replace("EXPECT", "{of: exc, value: count, equals: 1, source: Brunel 2000}"))
    [found] = check_expectations(check(load_source(file)), truth.run)
    assert "expected 1 (Brunel 2000)    " in found.text and found.to_dict()["source"] == "Brunel 2000"
