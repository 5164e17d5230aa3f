"""A model that fails stops at the same step on every backend and says the same."""

from pathlib import Path

import pytest
from conformance.failing import FAILING, WITH_DENDRITIC_DELAY

from snndsl.api import load, run_model
from snndsl.backend import REFERENCE
from snndsl.backend.registry import backend
from snndsl.errors import SimulationFailed, UnsupportedByTarget
from snndsl.results import Recording, read_run
from snndsl.testing import differences
from snndsl.testing.parameters import OTHERS


def failed(name: str, which: str, tmp_path: Path) -> Recording:
    file = tmp_path / "model.yaml"
    file.write_text(FAILING[name][0])
    try:
        with pytest.raises(SimulationFailed) as error:
            run_model(load(file), which, tmp_path / which)
    except UnsupportedByTarget as unsupported:
        pytest.skip(str(unsupported))
    assert error.value.exit_status == 4
    return read_run(tmp_path / which)


@pytest.mark.parametrize("name", FAILING)
def test_the_reference_names_the_place(name: str, tmp_path: Path) -> None:
    assert failed(name, REFERENCE, tmp_path).manifest["reason"]["what"] == FAILING[name][1]


@pytest.mark.slow
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", FAILING)
def test_every_backend_says_the_same(name: str, other: str, tmp_path: Path) -> None:
    reference, found = (failed(name, which, tmp_path) for which in (REFERENCE, other))
    assert found.manifest["reason"] == reference.manifest["reason"]
    if name in WITH_DENDRITIC_DELAY and backend(other).target.late_failures:
        assert found.steps_done >= reference.steps_done
    else:
        assert differences(reference, found) == []
