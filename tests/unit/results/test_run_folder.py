"""What a run writes is what is read; what is not listed does not exist."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.errors import ModelError
from snndsl.results import Recording, read_run
from snndsl.results.run_folder import RunFolder, RunFolderError

SETTINGS = {
    "name": "m",
    "step_ms": "1/10",
    "steps": 20,
    "backend": "test",
    "populations": {"a": 300, "b": 2},
    "projections": {"p": {"rows": 3, "populations": ["a", "b"]}},
    "spike_records": [{"population": "a"}, {"population": "b"}],
    "state_records": [{"name": "0", "population": "b", "variables": ["v", "syn__I"], "period": 5, "first": 0, "last": 20}],
    "synapse_records": [{"projection": "p", "variables": ["w"], "stamps": [10, 20]}],
}


def folder(path: Path) -> RunFolder:
    return RunFolder(path, SETTINGS, {"tool": "1.0"})


def test_a_run_comes_back(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.state_neurons("b", ["v", "syn__I"], "0", np.array([0, 1]))
    run.spikes("a", 1, 10, np.array([3, 1, 3]), np.array([299, 5, 0]))
    run.states("b", "v", "0", np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    run.weights("p", "w", 10, np.array([0.1, 0.2, 0.3]))
    run.commit(10)
    run.spikes("a", 11, 20, np.array([20]), np.array([7]))
    run.states("b", "v", "0", np.array([[7.0, 8.0], [9.0, 10.0]]))
    run.commit(20)
    run.finish()

    read = read_run(tmp_path)
    assert (read.status, read.steps_done, read.step_ms, read.backend) == ("complete", 20, 0.1, "test")
    assert Recording(str(tmp_path)).spike_counts == read.spike_counts == {"a": 4}
    assert read.spikes["a"].step.tolist() == [1, 3, 3, 20]
    assert read.spikes["a"].neuron.tolist() == [5, 0, 299, 7]
    np.testing.assert_allclose(read.spikes["a"].time_ms, [0.1, 0.3, 0.3, 2.0], rtol=1e-15)
    assert (read.spikes["a"].step.dtype, read.spikes["a"].neuron.dtype) == (np.int64, np.int32)
    assert len(read.spikes["b"]) == 0
    assert read.states["b"]["v"].step.tolist() == [0, 5, 10, 15, 20]
    assert read.states["b"]["v"].value[:, 1].tolist() == [2, 4, 6, 8, 10]
    assert read.weights["p"]["w"].value.tolist() == [[0.1, 0.2, 0.3]]
    assert read.verify() == []


def test_states_and_weights_are_frames_of_one_row_a_number(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    run = folder(tmp_path)
    run.state_neurons("b", ["v"], "0", np.array([1, 0]))
    run.states("b", "v", "0", np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    run.weights("p", "w", 10, np.array([0.1, 0.2, 0.3]))
    run.commit(10)
    run.finish()

    read = read_run(tmp_path)
    states = read.states["b"]["v"].to_frame()
    assert list(states) == ["step", "time_ms", "neuron", "value"]
    rows = [[0, 0, 1, 1], [0, 0, 0, 2], [5, 0.5, 1, 3], [5, 0.5, 0, 4], [10, 1, 1, 5], [10, 1, 0, 6]]
    assert states.to_numpy().tolist() == rows
    weights = read.weights["p"]["w"].to_frame()
    assert list(weights) == ["step", "time_ms", "row", "value"]
    assert weights.to_numpy().tolist() == [[10, 1, 0, 0.1], [10, 1, 1, 0.2], [10, 1, 2, 0.3]]


def test_dotted_names_are_those_of_the_model(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.state_neurons("b", ["syn__I"], "0", np.array([1]))
    run.states("b", "syn__I", "0", np.array([[4.0]]))
    run.commit(1)
    assert read_run(tmp_path).states["b"]["syn.I"].value.tolist() == [[4.0]]
    with pytest.raises(KeyError, match="there is v, syn__I"):
        read_run(tmp_path).states["b"]["syn.J"]


def test_what_is_not_committed_does_not_exist(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.spikes("a", 1, 10, np.array([1]), np.array([5]))
    run.commit(10)
    run.spikes("a", 11, 20, np.array([11]), np.array([6]))
    (tmp_path / "spikes" / "a" / "000001.neuron.npy").write_bytes(b"torn")
    read = read_run(tmp_path)
    assert (read.steps_done, read.spikes["a"].neuron.tolist(), read.status) == (10, [5], "running")


def test_damage_is_found(tmp_path: Path) -> None:
    run = folder(tmp_path)
    run.spikes("a", 1, 20, np.array([1, 2]), np.array([5, 6]))
    run.commit(20)
    run.finish()
    file = tmp_path / "spikes" / "a" / "000000.neuron.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content))
    assert read_run(tmp_path).verify() == ["spikes/a/000000.neuron.npy"]
    file.write_bytes(bytes(content[:-1]))
    with pytest.raises(ModelError, match="run-damaged"):
        read_run(tmp_path).spikes["a"]


def test_two_processes_cannot_write_one_folder(tmp_path: Path) -> None:
    folder(tmp_path)
    with pytest.raises(RunFolderError, match="being written by process"):
        folder(tmp_path)


def test_a_lock_of_a_dead_process_is_taken_over_but_not_its_run(tmp_path: Path) -> None:
    run = folder(tmp_path)
    lock = json.loads((tmp_path / "lock").read_text())
    run.finish()
    (tmp_path / "lock").write_text(json.dumps({**lock, "pid": 2**22 + 1}))
    with pytest.raises(RunFolderError, match="already holds a run"):
        folder(tmp_path)


def test_wrong_counts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="2 spikes counted, 1 listed"):
        folder(tmp_path).counted_spikes("a", 1, np.array([1, 1]), np.array([3]))


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "run-damaged"), ('{"format": 99, "files": []}', "run-format"), ('{"format": 1}', "run-missing")],
)
def test_manifests_that_cannot_be_read(tmp_path: Path, content: str, code: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match=code):
        read_run(tmp_path)


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="run-missing"):
        read_run(tmp_path)


spikes = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 299)), max_size=60, unique=True)


@pytest.mark.slow
@given(spikes=spikes, cut=st.integers(1, 19))
def test_chunks_do_not_matter(tmp_path_factory: pytest.TempPathFactory, spikes: list[tuple[int, int]], cut: int) -> None:
    def written(bounds: list[tuple[int, int]]) -> tuple[list[int], list[int], list[int]]:
        path = tmp_path_factory.mktemp("run")
        run = folder(path)
        for first, last in bounds:
            mine = [item for item in spikes if first <= item[0] <= last]
            run.spikes("a", first, last, np.array([s for s, _ in mine]), np.array([n for _, n in mine]))
            run.commit(last)
        run.finish()
        read = read_run(path)
        return read.spikes["a"].step.tolist(), read.spikes["a"].neuron.tolist(), read.blocks.tolist()

    whole, halves = written([(1, 20)]), written([(1, cut), (cut + 1, 20)])
    assert whole == halves
    assert list(zip(whole[0], whole[1], strict=True)) == sorted(spikes)
