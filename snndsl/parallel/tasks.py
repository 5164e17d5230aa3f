"""Tasks by key: the same function for every key, wherever there is room for it; results come in the order of the keys.

Work goes on from where it ended by leaving out the keys that are done: because results come in order, what was kept of an
interrupted run are those of the first keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from snndsl.deferred import dataclass
from snndsl.parallel.cluster import on_cluster
from snndsl.parallel.processes import in_processes

__all__ = ["Task", "ordered", "repeated"]

T = TypeVar("T")

GUARD = 'call it under if __name__ == "__main__":, or with workers=1'


@dataclass(frozen=True, slots=True)
class Task:
    """A function from keys to results, as it is made in every worker.

    Parameters
    ----------
    make : callable
        Of a module, so that other processes find it; called once in each worker, with `given`.
    given : tuple
        What a worker has to know; it is sent to each once.
    remedy : str
        What to do when workers are lost.
    """

    make: Callable[..., Callable[[Any], Any]]
    given: tuple[Any, ...]
    remedy: str = GUARD


def ordered(
    task: Task, keys: Sequence[Any], *, workers: int = 1, scheduler: str | None = None, apart: bool = False
) -> Iterator[Any]:
    """Yield the result of every key, in their order; the same whoever computes them.

    Parameters
    ----------
    task : Task
        What is done.
    keys : sequence
        Few of them are in flight at a time.
    workers : int
        Processes. They end with this one, however it ends.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers do it instead.
    apart : bool
        Never in this process: a key may end the process that computes it.

    Raises
    ------
    SimulationFailed
        worker-lost.
    ToolMissing, ModelError
        Dask is not installed; no scheduler answers.
    """
    if scheduler is not None:
        yield from on_cluster(task.make, task.given, keys, scheduler, task.remedy)
    elif not apart and (workers == 1 or len(keys) < 2):
        yield from map(task.make(*task.given), keys)
    else:
        yield from in_processes(task.make, task.given, keys, workers, task.remedy)


def repeated(function: Callable[..., T], given: tuple[Any, ...], repetitions: int, workers: int = 1) -> Iterator[T]:
    """Yield ``function(k, *given)`` for every repetition k, in order.

    Parameters
    ----------
    function : callable
        Of a module; its chance has to come from k and what is in `given`.
    given : tuple
        Sent to each process once.
    repetitions : int
        How many.
    workers : int
        Processes.

    Raises
    ------
    SimulationFailed
        worker-lost.
    """
    yield from ordered(Task(_Repetition, (function, given)), range(repetitions), workers=workers)


class _Repetition:
    """A function of the number of a repetition."""

    def __init__(self, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
        self.function, self.given = function, given

    def __call__(self, k: int) -> Any:
        return self.function(k, *self.given)
