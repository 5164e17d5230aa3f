"""Numbers that describe spike trains; all take spikes as (step, neuron), sorted by step."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from snndsl.results import Spikes

__all__ = ["TrainStatistics", "coefficient_of_variation", "coincidence", "f1_score", "mean_rate", "select", "train_statistics"]


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
    """

    spikes: int
    rate: float
    active: float
    cv_isi: float

    def to_dict(self) -> dict[str, float | int | None]:
        """Return plain data; what is not a number is None."""
        return {name: value if value == value else None for name, value in asdict(self).items()}


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
    seconds = steps * float(spikes.step_ms) / 1000
    active = len(np.unique(spikes.neuron)) / neurons
    return TrainStatistics(len(spikes), mean_rate(len(spikes), neurons, seconds), active, coefficient_of_variation(spikes))


def mean_rate(spikes: int, neurons: int, seconds: float) -> float:
    """Return spikes per neuron and second, Hz; nan for no neurons or no time."""
    return spikes / (neurons * seconds) if neurons and seconds > 0 else float("nan")


def coefficient_of_variation(spikes: Spikes) -> float:
    """Return the mean over neurons of standard deviation / mean of the inter-spike intervals.

    Notes
    -----
    Neurons with at least three spikes count; the standard deviation is that of the sample (divisor n).
    """
    order = np.argsort(spikes.neuron, kind="stable")
    neuron, step = spikes.neuron[order], spikes.step[order]
    same = neuron[1:] == neuron[:-1]
    intervals, owner = np.diff(step)[same].astype(np.float64), neuron[1:][same]
    count = np.bincount(owner)
    enough = count >= 2
    if not enough.any():
        return float("nan")
    mean = np.bincount(owner, intervals)[enough] / count[enough]
    square = np.bincount(owner, intervals**2)[enough] / count[enough]
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean))


def select(spikes: Spikes, first: int, last: int) -> Spikes:
    """Return the spikes of stamps first .. last."""
    begin, end = np.searchsorted(spikes.step, (first, last + 1))
    return Spikes(spikes.step[begin:end], spikes.neuron[begin:end], spikes.step_ms)


def coincidence(one: Spikes, other: Spikes) -> float:
    """Return the fraction of spikes that both recordings have, of the larger number; 1 if there are none."""
    larger = max(len(one), len(other))
    return len(np.intersect1d(_codes(one), _codes(other))) / larger if larger else 1.0


def f1_score(found: NDArray[np.int64], wanted: NDArray[np.int64]) -> float:
    """Return the harmonic mean of precision and recall of two sets of numbers; 1 if both are empty."""
    total = len(np.unique(found)) + len(np.unique(wanted))
    return 2 * len(np.intersect1d(found, wanted)) / total if total else 1.0


def _codes(spikes: Spikes) -> NDArray[np.int64]:
    return spikes.step * np.int64(2**31) + spikes.neuron
