"""Keys in flight: only so many are handed out at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = ["IN_FLIGHT", "in_turn"]

IN_FLIGHT = 4
"""Keys handed out for each worker."""


def in_turn(submit: Callable[[Any], Any], keys: Sequence[Any], most: int) -> Iterator[Any]:
    """Yield results in the order of their keys, with at most `most` waiting.

    Parameters
    ----------
    submit : callable
        Returns a future of a key.
    keys : sequence
        In order.
    most : int
        In flight.
    """
    flight: deque[Any] = deque()
    for key in keys:
        flight.append(submit(key))
        if len(flight) > most:
            yield flight.popleft().result()
    while flight:
        yield flight.popleft().result()
