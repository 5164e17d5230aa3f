"""Poisson counts: pure functions of mean, key, element, step, trial and call; the cost does not grow with the mean."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.draws import Number, uniform, uniform_pair
from snndsl.numerics.elementary import HALF, ONE, Reals, constants, exp, log, log1p, polynomial

__all__ = ["poisson"]

INVERTED = 10.0
"""Largest mean that is drawn by inversion."""
LARGEST_MEAN = 1e15
"""Beyond, doubles would not tell the counts around the mean apart."""

Counter = tuple[Number, Number, Number, Number, Number, Number]
"""k0, k1, element, step, trial, call."""


def poisson(mean: Number, k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number) -> Any:
    """Poisson count of a given mean.

    Parameters
    ----------
    mean : float or ndarray of float64
        Rate times time step. 0 or less gives 0; NaN or more than 1e15 gives NaN.
    k0, k1, element, step, trial, call : float or ndarray
        See `uniform`.

    Returns
    -------
    float or ndarray of float64
        Of the broadcast shape.

    Notes
    -----
    By inversion for a mean up to 10: the smallest count whose cumulative probability, summed upwards, reaches `uniform`.

    Beyond, by transformed rejection (PTRS): a count is proposed from one uniform number and taken or not by another one, both
    from the four words of one counter, with attempt = 0, 1, ... until one is taken (1.1 to 1.2 on average). The probability
    of a count k is compared as k log1p((mean - k) / k) - (mean - k) - log(2 pi k) / 2 - r(k), where r is what Stirling's
    formula leaves of log(k!): this cancels nothing, however large the mean.

    References
    ----------
    W. Hörmann (1993). The transformed rejection method for generating Poisson random variables. Insurance: Mathematics and
    Economics 12, 39-45.
    """
    counter: Counter = (k0, k1, element, step, trial, call)
    if not (isinstance(mean, np.ndarray) and mean.ndim):
        return _of_one_mean(float(mean), counter)
    shape = np.broadcast_shapes(mean.shape, *(np.shape(argument) for argument in counter))
    means = np.broadcast_to(mean, shape).reshape(-1)
    counter = _spread(counter, shape)
    result = np.where(means <= 0.0, 0.0, np.nan)
    few = np.nonzero((means > 0.0) & (means <= INVERTED))[0]
    many = np.nonzero((means > INVERTED) & (means <= LARGEST_MEAN))[0]
    result[few] = _quantiles(means[few], np.broadcast_to(uniform(*_select(counter, few)), few.shape))
    result[many] = _by_rejection(means[many], _select(counter, many))
    return result.reshape(shape)


def _of_one_mean(mean: float, counter: Counter) -> Any:
    shape = np.broadcast_shapes(*(np.shape(argument) for argument in counter))
    if 0.0 < mean <= INVERTED:
        counts = _cumulative(mean).searchsorted(uniform(*counter)).astype(np.float64)
    elif INVERTED < mean <= LARGEST_MEAN:
        size = int(np.prod(shape))
        counts = _by_rejection(np.full(size, mean), _spread(counter, shape)).reshape(shape)
    else:
        counts = np.full(shape, 0.0 if mean <= 0.0 else np.nan)
    return counts if shape else float(counts)


# ---- inversion


@lru_cache(maxsize=1024)
def _cumulative(mean: float) -> Reals:
    """Cumulative probabilities as far as doubles tell them apart; 0 < mean <= 10."""
    count, p = 0.0, exp(-mean)
    sums = [p]
    while True:
        count += 1.0
        p = p * (mean / count)
        if sums[-1] + p == sums[-1]:
            return np.array(sums)
        sums.append(sums[-1] + p)


def _quantiles(mean: Reals, u: Reals) -> Reals:
    """Smallest counts whose cumulative probabilities reach `u`, each with its own mean; one-dimensional."""
    counts = np.zeros(u.shape)
    p = exp(-mean)
    total = p.copy()
    left = np.arange(u.size)
    count = 0.0
    while True:
        more = u > total
        left, u, mean, p, total = left[more], u[more], mean[more], p[more], total[more]
        if not left.size:
            return counts
        count += 1.0
        counts[left] = count
        p *= mean / count
        before = total
        total = before + p
        u = np.where(total == before, -1.0, u)


# ---- transformed rejection

# fmt: off
_REST = np.array(
    [0.0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193,
     0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733],
)
# fmt: on
_SERIES = constants(-0.0005952380952380953, 0.0007936507936507937, -0.002777777777777778, 0.08333333333333333)


def _by_rejection(mean: Reals, counter: Counter) -> Reals:
    """Counts of means above 10, one-dimensional."""
    counts = np.zeros(mean.shape)
    left = np.arange(mean.size)
    attempt = 0
    while left.size:
        u, v = (np.broadcast_to(drawn, left.shape) for drawn in uniform_pair(*counter, attempt))
        proposed, taken = _proposals(mean, u, v)
        counts[left[taken]] = proposed[taken]
        left, mean, counter = left[~taken], mean[~taken], _select(counter, np.nonzero(~taken)[0])
        attempt += 1
    return counts


def _proposals(mean: Reals, u: Reals, v: Reals) -> tuple[Reals, NDArray[np.bool_]]:
    """Propose counts, and say which of them are taken."""
    b = 0.931 + 2.53 * np.sqrt(mean)
    a = 0.02483 * b - 0.059
    end = np.where(u < HALF, u, ONE - u)
    k = np.floor(((2.0 * a) / end + b) * (u - HALF) + mean + 0.43)
    taken = (end >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2.0))
    near = ~taken & (k >= 0.0) & ~((end < 0.013) & (v > end))
    a, b, end = a[near], b[near], end[near]
    height = v[near] * (1.1239 + 1.1328 / (b - 3.4)) / (a / (end * end) + b)
    taken[near] = log(height) <= _log_probability(mean[near], k[near])
    return k, taken


def _log_probability(mean: Reals, k: Reals) -> Reals:
    """Logarithms of the probabilities of counts."""
    some = np.maximum(k, ONE)
    away = mean - some
    logarithm = ((some * log1p(away / some) - away) - HALF * log(6.283185307179586 * some)) - _stirling_rest(some)
    return np.where(k == 0.0, -mean, logarithm)


def _stirling_rest(k: Reals) -> Reals:
    """log(k!) - (k + 1/2) log(k) + k - log(2 pi) / 2 of counts from 1 on."""
    return np.where(k < 10.0, _REST[np.minimum(k, 9.0).astype(np.intp)], polynomial(ONE / (k * k), _SERIES) / k)


# ---- arguments


def _spread(counter: Counter, shape: tuple[int, ...]) -> Counter:
    """Arrays in the broadcast shape, as one dimension; scalars as they are."""
    k0, k1, element, step, trial, call = (
        np.broadcast_to(argument, shape).reshape(-1) if isinstance(argument, np.ndarray) and argument.ndim else argument
        for argument in counter
    )
    return k0, k1, element, step, trial, call


def _select(counter: Counter, indices: NDArray[np.intp]) -> Counter:
    k0, k1, element, step, trial, call = (
        argument[indices] if isinstance(argument, np.ndarray) and argument.ndim else argument for argument in counter
    )
    return k0, k1, element, step, trial, call
