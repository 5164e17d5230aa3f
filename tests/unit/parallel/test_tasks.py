"""Tasks by key: results in order, the same in one process, in several and on a cluster; a lost worker is told."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from snndsl.errors import ModelError, SimulationFailed
from snndsl.parallel import Task, ordered, repeated


def power(exponent: int) -> Callable[[int], tuple[int, int]]:
    """Make a function that tells in which process it ran."""
    return lambda key: (key**exponent, os.getpid())


def gone(key: int) -> int:
    os._exit(3)


def lost() -> Callable[[int], int]:
    return gone


def added(k: int, more: int) -> int:
    return k + more


CUBES = [k**3 for k in range(20)]


def test_one_process_is_this_one() -> None:
    assert list(ordered(Task(power, (3,)), range(20))) == [(cube, os.getpid()) for cube in CUBES]


def test_processes_keep_the_order() -> None:
    values, processes = zip(*ordered(Task(power, (3,)), range(20), workers=2), strict=True)
    assert list(values) == CUBES
    assert os.getpid() not in processes


def test_keys_that_are_done_are_left_out() -> None:
    done = CUBES[:7]
    rest = [value for value, _ in ordered(Task(power, (3,)), range(20)[len(done) :], workers=2)]
    assert done + rest == CUBES


def test_a_lost_worker_ends_the_work_with_its_remedy() -> None:
    with pytest.raises(SimulationFailed) as error:
        list(ordered(Task(lost, (), "go on later"), range(4), workers=2))
    fault = error.value.faults[0]
    assert (fault.code, fault.try_) == ("worker-lost", "go on later")


def test_repetitions_are_numbered() -> None:
    assert list(repeated(added, (100,), 3, workers=2)) == list(repeated(added, (100,), 3)) == [100, 101, 102]


def test_a_cluster_gives_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        assert [value for value, _ in ordered(Task(power, (3,)), range(20), scheduler=address)] == CUBES


def test_no_scheduler_is_said() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ModelError, match="scheduler-unreachable"):
        list(ordered(Task(power, (3,)), range(2), scheduler="nonsense://here"))
