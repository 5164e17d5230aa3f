"""Recordings that chance alone could have made: surrogates that keep some of what was recorded and destroy the rest.

Each is a `SurrogateMethod`: moves spikes by whole steps, keeps every spike, never puts two of a neuron into one step.

===========  =============================================================  =========================================
null         keeps                                                          destroys
===========  =============================================================  =========================================
`shift`      each neuron's train as a whole, its intervals and bursts       timing between neurons, common changes of
                                                                            rate
`dither`     rates within the width                                         timing finer than the width, intervals
`joint_isi`  rates within the width, pairs of following intervals           timing between neurons finer than that
                                                                            allows
`exchange`   each neuron's number of spikes, the population's in each step  who fires when, intervals
===========  =============================================================  =========================================
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.engine.surrogates import dither_trains, joint_density, redraw_train, rotate_trains, trade
from snndsl.polychrony.recordings.detect import SpikeTrains

__all__ = ["DITHERS", "SURROGATES", "SurrogateMethod", "dither", "exchange", "joint_isi", "shift"]

_WIDEST = 100_000
_BLOCK = 1 << 20
"""Spikes for which random numbers are drawn at a time."""
_GROWTH = 1.1
"""Each bin of intervals is this much longer than the one before, and a step at least."""
_SWEEPS = 4
"""Of a Gibbs sampler, when spikes are dithered."""
_TAPS = np.exp(-0.5 * np.arange(-4.0, 5.0) ** 2)
"""Smoothing over bins: a standard deviation of one."""


class SurrogateMethod(Protocol):
    """A function from a recording to a surrogate of it."""

    def __call__(self, trains: SpikeTrains, rng: np.random.Generator, *, width: int) -> SpikeTrains:
        """Return a surrogate.

        Parameters
        ----------
        trains : SpikeTrains
            As recorded.
        rng : numpy.random.Generator
            Source of chance.
        width : int
            Steps by which a spike is moved at most, for those that dither; beyond the ends of the recording there are none.

        Raises
        ------
        ModelError
            spike-twice: two spikes of a neuron in a step; surrogate-width.
        """
        ...  # pragma: no cover


def shift(trains: SpikeTrains, rng: np.random.Generator, *, width: int = 0) -> SpikeTrains:
    """Shift every neuron's train by a random time, round the end: its intervals stay, timing between neurons goes.

    Every shift from 0 to the whole length is as probable.

    References
    ----------
    G. Pipa, D. W. Wheeler, W. Singer, D. Nikolic (2008), J. Comput. Neurosci. 25:64.
    """
    length = trains.last + 1
    step = np.empty_like(trains.step)
    rotate_trains(trains.start, trains.step, rng.integers(0, length, len(trains.start) - 1), length, step)
    return SpikeTrains(trains.start, step, trains.last)


def dither(trains: SpikeTrains, rng: np.random.Generator, *, width: int) -> SpikeTrains:
    """Move every spike to a step within the width of its own, evenly among those its neuron has no other spike in.

    Notes
    -----
    Spikes are drawn one after the other given all others of the train, in four sweeps of a Gibbs sampler over all ways to place
    them. For two spikes in following steps and a width of one step, the worst case, the distance in total variation from the
    even distribution is 0.004; spikes farther apart than twice the width are even at once.
    """
    _check(trains, width)
    step = np.empty_like(trains.step)
    taken = np.zeros(trains.last + 1, np.uint8)
    for first, stop in _blocks(trains.start):
        draws = rng.random((_SWEEPS, int(trains.start[stop] - trains.start[first])))
        dither_trains(trains.start, trains.step, first, stop, width, trains.last, draws, taken, step)
    return SpikeTrains(trains.start, step, trains.last)


def joint_isi(trains: SpikeTrains, rng: np.random.Generator, *, width: int) -> SpikeTrains:
    """Redraw every spike between its neighbours by the joint density of the intervals before and after it.

    The sum of the two intervals stays, so a spike moves along an anti-diagonal of that density, within the width. First all
    spikes of even number are redrawn, then the others between their new neighbours. The first and the last spike of a train
    have one interval, and follow its density.

    Notes
    -----
    Each neuron's density is a histogram of its pairs of intervals, in bins of a step for intervals below ten steps and of a
    tenth of the interval above, smoothed with a Gaussian of one bin. No interval becomes shorter than the neuron's shortest.
    So a spike whose interval is short moves little, and a train of few spikes stays closer to itself than one of many.

    References
    ----------
    G. L. Gerstein (2004), Acta Neurobiol. Exp. 64:203. S. Louis, G. L. Gerstein, S. Gruen, M. Diesmann (2010), Front. Comput.
    Neurosci. 4:127.
    """
    _check(trains, width)
    edges = _edges(trains.last + 2)
    size = np.diff(edges).astype(np.float64)
    bin_of = np.repeat(np.arange(len(size), dtype=np.int16), np.diff(edges))
    taps, step = _TAPS / _TAPS.sum(), np.empty_like(trains.step)
    joint, scratch, single = np.zeros((len(size), len(size))), np.zeros((len(size), len(size))), np.zeros(len(size))
    weight = np.zeros(2 * width + 1)
    for neuron in range(len(trains.start) - 1):
        first, stop = int(trains.start[neuron]), int(trains.start[neuron + 1])
        interval = np.diff(trains.step[first:stop])
        bins = 0
        if len(interval):
            bins = min(int(bin_of[interval.max()]) + len(taps), len(size))
            joint_density(interval, bin_of, size, taps, bins, scratch, joint, single)
        shortest = int(interval.min(initial=trains.last + 1)) if len(interval) else 1
        drawn = rng.random(stop - first)
        arguments = (width, trains.last, shortest, bin_of, bins, joint, single, drawn, weight)
        redraw_train(first, stop, trains.step, *arguments, step)
    return SpikeTrains(trains.start, step, trains.last)


def exchange(trains: SpikeTrains, rng: np.random.Generator, *, width: int = 0) -> SpikeTrains:
    """Let spikes change their neurons: every neuron keeps its number of spikes, every step the population's number.

    Notes
    -----
    Neurons are paired at random; the spikes of a pair in steps in which only one of the two fires are dealt to both anew. So
    all assignments with the same sums are approached evenly. There are ``log2(neurons) + 10`` such rounds, rounded up; in each,
    a spike goes to the other neuron of the pair with a probability of about one half.

    References
    ----------
    G. Strona and others (2014), Nat. Commun. 5:4114 (trades of pairs). Y. Ikegaya and others (2004), Science 304:559 (exchange
    of spikes between cells as a null).
    """
    _check(trains, 1)
    neurons = len(trains.start) - 1
    step, other = trains.step.copy(), np.empty_like(trains.step)
    counts = np.diff(trains.start)
    for _ in range(int(np.ceil(np.log2(neurons))) + 10 if neurons > 1 else 0):
        order = rng.permutation(neurons).astype(np.int64)
        pairs = order[: neurons // 2 * 2].reshape(-1, 2)
        ends = np.concatenate([[0], np.cumsum(counts[pairs].sum(axis=1))])
        for first, stop in _blocks(ends):
            trade(pairs, first, stop, trains.start, step, rng.random(int(ends[stop] - ends[first])), other)
        if neurons % 2:
            alone = slice(*trains.start[order[-1] : order[-1] + 2].tolist())
            other[alone] = step[alone]
        step, other = other, step
    return SpikeTrains(trains.start, step, trains.last)


SURROGATES: dict[str, SurrogateMethod] = {"shift": shift, "dither": dither, "joint_isi": joint_isi, "exchange": exchange}
"""By name."""
DITHERS = ("dither", "joint_isi")
"""Those that use the width."""


def _check(trains: SpikeTrains, width: int) -> None:
    if not 1 <= width <= _WIDEST:
        raise ModelError(Fault("surrogate-width", f"a width of {width} steps", expected=f"1 to {_WIDEST:,} steps"))
    twice = np.flatnonzero(np.diff(trains.step) == 0)
    same = twice[np.searchsorted(trains.start, twice, "right") == np.searchsorted(trains.start, twice + 1, "right")]
    if len(same):
        neuron = int(np.searchsorted(trains.start, same[0], "right")) - 1
        what = f"neuron {neuron} has two spikes in step {trains.step[same[0]]}"
        raise ModelError(Fault("spike-twice", what, expected="at most one spike of a neuron in a step"))


def _blocks(ends: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows that end at `ends`, of about `_BLOCK` spikes each, or one row."""
    first, rows = 0, len(ends) - 1
    while first < rows:
        stop = max(first + 1, int(np.searchsorted(ends, ends[first] + _BLOCK, "right")) - 1)
        yield first, min(stop, rows)
        first = min(stop, rows)


def _edges(end: int) -> NDArray[np.int64]:
    """Return edges of bins from 0 to beyond `end`: of one step below ten, then growing with the interval."""
    edges = [0, 1]
    while edges[-1] <= end:
        edges.append(edges[-1] + max(1, int(edges[-1] * (_GROWTH - 1))))
    return np.array(edges, np.int64)
