"""A model that fails stops at the same step on every backend and says the same."""

from pathlib import Path

import pytest
from conformance.failing import FAILING, WITH_DENDRITIC_DELAY

from snndsl.api import load, run_model
from snndsl.backend.registry import backend_names
from snndsl.errors import SimulationFailed
from snndsl.results import Recording, read_run
from snndsl.testing import differences


def failed(name: str, backend: str, tmp_path: Path) -> Recording:
    file = tmp_path / "model.yaml"
    file.write_text(FAILING[name][0])
    with pytest.raises(SimulationFailed) as error:
        run_model(load(file), backend, tmp_path / backend)
    assert error.value.exit_status == 4
    return read_run(tmp_path / backend)


@pytest.mark.parametrize("name", FAILING)
def test_the_reference_names_the_place(name: str, tmp_path: Path) -> None:
    assert failed(name, "reference", tmp_path).manifest["reason"]["what"] == FAILING[name][1]


@pytest.mark.parametrize("backend", [name for name in backend_names() if name != "reference"])
@pytest.mark.parametrize("name", FAILING)
def test_every_backend_says_the_same(name: str, backend: str, tmp_path: Path) -> None:
    reference, other = (failed(name, which, tmp_path) for which in ("reference", backend))
    assert other.manifest["reason"] == reference.manifest["reason"]
    if name in WITH_DENDRITIC_DELAY and backend == "brian2":
        assert other.steps_done >= reference.steps_done  # Brian2 does a synapse's event when its delay is over
    else:
        assert differences(reference, other) == []
