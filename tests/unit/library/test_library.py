"""Every definition of the shipped library validates, lowers and runs."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import snndsl

FOLDER = Path(snndsl.__file__).parent / "library"
LIBRARY = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml"))}


def definitions(section: str) -> list[tuple[str, str]]:
    return [(library, name) for library, text in LIBRARY.items() for name in text.get(section, {})]


def head(library: str, step: str = "1 ms") -> dict[str, object]:
    return {"name": "use", "time": {"step": step, "duration": "20 ms"}, "seed": 1, "imports": {"lib": f"snndsl:{library}"}}


@pytest.mark.parametrize("library", LIBRARY)
def test_a_library_file_is_valid_by_itself(library: str) -> None:
    assert snndsl.load(FOLDER / f"{library}.yaml").checked.steps == 0


@pytest.mark.parametrize(("library", "name"), definitions("neurons"))
def test_neurons_run(library: str, name: str, tmp_path: Path) -> None:
    made_for = LIBRARY[library]["neurons"][name].get("made_for")
    state = next(iter(LIBRARY[library]["neurons"][name]["state"]))
    model = snndsl.Model(
        **head(library, made_for or "0.01 ms"),
        populations={"cells": {"neuron": f"lib.{name}", "size": 2}},
        record={"spikes": ["cells"], "states": {"cells": [state]}},
    )
    run = snndsl.run(model, duration="5 ms", out=tmp_path / "run")
    assert run.status == "complete" and np.isfinite(run.states["cells"][state].value).all()


@pytest.mark.parametrize(("library", "name"), definitions("parts"))
def test_parts_answer_a_spike(library: str, name: str, tmp_path: Path) -> None:
    part = LIBRARY[library]["parts"][name]
    [unit] = part["ports"].values()
    [first, *_] = part["state"]
    neuron = {"parts": {"syn": {"use": f"lib.{name}"}}, "state": {"V": "-70 mV"}, "integrator": "exact"}
    spikes = {"into": "cells", "port": "syn", "weight": f"2 {unit}", "spikes": {"i": [0], "t": ["3 ms"]}}
    model = snndsl.Model(
        **head(library, "0.1 ms"),
        neurons={"cell": neuron},
        populations={"cells": {"neuron": "cell", "size": 1}},
        stimuli={"one": spikes},
        record={"states": {"cells": [f"syn.{first}"]}},
    )
    value = snndsl.run(model, out=tmp_path / "run").states["cells"][f"syn.{first}"].value[:, 0]
    assert (value[:31] == 0).all() and value[31:].max() > 0


@pytest.mark.parametrize(("library", "name"), definitions("plasticity"))
def test_rules_change_weights(library: str, name: str, tmp_path: Path) -> None:
    rule = LIBRARY[library]["plasticity"][name]
    given = {key: 2 for key, value in rule["parameters"].items() if isinstance(value, dict) and value.get("unit") == "weight"}
    projection = {
        "from": "cells", "to": "cells", "connect": "all_to_all", "self": False, "port": "in", "weight": 1,
        "delay": {"axonal": "2 ms", "dendritic": "0 ms"}, "plasticity": {"use": f"lib.{name}", **given},
    }  # fmt: skip
    model = snndsl.Model(
        **{**head(library), "time": {"step": "1 ms", "duration": "2 s"}},
        neurons={"beat": {"parameters": {"p": 7}, "state": {"n": 0}, "ports": {"in": 1}, "update": "n += 1",
                          "threshold": "n >= p", "reset": "n = 0"}},
        populations={"cells": {"neuron": {"use": "beat", "p": "5 + 2*i"}, "size": 3}},
        projections={"learning": projection},
        record={"synapses": {"learning": {"of": ["w"], "at": ["2 s"]}}},
    )  # fmt: skip
    run = snndsl.run(model, out=tmp_path / "run")
    assert (run.weights["learning"]["w"].value[-1] != 1).any()


def test_a_library_cannot_be_run() -> None:
    with pytest.raises(snndsl.errors.ModelError, match="the file has no 'time'"):
        snndsl.run(snndsl.load(FOLDER / "lif.yaml"))


def test_an_empty_projection_is_a_warning_that_the_run_keeps(tmp_path: Path) -> None:
    model = snndsl.Model(
        **head("izhikevich2006"),
        populations={"cells": {"neuron": "lib.izhikevich", "size": 2}},
        projections={
            "none": {
                "from": "cells",
                "to": "cells",
                "connect": {"bernoulli": 0},
                "self": False,
                "port": "I",
                "weight": 1,
                "delay": "1 ms",
            }
        },
    )
    assert [fault.code for fault in model.elaborated.warnings] == ["empty-projection"]
    assert "has no synapses" in snndsl.run(model, out=tmp_path / "run").manifest["warnings"][0]
