"""Numbers that describe spike trains; all take spikes as (step, neuron), sorted by step."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.results import Spikes

__all__ = [
    "TrainCounter",
    "TrainStatistics",
    "coefficient_of_variation",
    "coincidence",
    "differing_neurons",
    "f1_score",
    "mean_rate",
    "select",
    "shared_spikes",
    "train_statistics",
]


@dataclass(frozen=True, slots=True)
class TrainStatistics:
    """A population in one run.

    Parameters
    ----------
    spikes : int
        Number of spikes.
    rate : float
        Mean over neurons and time, Hz.
    active : float
        Fraction of neurons that spiked.
    cv_isi : float
        Mean coefficient of variation of inter-spike intervals, over neurons with at least three spikes; nan if there is none.
    same_trains : float
        Fraction of neurons whose spikes are those of the same neuron in the run it was compared with (silent in both is
        the same); nan if it was not compared.
    """

    spikes: int
    rate: float
    active: float
    cv_isi: float
    same_trains: float = float("nan")

    def to_dict(self) -> dict[str, float | int | None]:
        """Return plain data; what is not a number is None."""
        return {name: value if value == value else None for name, value in asdict(self).items()}


class TrainCounter:
    """Sums over the spikes of a population, taken piece by piece in the order of time.

    Parameters
    ----------
    neurons : int
        Size of the population.

    Notes
    -----
    However the spikes are cut into pieces, the sums are the same: they are sums of whole numbers.
    """

    def __init__(self, neurons: int) -> None:
        self.neurons = neurons
        self._spikes = np.zeros(neurons, np.int64)
        self._last = np.full(neurons, -1, np.int64)
        self._sum = np.zeros(neurons, np.float64)
        self._square = np.zeros(neurons, np.float64)

    def add(self, spikes: Spikes) -> None:
        """Take the next piece; its stamps are not before those of the piece before."""
        if not len(spikes):
            return
        order = np.argsort(spikes.neuron, kind="stable")
        neuron, step = spikes.neuron[order], spikes.step[order]
        fresh = np.concatenate(([True], neuron[1:] != neuron[:-1]))
        before = np.concatenate(([0], step[:-1]))
        before[fresh] = self._last[neuron[fresh]]
        known = before >= 0
        interval, owner = (step - before)[known].astype(np.float64), neuron[known]
        self._spikes += np.bincount(neuron, minlength=self.neurons)
        self._sum += np.bincount(owner, interval, self.neurons)
        self._square += np.bincount(owner, interval**2, self.neurons)
        final = np.concatenate((fresh[1:], [True]))
        self._last[neuron[final]] = step[final]

    def coefficient_of_variation(self) -> float:
        """Return the mean over neurons of standard deviation / mean of the intervals; see `coefficient_of_variation`."""
        enough = self._spikes >= 3
        if not enough.any():
            return float("nan")
        count = self._spikes[enough] - 1
        mean, square = self._sum[enough] / count, self._square[enough] / count
        return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean))

    def statistics(self, seconds: float, same_trains: float = float("nan")) -> TrainStatistics:
        """Return what the spikes taken so far say of a recording of a length in s."""
        total = int(self._spikes.sum())
        active = float(np.count_nonzero(self._spikes) / self.neurons) if self.neurons else float("nan")
        return TrainStatistics(
            total, mean_rate(total, self.neurons, seconds), active, self.coefficient_of_variation(), same_trains
        )


def train_statistics(spikes: Spikes, neurons: int, steps: int) -> TrainStatistics:
    """Describe the spikes of a population.

    Parameters
    ----------
    spikes : Spikes
        Of the population.
    neurons : int
        Its size.
    steps : int
        Length of the recording.
    """
    counter = TrainCounter(neurons)
    counter.add(spikes)
    return counter.statistics(steps * float(spikes.step_ms) / 1000)


def mean_rate(spikes: int, neurons: int, seconds: float) -> float:
    """Return spikes per neuron and second, Hz; nan for no neurons or no time."""
    return spikes / (neurons * seconds) if neurons and seconds > 0 else float("nan")


def coefficient_of_variation(spikes: Spikes) -> float:
    """Return the mean over neurons of standard deviation / mean of the inter-spike intervals.

    Notes
    -----
    Neurons with at least three spikes count; the standard deviation is that of the sample (divisor n).
    """
    counter = TrainCounter(int(spikes.neuron.max()) + 1 if len(spikes) else 0)
    counter.add(spikes)
    return counter.coefficient_of_variation()


def select(spikes: Spikes, first: int, last: int) -> Spikes:
    """Return the spikes of stamps first .. last."""
    begin, end = np.searchsorted(spikes.step, (first, last + 1))
    return Spikes(spikes.step[begin:end], spikes.neuron[begin:end], spikes.step_ms)


def coincidence(one: Spikes, other: Spikes) -> float:
    """Return the fraction of spikes that both recordings have, of the larger number; 1 if there are none."""
    larger = max(len(one), len(other))
    return shared_spikes(one, other) / larger if larger else 1.0


def shared_spikes(one: Spikes, other: Spikes) -> int:
    """Return the number of spikes (step, neuron) that both have."""
    return len(one) if _equal(one, other) else len(np.intersect1d(_codes(one), _codes(other)))


def differing_neurons(one: Spikes, other: Spikes) -> NDArray[np.int64]:
    """Return the neurons that have a spike in one of the two but not in the other, shape (neurons,), ascending."""
    if _equal(one, other):
        return np.zeros(0, np.int64)
    return np.unique(np.setxor1d(_codes(one), _codes(other)) % np.int64(2**31))


def f1_score(found: NDArray[np.int64], wanted: NDArray[np.int64]) -> float:
    """Return the harmonic mean of precision and recall of two sets of numbers; 1 if both are empty."""
    total = len(np.unique(found)) + len(np.unique(wanted))
    return 2 * len(np.intersect1d(found, wanted)) / total if total else 1.0


def _equal(one: Spikes, other: Spikes) -> bool:
    return np.array_equal(one.step, other.step) and np.array_equal(one.neuron, other.neuron)


def _codes(spikes: Spikes) -> NDArray[np.int64]:
    return spikes.step * np.int64(2**31) + spikes.neuron
