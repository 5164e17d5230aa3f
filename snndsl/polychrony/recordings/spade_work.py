"""How much work SPADE would be, before it is done: windows, patterns that chance makes, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.polychrony.recordings.elephant_mining import SpadeSettings

__all__ = ["SpadeWork", "active", "predict_spade"]

_MOST_TRAINS = 100
"""More exhaust memory: https://github.com/NeuralEnsemble/elephant/issues/555."""
_MOST_PATTERNS, _MOST_BYTES = 300_000, 2 * 2**30
_ENTRY = 6e-6
"""s for a spike in a window, as measured."""
_PATTERN = 1e-4
"""s for a pattern, as measured."""
_LOOK = 3e-8
"""s for a look whether a pattern is in a window, as measured; in surrogates they are only counted."""
_TRAIN = 5e-3
"""s for a train, as measured."""


@dataclass(frozen=True, slots=True)
class SpadeWork:
    """What mining a recording once would be.

    Parameters
    ----------
    trains, spikes : int
        Neurons that have spikes, and these.
    bins : int
        Of the recording.
    patterns : float
        Expected to come often enough by chance alone, if trains are Poisson.
    bytes : int
        Of the table of windows.
    seconds, surrogate_seconds : float
        s of a core for the recording and for a surrogate, rough guesses. Trains that fire together make more patterns.
    """

    trains: int
    spikes: int
    bins: int
    patterns: float
    bytes: int
    seconds: float
    surrogate_seconds: float

    def left(self, surrogates: int, mined: int) -> float:
        """Return the s of a core for the surrogates, once so many patterns of the recording were mined."""
        return surrogates * (self.surrogate_seconds + max(0.0, mined - self.patterns) * _PATTERN)

    def check(self, seconds: float, limit_s: float) -> None:
        """Refuse what would need too much memory or time.

        Raises
        ------
        ModelError
            spade-too-many-trains, spade-too-large.
        """
        hint = "larger --min-spikes or --min-occ, a smaller --winlen, fewer --neurons, a shorter time"
        if self.trains > _MOST_TRAINS:
            what, fewer = f"{self.trains} neurons have spikes", f"--neurons 0:{_MOST_TRAINS}"
            raise ModelError(Fault("spade-too-many-trains", what, expected=f"at most {_MOST_TRAINS}", try_=fewer))
        if self.patterns > _MOST_PATTERNS or self.bytes > _MOST_BYTES:
            what = f"about {self.patterns:,.3g} patterns by chance alone, {self.bytes / 2**20:,.0f} MiB of windows"
            expected = f"at most {_MOST_PATTERNS:,} and {_MOST_BYTES // 2**20:,} MiB"
            raise ModelError(Fault("spade-too-large", what, expected=expected, try_=hint))
        if seconds > limit_s:
            what = f"it would take about {seconds:,.0f} s"
            raise ModelError(Fault("spade-too-large", what, expected=f"at most {limit_s:,.0f} s", try_=f"--limit, or {hint}"))


def active(trains: SpikeTrains, neurons: Sequence[int] | None = None) -> NDArray[np.int64]:
    """Return the neurons that have spikes, all or those of a choice.

    Raises
    ------
    ModelError
        neuron-unknown, recording-missing: fewer than two have spikes.
    """
    total = len(trains.start) - 1
    chosen = np.arange(total) if neurons is None else np.unique(np.asarray(neurons, np.int64))
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < total:
        bad = int(chosen[0] if chosen[0] < 0 else chosen[-1])
        raise ModelError(Fault("neuron-unknown", f"there is no neuron {bad}", expected=f"0 .. {total - 1}"))
    found = chosen[np.diff(trains.start)[chosen] > 0]
    if len(found) < 2:
        what = f"{len(found)} of {len(chosen)} neurons have spikes"
        raise ModelError(Fault("recording-missing", what, expected="spikes of two neurons or more"))
    return found


def predict_spade(trains: SpikeTrains, chosen: NDArray[np.int64], settings: SpadeSettings) -> SpadeWork:
    """Predict the work of mining the trains of some neurons once.

    Notes
    -----
    Of z spikes there are ``C(n w, z) - C(n (w - 1), z)`` patterns that begin in the first bin of a window of n trains and w
    bins. Where trains fire in a bin with probability p, each is expected ``bins p^z`` times; the probability of at least c
    times is summed over patterns and z. For trains of different rates p is ``mean(p^c)^(1/c)``, right for rare patterns.
    """
    counts, window, least = np.diff(trains.start)[chosen], settings.window, settings.min_spikes
    bins = -(-(trains.last + 1) // settings.bin_steps)
    probability = np.minimum(counts / bins, 1.0)
    effective = float(np.mean(probability**settings.min_occurrences) ** (1 / settings.min_occurrences))
    places, patterns = len(chosen) * window, 0.0
    for size in range(least, min(places, least + 20) + 1):
        later = _log_choose(places - len(chosen), size)
        sets = _log_choose(places, size) + log1p(-exp(min(later - _log_choose(places, size), -1e-12)))
        patterns += exp(min(sets + _log_at_least(bins * effective**size, settings.min_occurrences), 500.0))
    spikes, full = int(counts.sum()), 1 - float(np.prod(1 - probability))
    entries = spikes * min(window, bins) * full
    surrogate = len(chosen) * _TRAIN + entries * _ENTRY + patterns * _PATTERN
    seconds = surrogate + patterns * bins * _LOOK
    return SpadeWork(len(chosen), spikes, bins, patterns, bins * places, seconds, surrogate)


def _log_choose(of: int, take: int) -> float:
    """Return the logarithm of the number of ways to take some of many."""
    return -inf if take > of else lgamma(of + 1) - lgamma(take + 1) - lgamma(of - take + 1)


def _log_at_least(mean: float, times: int) -> float:
    """Return the logarithm of the probability that a Poisson number is at least `times`."""
    if mean <= 0:
        return -inf
    if mean > 50 * times:
        return 0.0
    first = times * log(mean) - mean - lgamma(times + 1)  # of exactly so many
    total, term, k = 1.0, 1.0, times
    while term > 1e-12 * total:
        k += 1
        term *= mean / k
        total += term
    return min(0.0, first + log(total))
