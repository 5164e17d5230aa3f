"""Worker processes of this machine: each makes the task once, and ends when the process that started it has gone."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from snndsl.attendance import attend, undisturbed
from snndsl.errors import Fault, SimulationFailed
from snndsl.parallel.flight import IN_FLIGHT, in_turn

__all__ = ["in_processes"]

_function: Callable[[Any], Any] | None = None
"""Of this worker."""


def _start(parent: int, make: Callable[..., Callable[[Any], Any]], given: tuple[Any, ...]) -> None:
    global _function
    attend(parent)
    _function = make(*given)


def _one(key: Any) -> Any:
    assert _function is not None
    return _function(key)


def in_processes(
    make: Callable[..., Callable[[Any], Any]], given: tuple[Any, ...], keys: Sequence[Any], workers: int, remedy: str
) -> Iterator[Any]:
    """Yield results in the order of the keys.

    Parameters
    ----------
    make, given
        As in `snndsl.parallel.Task`.
    keys : sequence
        At least one.
    workers : int
        Processes; no more than keys are started.
    remedy : str
        As in `snndsl.parallel.Task`.

    Raises
    ------
    SimulationFailed
        worker-lost.
    """
    context = multiprocessing.get_context("spawn")
    started = os.getpid(), make, given
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(min(workers, len(keys)), mp_context=context, initializer=_start, initargs=started) as pool:

        def submit(key: Any) -> Any:
            """Hand out a key; the first starts the processes."""
            with undisturbed():
                return pool.submit(_one, key)

        try:
            yield from in_turn(submit, keys, IN_FLIGHT * workers)
        except BrokenProcessPool:
            what = "a worker process ended before its work was done"
            raise SimulationFailed(Fault("worker-lost", what, try_=remedy)) from None
        except (KeyboardInterrupt, GeneratorExit):  # nobody waits for what is not wanted any more
            for process in multiprocessing.active_children():
                if process not in others:
                    process.kill()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
