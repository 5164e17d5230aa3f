"""Uniform and normal draws: pure functions of key, element, step, trial, call and attempt.

All arguments hold whole numbers (doubles or integers) and are broadcast. Key words, element, step and trial are taken
modulo 2^32, call and attempt modulo 2^16. A scalar draw is a Python float.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.numerics.elementary import HALF, ONE, Reals, constants, elementwise, log_kernel, polynomial
from snndsl.numerics.philox import philox, unit, word

__all__ = ["normal", "normal_attempt", "normal_in", "normal_quantile", "uniform", "uniform_attempt", "uniform_pair"]

Number = float | NDArray[Any]
"""A scalar or an array of whole numbers."""

BLOCK = 8192
ATTEMPTS = 65536


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
    a, b, _, _ = _words(k0, k1, element, step, trial, call, attempt)
    return unit(a, b)


def uniform_pair(
    k0: Number, k1: Number, element: Number, step: Number, trial: Number, call: Number, attempt: Number
) -> tuple[Any, Any]:
    """Two independent uniform draws: that of `uniform_attempt`, and one from the other two words of the same counter."""
    a, b, c, d = _words(k0, k1, element, step, trial, call, attempt)
    return unit(a, b), unit(c, d)


def _words(*arguments: Number) -> tuple[Any, Any, Any, Any]:
    k0, k1, element, step, trial, call, attempt = _one_shape([word(argument) for argument in arguments])
    return philox((k0, k1), (element, step, trial, ((call & 0xFFFF) << 16) | (attempt & 0xFFFF)))


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


def normal_in(
    mean: Number,
    spread: Number,
    low: Number,
    high: Number,
    k0: Number,
    k1: Number,
    element: Number,
    step: Number,
    trial: Number,
    call: Number,
) -> Any:
    """Normal draw within bounds.

    Parameters
    ----------
    mean, spread : float or ndarray of float64
        Of the normal distribution without bounds.
    low, high : float or ndarray of float64
        Both belong to the interval.
    k0, k1, element, step, trial, call : float or ndarray
        See `uniform`.

    Returns
    -------
    float or ndarray of float64
        Of the broadcast shape; NaN where surely less than a thousandth of all draws lies within the bounds.

    Notes
    -----
    The first of mean + spread*`normal_attempt` with attempt = 0, 1, ... that is within the bounds. An interval narrower than
    spread/400, or more than 3.1 spreads away from the mean, keeps less than a thousandth, and is not tried.
    """
    arguments = (mean, spread, low, high, k0, k1, element, step, trial, call)
    shape = np.broadcast_shapes(*(np.shape(argument) for argument in arguments))
    rows = [np.broadcast_to(np.asarray(argument, np.float64), shape).reshape(-1) for argument in arguments]
    middle, sd, least, most = rows[:4]
    width = np.abs(sd)
    with np.errstate(invalid="ignore"):
        hopeful = (least <= most) & (0.4 * (most - least) >= 0.001 * width)
        hopeful &= (least - middle <= 3.1 * width) & (middle - most <= 3.1 * width)
    result, left = np.full(width.shape, np.nan), np.nonzero(hopeful)[0]
    for attempt in range(ATTEMPTS):
        if not left.size:
            break
        middle, sd, least, most = (row[left] for row in rows[:4])
        words = [row[left] for row in rows[4:]]
        drawn = middle + sd * normal_attempt(*words, attempt)  # type: ignore[call-arg]
        inside = (drawn >= least) & (drawn <= most)
        result[left[inside]] = drawn[inside]
        left = left[~inside]
    return result.reshape(shape) if shape else float(result[0])
