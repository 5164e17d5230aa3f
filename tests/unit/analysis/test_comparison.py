"""Identical or not, and where runs first part."""

from pathlib import Path

import numpy as np
import pytest
from unit.analysis.runs import write

from snndsl.analysis.comparison import compare
from snndsl.errors import ModelError

SPIKES = {"exc": [(1, 0), (5, 3), (5, 7), (40, 3)], "inh": [(6, 1)]}
V = [float(k) for k in range(101)]


def test_equal_runs_are_identical(tmp_path: Path) -> None:
    runs = [write(tmp_path / name, SPIKES, V, [0.5, 0.25]) for name in "abc"]
    found = compare(*runs)
    assert found.identical and found.first_divergence is None
    assert found.lines() == ["identical: 5 spikes, 101 samples of states, 2 values of synapses, 2 synapses, 3 runs"]


def test_files_that_differ_in_chunks_alone_are_identical(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES)
    other.manifest["files"][-1]["sha256"] = "another"
    assert compare(one, other).identical


def test_the_first_spike_that_differs_is_named(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES)
    other = write(tmp_path / "b", {**SPIKES, "exc": [(1, 0), (5, 3), (8, 7), (40, 3)]})
    found = compare(one, other)
    first = found.first_divergence
    assert first is not None and (first.kind, first.step, first.population, first.neuron) == ("spike", 5, "exc", 7)
    assert first.values == (5, 8)
    assert f"exc[7]   spikes in {one.path} at step 5, in {other.path} at step 8" in found.lines()[1]
    assert found.before_after == (1, 3 / 4)
    assert found.to_dict()["first_divergence"]["step"] == 5


def test_a_missing_spike_at_the_end(tmp_path: Path) -> None:
    found = compare(write(tmp_path / "a", SPIKES), write(tmp_path / "b", {**SPIKES, "exc": SPIKES["exc"][:-1]}))
    assert found.first_divergence is not None
    assert (found.first_divergence.step, found.first_divergence.values) == (40, (40, None))
    assert "never again" in found.lines()[1]


def test_a_state_that_differs_before_is_named_first_with_its_distance(tmp_path: Path) -> None:
    changed = [*V]
    changed[3] = float(np.nextafter(np.nextafter(3.0, 4), 4))
    found = compare(write(tmp_path / "a", SPIKES, V), write(tmp_path / "b", {**SPIKES, "inh": [(7, 1)]}, changed))
    first = found.first_divergence
    assert first is not None and (first.kind, first.step, first.variable, first.ulp) == ("state", 3, "v", 2)
    assert "3.0 against 3.000000000000001 (2 ulp) at step 3" in found.lines()[1]
    assert [item.kind for item in found.differences[found.runs[1]]] == ["state", "spike"]


def test_weights_and_tables(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES, w=[0.5, 0.25])
    weights = compare(one, write(tmp_path / "b", SPIKES, w=[0.5, 0.26])).first_divergence
    assert weights is not None and (weights.kind, weights.population, weights.neuron, weights.step) == ("weight", "ee", 1, 100)
    table = compare(one, write(tmp_path / "c", SPIKES, w=[0.5, 0.25], delay=4)).first_divergence
    assert table is not None and (table.kind, table.variable, table.values) == ("table", "axonal", (3, 4))


def test_a_shorter_run_is_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES)
    other = write(tmp_path / "b", {"exc": SPIKES["exc"][:3], "inh": SPIKES["inh"]}, steps=30, status="interrupted")
    found = compare(one, other)
    assert found.identical and found.steps == 30
    assert any("has 100 steps, of which 30 were compared" in note for note in found.notes)
    assert any("is interrupted after 30 steps" in note for note in found.notes)


@pytest.mark.parametrize("change", [{"sizes": {"exc": 11, "inh": 4}}, {"step_ms": "1/2"}])
def test_other_networks_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="runs-differ"):
        compare(write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES, **change))  # type: ignore[arg-type]


def test_runs_that_have_nothing_in_common_are_not_identical(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing-compared"):
        compare(write(tmp_path / "a", {"exc": []}), write(tmp_path / "b", {"inh": []}))


def test_one_run_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="runs-too-few"):
        compare(write(tmp_path / "a", SPIKES))


def test_notebooks_get_escaped_text(tmp_path: Path) -> None:
    one, other = write(tmp_path / "<a>", SPIKES), write(tmp_path / "b", SPIKES)
    assert "<a>" not in compare(one, other)._repr_html_()
