"""How much work SPADE would be, before it is done: windows, patterns that chance makes, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, lgamma, log, log1p
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.recordings.detect import SpikeTrains

__all__ = ["MOST_PATTERNS", "MOST_TRAINS", "SpadeWork", "active", "predict_spade"]

MOST_TRAINS = 100
"""More exhaust memory: https://github.com/NeuralEnsemble/elephant/issues/555."""
MOST_PATTERNS = 300_000
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

    MOST_BYTES: ClassVar[int] = 2 * 2**30

    trains: int
    spikes: int
    bins: int
    patterns: float
    bytes: int
    seconds: float
    surrogate_seconds: float

    def left(self, surrogates: int, mined: int) -> float:
        """Return the s of a core for the surrogates, once the patterns of the recording were mined.

        Parameters
        ----------
        surrogates : int
            How many.
        mined : int
            Patterns of the recording.
        """
        return surrogates * (self.surrogate_seconds + max(0.0, mined - self.patterns) * _PATTERN)


def active(trains: SpikeTrains, neurons: Sequence[int] | None = None) -> NDArray[np.int64]:
    """Return the neurons that have spikes, all or those of a choice.

    Parameters
    ----------
    trains : SpikeTrains
        The recording.
    neurons : sequence of int, optional
        The choice.

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


def predict_spade(
    trains: SpikeTrains, chosen: NDArray[np.int64], bin_steps: int, window: int, min_spikes: int, min_occurrences: int
) -> SpadeWork:
    """Predict the work of mining a recording once.

    Parameters
    ----------
    trains : SpikeTrains
        The recording.
    chosen : ndarray of int64
        Neurons.
    bin_steps, window : int
        Steps of a bin, bins of a window.
    min_spikes, min_occurrences : int
        What makes a pattern.

    Notes
    -----
    Of z spikes there are ``C(n w, z) - C(n (w - 1), z)`` patterns that begin in the first bin of a window of n trains and w
    bins. Where trains fire in a bin with probability p, each is expected ``bins p^z`` times; the probability of at least c
    times is summed over patterns and z. For trains of different rates p is ``mean(p^c)^(1/c)``, right for rare patterns.
    """
    counts = np.diff(trains.start)[chosen]
    bins = -(-(trains.last + 1) // bin_steps)
    probability = np.minimum(counts / bins, 1.0)
    effective = float(np.mean(probability**min_occurrences) ** (1 / min_occurrences))
    places, patterns = len(chosen) * window, 0.0
    for size in range(min_spikes, min(places, min_spikes + 20) + 1):
        later = _log_choose(places - len(chosen), size)
        sets = _log_choose(places, size) + log1p(-exp(min(later - _log_choose(places, size), -1e-12)))
        patterns += exp(min(sets + _log_at_least(bins * effective**size, min_occurrences), 500.0))
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
