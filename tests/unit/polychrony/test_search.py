"""Searches: processes, interruption and resume, refusal, room for what is found."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from unit.polychrony.networks import chain, middling, random_network, recorded, same_group

from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, Izhikevich2006, SynapseTable, discover, predict, read_catalogue, search
from snndsl.polychrony.blocks import MotherBlock, Searcher, blocks, triples
from snndsl.polychrony.engine.arrays import Room, found, work
from snndsl.polychrony.folder import Folder

SMALL_PATHS = {"min_path": 3, "threshold": 5.0}


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "blocks", partial(blocks, least=100))


def network() -> SynapseTable:
    return middling()


def find(out: Path | None = None, **more: object) -> Catalogue:
    return discover(network(), mode="corrected", parameters=SMALL_PATHS, out=out, **more)  # type: ignore[arg-type]


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_a_chain_is_found() -> None:
    found = discover(chain(), mode="corrected", parameters={"min_path": 6})
    assert [group.mother for group in found] == [3, 4, 5]
    group = found[0]
    assert group.anchors.tolist() == [0, 1, 2] and group.anchor_steps.tolist() == [0, 3, 6]
    assert group.layer.tolist() == sorted([1, 2, 3, 4, 5, 6] * 3) and group.neuron.tolist() == list(range(18))
    assert group.longest_path == 6 and len(group.pre) == 45


def test_blocks_cover_all_mothers_once() -> None:
    counts = [0, 5, 0, 100, 3, 0, 0, 50, 0]
    plan = blocks(counts, least=10)
    assert [mother for block in plan for mother in range(block.first, block.last)] == list(range(9))
    assert [block.probes for block in plan] == [105, 53, 0][: len(plan)]
    assert blocks([]) == []


def test_number_of_probes() -> None:
    prediction = predict(chain())
    assert (prediction.probes, prediction.mothers, prediction.largest) == (15, 15, 1)
    assert predict(SynapseTable.from_columns({"pre": [], "post": [], "weight": [], "delay": []})).probes == 0


def test_progress_ends_with_all_probes(small_blocks: None) -> None:
    seen: list[tuple[int, int, int]] = []
    found = find(progress=lambda *numbers: seen.append(numbers))
    total = sum(triples(network(), Izhikevich2006(**SMALL_PATHS)))  # type: ignore[arg-type]
    assert seen[0] == (0, total, 0) and seen[-1] == (total, total, len(found)) and len(seen) > 10
    assert seen == sorted(seen)


@pytest.mark.slow
def test_processes_write_the_same_folder(tmp_path: Path, small_blocks: None) -> None:
    one, three = find(tmp_path / "one"), find(tmp_path / "three", workers=3)
    assert len(one) > 100
    assert content(one.path) == content(three.path)


@pytest.mark.slow
def test_a_killed_search_goes_on(tmp_path: Path, small_blocks: None) -> None:
    code = f"""
import os, signal
from functools import partial
from pathlib import Path
from unit.polychrony.test_search import blocks, find, search
search.blocks = partial(blocks, least=100)
def progress(done, total, groups):
    if done > 0.7 * total:
        os.kill(os.getpid(), signal.SIGKILL)
find(Path({str(tmp_path / "killed")!r}), progress=progress)
"""
    tests = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    partly = read_catalogue(tmp_path / "killed")
    assert not partly.complete and len(partly) > 60
    whole = find(tmp_path / "whole")
    assert len(partly) < len(whole)
    assert all(same_group(one, other) for one, other in zip(partly, whole))
    # what was written but not listed does not count
    (tmp_path / "killed" / "groups" / "mother" / "999999.npy").write_bytes(b"half")
    resumed = find(tmp_path / "killed", resume=True)
    (tmp_path / "killed" / "groups" / "mother" / "999999.npy").unlink()
    assert content(resumed.path) == content(whole.path)


def test_an_interrupted_search_says_so(tmp_path: Path, small_blocks: None) -> None:
    def stop(done: int, total: int, groups: int) -> None:
        if groups > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(tmp_path / "groups", progress=stop)
    assert read_catalogue(tmp_path / "groups").manifest["status"] == "interrupted"
    assert find(tmp_path / "groups", resume=True).complete


def test_a_complete_search_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = find(tmp_path / "groups")
    monkeypatch.setattr(search, "ordered", None)
    assert len(find(tmp_path / "groups", resume=True)) == len(first)


def test_folders_of_other_searches_are_left_alone(tmp_path: Path) -> None:
    find(tmp_path / "groups")
    before = content(tmp_path / "groups")
    with pytest.raises(ModelError, match="catalogue-exists"):
        find(tmp_path / "groups")
    with pytest.raises(ModelError, match="other definitions"):
        discover(network(), mode="original", parameters=SMALL_PATHS, out=tmp_path / "groups", resume=True)
    with pytest.raises(ModelError, match="catalogue-of-another-search"):
        discover(chain(), mode="corrected", parameters=SMALL_PATHS, out=tmp_path / "groups", resume=True)
    assert content(tmp_path / "groups") == before


def test_two_processes_cannot_write_one_folder(tmp_path: Path) -> None:
    writer = Folder(tmp_path / "groups")
    writer.lock()
    with pytest.raises(ModelError, match="catalogue-locked"):
        find(tmp_path / "groups")
    writer.unlock()
    assert find(tmp_path / "groups").complete


def test_searches_that_take_days_are_refused() -> None:
    n = 2_000
    pre = np.repeat(np.arange(n), 1_000)
    rng = np.random.default_rng(0)
    columns = {"pre": pre, "post": rng.integers(0, n, len(pre)), "weight": np.full(len(pre), 10.0), "delay": np.ones(len(pre))}
    table = SynapseTable.from_columns(columns)
    with pytest.raises(ModelError, match=r"search-too-long.*combinations of anchors would take about"):
        discover(table)
    assert predict(table).seconds > 86_400


def test_room_grows_and_groups_stay_the_same() -> None:
    definition = Izhikevich2006(mode="corrected", **SMALL_PATHS)  # type: ignore[arg-type]
    table = network()
    whole = Searcher(table, definition)(MotherBlock(0, 100, 0))
    cramped = Searcher(table, definition)
    cramped.out = found(cramped.rule, 2, 40, 40)
    cramped.small = work(100, cramped.rule, Room(3, 8, 8))
    cramped.room = Room(4, 16, 16)
    cramped.large = work(100, cramped.rule, cramped.room)
    again = cramped(MotherBlock(0, 100, 0))
    for name, columns in whole.items():
        for column, values in columns.items():
            assert np.array_equal(values, again[name][column]), (name, column)
    assert cramped.room.arrivals > 4


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"definition": "2006"}, "definition-unknown"),
        ({"parameters": {"anchor": 3}}, "no parameter 'anchor'"),
        ({"parameters": {"anchors": 1}}, "1 anchors"),
        ({"parameters": {"min_path": 1}}, "min_path is 1"),
        ({"parameters": {"max_delay": 5}}, "a delay of 10 steps, but max_delay is 5"),
        ({"parameters": {"late_answers": True}}, "original mode with a defect mended"),
        ({"mode": "exact"}, "mode is 'exact'"),
        ({"workers": 0}, "0 workers"),
        ({"neurons": np.zeros((3, 4))}, "neuron-parameters"),
        ({"neurons": np.tile([0.02, 0.25, -65.0, 8.0], (18, 1))}, "no-rest"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        discover(chain(), **arguments)  # type: ignore[arg-type]


def test_a_threshold_may_be_a_fraction_of_the_largest_weight() -> None:
    absolute = discover(chain(), parameters={"min_path": 3, "threshold": 9.5})
    relative = discover(chain(), parameters={"min_path": 3, "threshold": 0.95, "fraction_of": 10.0})
    assert len(absolute) == len(relative) == 12
    assert relative.definitions[0]["fraction_of"] == 10.0


def test_the_recorded_network_in_parts() -> None:
    part = Searcher(recorded(), Izhikevich2006())(MotherBlock(26, 31, 0))
    mothers, counts = np.unique(part["groups"]["mother"], return_counts=True)
    assert dict(zip(mothers.tolist(), counts.tolist())) == {26: 79, 27: 2, 28: 8, 29: 1, 30: 8}


@pytest.mark.parametrize("row", [1000, 12, 6])
def test_probes_left_out_make_no_group_even_where_rows_run_over(row: int) -> None:
    definition = Izhikevich2006(row=row, min_path=3, threshold=5.0)
    table = random_network(np.random.default_rng(13), neurons=100, targets=12)
    quick, thorough = Searcher(table, definition), Searcher(table, definition)
    assert quick.net.single
    thorough.net = thorough.net._replace(single=False)
    one, other = (searcher(MotherBlock(0, 100, 0)) for searcher in (quick, thorough))
    assert len(one["groups"]["id"]) > 0
    for name in ("groups", "spikes", "links"):
        for column, values in one[name].items():
            assert np.array_equal(values, other[name][column]), (name, column)
    assert one["ended"]["inert"] >= other["ended"]["inert"]
