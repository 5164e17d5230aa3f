"""SPADE as a second opinion: patterns that repeat in recorded spikes, found without knowing any group.

Spikes are put into bins; sets of (train, bin in a window) that come again are mined, and what chance makes of as many spikes
is seen in surrogates whose spikes were dithered. Mining, surrogates and the reduction of sets are Elephant's (the extra
``spade``); tests are ours, with exact p-values. It looks at few trains and at windows of few bins: a polychronous group
that lasts longer than the window is not found, only pieces of it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.parallel import repeated
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.polychrony.recordings.elephant_mining import METHODS, Concept, Mining, mine, most_frequent, reduced, times_of
from snndsl.polychrony.recordings.spade_work import MOST_PATTERNS, MOST_TRAINS, SpadeWork, active, predict_spade

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


def spade(
    trains: SpikeTrains,
    *,
    bin_steps: int,
    window: int,
    neurons: Sequence[int] | None = None,
    min_spikes: int = 3,
    min_occurrences: int = 3,
    surrogates: int = 100,
    alpha: float = 0.05,
    dither: int = 15,
    method: str = "dither_spikes",
    seed: int = 0,
    workers: int = 1,
    limit_s: float = 3600.0,
    planned: Callable[[SpadeWork, int | None, float], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SpadeResult:
    """Mine a recording for patterns that repeat more often than in dithered surrogates.

    Parameters
    ----------
    trains : SpikeTrains
        The recording. At most 100 neurons may have spikes.
    bin_steps : int
        Steps of a bin.
    window : int
        Bins of a window; no pattern is longer.
    neurons : sequence of int, optional
        Whose trains; without it, all.
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
    workers : int
        Processes, for the surrogates.
    limit_s : float
        s; work that is predicted to take longer is refused, before and again after the recording was mined.
    planned : callable, optional
        Called with the work, None and the predicted s before anything is mined, and with the work, the number of patterns in
        the recording and the s that are left after it was mined.
    progress : callable, optional
        Called with the surrogates done and their number.

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

    Notes
    -----
    Elephant draws from the global generators of NumPy and of Python: they are seeded for every surrogate and put back.
    The p-value of a size holds the most frequent pattern of that size or larger in each surrogate against the pattern (pattern
    spectrum). Of significant patterns one of which contains the other, those that the other explains are left out
    (Elephant's ``pattern_set_reduction`` with 2, 2, 2).

    References
    ----------
    P. Quaglio, A. Yegenoglu, E. Torre, D. M. Endres, S. Gruen (2017), Front. Comput. Neurosci. 11:41. A. Stella, P. Quaglio,
    E. Torre, S. Gruen (2019), Biosystems 185:104022. A. Stella, P. Bouss, G. Palm, S. Gruen (2022), eNeuro 9(3) (spikes that
    uniform dithering loses in bins make false positives). https://python-elephant.org
    """
    _check(bin_steps, window, min_spikes, min_occurrences, surrogates, alpha, dither, method)
    chosen = active(trains, neurons)
    work = predict_spade(trains, chosen, bin_steps, window, min_spikes, min_occurrences)
    predicted = work.seconds + work.surrogate_seconds * surrogates / workers
    _affordable(work, len(chosen), predicted, limit_s)
    if planned:
        planned(work, None, predicted)
    mining = Mining(*times_of(trains, chosen, bin_steps), bin_steps, window, min_spikes, min_occurrences)
    concepts = mine(mining)
    left_s = work.left(surrogates, len(concepts)) / workers
    _affordable(work, len(chosen), left_s, limit_s)
    if planned:
        planned(work, len(concepts), left_s)
    largest = np.zeros((surrogates, len(chosen) * window + 1), np.int64)
    for k, row in enumerate(repeated(most_frequent, (seed, dither, method, mining), surrogates, workers)):
        largest[k] = row
        if progress:
            progress(k + 1, surrogates)
    sizes = tuple(sorted({len(spikes) for spikes, _ in concepts}))

    def share(size: int, occurrences: int) -> float:
        """Return the p-value of patterns of so many spikes that come so often."""
        return float((1 + np.count_nonzero(largest[:, size] >= occurrences)) / (1 + surrogates))

    def by_chance(size: int, occurrences: int) -> bool:
        """Tell whether it is above the level, family-wise."""
        return size < largest.shape[1] and len(sizes) * share(size, occurrences) > alpha

    kept = [item for item in concepts if not surrogates or not by_chance(len(item[0]), len(item[1]))]
    comparable = bool(surrogates) and len(kept) <= _MOST_REDUCED
    patterns = []
    for concept in reduced(kept, by_chance, mining) if comparable else kept:
        p = share(len(concept[0]), len(concept[1])) if surrogates else None
        adjusted = None if p is None else min(1.0, len(sizes) * p)
        patterns.append(_pattern(concept, chosen, mining, p, adjusted))
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


def _check(
    bin_steps: int, window: int, spikes: int, occurrences: int, surrogates: int, alpha: float, dither: int, method: str
) -> None:
    for fits, what, expected in (
        (1 <= bin_steps <= 10_000, f"a bin of {bin_steps} steps", "1 to 10,000 steps"),
        (1 <= window <= 1000, f"a window of {window} bins", "1 to 1,000 bins"),
        (2 <= spikes <= 1000, f"patterns of {spikes} spikes", "at least 2"),
        (2 <= occurrences <= 1_000_000, f"patterns that come {occurrences} times", "at least 2"),
        (0 <= surrogates <= 100_000, f"{surrogates} surrogates", "0 to 100,000"),
        (0 < alpha < 1, f"a level of {alpha}", "above 0, below 1"),
        (1 <= dither <= 100_000, f"a dither of {dither} steps", "1 to 100,000 steps"),
        (method in METHODS, f"the surrogates {method!r}", ", ".join(METHODS)),
    ):
        if not fits:
            raise ModelError(Fault("spade-parameter", what, expected=expected))


def _affordable(work: SpadeWork, trains: int, seconds: float, limit_s: float) -> None:
    hint = "larger --min-spikes or --min-occ, a smaller --winlen, fewer --neurons, a shorter time"
    if trains > MOST_TRAINS:
        what = f"{trains} neurons have spikes"
        raise ModelError(
            Fault("spade-too-many-trains", what, expected=f"at most {MOST_TRAINS}", try_=f"--neurons 0:{MOST_TRAINS}")
        )
    if work.patterns > MOST_PATTERNS or work.bytes > work.MOST_BYTES:
        what = f"about {work.patterns:,.3g} patterns by chance alone, {work.bytes / 2**20:,.0f} MiB of windows"
        expected = f"at most {MOST_PATTERNS:,} and {work.MOST_BYTES // 2**20:,} MiB"
        raise ModelError(Fault("spade-too-large", what, expected=expected, try_=hint))
    if seconds > limit_s:
        what = f"it would take about {seconds:,.0f} s"
        raise ModelError(Fault("spade-too-large", what, expected=f"at most {limit_s:,.0f} s", try_=f"--limit, or {hint}"))


def _pattern(
    concept: Concept, chosen: NDArray[np.int64], mining: Mining, p: float | None, adjusted: float | None
) -> SpadePattern:
    train, place = np.divmod(np.array(concept[0], np.int64), mining.window)
    first = int(place.min())
    order = np.lexsort((chosen[train], place))
    begin = (np.array(concept[1], np.int64) + first) * mining.bin_steps
    return SpadePattern(chosen[train][order], (place[order] - first) * mining.bin_steps, begin, p, adjusted)
