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

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, ToolMissing
from snndsl.polychrony.recordings.detect import SpikeTrains

__all__ = ["METHODS", "Concept", "Mining", "SpadeSettings", "mine", "mining_module", "most_frequent", "reduced"]

METHODS = (
    "dither_spikes",
    "dither_spikes_with_refractory_period",
    "joint_isi_dithering",
    "bin_shuffling",
)
"""Elephant's surrogates that keep rates and destroy patterns; shifting a whole train leaves them, with other lags."""

Concept = tuple[tuple[int, ...], tuple[int, ...]]
"""Spikes as ``train * window + bin``, and windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpadeSettings:
    """What a pattern is, and with which surrogates chance is asked.

    Parameters
    ----------
    bin_steps : int
        Steps of a bin.
    window : int
        Bins of a window; no pattern is longer.
    min_spikes, min_occurrences : int
        What makes a pattern, at least 2 each.
    surrogates : int
        0: all mined patterns are returned without p-values.
    alpha : float
        Family-wise level.
    dither : int
        Steps by which spikes are moved at most.
    method : str
        One of `METHODS`.
    seed : int
        Surrogate k draws from ``numpy.random.SeedSequence([seed, k])``.

    Raises
    ------
    ModelError
        spade-parameter.
    """

    bin_steps: int
    window: int
    min_spikes: int = 3
    min_occurrences: int = 3
    surrogates: int = 100
    alpha: float = 0.05
    dither: int = 15
    method: str = "dither_spikes"
    seed: int = 0

    def __post_init__(self) -> None:
        for fits, what, expected in (
            (1 <= self.bin_steps <= 10_000, f"a bin of {self.bin_steps} steps", "1 to 10,000 steps"),
            (1 <= self.window <= 1000, f"a window of {self.window} bins", "1 to 1,000 bins"),
            (2 <= self.min_spikes <= 1000, f"patterns of {self.min_spikes} spikes", "at least 2"),
            (2 <= self.min_occurrences <= 1_000_000, f"patterns that come {self.min_occurrences} times", "at least 2"),
            (0 <= self.surrogates <= 100_000, f"{self.surrogates} surrogates", "0 to 100,000"),
            (0 < self.alpha < 1, f"a level of {self.alpha}", "above 0, below 1"),
            (1 <= self.dither <= 100_000, f"a dither of {self.dither} steps", "1 to 100,000 steps"),
            (self.method in METHODS, f"the surrogates {self.method!r}", ", ".join(METHODS)),
        ):
            if not fits:
                raise ModelError(Fault("spade-parameter", what, expected=expected))

    def least(self) -> dict[str, int]:
        """Return what makes a pattern, by Elephant's names."""
        return {"min_spikes": self.min_spikes, "min_occ": self.min_occurrences}


class Mining(NamedTuple):
    """Trains to be mined.

    Parameters
    ----------
    times : list of ndarray of float64
        Of each train, in the middle of their steps, so that no rounding moves a spike into another bin.
    end : int
        Steps, whole bins.
    settings : SpadeSettings
        What a pattern is.
    """

    times: list[NDArray[np.float64]]
    end: int
    settings: SpadeSettings

    @classmethod
    def of(cls, trains: SpikeTrains, chosen: NDArray[np.int64], settings: SpadeSettings) -> Mining:
        """Return the trains of the neurons that were chosen."""
        middle = trains.step.astype(np.float64) + 0.5
        times = [middle[trains.start[neuron] : trains.start[neuron + 1]] for neuron in chosen]
        return cls(times, -(-(trains.last + 1) // settings.bin_steps) * settings.bin_steps, settings)

    def call(self, function: Any, **further: Any) -> Any:
        """Call a function of Elephant with trains, bin and window; a single neuron that repeats itself is no pattern."""
        import neo
        import quantities

        trains = [neo.SpikeTrain(train * quantities.ms, t_stop=float(self.end) * quantities.ms) for train in self.times]
        settings = self.settings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(
                trains, settings.bin_steps * quantities.ms, settings.window, **settings.least(), min_neu=2, **further
            )


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


def mine(mining: Mining) -> list[Concept]:
    """Return all patterns that come often enough, sorted."""
    found, _ = mining.call(mining_module().concepts_mining)
    return sorted((tuple(sorted(map(int, items))), tuple(sorted(map(int, windows)))) for items, windows in found)


def most_frequent(k: int, mining: Mining) -> NDArray[np.int64]:
    """Mine surrogate k.

    Returns
    -------
    ndarray of int64, shape (trains * window + 1,)
        How often the most frequent pattern of each size, or larger, comes; 0: less than often enough.
    """
    import quantities

    settings, module = mining.settings, mining_module()
    most = np.zeros(len(mining.times) * settings.window + 1, np.int64)
    further = {"dither": settings.dither * quantities.ms, "n_surr": 1, "surr_method": settings.method}
    with _seeded(settings.seed, k):
        spectrum = mining.call(module.pvalue_spectrum, **further)
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


def reduced(concepts: list[Concept], by_chance: Callable[[int, int], bool], settings: SpadeSettings) -> list[Concept]:
    """Leave out patterns that others explain, with corrections of 2 for each of Elephant's three criteria.

    Parameters
    ----------
    concepts : list of Concept
        Significant ones.
    by_chance : callable
        Whether so many spikes that come so often are not significant.
    settings : SpadeSettings
        How they were mined.
    """
    if len(concepts) < 2:
        return concepts
    most_spikes, most = (max(len(concept[part]) for concept in concepts) for part in (0, 1))
    chance = [
        (size, count)
        for size in range(settings.min_spikes, most_spikes + 3)
        for count in range(settings.min_occurrences, most + 3)
        if by_chance(size, count)
    ]
    corrections = {"h_subset_filtering": 2, "k_superset_filtering": 2, "l_covered_spikes": 2}
    reduction = mining_module().pattern_set_reduction
    left = reduction(concepts, chance, winlen=settings.window, spectrum="#", **corrections, **settings.least())
    return [(tuple(items), tuple(windows)) for items, windows in left]
