"""Every definition of the shipped library says what it is, has an example that runs, and runs alike everywhere."""

from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.entries import Entry
from snndsl.frontend.loader import shipped_files
from snndsl.ir import Program
from snndsl.pipeline import until
from snndsl.testing import differences
from snndsl.testing.beside import run_program, side_by_side

LIBRARY = tuple(snndsl.library())
STEPS = 450
"""Of the examples that run here: rules have seen some pairs by then, at steps of 0.1 ms."""


@pytest.mark.parametrize("file", shipped_files())
def test_a_library_file_is_valid_by_itself(file: str) -> None:
    assert snndsl.load(f"snndsl:{file}").checked.steps == 0


@pytest.mark.parametrize("entry", LIBRARY, ids=lambda entry: entry.key)
def test_an_entry_says_what_it_is(entry: Entry) -> None:
    """One line, a source, and a meaning for every symbol."""
    assert entry.title and not entry.title.endswith(".") and entry.references
    assert [symbol.name for symbol in entry.symbols if not symbol.meaning] == []


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    folder = tmp_path_factory.mktemp("examples")
    found = {}
    for entry in LIBRARY:
        file = folder / f"{entry.key}.yaml"
        file.write_text(entry.example, encoding="utf-8")
        program = snndsl.load(file).program
        found[entry.key.replace(".", "_") + "_"] = until(program, min(STEPS, program.steps))
    return found


@pytest.mark.slow
def test_examples_run_alike(programs: dict[str, Program], tmp_path: Path) -> None:
    """Side by side on the reference and on NEST: the same bits; neurons spike or move, weights and currents change."""
    beside = side_by_side(programs)
    reference, nest = (run_program(beside, backend, tmp_path / backend) for backend in ("reference", "nest"))
    assert differences(reference, nest) == []
    for prefix in programs:
        moved = [
            state.value for name, states in reference.states.items() if name.startswith(prefix) for state in states.values()
        ]
        moved += [part.value for name, parts in reference.weights.items() if name.startswith(prefix) for part in parts.values()]
        assert any((value != value[0]).any() for value in moved), prefix
        assert all(np.isfinite(value).all() for value in moved), prefix


def test_a_library_cannot_be_run() -> None:
    with pytest.raises(snndsl.errors.ModelError, match="the file has no 'time'"):
        snndsl.run(snndsl.load("snndsl:lif"))


def test_an_empty_projection_is_a_warning_that_the_run_keeps(tmp_path: Path) -> None:
    model = snndsl.Model(
        name="use",
        time={"step": "1 ms", "duration": "20 ms"},
        seed=1,
        imports={"lib": "snndsl:izhikevich2006"},
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
