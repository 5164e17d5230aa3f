"""Uniform, normal and Poisson draws: pure functions of key, element, step, trial, call and attempt.

All arguments hold whole numbers (doubles or integers) and are broadcast. Key words, element, step and trial are taken
modulo 2^32, call and attempt modulo 2^16. A scalar draw is a Python float.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.elementary import HALF, ONE, Reals, constants, elementwise, exp, log_kernel, polynomial
from snndsl.numerics.philox import philox, unit, word

__all__ = ["normal", "normal_attempt", "normal_quantile", "poisson", "uniform", "uniform_attempt"]

Number = float | NDArray[Any]
"""A scalar or an array of whole numbers."""

BLOCK = 8192
LARGEST_MEAN = 655350.0

Counter = tuple[Number, Number, Number, Number, Number, Number]
"""k0, k1, element, step, trial, call."""


def _one_shape(words: list[Any]) -> list[Any]:
    shapes = {value.shape for value in words if not isinstance(value, int)}
    if len(shapes) < 2:
        return words
    shape = np.broadcast_shapes(*shapes)
    return [value if isinstance(value, int) else np.broadcast_to(value, shape) for value in words]


def uniform_attempt(k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number, attempt: Number) -> Any:
    """Like `uniform`; `attempt` tells repeated draws apart (a value outside its bounds is drawn again)."""
    if isinstance(element, np.ndarray) and element.ndim == 1 and element.size > BLOCK:
        others = (k0, k1, step, trial, call, attempt)
        if not any(isinstance(other, np.ndarray) and other.ndim for other in others):
            pieces = (element[start : start + BLOCK] for start in range(0, element.size, BLOCK))
            return np.concatenate([uniform_attempt(k0, k1, piece, step, trial, call, attempt) for piece in pieces])
    words = _one_shape([word(argument) for argument in (k0, k1, element, step, trial, call, attempt)])
    last = ((words[5] & 0xFFFF) << 16) | (words[6] & 0xFFFF)
    a, b, _, _ = philox((words[0], words[1]), (words[2], words[3], words[4], last))
    return unit(a, b)


def uniform(k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number) -> Any:
    """Uniform draw from the open interval (0, 1).

    Parameters
    ----------
    k0, k1 : float or ndarray
        Key words of the stream, `snndsl.numerics.stream_key`.
    element, step, trial : float or ndarray
        Neuron or row of a table, number of the step, number of the trial.
    call : float or ndarray
        Which draw of the model's text.

    Returns
    -------
    float or ndarray of float64
        Of the broadcast shape.

    Notes
    -----
    u = ((a >> 5) 2^26 + (b >> 6) + 0.5) 2^-53, where a and b are the first words of Philox4x32-10 with key (k0, k1) and
    counter (element, step, trial, call << 16 | attempt), attempt = 0. The one value that would round to 1 is 1 - 2^-53.

    References
    ----------
    J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. SC'11.
    """
    return uniform_attempt(k0, k1, element, step, trial, call, 0)


# fmt: off
_CENTRE = (
    constants(2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
     13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665),
    constants(5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
     5394.196021424751, 687.1870074920579, 42.31333070160091, 1.0),
)
_TAIL = (
    constants(0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
     3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835),
    constants(1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
     0.6897673349851, 1.6763848301838038, 2.053191626637759, 1.0),
)
_FAR_TAIL = (
    constants(2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784, 0.026532189526576124,
     0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103),
    constants(2.0442631033899397e-15, 1.4215117583164459e-07, 1.8463183175100548e-05, 0.0007868691311456133,
     0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1.0),
)
# fmt: on
_CENTRE_WIDTH, _TAIL_START, _FAR_TAIL_START = constants(0.180625, 1.6, 5.0)


def _tail(r: Reals) -> Reals:
    """Size of the quantile outside the centre, r = sqrt(-log(distance of p from the nearer end))."""
    far = r > _FAR_TAIL_START
    near = r - _TAIL_START
    y = polynomial(near, _TAIL[0]) / polynomial(near, _TAIL[1])
    if far.any():
        r = r[far] - _FAR_TAIL_START
        y[far] = polynomial(r, _FAR_TAIL[0]) / polynomial(r, _FAR_TAIL[1])
    return y


def _normal_quantile(p: Reals) -> Reals:
    q = p - HALF
    r = q * q
    np.subtract(_CENTRE_WIDTH, r, out=r)
    y = polynomial(r, _CENTRE[0])
    y *= q
    y /= polynomial(r, _CENTRE[1])
    outside = np.nonzero(~(np.abs(q) <= 0.425))[0]
    if outside.size:
        p = p[outside]
        q = q[outside]
        distance = np.where(q < 0.0, p, ONE - p)
        y[outside] = np.copysign(_tail(np.sqrt(-log_kernel(distance))), q)
    return y


def normal_quantile(p: Number) -> Any:
    """Inverse of the standard normal distribution function, 0 < p < 1.

    References
    ----------
    M. J. Wichura (1988). Algorithm AS 241: the percentage points of the normal distribution. Applied Statistics 37, 477-484.
    """
    return elementwise(_normal_quantile, p)


def normal_attempt(k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number, attempt: Number) -> Any:
    """Like `normal`; `attempt` tells repeated draws apart."""
    return normal_quantile(uniform_attempt(k0, k1, element, step, trial, call, attempt))


def normal(k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number) -> Any:
    """Standard normal draw: the normal quantile of `uniform` with the same arguments."""
    return normal_attempt(k0, k1, element, step, trial, call, 0)


@lru_cache(maxsize=1024)
def _cumulative(mean: float) -> Reals:
    """Cumulative Poisson probabilities as far as doubles tell them apart; 0 < mean <= 10."""
    count, p = 0.0, exp(-mean)
    sums = [p]
    while True:
        count += 1.0
        p = p * (mean / count)
        if sums[-1] + p == sums[-1]:
            return np.array(sums)
        sums.append(sums[-1] + p)


def _poisson_quantiles(mean: Reals, u: Reals) -> Reals:
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


def _poisson_of_one_mean(mean: float, key_and_counter: Counter) -> Any:
    shape = np.broadcast_shapes(*(np.shape(argument) for argument in key_and_counter))
    if mean <= 0.0 or not mean <= LARGEST_MEAN:
        value = 0.0 if mean <= 0.0 else np.nan
        return np.full(shape, value) if shape else value
    m = 1.0 if mean <= 10.0 else float(-np.floor(-(mean / 10.0)))
    table = _cumulative(mean / m)
    total = np.zeros(shape)
    for attempt in range(int(m)):
        total += table.searchsorted(uniform_attempt(*key_and_counter, attempt))
    return total if shape else float(total)


def _spread(argument: Number, shape: tuple[int, ...]) -> Number:
    """Arrays in the broadcast shape, as one dimension; scalars as they are."""
    return np.broadcast_to(argument, shape).reshape(-1) if isinstance(argument, np.ndarray) and argument.ndim else argument


def _select(arguments: tuple[Number, ...], indices: NDArray[np.intp]) -> Counter:
    k0, k1, element, step, trial, call = (
        argument[indices] if isinstance(argument, np.ndarray) and argument.ndim else argument for argument in arguments
    )
    return k0, k1, element, step, trial, call


def poisson(mean: Number, k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number) -> Any:
    """Poisson count of a given mean.

    Parameters
    ----------
    mean : float or ndarray of float64
        Rate times time step. 0 or less gives 0; NaN or more than 655350 gives NaN.
    k0, k1, element, step, trial, call : float or ndarray
        See `uniform`.

    Returns
    -------
    float or ndarray of float64
        Of the broadcast shape.

    Notes
    -----
    By inversion for a mean up to 10: the smallest count whose cumulative probability, summed upwards, reaches `uniform`.
    Beyond, the sum of m = ceil(mean / 10) independent counts of mean / m, drawn with attempt = 0 ... m - 1.
    """
    key_and_counter: Counter = (k0, k1, element, step, trial, call)
    if not (isinstance(mean, np.ndarray) and mean.ndim):
        return _poisson_of_one_mean(float(mean), key_and_counter)
    shape = np.broadcast_shapes(mean.shape, *(np.shape(argument) for argument in key_and_counter))
    flat = np.broadcast_to(mean, shape).reshape(-1)
    result = np.where(flat <= 0.0, 0.0, np.nan)
    drawn = np.nonzero((flat > 0.0) & (flat <= LARGEST_MEAN))[0]
    flat = flat[drawn]
    drawn_counter = _select(tuple(_spread(argument, shape) for argument in key_and_counter), drawn)
    m = np.where(flat <= 10.0, 1.0, -np.floor(-(flat / 10.0)))
    each = flat / m
    total = np.zeros(flat.shape)
    for attempt in range(int(m.max(initial=0.0))):
        now = np.nonzero(m > attempt)[0]
        u = uniform_attempt(*_select(drawn_counter, now), attempt)
        total[now] += _poisson_quantiles(each[now], np.broadcast_to(u, now.shape))
    result[drawn] = total
    return result.reshape(shape)
