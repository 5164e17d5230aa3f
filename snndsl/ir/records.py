"""Records: what is kept of a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["CountRecord", "SpikeRecord", "StateRecord", "SynapseRecord"]


@dataclass(frozen=True, slots=True, eq=False)
class SpikeRecord:
    """All spikes of stamps 1 .. steps of the listed neurons of a population.

    ``neurons`` is an int32 array, sorted; None: all. Where not all of them are kept, ``kept`` holds the ranges that are (start
    and stop); the others are only counted.
    """

    population: str
    neurons: NDArray[np.int32] | None = None
    kept: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CountRecord:
    """Spikes of some neurons together in bins: bin k has the stamps k*width < n <= (k + 1)*width, the last that are complete.

    ``parts`` holds population, start and stop of ranges of neurons, all among those of the records of spikes.
    """

    name: str
    width: int
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class StateRecord:
    """States at stamps first, first + period, ... <= last (stamp n is the state after step n - 1, after reset).

    `name` tells records of one population apart (``0``, ``1`` ...); it is the folder RECORD of the run folder.
    """

    name: str
    population: str
    variables: tuple[str, ...]
    neurons: NDArray[np.int32]
    period: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class SynapseRecord:
    """States of synapses of a projection at some stamps, after all other events of that stamp.

    ``rows`` holds the rows of the projection that are kept, ascending; None: all.
    """

    projection: str
    variables: tuple[str, ...]
    stamps: tuple[int, ...]
    rows: NDArray[np.int64] | None = None
