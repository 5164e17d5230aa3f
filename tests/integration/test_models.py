"""The shipped models on all backends: equal bit for bit, and as expected by their files."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from snndsl.analysis.comparison import compare
from snndsl.analysis.expectations import check_expectations
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
    "discrete_units": None,
    "hodgkin_huxley": "100 ms",
    "izhikevich2003": "300 ms",
    "izhikevich2006": "3 s",
    "izhikevich2006_recorded": None,
    "izhikevich_types": None,
    "lif_stdp_delays": "1 s",
    "naud2008": "60 ms",
    "pfister2006": "2 s",
    "planted_groups": None,
    "polychrony_minimal": None,
    "song2000": "1 s",
    "squid_axon": None,
    "synfire_chain": None,
    "vogels2011": "20 ms",
    "wired_group": None,
}
"""How long the reference, which is slow, runs of each; None: all of it."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run of a model on a backend, each made once."""

    @cache
    def made(name: str, backend: str, duration: str | None = None) -> Recording:
        folder = tmp_path_factory.mktemp("run") / backend
        return run_model(load(MODELS / name, duration=duration), backend, folder).recording

    return made


def test_every_shipped_model_is_tested() -> None:
    assert sorted(TOGETHER) == sorted(file.parent.name for file in MODELS.glob("*/model.yaml"))


@pytest.mark.parametrize("name", TOGETHER)
def test_all_backends_agree(name: str, run: Run) -> None:
    runs = [run(name, backend, TOGETHER[name]) for backend in (REFERENCE, *OTHERS)]
    assert sum(len(runs[0].spikes[population]) for population in runs[0].spikes) > 10
    assert [differences(runs[0], other) for other in runs[1:]] == [[]] * len(OTHERS)
    assert compare(*runs).identical


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("name", TOGETHER)
def test_what_the_model_expects(name: str, backend: str, run: Run) -> None:
    outcomes = check_expectations(load(MODELS / name).checked, run(name, backend, None))
    assert outcomes and [outcome.text for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("name", TOGETHER)
def test_the_resolved_model_in_the_run_folder_is_the_model(name: str, run: Run) -> None:
    if name == "izhikevich2006_recorded":
        pytest.skip("its data lie beside the original file")
    recording = run(name, REFERENCE, TOGETHER[name])
    assert load(recording.path).digest == load(MODELS / name).digest == recording.manifest["model"]


@pytest.mark.parametrize("name", TOGETHER)
def test_a_model_has_a_readme(name: str) -> None:
    assert (MODELS / name / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")


def test_the_recorded_accumulators(run: Run) -> None:
    """Recorded before the postsynaptic spikes of the last stamp: synapses onto neurons that fire then are left out."""
    recording = run("izhikevich2006_recorded", OTHERS[0], None)
    table, last = recording.synapses["exc_all"], recording.steps_done
    with np.load(MODELS / "izhikevich2006_recorded" / "seed0_reference_grid32.npz") as recorded:
        wanted = recorded["derivative_60s"][table.row]
    fired = [
        recording.spikes[name].neuron[recording.spikes[name].step == last] + first for name, first in (("exc", 0), ("inh", 800))
    ]
    others = ~np.isin(table.post, np.concatenate(fired))
    difference = np.abs(recording.weights["exc_all"]["sd"].value[-1] - wanted)
    assert others.sum() > 70_000 and difference[others].max() < 1e-12
