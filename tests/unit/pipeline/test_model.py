"""The model in Python: built, hashed, written, run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.errors import ModelError, UnsupportedByTarget

SECTIONS: dict[str, Any] = {
    "name": "small",
    "time": {"step": "1 ms", "duration": "50 ms"},
    "seed": 1,
    "neurons": {
        "lif": {
            "parameters": {"tau": "20 ms"},
            "state": {"V": "0 mV"},
            "ports": {"kick": "mV"},
            "equations": "dV/dt = -V/tau",
            "integrator": "exact",
            "update": "V += kick",
            "threshold": "V > 10 mV",
            "reset": "V = 0 mV",
        }
    },
    "populations": {"cells": {"neuron": "lif", "size": 5}},
    "stimuli": {"noise": {"into": "cells", "port": "kick", "weight": "3 mV", "poisson": {"rate": "0.5 kHz"}}},
    "record": {"spikes": ["cells"], "states": {"cells": ["V"]}},
}


class Quantity:
    """What a Pint quantity looks like from outside."""

    def __init__(self, magnitude: object, units: str) -> None:
        self.magnitude, self._units = magnitude, units

    @property
    def units(self) -> "Quantity":
        return self

    def __format__(self, how: str) -> str:
        return self._units


def test_the_public_names_exist() -> None:
    assert all(getattr(snndsl, name) is not None for name in snndsl.__all__)
    assert set(snndsl.__all__) <= set(dir(snndsl))
    with pytest.raises(AttributeError):
        snndsl.nothing  # noqa: B018


def test_a_model_from_python_is_the_one_from_a_file(tmp_path: Path) -> None:
    built = snndsl.Model(**SECTIONS)
    (tmp_path / "model.yaml").write_text(built.to_yaml())
    loaded = snndsl.load(tmp_path)
    assert loaded.digest == built.digest
    one, other = snndsl.run(built, out=tmp_path / "a"), snndsl.run(loaded, out=tmp_path / "b")
    assert len(one.spikes["cells"]) > 5 and snndsl.compare(one, other).identical


def test_units_are_in_the_recording(tmp_path: Path) -> None:
    run = snndsl.run(snndsl.Model(**SECTIONS), out=tmp_path / "run")
    assert run.states["cells"]["V"].unit == "mV"


@pytest.mark.parametrize("value", ["20 ms", "0.02 s", "20000 us", Quantity(20.0, "ms"), Quantity(0.02, "s")])
def test_the_digest_knows_meaning_from_spelling(value: object) -> None:
    changed = {**SECTIONS, "neurons": {"lif": {**SECTIONS["neurons"]["lif"], "parameters": {"tau": value}}}}
    assert snndsl.Model(**changed).digest == snndsl.Model(**SECTIONS).digest


@pytest.mark.parametrize("change", [{"title": "another"}, {"record": {}}, {"name": "other"}, {"constants": {"a": 1}}])
def test_what_does_not_change_the_dynamics_does_not_change_the_digest(change: dict[str, object]) -> None:
    assert snndsl.Model(**{**SECTIONS, **change}).digest == snndsl.Model(**SECTIONS).digest


@pytest.mark.parametrize("change", [{"seed": 2}, {"time": {"step": "0.5 ms", "duration": "50 ms"}}])
def test_what_changes_the_dynamics_changes_the_digest(change: dict[str, object]) -> None:
    assert snndsl.Model(**{**SECTIONS, **change}).digest != snndsl.Model(**SECTIONS).digest


def test_arrays_and_python_words(tmp_path: Path) -> None:
    sections = {
        **SECTIONS,
        "data": {"w": {"values": np.linspace(1, 2, 4), "unit": "mV"}},
        "projections": {
            "p": {
                "from_": "cells", "to": "cells", "connect": {"pairs": {"i": [0, 1, 2, 3], "j": np.array([1, 2, 3, 4])}},
                "port": "kick", "weight": "w", "delay": "2 ms",
            }
        },
    }  # fmt: skip
    run = snndsl.run(snndsl.Model(**sections), out=tmp_path / "run")
    assert run.synapses["p"].post.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(run.synapses["p"].weight, np.linspace(1, 2, 4), rtol=1e-9)


def test_faults_name_the_section() -> None:
    with pytest.raises(ModelError) as error:
        snndsl.Model(**{**SECTIONS, "populations": {"cells": {"neuron": "lof", "size": -5}}})
    assert str(error.value).startswith("populations.cells.neuron: error[name-unknown]")


def test_objects_that_are_no_data_are_refused() -> None:
    with pytest.raises(ModelError, match="not-a-value"):
        snndsl.Model(**{**SECTIONS, "constants": {"f": print}})


def test_a_duration_from_outside() -> None:
    model = snndsl.Model(**SECTIONS)
    assert model.with_duration("10 ms").checked.steps == 10
    assert model.checked.steps == 50


def test_settings_reach_imports(tmp_path: Path) -> None:
    (tmp_path / "lib.yaml").write_text(
        "snndsl: 1\nname: lib\nconstants: {k: 1}\nneurons: {n: {state: {v: 0}, update: v += k}}\n"
    )
    (tmp_path / "m.yaml").write_text(
        "snndsl: 1\nname: m\ntime: {step: 1 ms, duration: 5 ms}\nimports: {lib: lib.yaml}\n"
        "populations: {a: {neuron: lib.n, size: 1}}\nrecord: {states: {a: [v]}}\n"
    )
    model = snndsl.load(tmp_path / "m.yaml", set={"lib.constants.k": 3})
    run = snndsl.run(model, out=tmp_path / "run")
    assert run.states["a"]["v"].value[:, 0].tolist() == [0, 3, 6, 9, 12, 15]
    assert snndsl.load(tmp_path / "run").digest == model.digest


def test_a_notebook_shows_the_model() -> None:
    assert "cells" in snndsl.Model(**SECTIONS)._repr_html_()


def test_the_graph_leaves_out_what_cannot_be_simulated_yet() -> None:
    """Signals are not kept for very late events; what can be made is shown."""
    among = {"from": "p", "to": "p", "connect": "all_to_all", "self": True, "port": "in", "weight": "1", "delay": "1 ms"}
    model = snndsl.Model(
        name="watched",
        time={"step": "0.1 ms", "duration": "2 ms"},
        neurons={"n": {"state": {"x": "0"}, "ports": {"in": "1"}, "update": "x += in", "threshold": "x > 3"}},
        populations={"p": {"neuron": "n", "size": 2}},
        projections={"among": among},
        signals={"pace": {"state": {"y": "5 Hz"}, "update": "y = y"}},
        stimuli={"paced": {"into": "p", "port": "in", "weight": "1", "delay": "1 s", "poisson": {"rate": "pace.y"}}},
        seed=1,
    )
    assert list(model.graph.rows) == ["among"]
    with pytest.raises(UnsupportedByTarget, match="paced"):
        model.program  # noqa: B018
