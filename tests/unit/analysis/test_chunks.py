"""Reading piece by piece is reading at once."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.analysis.runs import write

from snndsl.analysis.chunks import SpikeChunks, state_records, walk
from snndsl.analysis.statistics import TrainCounter, select, train_statistics
from snndsl.errors import ModelError

events = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), unique=True, max_size=80).map(sorted)


@settings(max_examples=25, deadline=None)
@given(events, st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 20))
def test_windows_and_pieces(listed: list[tuple[int, int]], chunk: int, first: int, last: int, budget: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = write(Path(folder) / "run", {"exc": listed}, steps=60, chunk=chunk)
        train, whole = SpikeChunks(run, "exc"), select(run.spikes["exc"], first, last)
        assert train.count(first, last) == len(whole)
        part = train.between(first, last)
        assert part.step.tolist() == whole.step.tolist() and part.neuron.tolist() == whole.neuron.tolist()
        pieces = [piece for (piece,) in walk((train,), first, last, budget)]
        assert [step for piece in pieces for step in piece.step] == whole.step.tolist()
        assert [neuron for piece in pieces for neuron in piece.neuron] == whole.neuron.tolist()
        assert all(len(piece) <= budget or len(set(piece.step)) == 1 for piece in pieces)


@settings(max_examples=25, deadline=None)
@given(events, st.lists(st.integers(0, 60), max_size=6))
def test_statistics_do_not_depend_on_the_pieces(listed: list[tuple[int, int]], cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spikes = write(Path(folder) / "run", {"exc": listed}, steps=60).spikes["exc"]
        counter, ends = TrainCounter(10), [0, *sorted(cuts), 60]
        for begin, end in zip(ends[:-1], ends[1:], strict=True):
            counter.add(select(spikes, begin + 1, end))
        assert repr(counter.statistics(0.06)) == repr(train_statistics(spikes, 10, 60))


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_samples_of_states(tmp_path: Path, chunk: int) -> None:
    run = write(tmp_path / "run", {"exc": []}, [float(k) for k in range(101)], chunk=chunk)
    [record] = state_records(run, "exc", "v")
    assert record.steps(40).tolist() == list(range(41))
    assert record.values(np.array([0, 1, 6, 7, 8, 40, 100]))[:, 0].tolist() == [0, 1, 6, 7, 8, 40, 100]


def test_rows_that_are_missing(tmp_path: Path) -> None:
    run = write(tmp_path / "run", {"exc": [(1, 1)]})
    next(item for item in run.manifest["files"] if item["file"] == "spikes/exc/000000.neuron.npy")["rows"] = 2
    with pytest.raises(ModelError, match="has 1 rows"):
        run.array("spikes/exc/000000.neuron.npy")
