"""The words by which a run fails: made in one place of codes and numbers, and a part of every tree."""

import ast
from pathlib import Path

import pytest

from snndsl.api import load
from snndsl.backend import failure
from snndsl.backend.protocol import build_failed
from snndsl.backend.registry import backend
from snndsl.testing.conformance import case_file

ROOT = Path(__file__).parents[3]
OWN = ("reference", "brian2", "nest")
SETTINGS = {
    "samples": ["a", "b"],
    "sample_sizes": [3, 7],
    "populations": {"cells": {"neuron": "n"}},
    "neurons": {"n": {"ranges": {"V": [-200.0, 100.0]}}},
    "synapses": {"e__cells__cells": {"projection": "e", "rule": "r"}},
    "rules": {"r": {"ranges": {"z": [0.0, 0.5]}}},
}


@pytest.mark.parametrize(
    ("reason", "kind", "what"),
    [
        (failure.state_failure(SETTINGS, "cells", 3, "V", float("nan"), 7), "non-finite", "V of cells[3] is nan at step 7"),
        (failure.state_failure(SETTINGS, "cells", 3, "n", float("-inf"), 7), "non-finite", "n of cells[3] is -inf at step 7"),
        (failure.state_failure(SETTINGS, "cells", 0, "V", 101, 2), "range",
         "V of cells[0] is 101.0 at step 2, outside its range [-200.0, 100.0]"),
        (failure.state_failure(SETTINGS, "e__cells__cells", 5, "z", 0.75, 2), "range",
         "z of e[5] is 0.75 at step 2, outside its range [0.0, 0.5]"),
        (failure.state_failure(SETTINGS, "e__cells__cells", 5, "w", -3.5, 2, True), "bound",
         "w of e[5] is -3.5 at step 2, beyond its bound"),
        (failure.carry_failure(SETTINGS, "e__cells__cells", 5, -9.0, 2, 8.0), "carried",
         "e[5] carries -9.0 at step 2, beyond 8.0, up to which sums at its port are exact"),
        (failure.carry_failure(SETTINGS, "e__cells__cells", 5, float("-inf"), 2, 8.0), "non-finite",
         "e[5] carries -inf at step 2"),
        (failure.sample_failure(SETTINGS, "b", 7.0, 12), "sample", "the array b has 7 values, 7 was asked for at step 12"),
        (failure.not_built(), "build", "the model could not be built"),
        (failure.not_built("no compiler"), "build", "the model could not be built: no compiler"),
        (failure.ended(-9, 40), "simulator", "the simulation was killed by SIGKILL after step 40"),
        (failure.ended(1, 40), "simulator", "the simulation ended with exit status 1 after step 40"),
    ],
)  # fmt: skip
def test_words(reason: failure.Reason, kind: str, what: str) -> None:
    assert (reason["kind"], reason["what"]) == (kind, what)
    assert isinstance(reason["step"], int)


def test_the_place_of_a_failure() -> None:
    reason = failure.state_failure(SETTINGS, "e__cells__cells", 5, "z", 0.75, 2)
    assert {key: reason[key] for key in ("population", "neuron", "variable", "step")} == {
        "population": "e", "neuron": 5, "variable": "z", "step": 2,
    }  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_every_tree_has_them(name: str) -> None:
    tree = backend(name).generate(load(case_file("times")).program)
    assert tree.files["code/failure.py"] == Path(failure.__file__).read_text(encoding="utf-8")


def test_they_need_python_alone() -> None:
    module = ast.parse(Path(failure.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(module) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"__future__", "collections.abc", "math", "signal", "typing"}


@pytest.mark.parametrize("name", OWN)
def test_no_backend_has_words_of_its_own(name: str) -> None:
    """What says how a run failed stands in no file of a backend: not as a sentence, and not as a kind."""
    said = (
        "at step {", ", beyond its bound", "up to which", ", outside its range", "} was asked for", "non-finite\"",
        "not be built",
    )  # fmt: skip
    files = [file for file in (ROOT / "backends" / f"snndsl_{name}").rglob("*") if file.suffix in (".py", ".h", ".cpp")]
    assert f"snndsl_{name}/backend.py" in {f"{file.parent.name}/{file.name}" for file in files}
    for file in sorted(files):
        text = file.read_text(encoding="utf-8")
        assert [words for words in said if words in text] == [], file


@pytest.mark.parametrize("name", ["brian2", "nest"])
def test_a_build_that_fails(name: str) -> None:
    [fault] = build_failed(name, Path("log")).faults
    assert (fault.code, fault.what) == ("build-failed", f"{name}: the model could not be built: see log")
