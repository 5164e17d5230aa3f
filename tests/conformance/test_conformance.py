"""Every case of the suite on every registered backend: equal to the reference, bit for bit, for any number of threads."""

from pathlib import Path

import pytest

from snndsl.analysis.expectations import check_expectations
from snndsl.api import load
from snndsl.backend import REFERENCE
from snndsl.results import Recording
from snndsl.testing import cases, differences, run_case
from snndsl.testing.conformance import case_file
from snndsl.testing.parameters import parameters, run_or_skip

THREADED = ["plasticity_traces", "neurons_by_equations", "long_delays"]


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    folder = tmp_path_factory.mktemp("reference")
    return {case: run_case(case, REFERENCE, folder / case) for case in cases()}


@pytest.mark.parametrize(("case", "backend"), parameters())
def test_equal_to_the_reference(case: str, backend: str, references: dict[str, Recording], tmp_path: Path) -> None:
    assert differences(references[case], run_or_skip(case, backend, tmp_path / "run")) == []


@pytest.mark.parametrize("case", cases())
def test_what_the_case_expects(case: str, references: dict[str, Recording]) -> None:
    outcomes = check_expectations(load(case_file(case)).checked, references[case])
    assert [outcome.text for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize(("case", "backend"), parameters(chosen=THREADED))
def test_two_threads_give_the_same(case: str, backend: str, references: dict[str, Recording], tmp_path: Path) -> None:
    assert differences(references[case], run_or_skip(case, backend, tmp_path / "run", threads=2)) == []


@pytest.mark.parametrize("case", cases())
def test_something_happens(case: str, references: dict[str, Recording]) -> None:
    """A case in which nothing spikes and nothing moves would prove nothing."""
    run = references[case]
    assert sum(len(run.spikes[name]) for name in run.spikes) > 10
    assert all(run.records[name][variable].value.std() > 0 for name in run.records for variable in run.records[name])
