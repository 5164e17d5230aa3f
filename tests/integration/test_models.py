"""The shipped models on all backends: equal bit for bit, and as expected by their files."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import savgol_filter

from snndsl.analysis.expectations import check_expectations
from snndsl.analysis.trials import compare_runs
from snndsl.api import load, run_model
from snndsl.backend import REFERENCE
from snndsl.results import Recording
from snndsl.testing import differences
from snndsl.testing.parameters import OTHERS

MODELS = Path(__file__).parents[2] / "models"

Run = Callable[[str, str, str | None], Recording]

TOGETHER = {
    "adaptive_threshold": None,
    "balanced_lif": "100 ms",
    "brette_coba": "50 ms",
    "brette_cuba": "100 ms",
    "brette_hh": "10 ms",
    "brunel2000": "30 ms",
    "brunel2000_alpha": "30 ms",
    "clopath2010": None,
    "diehl_cook2015": "1 s",
    "discrete_units": None,
    "encoders": None,
    "event_camera": None,
    "hodgkin_huxley": "100 ms",
    "izhikevich2003": "300 ms",
    "izhikevich2006": "3 s",
    "izhikevich2006_recorded": None,
    "izhikevich_types": None,
    "jeffress": "30 ms",
    "lif_stdp_delays": "1 s",
    "masquelier2008": "60 ms",
    "microcircuit": "5 ms",
    "naud2008": "60 ms",
    "pfister2006": "2 s",
    "planted_groups": None,
    "polychrony_minimal": None,
    "reliability1995": "100 ms",
    "reservoir2004": "200 ms",
    "reward2007": "2 s",
    "song2000": "1 s",
    "squid_axon": None,
    "synfire_chain": None,
    "visual_chain": None,
    "vogels2011": "20 ms",
    "wang2002": "10 ms",
    "wired_group": None,
    "working_memory": None,
}
"""How long the reference, which is slow, runs of each; None: all of it."""

FEWER = {"wang2002": {"trials": 2}}
"""What is set for such a short run: each trial of a backend is a process."""

IN_FULL = ("masquelier2008", "reward2007", "wang2002")
"""Models that take minutes: what they expect is tested by ``make models``."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run of a model on a backend, each made once."""

    @cache
    def made(name: str, backend: str, duration: str | None = None) -> Recording:
        folder = tmp_path_factory.mktemp("run") / backend
        settings = None if duration is None else FEWER.get(name)
        return run_model(load(MODELS / name, settings, duration=duration), backend, folder).recording

    return made


def test_every_shipped_model_is_tested() -> None:
    assert sorted(TOGETHER) == sorted(file.parent.name for file in MODELS.glob("*/model.yaml"))


@pytest.mark.parametrize("name", TOGETHER)
def test_all_backends_agree(name: str, run: Run) -> None:
    runs = [run(name, backend, TOGETHER[name]) for backend in (REFERENCE, *OTHERS)]
    assert sum(len(runs[0].spikes[population]) for population in runs[0].spikes) > 10
    assert [differences(runs[0], other) for other in runs[1:]] == [[]] * len(OTHERS)
    assert compare_runs(*runs).identical


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("name", [name for name in TOGETHER if name not in IN_FULL])
def test_what_the_model_expects(name: str, backend: str, run: Run) -> None:
    outcomes = check_expectations(load(MODELS / name).checked, run(name, backend, None))
    assert outcomes and [outcome.text for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("name", TOGETHER)
def test_the_resolved_model_in_the_run_folder_is_the_model(name: str, run: Run) -> None:
    if any(file.is_file() and file.suffix not in (".yaml", ".md", ".py", ".png", ".svg") for file in (MODELS / name).iterdir()):
        pytest.skip("its data lie beside the original file")
    recording = run(name, REFERENCE, TOGETHER[name])
    assert load(recording.path).digest == load(MODELS / name, FEWER.get(name)).digest == recording.manifest["model"]


@pytest.mark.parametrize("name", TOGETHER)
def test_a_model_has_a_readme(name: str) -> None:
    assert (MODELS / name / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")


@pytest.mark.parametrize("name", ["izhikevich2006_recorded"])
def test_the_recorded_accumulators(name: str, run: Run) -> None:
    """Recorded before the postsynaptic spikes of the last stamp: synapses onto neurons that fire then are left out."""
    recording = run(name, OTHERS[0], None)
    table, last = recording.synapses["exc_all"], recording.steps_done
    with np.load(MODELS / "izhikevich2006_recorded" / "seed0_reference_grid32.npz") as recorded:
        wanted = recorded["derivative_60s"][table.row]
    fired = [
        recording.spikes[name].neuron[recording.spikes[name].step == last] + first for name, first in (("exc", 0), ("inh", 800))
    ]
    others = ~np.isin(table.post, np.concatenate(fired))
    difference = np.abs(recording.weights["exc_all"]["sd"].value[-1] - wanted)
    assert others.sum() > 70_000 and difference[others].max() < 1e-12


@pytest.mark.parametrize("name", ["reliability1995"])
def test_spikes_to_a_fluctuating_current_are_reliable(name: str, run: Run) -> None:
    """Mainen, Sejnowski 1995: spread of spikes grows from the first to the last where the current is constant."""
    recording = run(name, OTHERS[0], None)
    trains = {
        name: [recording.spikes[name].time_ms[recording.spikes[name].neuron == trial] for trial in range(25)]
        for name in ("constant", "fluctuating")
    }
    last = min(len(times) for times in trains["constant"]) - 1
    spread = [float(np.std([times[k] for times in trains["constant"]], ddof=1)) for k in (0, last)]
    assert 3 < spread[0] < 8 and 15 < spread[1] < 50
    (none, _), (reliability, precision) = (_events(times) for times in trains.values())
    assert none < 0.15 and reliability > 0.85 and 0.5 < precision < 2


def _events(trains: list[np.ndarray]) -> tuple[float, float]:
    """Return the fraction of spikes in events (a rate of three times the mean over 10 spikes), and their spread in ms."""
    late = np.sort(np.concatenate(trains))
    late = late[late > 100]
    grid = np.arange(100.0, 900.0)
    distance = np.sort(np.abs(grid[:, None] - late), axis=1)
    width = np.maximum(distance[:, 9], 0.5)
    rate = np.sum(distance <= width[:, None], axis=1) / (2 * width)
    high = np.concatenate([[0], rate > 3 * len(late) / 800, [0]]).astype(int)
    events = [
        late[(late >= grid[a] - 0.5) & (late < grid[b - 1] + 0.5)] for a, b in np.flatnonzero(np.diff(high)).reshape(-1, 2)
    ]
    return sum(map(len, events)) / len(late), float(np.mean([np.std(event, ddof=1) for event in events if len(event) > 2]))


@pytest.mark.parametrize("name", ["jeffress"])
def test_detectors_tell_the_phase(name: str, run: Run) -> None:
    """Counts of 100 detectors for each of 36 phases: the most active, or the most active after smoothing over the circle."""
    recording = run(name, OTHERS[0], None)
    counts = np.bincount(recording.spikes["detectors"].neuron, minlength=3600).reshape(36, 100)
    best, true = np.arange(100) * 3.6, np.arange(36) * 10.0

    def error(found: np.ndarray) -> float:
        return float(np.mean(np.abs((found - true + 180) % 360 - 180)))

    raw = np.array([best[row == row.max()].mean() for row in counts])
    smooth = best[np.argmax(savgol_filter(counts.astype(float), 51, 2, axis=1, mode="wrap"), axis=1)]
    assert 14 < error(raw) < 33 and 10 < error(smooth) < 19


@pytest.mark.parametrize("name", ["reservoir2004"])
def test_reservoirs_compute_near_the_edge_of_chaos(name: str, run: Run) -> None:
    """Bertschinger, Natschlaeger 2004: products of three bits are there for a linear readout near the boundary only."""
    recording = run(name, OTHERS[0], None)
    bits = recording.records["bit"]["u"].value.ravel()
    times = np.arange(200, recording.steps_done + 1)
    half = len(times) // 2

    def capacity(name: str, lags: tuple[int, ...]) -> float:
        spikes, total = recording.spikes[name], 0.0
        state = np.zeros((recording.steps_done + 1, 251))
        state[spikes.step, spikes.neuron], state[:, 250] = 1, 1
        seen, unseen = state[times[:half]], state[times[half:]]
        inverse = np.linalg.inv(seen.T @ seen + np.eye(251))
        for delay in range(1, 15):
            wanted = np.prod([bits[times - delay - lag] for lag in lags], axis=0)
            total += np.corrcoef(unseen @ (inverse @ (seen.T @ wanted[:half])), wanted[half:])[0, 1] ** 2
        return total

    parity = {name: capacity(name, (0, 1, 2)) for name in ("ordered", "critical", "chaotic")}
    assert parity["critical"] > 3.5 and parity["ordered"] < 0.3 and parity["chaotic"] < 0.3
    assert capacity("critical", (0,)) > 3 * capacity("ordered", (0,))
