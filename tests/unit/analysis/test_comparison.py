"""Identical or not, and where runs first part."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from unit.analysis.runs import write

from snndsl.analysis.comparison import compare
from snndsl.errors import ModelError
from snndsl.results import Recording

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


def test_a_run_without_steps_is_not_identical_to_anything(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES)
    other.manifest["steps_done"] = 0
    with pytest.raises(ModelError, match="has no steps yet"):
        compare(one, other)


def test_silent_runs_say_how_long_they_were_silent(tmp_path: Path) -> None:
    runs = [write(tmp_path / name, {"exc": [], "inh": []}) for name in "ab"]
    for run in runs:
        run.manifest["projections"] = {}
    assert compare(*runs).lines() == ["identical: no spikes in 100 steps, 2 runs"]


def test_the_run_that_parts_is_named_among_several(tmp_path: Path) -> None:
    one, same = write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES)
    other = write(tmp_path / "c", {**SPIKES, "inh": []})
    found = compare(one, same, other)
    assert found.first_run == str(other.path)
    assert found.to_dict()["first_divergence"]["runs"] == [str(one.path), str(other.path)]


def test_a_run_given_three_times_has_three_names(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES)
    assert len(set(compare(one, one, one).runs)) == 3


def test_statistics_say_how_many_trains_are_equal(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES)
    other = write(tmp_path / "b", {**SPIKES, "exc": [(1, 0), (5, 3), (8, 7), (40, 3)]})
    found = compare(one, other)
    base, beside = (found.statistics["exc"][run] for run in found.runs)
    assert math.isnan(base.same_trains) and beside.same_trains == 9 / 10
    assert found.statistics["inh"][found.runs[1]].same_trains == 1


def test_weights_have_a_largest_distance_and_a_pair(tmp_path: Path) -> None:
    table = {"pre": np.array([4, 5], np.int32), "post": np.array([6, 7], np.int32)}
    one = write(tmp_path / "a", SPIKES, w=[0.5, 0.25], columns=table)
    other = write(tmp_path / "b", SPIKES, w=[0.5, 0.75], columns=table)
    found = compare(one, other)
    assert found.weights == {"ee": {"w": {str(other.path): 0.5}}}
    first = found.first_divergence
    assert first is not None and (first.pre, first.post) == (5, 7)
    assert "weight w of ee[1] (from 5 to 7)   0.25 against 0.75" in found.text()


def test_what_is_no_number_in_both_is_equal_and_plain_data_stays_json(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES, w=[math.nan, 0.25])
    assert compare(one, write(tmp_path / "b", SPIKES, w=[math.nan, 0.25], chunk=10)).identical
    other = compare(one, write(tmp_path / "c", SPIKES, w=[math.nan, math.inf]))
    assert other.first_divergence is not None and other.first_divergence.neuron == 1
    plain = json.loads(json.dumps(other.to_dict(), allow_nan=False))
    assert plain["first_divergence"]["values"] == [0.25, "inf"]
    assert plain["weights"] == {"ee": {"w": {other.runs[1]: "inf"}}}


def test_tables_of_other_lengths_are_a_difference(tmp_path: Path) -> None:
    one = write(tmp_path / "a", SPIKES, w=[0.5, 0.25])
    found = compare(one, write(tmp_path / "b", SPIKES, w=[0.5, 0.25, 0.1], rows=3))
    first = found.first_divergence
    assert first is not None and (first.kind, first.variable, first.values) == ("table", "rows", (2, 3))
    assert any("w of ee was not compared" in note for note in found.notes)


@pytest.mark.parametrize("column", ["pre", "post", "pre_population", "post_population", "row", "axonal", "dendritic", "weight"])
def test_every_column_of_a_table_counts(tmp_path: Path, column: str) -> None:
    changed = {column: np.array([7, 9], np.float64 if column == "weight" else np.int32)}
    first = compare(write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES, columns=changed)).first_divergence
    assert first is not None and (first.kind, first.variable, first.neuron) == ("table", column, 0)


def test_states_of_other_neurons_were_not_compared(tmp_path: Path) -> None:
    found = compare(write(tmp_path / "a", SPIKES, V), write(tmp_path / "b", SPIKES, V, watched=1))
    assert found.compared["samples of states"] == 0
    assert any("v of exc was not compared" in note for note in found.notes)


@pytest.mark.parametrize("step", [1, 9, 10, 11, 55, 99, 100])
@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_chunks_do_not_matter(tmp_path: Path, step: int, chunk: int) -> None:
    events = [(k, k % 10) for k in range(1, 101)]
    changed = [(k, (k + (k == step)) % 10) for k, _ in events]
    values = [float(k) for k in range(101)]
    values[step] += 1
    one = write(tmp_path / "a", {"exc": events}, V)
    other = write(tmp_path / "b", {"exc": changed}, values, chunk=chunk)
    found = compare(one, other)
    assert [(item.kind, item.step) for item in found.differences[found.runs[1]]] == [("state", step), ("spike", step)]
    assert found.before_after == (step - 1, (100 - step) / (101 - step))


def test_numbers_of_blocks_lead_to_the_difference_and_are_not_needed(tmp_path: Path) -> None:
    events = [(k, k % 10) for k in range(1, 1001)]
    changed = [event for event in events if event[0] != 731]
    one, other = write(tmp_path / "a", {"exc": events}, steps=1000), write(tmp_path / "b", {"exc": changed}, steps=1000)
    assert np.flatnonzero(one.blocks != other.blocks).tolist() == [7]
    found = compare(one, other).to_dict()
    for run in (one, other):  # as of a run that was killed
        run.manifest["files"] = [item for item in run.manifest["files"] if item["file"] != "blocks.npy"]
    assert found["first_divergence"]["step"] == 731 and compare(one, other).to_dict() == found


def test_equal_numbers_of_blocks_do_not_make_runs_identical(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", SPIKES), write(tmp_path / "b", {**SPIKES, "inh": [(7, 1)]})
    vars(other)["blocks"] = one.blocks
    first = compare(one, other).first_divergence
    assert first is not None and (first.step, first.population) == (6, "inh")


def test_recordings_are_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(*args: object) -> None:
        raise AssertionError("a whole array was read")

    for name in ("_spikes", "_states", "_weights", "_synapses"):
        monkeypatch.setattr(Recording, name, whole)
    one = write(tmp_path / "a", SPIKES, V, [0.5, 0.25])
    other = write(tmp_path / "b", {**SPIKES, "inh": [(7, 1)]}, [*V[:-1], 0.0], [0.5, 0.75], delay=4)
    kinds = [item.kind for item in compare(one, other).differences[str(other.path)]]
    assert kinds == ["table", "spike", "state", "weight"]


def test_a_damaged_chunk_is_reported(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", SPIKES), write(tmp_path / "b", {**SPIKES, "inh": []})
    (other.path / "spikes" / "exc" / "000000.neuron.npy").write_bytes(b"torn")
    other.manifest["files"] = [{**item, "sha256": "other"} for item in other.manifest["files"]]
    with pytest.raises(ModelError, match="run-damaged"):
        compare(one, other)


def test_notebooks_get_escaped_text(tmp_path: Path) -> None:
    one, other = write(tmp_path / "<a>", SPIKES), write(tmp_path / "b", SPIKES)
    assert "<a>" not in compare(one, other)._repr_html_()


def test_runs_that_recorded_other_neurons_are_refused(tmp_path: Path) -> None:
    runs = [write(tmp_path / name, SPIKES) for name in "ab"]
    chosen = runs[1].path / "source" / "data" / "records" / "spikes"
    chosen.mkdir(parents=True)
    np.save(chosen / "exc.npy", np.arange(8))
    with pytest.raises(ModelError, match="10 in .* and 8 in"):
        compare(*runs)
    np.save(chosen / "exc.npy", np.arange(10))
    assert compare(*runs).identical
