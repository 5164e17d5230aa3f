"""Who searches the blocks of a search: this process, others of this machine, or the workers of a Dask cluster.

Whoever it is, chunks come in the order of the blocks, with few of them in flight, and have the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from snndsl.errors import Fault, ModelError, SimulationFailed, ToolMissing
from snndsl.parallel.attendance import attend
from snndsl.polychrony.blocks import Block, Neurons, Searcher
from snndsl.polychrony.definitions import Definition
from snndsl.polychrony.folder import Chunk
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.recordings.detect import SpikeTrains

__all__ = ["Work", "results"]

Work = tuple[SynapseTable, Definition, Neurons, SpikeTrains | None]
"""What a worker has to know."""

IN_FLIGHT = 4
"""Blocks handed out for each worker."""

PATIENCE = "20 s"
"""How long a scheduler may take to answer."""

_searcher: Searcher | None = None
_searchers = threading.local()


def results(work: Work, todo: list[Block], workers: int, scheduler: str | None) -> Iterator[Chunk]:
    """Yield the chunks of blocks, in their order.

    Parameters
    ----------
    work : tuple
        The network, the definition, the neurons and the recording.
    todo : list of Block
        What is to be searched.
    workers : int
        Processes.
    scheduler : str or None
        Address of a Dask scheduler.

    Raises
    ------
    SimulationFailed
        worker-lost.
    ToolMissing, ModelError
        Dask is not installed; no scheduler answers.
    """
    if scheduler is not None:
        yield from _on_cluster(work, todo, scheduler)
    elif workers == 1 or len(todo) < 2:
        yield from map(Searcher(*work), todo)
    else:
        yield from _in_processes(work, todo, workers)


def _in_turn(submit: Callable[[Block], Any], todo: list[Block], most: int) -> Iterator[Chunk]:
    """Keep `most` blocks in flight."""
    flight: deque[Any] = deque()
    for block in todo:
        flight.append(submit(block))
        if len(flight) > most:
            yield flight.popleft().result()
    while flight:
        yield flight.popleft().result()


def _start(parent: int, *work: Any) -> None:
    global _searcher
    attend(parent)
    _searcher = Searcher(*work)


def _one(block: Block) -> Chunk:
    assert _searcher is not None
    return _searcher(block)


def _in_processes(work: Work, todo: list[Block], workers: int) -> Iterator[Chunk]:
    context = multiprocessing.get_context("spawn")
    count, given = min(workers, len(todo)), (os.getpid(), *work)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=given) as pool:
        try:
            yield from _in_turn(lambda block: pool.submit(_one, block), todo, IN_FLIGHT * workers)
        except BrokenProcessPool:
            raise SimulationFailed(
                Fault(
                    "worker-lost",
                    "a worker process ended before its work was done",
                    try_='call discover under if __name__ == "__main__":, or with workers=1; resume=True goes on from here',
                )
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _elsewhere(key: str, work: Work, block: Block) -> Chunk:
    """Search a block on a worker of a cluster; every thread has memory of its own."""
    known: dict[str, Searcher] = _searchers.__dict__.setdefault("known", {})
    if key not in known:
        known.clear()
        known[key] = Searcher(*work)
    return known[key](block)


def _on_cluster(work: Work, todo: list[Block], address: str) -> Iterator[Chunk]:
    try:
        from distributed import Client as Untyped
    except ImportError:
        what = "Dask is not installed"
        raise ToolMissing(Fault("tool-missing", what, try_="pip install 'snndsl[cluster]'")) from None
    connect: Any = Untyped
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        what = f"no scheduler answers at {address}: {error}"
        raise ModelError(Fault("scheduler-unreachable", what, expected="the address of a running Dask scheduler")) from None
    with client:
        count = sum(client.nthreads().values())
        if count == 0:
            raise ModelError(Fault("scheduler-unreachable", f"the scheduler at {address} has no workers"))
        everything = client.scatter([work], broadcast=True, hash=False)[0]
        try:
            yield from _in_turn(
                lambda block: client.submit(_elsewhere, everything.key, everything, block, pure=False, retries=2),
                todo,
                IN_FLIGHT * count,
            )
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("distributed", "dask"):
                raise
            raise SimulationFailed(
                Fault("worker-lost", f"the cluster gave up: {error}", try_="--resume goes on from here")
            ) from None
