"""Elephant's part of SPADE: patterns mined from binned trains, from its surrogates, and sets of patterns reduced.

Times are handed over in steps, one of Elephant's ms for each, so that bins have whole numbers as edges.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ToolMissing
from snndsl.polychrony.recordings.detect import SpikeTrains

__all__ = ["METHODS", "Concept", "Mining", "mine", "mining_module", "most_frequent", "reduced", "times_of"]

METHODS = (
    "dither_spikes",
    "dither_spikes_with_refractory_period",
    "joint_isi_dithering",
    "bin_shuffling",
)
"""Elephant's surrogates that keep rates and destroy patterns; shifting a whole train leaves them, with other lags."""

Concept = tuple[tuple[int, ...], tuple[int, ...]]
"""Spikes as ``train * window + bin``, and windows."""


class Mining(NamedTuple):
    """What is mined, and how.

    Parameters
    ----------
    times : list of ndarray of float64
        Of each train, in steps.
    end : int
        Steps, whole bins.
    bin_steps, window : int
        Steps of a bin, bins of a window.
    min_spikes, min_occurrences : int
        What makes a pattern.
    """

    times: list[NDArray[np.float64]]
    end: int
    bin_steps: int
    window: int
    min_spikes: int
    min_occurrences: int

    def arguments(self) -> tuple[list[Any], Any, int]:
        """Return spike trains, bin and window as Elephant takes them."""
        import neo
        import quantities

        trains = [neo.SpikeTrain(train * quantities.ms, t_stop=float(self.end) * quantities.ms) for train in self.times]
        return trains, self.bin_steps * quantities.ms, self.window

    def least(self) -> dict[str, int]:
        """Return what makes a pattern, by Elephant's names; a single neuron that repeats itself is none."""
        return {"min_spikes": self.min_spikes, "min_occ": self.min_occurrences, "min_neu": 2}


def mining_module() -> Any:
    """Return Elephant's module, which changes the filter of warnings when it is imported.

    Raises
    ------
    ToolMissing
        package-missing.
    """
    try:
        with warnings.catch_warnings():
            import elephant.spade as module
    except ImportError:
        what = "SPADE needs the package elephant"
        raise ToolMissing(Fault("package-missing", what, expected="elephant", try_="pip install 'snndsl[spade]'")) from None
    return module


def times_of(trains: SpikeTrains, chosen: NDArray[np.int64], bin_steps: int) -> tuple[list[NDArray[np.float64]], int]:
    """Return times in the middle of their steps, so that no rounding moves a spike into another bin, and the end of the bins.

    Parameters
    ----------
    trains : SpikeTrains
        The recording.
    chosen : ndarray of int64
        Neurons.
    bin_steps : int
        Steps of a bin.
    """
    end = -(-(trains.last + 1) // bin_steps) * bin_steps
    middle = trains.step.astype(np.float64) + 0.5
    return [middle[trains.start[neuron] : trains.start[neuron + 1]] for neuron in chosen], end


def mine(mining: Mining) -> list[Concept]:
    """Return all patterns that come often enough, sorted.

    Parameters
    ----------
    mining : Mining
        What is mined.
    """
    module = mining_module()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, _ = module.concepts_mining(*mining.arguments(), **mining.least())
    return sorted((tuple(sorted(map(int, items))), tuple(sorted(map(int, windows)))) for items, windows in found)


def most_frequent(k: int, seed: int, dither: int, method: str, mining: Mining) -> NDArray[np.int64]:
    """Mine surrogate k.

    Parameters
    ----------
    k, seed : int
        Of the surrogate.
    dither : int
        Steps.
    method : str
        One of `METHODS`.
    mining : Mining
        What is mined.

    Returns
    -------
    ndarray of int64, shape (trains * window + 1,)
        How often the most frequent pattern of each size, or larger, comes; 0: less than often enough.
    """
    import quantities

    module = mining_module()
    most = np.zeros(len(mining.times) * mining.window + 1, np.int64)
    with _seeded(seed, k), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spectrum = module.pvalue_spectrum(
            *mining.arguments(), dither=dither * quantities.ms, n_surr=1, surr_method=method, **mining.least()
        )
    for size, count, p in spectrum:
        if p > 0:
            most[size] = max(most[size], count)
    return most


@contextmanager
def _seeded(*numbers: int) -> Iterator[None]:
    """Seed the global generators of NumPy and Python; afterwards they are as before."""
    kept, own = np.random.get_state(), random.getstate()
    state = np.random.SeedSequence(numbers).generate_state(4)
    np.random.seed(state)
    random.seed(state.tobytes())
    try:
        yield
    finally:
        np.random.set_state(kept)
        random.setstate(own)


def reduced(concepts: list[Concept], by_chance: Callable[[int, int], bool], mining: Mining) -> list[Concept]:
    """Leave out patterns that others explain, with corrections of 2 for each of Elephant's three criteria.

    Parameters
    ----------
    concepts : list of Concept
        Significant ones.
    by_chance : callable
        Whether so many spikes that come so often are not significant.
    mining : Mining
        How they were mined.
    """
    if len(concepts) < 2:
        return concepts
    most_spikes, most = (max(len(concept[part]) for concept in concepts) for part in (0, 1))
    chance = [
        (size, count)
        for size in range(mining.min_spikes, most_spikes + 3)
        for count in range(mining.min_occurrences, most + 3)
        if by_chance(size, count)
    ]
    corrections = {"h_subset_filtering": 2, "k_superset_filtering": 2, "l_covered_spikes": 2}
    least = {"min_spikes": mining.min_spikes, "min_occ": mining.min_occurrences}
    reduction = mining_module().pattern_set_reduction
    left = reduction(concepts, chance, winlen=mining.window, spectrum="#", **corrections, **least)
    return [(tuple(items), tuple(windows)) for items, windows in left]
