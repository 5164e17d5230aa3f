"""SPADE as a second opinion: patterns that repeat in recorded spikes, found without knowing any group.

Spikes are put into bins; sets of (train, bin in a window) that come again are mined, and what chance makes of as many spikes
is seen in surrogates whose spikes were dithered. Mining, surrogates and the reduction of sets are Elephant's (the extra
``spade``); tests are ours, with exact p-values. It looks at few trains and at windows of few bins: a polychronous group
that lasts longer than the window is not found, only pieces of it can be.

Elephant draws from the global generators of NumPy and of Python: they are seeded for every surrogate and put back. The p-value
of a size holds the most frequent pattern of that size or larger in each surrogate against the pattern (pattern spectrum). Of
significant patterns one of which contains the other, those that the other explains are left out (Elephant's
``pattern_set_reduction`` with 2, 2, 2).

References: P. Quaglio, A. Yegenoglu, E. Torre, D. M. Endres, S. Gruen (2017), Front. Comput. Neurosci. 11:41. A. Stella,
P. Quaglio, E. Torre, S. Gruen (2019), Biosystems 185:104022. A. Stella, P. Bouss, G. Palm, S. Gruen (2022), eNeuro 9(3) (spikes
that uniform dithering loses in bins make false positives). https://python-elephant.org
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.parallel import repeated
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.polychrony.recordings.elephant_mining import METHODS, Concept, Mining, SpadeSettings, mine, most_frequent, reduced
from snndsl.polychrony.recordings.spade_work import SpadeWork, active, predict_spade
from snndsl.signatures import takes

__all__ = ["METHODS", "SpadePattern", "SpadeResult", "groups_with", "spade"]

_MOST_REDUCED = 500
"""Patterns that are compared with each other."""


@dataclass(frozen=True, slots=True, eq=False)
class SpadePattern:
    """A pattern of spikes that comes again.

    Parameters
    ----------
    neuron : ndarray of int64, shape (spikes,)
        Who, in the order of time.
    lag : ndarray of int64, shape (spikes,)
        Steps after the first spike, whole bins.
    step : ndarray of int64, shape (occurrences,)
        First step of the bin of the first spike.
    p : float or None
        Share of the surrogates, the recording counted with them, that have a pattern of at least as many spikes which comes at
        least as often. None without surrogates.
    adjusted : float or None
        The same times the number of sizes among all patterns that were mined (Bonferroni): family-wise.
    """

    neuron: NDArray[np.int64]
    lag: NDArray[np.int64]
    step: NDArray[np.int64]
    p: float | None
    adjusted: float | None

    def __len__(self) -> int:
        return len(self.neuron)


@dataclass(frozen=True, slots=True, eq=False)
class SpadeResult:
    """What SPADE found.

    Parameters
    ----------
    patterns : tuple of SpadePattern
        Significant ones after the reduction of sets, large and frequent ones first; all mined ones without surrogates.
    mined, significant : int
        Patterns mined, and those of them that are significant, before the reduction.
    sizes : tuple of int
        Different numbers of spikes among the patterns mined: as many tests.
    reduced : bool
        Whether sets were reduced; not if more than 500 are significant.
    least_p : float or None
        Smallest adjusted p-value that so many surrogates can give.
    work : SpadeWork
        What was predicted.
    """

    patterns: tuple[SpadePattern, ...]
    mined: int
    significant: int
    sizes: tuple[int, ...]
    reduced: bool
    least_p: float | None
    work: SpadeWork


@takes(SpadeSettings)
def spade(
    trains: SpikeTrains,
    *,
    neurons: Sequence[int] | None = None,
    workers: int = 1,
    limit_s: float = 3600.0,
    planned: Callable[[SpadeWork, int | None, float], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> SpadeResult:
    """Mine a recording for patterns that repeat more often than in dithered surrogates.

    Parameters
    ----------
    trains : SpikeTrains
        The recording. At most 100 neurons may have spikes.
    neurons : sequence of int, optional
        Whose trains; without it, all.
    workers : int
        Processes, for the surrogates.
    limit_s : float
        s; work that is predicted to take longer is refused, before and again after the recording was mined.
    planned : callable, optional
        Called with the work, None and the predicted s before anything is mined, and with the work, the number of patterns in
        the recording and the s that are left after it was mined.
    progress : callable, optional
        Called with the surrogates done and their number.
    **settings : object
        Those of `SpadeSettings`.

    Returns
    -------
    SpadeResult
        Equal for equal arguments, whatever the number of workers.

    Raises
    ------
    ToolMissing
        package-missing: Elephant.
    ModelError
        spade-parameter, spade-too-many-trains, spade-too-large, recording-missing, neuron-unknown.
    """
    wanted = SpadeSettings(**settings)
    chosen = active(trains, neurons)
    work = predict_spade(trains, chosen, wanted)
    told = planned or (lambda work, mined, seconds: None)
    predicted = work.seconds + work.surrogate_seconds * wanted.surrogates / workers
    work.check(predicted, limit_s)
    told(work, None, predicted)
    mining = Mining.of(trains, chosen, wanted)
    concepts = mine(mining)
    left_s = work.left(wanted.surrogates, len(concepts)) / workers
    work.check(left_s, limit_s)
    told(work, len(concepts), left_s)
    largest = np.zeros((wanted.surrogates, len(chosen) * wanted.window + 1), np.int64)
    for k, row in enumerate(repeated(most_frequent, (mining,), wanted.surrogates, workers)):
        largest[k] = row
        if progress:
            progress(k + 1, wanted.surrogates)
    return _result(concepts, largest, chosen, wanted, work)


def _result(
    concepts: list[Concept],
    largest: NDArray[np.int64],
    chosen: NDArray[np.int64],
    settings: SpadeSettings,
    work: SpadeWork,
) -> SpadeResult:
    """Hold the patterns against `largest`: how often the most frequent one of each size comes in each surrogate."""
    surrogates, sizes = len(largest), tuple(sorted({len(spikes) for spikes, _ in concepts}))

    def share(size: int, occurrences: int) -> float:
        """Return the p-value of patterns of so many spikes that come so often."""
        return float((1 + np.count_nonzero(largest[:, size] >= occurrences)) / (1 + surrogates))

    def by_chance(size: int, occurrences: int) -> bool:
        """Tell whether it is above the level, family-wise."""
        return size < largest.shape[1] and len(sizes) * share(size, occurrences) > settings.alpha

    kept = [item for item in concepts if not surrogates or not by_chance(len(item[0]), len(item[1]))]
    comparable = bool(surrogates) and len(kept) <= _MOST_REDUCED
    patterns = []
    for concept in reduced(kept, by_chance, settings) if comparable else kept:
        p = share(len(concept[0]), len(concept[1])) if surrogates else None
        adjusted = None if p is None else min(1.0, len(sizes) * p)
        patterns.append(_pattern(concept, chosen, settings, p, adjusted))
    patterns.sort(key=lambda item: (-len(item), -len(item.step), item.neuron.tolist(), item.lag.tolist()))
    least = max(len(sizes), 1) / (1 + surrogates) if surrogates else None
    return SpadeResult(tuple(patterns), len(concepts), len(kept), sizes, comparable, least, work)


def groups_with(pattern: SpadePattern, catalogue: Catalogue, tolerance: int) -> list[int]:
    """Return the ids of the groups of a catalogue that contain a pattern.

    Parameters
    ----------
    pattern : SpadePattern
        What was found.
    catalogue : Catalogue
        Groups of the same neurons.
    tolerance : int
        Steps by which a spike of the group may be off the pattern, counted from the first; a bin, as lags are whole bins.
    """
    found = []
    for group in catalogue.filter(neurons=np.unique(pattern.neuron)):
        times = {int(neuron): group.step[group.neuron == neuron].astype(np.int64) for neuron in np.unique(pattern.neuron)}
        for begin in times[int(pattern.neuron[0])].tolist():
            off = [
                np.abs(times[neuron] - begin - lag).min()
                for neuron, lag in zip(pattern.neuron.tolist(), pattern.lag.tolist(), strict=True)
            ]
            if max(off) <= tolerance:
                found.append(group.id)
                break
    return found


def _pattern(
    concept: Concept, chosen: NDArray[np.int64], settings: SpadeSettings, p: float | None, adjusted: float | None
) -> SpadePattern:
    train, place = np.divmod(np.array(concept[0], np.int64), settings.window)
    first = int(place.min())
    order = np.lexsort((chosen[train], place))
    begin = (np.array(concept[1], np.int64) + first) * settings.bin_steps
    return SpadePattern(chosen[train][order], (place[order] - first) * settings.bin_steps, begin, p, adjusted)
