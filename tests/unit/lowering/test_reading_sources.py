"""Sources whose rates read signals: their law, their draws, their windows, and how they stop."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from property.machine import simulated

from snndsl import pipeline
from snndsl.api import Model
from snndsl.backend.registry import backend
from snndsl.ir import Table
from snndsl_reference.tree.failure import Failure
from snndsl_reference.tree.loading import load_tree
from snndsl_reference.tree.machine import Machine

RATES = [
    ("poisson", "(20 Hz)*(1 + i)"),
    ("bernoulli", "(80 Hz)*(1 + i)"),
    ("poisson", "(60 Hz)*(1 + sin(t/(20 ms) + i))"),
    ("bernoulli", "(200 Hz)*uniform()*(1 + clip(normal(), -1, 1))"),
    ("poisson", "levels(tick(100 ms))*(1 + i)"),
    ("poisson", "2 kHz"),
    ("bernoulli", "1 kHz"),
]


def model(kind: str, rate: str, read: str = "", **keys: Any) -> dict[str, Any]:
    """Return a source of four neurons for a second; its rate has a factor 1 that is a signal."""
    return {
        "name": "reading",
        "seed": 5,
        "time": {"step": "1 ms", "duration": "1 s"},
        "data": {"levels": {"values": [5, 50, 0, 90, 20, 0, 0, 10, 100, 40, 1], "unit": "Hz"}},
        "signals": {"one": {"parameters": {"p": "1"}, "state": {"x": "1"}, "equations": "both = p*x", "update": "x = x"}},
        "stimuli": {"drive": {"size": 4, kind: {"rate": f"({rate}){read}"}, **keys}},
        "record": {"spikes": ["drive"]},
    }


def spikes(sections: dict[str, Any], trial: int = 0) -> list[tuple[int, int]]:
    """Return stamps and neurons of the source in a trial, as the reference machine has them."""
    found = pipeline.elaborate(Model(**sections).checked)
    program = pipeline.until(pipeline.lower(found), 1000)
    program = pipeline.trial(program, found, trial) if trial else program
    with tempfile.TemporaryDirectory() as folder:
        backend("reference").generate(program).write(Path(folder))
        machine = Machine(load_tree(Path(folder)))
        return [(j + 1, int(k)) for j in range(program.steps) for k in machine.step(j)["drive"]]


def late(table: Table | None) -> list[tuple[int, int]]:
    """Return the spikes of a source that is known before the run, one step later."""
    assert table is not None
    return [(int(n) + 1, int(k)) for n, k in zip(table["stamp"], table["neuron"], strict=True) if n < 1000]


@pytest.mark.parametrize("read", ["*one.x", "*one.both", "*one.p"])
@pytest.mark.parametrize(("kind", "rate"), RATES)
def test_they_have_the_spikes_of_other_sources_one_step_later(kind: str, rate: str, read: str) -> None:
    """From the same draws: what is known before the run is the rate at the stamp of a spike, here at the step before it."""
    known = late(Model(**model(kind, rate)).program.population("drive").spikes)
    assert spikes(model(kind, rate, read)) == known != []


def test_trials_draw_anew_and_frozen_ones_do_not() -> None:
    plain, read = (model("poisson", "(50 Hz)*(1 + uniform())", factor) for factor in ("", "*one.x"))
    ordinary = [spikes(read, trial) for trial in (0, 1, 2)]
    assert len({str(item) for item in ordinary}) == 3
    for trial in (1, 2):
        found = pipeline.elaborate(Model(**plain).checked)
        assert ordinary[trial] == late(pipeline.trial(pipeline.lower(found), found, trial).population("drive").spikes)
    frozen = model("poisson", "(50 Hz)*(1 + uniform())", "*one.x", frozen=True)
    assert spikes(frozen) == spikes(frozen, 2) == ordinary[0]


def test_a_window_is_that_of_the_steps() -> None:
    found = spikes(model("bernoulli", "1 kHz", "*one.x", during=["10 ms", "13 ms"]))
    assert sorted({stamp for stamp, _ in found}) == [11, 12, 13] and len(found) == 12


def test_outside_the_window_arrays_are_read_within() -> None:
    table = model("poisson", "levels(tick(100 ms) - 5)", "*one.x", during=["500 ms", "900 ms"])
    assert {stamp // 100 for stamp, _ in spikes(table)} <= {5, 6, 7, 8, 9}


def test_a_signal_that_has_not_begun_is_read_as_it_starts() -> None:
    """Step 0 reads stamp 0: a pulse of the first step makes a spike of stamp 1, and no source that reads spikes at stamp 0."""
    sections = model("bernoulli", "1 kHz", "*one.x")
    sections["signals"]["one"]["update"] = "x = 0"
    assert spikes(sections) == [(1, 0), (1, 1), (1, 2), (1, 3)]


def test_a_rate_that_cannot_be_is_found_when_it_comes() -> None:
    for rate in ("(1 kHz)*(1 + one.x)", "-(1 Hz)*one.x", "(1 Hz)/(1 - one.x)"):
        sections = model("bernoulli", rate)
        with pytest.raises(Failure, match="spikes_per_step"):
            simulated(sections, steps=3)
