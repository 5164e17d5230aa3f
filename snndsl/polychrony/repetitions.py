"""The same work with different chance, many times, in this process or in several; results come in order."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from snndsl.errors import Fault, SimulationFailed
from snndsl.parallel.attendance import attend

__all__ = ["repeated"]

T = TypeVar("T")

_task: tuple[Callable[..., Any], tuple[Any, ...]] | None = None


def _start(parent: int, function: Callable[..., Any], task: tuple[Any, ...]) -> None:
    global _task
    attend(parent)
    _task = function, task


def _repetition(k: int) -> Any:
    assert _task is not None
    function, task = _task
    return function(k, *task)


def repeated(function: Callable[..., T], task: tuple[Any, ...], repetitions: int, workers: int = 1) -> Iterator[T]:
    """Yield ``function(k, *task)`` for every repetition k, in order.

    Parameters
    ----------
    function : callable
        Of a module, so that processes find it; its chance has to come from k and what is in `task`.
    task : tuple
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
    if workers == 1 or repetitions < 2:
        yield from (function(k, *task) for k in range(repetitions))
        return
    context = multiprocessing.get_context("spawn")
    started = (os.getpid(), function, task)
    with ProcessPoolExecutor(min(workers, repetitions), mp_context=context, initializer=_start, initargs=started) as pool:
        try:
            yield from pool.map(_repetition, range(repetitions))
        except BrokenProcessPool:
            what, hint = "a worker process ended before its work was done", 'call it under if __name__ == "__main__":'
            raise SimulationFailed(Fault("worker-lost", what, try_=hint)) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
