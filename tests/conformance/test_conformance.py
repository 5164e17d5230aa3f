"""Every case of the suite on every registered backend: equal to the reference, bit for bit, for any number of threads."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from snndsl.analysis.expectations import check_expectations
from snndsl.api import load
from snndsl.backend import REFERENCE
from snndsl.results import Run
from snndsl.testing import cases, differences, run_case
from snndsl.testing.conformance import case_file
from snndsl.testing.parameters import OTHERS, Together, parameters, run_or_skip

THREADED = ["plasticity_traces", "neurons_by_equations", "long_delays", "signals", "reward", "sums_in_ticks"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Return the run of a case on the reference, alone."""
    folder = tmp_path_factory.mktemp("reference")
    return cache(lambda case: run_case(case, REFERENCE, folder / case))


@pytest.fixture(scope="module")
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Together:
    """Return the runs of every backend: of the cases that were selected (``-k CASE``: of that alone) side by side."""
    equal = [item for item in request.session.items if getattr(item, "originalname", "") == "test_equal_to_the_reference"]
    params = [item.callspec.params for item in equal if "together" in item.fixturenames]
    return Together(tmp_path_factory.mktemp("together"), {(chosen["case"], chosen["backend"]) for chosen in params})


@pytest.mark.parametrize(("case", "backend"), parameters())
def test_equal_to_the_reference(case: str, backend: str, reference: Callable[[str], Run], together: Together) -> None:
    found, prefix = together.recording(case, backend)
    assert differences(reference(case), found, prefix) == []


@pytest.mark.parametrize("backend", OTHERS)
def test_no_run_side_by_side_stopped(backend: str, together: Together) -> None:
    """The cases of one that stopped were run alone, and the one that stops it failed above."""
    if not together.begun(backend):
        pytest.skip(f"no two cases that {backend} could run side by side were selected")
    assert backend not in together.stopped


@pytest.mark.slow
@pytest.mark.parametrize(("case", "backend"), parameters(chosen=THREADED))
def test_two_threads_give_the_same(case: str, backend: str, reference: Callable[[str], Run], tmp_path: Path) -> None:
    assert differences(reference(case), run_or_skip(case, backend, tmp_path / "run", threads=2)) == []


@pytest.mark.parametrize("case", cases())
def test_what_the_case_expects(case: str, reference: Callable[[str], Run]) -> None:
    outcomes = check_expectations(load(case_file(case)).checked, reference(case))
    assert [outcome.text for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("case", cases())
def test_something_happens(case: str, reference: Callable[[str], Run]) -> None:
    """A case in which nothing spikes and nothing moves would prove nothing."""
    for run in reference(case).trials:
        assert sum(len(run.spikes[name]) for name in run.spikes) > 10
        assert all(run.records[name][variable].value.std() > 0 for name in run.records for variable in run.records[name])
