"""`snndsl.plot`: whatever can be drawn, by object or by folder, and what is said of all else."""

from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.errors import ModelError
from snndsl.results import Recording

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    model = snndsl.Model(
        "drawn",
        time={"step": "1 ms", "duration": "100 ms"},
        seed=1,
        neurons={
            "n": {
                "state": {"V": "0 mV"},
                "ports": {"I": "mV"},
                "update": "V = 0.9*V + I + (2 mV)*normal()",
                "threshold": "V > 4 mV",
                "reset": "V = 0 mV",
            }
        },
        populations={"p": {"neuron": "n", "size": 9}},
        record={"spikes": ["p"], "states": {"p[0:2]": ["V"]}},
    )
    found = snndsl.run(model, out=tmp_path_factory.mktemp("drawn") / "run")
    assert isinstance(found, Recording)
    return found


def test_a_run_draws_itself_as_object_and_as_folder(run: Recording) -> None:
    raster = run.plot()
    assert raster._repr_png_().startswith(PNG)
    assert raster._repr_png_() == snndsl.plot(run.path)._repr_png_()
    [states] = run.plot("states", stop="50 ms").axes
    assert states.get_xlim()[1] == 50
    assert states.get_ylabel().endswith("(mV)")


def test_a_catalogue_and_its_group_draw_themselves(tmp_path: Path) -> None:
    chain = [(0, 3, 1), (1, 3, 5), (2, 3, 9), (0, 4, 6), (1, 4, 10), (2, 4, 14)]
    chain += [(3, 5, 10), (4, 5, 5), (0, 5, 13), (5, 6, 4), (4, 6, 11), (3, 6, 16)]
    pre, post, delay = zip(*chain, strict=True)
    table = {"pre": pre, "post": post, "weight": np.full(12, 10.0), "delay": delay}
    groups = snndsl.discover(table, mode="corrected", parameters={"strong": "w > 9.5", "min_path": 3}, out=tmp_path / "groups")
    assert len(groups) > 0
    assert groups.plot()._repr_png_().startswith(PNG)
    assert groups.plot(group=0)._repr_png_() == snndsl.plot(tmp_path / "groups", group=0)._repr_png_()
    assert groups[0].plot()._repr_png_().startswith(PNG)
    with pytest.raises(ModelError, match="there is no group 99"):
        groups.plot(group=99)
    with pytest.raises(ModelError, match="--over draws one group"):
        groups.plot(over="run")


def test_a_sweep_draws_itself(tmp_path: Path) -> None:
    model = snndsl.Model(
        "swept",
        time={"step": "1 ms", "duration": "20 ms"},
        constants={"a": 1},
        neurons={"n": {"state": {"V": 0}, "update": "V = V + a", "threshold": "V > 5", "reset": "V = 0"}},
        populations={"p": {"neuron": "n", "size": 1}},
        record={"spikes": ["p"]},
    )
    found = snndsl.sweep(model, {"constants.a": [1, 2, 3]}, out=tmp_path / "sweep")
    [axes] = found.plot().axes
    assert "constants.a" in axes.get_xlabel()
    assert found.plot()._repr_png_() == snndsl.plot(tmp_path / "sweep")._repr_png_()


def test_what_cannot_be_drawn_says_so(run: Recording) -> None:
    with pytest.raises(ModelError, match=r"there is no picture 'rasters' of a run\s+expected: raster, states"):
        run.plot("rasters")
    with pytest.raises(ModelError, match="error.usage.: --of V"):
        run.plot("state-space", of=["V"])
    with pytest.raises(TypeError, match="there is no picture of int"):
        snndsl.plot(3)
    with pytest.raises(ModelError, match="holds no run"):
        snndsl.plot("nowhere")
