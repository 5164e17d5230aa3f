"""Workers of a Dask cluster: what they have to know is sent to each once, and every thread has memory of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from snndsl.errors import Fault, ModelError, SimulationFailed, ToolMissing
from snndsl.parallel.flight import IN_FLIGHT, in_turn

__all__ = ["on_cluster"]

PATIENCE = "20 s"
"""How long a scheduler may take to answer."""

_made = threading.local()


def _elsewhere(name: str, task: tuple[Callable[..., Callable[[Any], Any]], tuple[Any, ...]], key: Any) -> Any:
    """Return the result of a key on a worker of a cluster."""
    known: dict[str, Callable[[Any], Any]] = _made.__dict__.setdefault("known", {})
    if name not in known:
        make, given = task
        known.clear()
        known[name] = make(*given)
    return known[name](key)


def on_cluster(
    make: Callable[..., Callable[[Any], Any]], given: tuple[Any, ...], keys: Sequence[Any], address: str, remedy: str
) -> Iterator[Any]:
    """Yield results in the order of the keys.

    Parameters
    ----------
    make, given
        As in `snndsl.parallel.Task`.
    keys : sequence
        Any.
    address : str
        Of a Dask scheduler.
    remedy : str
        As in `snndsl.parallel.Task`.

    Raises
    ------
    ToolMissing
        tool-missing: Dask is not installed.
    ModelError
        scheduler-unreachable.
    SimulationFailed
        worker-lost.
    """
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
        everything = client.scatter([(make, given)], broadcast=True, hash=False)[0]

        def submit(key: Any) -> Any:
            """Hand out a key."""
            return client.submit(_elsewhere, everything.key, everything, key, pure=False, retries=2)

        try:
            yield from in_turn(submit, keys, IN_FLIGHT * count)
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("distributed", "dask"):
                raise
            raise SimulationFailed(Fault("worker-lost", f"the cluster gave up: {error}", try_=remedy)) from None
