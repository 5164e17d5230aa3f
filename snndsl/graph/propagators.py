"""Propagators of linear equations: exp(A*h), its integral, what it makes of white noise; rounded once from many digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import Deferred

if TYPE_CHECKING:
    import mpmath
else:
    mpmath = Deferred("mpmath")

__all__ = ["propagators", "spreads"]

_DIGITS = 60
_NOTHING = 40
"""Digits below its largest one at which a variance counts as 0: of noise that is a multiple of other noise."""
_HALVINGS = 8
"""The step is halved so often beyond what makes norm(A*s) 1: then few terms of a series are needed."""

Real = NDArray[np.float64]
Coefficients = Mapping[tuple[int, int], float | Real]
Matrix = dict[tuple[int, int], Any]
"""Entries that are not 0, in many digits."""
_Entries = tuple[tuple[tuple[int, int], float], ...]


def propagators(matrix: Coefficients, order: int, h: float) -> tuple[Real, Real]:
    """Return exp(A*h) and the integral of exp(A*s) over 0..h.

    Parameters
    ----------
    matrix : mapping of (row, column) to float or ndarray, shape (neurons,)
        The entries of A that are not zero, per ms.
    order : int
        Number of states.
    h : float
        Length of a step in ms.

    Returns
    -------
    P, Q : ndarray of float64, shape (neurons or 1, order, order)
        Every entry is the double nearest to the exact value for the doubles in `matrix`; right for equal time constants too.
    """
    found = _of_each(matrix, lambda entries: _exponential(entries, order, h))
    return found[:, 0], found[:, 1]


def spreads(matrix: Coefficients, h: float, pairs: Sequence[tuple[int, int]]) -> Real:
    """Return the lower triangular L with L*L' = C, the covariance of what white noise makes of the states in a step.

    Parameters
    ----------
    matrix : mapping of (row, column) to float or ndarray, shape (neurons,)
        The entries of A that are not zero, per ms.
    h : float
        Length of a step in ms.
    pairs : sequence of (int, int)
        State, and equation through which the noise of unit intensity enters.

    Returns
    -------
    ndarray of float64, shape (neurons or 1, pairs, pairs)
        In sqrt(ms).

    Notes
    -----
    C[(i, r), (k, q)] is the integral over 0..h of exp(A*s)[i, r]*exp(A*s)[k, q], the covariance of the integrals of
    exp(A*(h - s))[i, r] and exp(A*(h - s))[k, q] against one white noise.
    """
    return _of_each(matrix, lambda entries: _spread(entries, h, tuple(pairs)))


def _of_each(matrix: Coefficients, solve: Callable[[_Entries], Real]) -> Real:
    """Solve each distinct matrix once; one result a neuron."""
    places = sorted(matrix)
    columns = np.broadcast_arrays(*[np.atleast_1d(np.asarray(matrix[place], np.float64)) for place in places])
    rows, inverse = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    solved = [solve(tuple(zip(places, row.tolist(), strict=True))) for row in rows]
    return np.array(solved)[inverse.ravel()]


@lru_cache(256)
def _exponential(entries: _Entries, order: int, h: float) -> Real:
    """Return exp(A*h) and its integral; many populations have the same."""
    with mpmath.workdps(_DIGITS):
        exponential, integral, _ = _doubled(entries, range(order), h, ())
        return np.array([_dense(exponential, order), _dense(integral, order)])


@lru_cache(256)
def _spread(entries: _Entries, h: float, pairs: tuple[tuple[int, int], ...]) -> Real:
    """Return L."""
    states = sorted({index for place, _ in entries for index in place} | {index for pair in pairs for index in pair})
    inputs = sorted({(r, q) for _, r in pairs for _, q in pairs})
    with mpmath.workdps(_DIGITS):
        _, _, covariances = _doubled(entries, states, h, inputs)
        found = dict(zip(inputs, covariances, strict=True))
        return _factor([[found[r, q].get((i, k), mpmath.mpf(0)) for k, q in pairs] for i, r in pairs])


def _doubled(
    entries: _Entries, states: Iterable[int], h: float, inputs: Iterable[tuple[int, int]]
) -> tuple[Matrix, Matrix, list[Matrix]]:
    """Return P = exp(A*h), the integral Q of exp(A*s), and those of exp(A*s)*E*exp(A'*s), where E has one entry 1.

    Series at a small part of the step, then doubled: P(2s) = P*P, Q(2s) = Q + P*Q, M(2s) = M + P*M*P'. Every entry is summed
    relative to itself, so that weak couplings have all their digits too.
    """
    one, whole = mpmath.mpf(1), mpmath.mpf(h)
    rates = {place: mpmath.mpf(value) for place, value in entries if value != 0.0}
    norm = sum((abs(value) for value in rates.values()), mpmath.mpf(0)) * whole
    halvings = _HALVINGS + max(0, int(mpmath.mag(norm)) if norm else 0)
    s = mpmath.ldexp(whole, -halvings)
    identity = {(state, state): one for state in states}
    integral = _series(identity, lambda term: _product(rates, term), s)
    exponential = _sum(identity, _product(rates, integral))
    turned = _turned(rates)
    noise = [_series({place: one}, lambda term: _sum(_product(rates, term), _product(term, turned)), s) for place in inputs]
    for _ in range(halvings):
        across = _turned(exponential)
        noise = [_sum(item, _product(_product(exponential, item), across)) for item in noise]
        integral = _sum(integral, _product(exponential, integral))
        exponential = _product(exponential, exponential)
    return exponential, integral, noise


def _series(first: Matrix, derivative: Callable[[Matrix], Matrix], s: Any) -> Matrix:
    """Return the integral over 0..s of the matrix that begins as `first` and has this derivative: sum of D^k*s^(k+1)/(k+1)!."""
    total: Matrix = {}
    term, k = {place: value * s for place, value in first.items()}, 1
    while term:
        total = _sum(total, term)
        k += 1
        moved = {place: value * s / k for place, value in derivative(term).items()}
        small = mpmath.eps
        term = moved if any(abs(value) > small * abs(total.get(place, 0)) for place, value in moved.items()) else {}
    return total


def _product(left: Matrix, right: Matrix) -> Matrix:
    rows: dict[int, list[tuple[int, Any]]] = {}
    for (row, column), value in right.items():
        rows.setdefault(row, []).append((column, value))
    found: Matrix = {}
    for (row, middle), value in left.items():
        for column, other in rows.get(middle, ()):
            place = (row, column)
            found[place] = found[place] + value * other if place in found else value * other
    return found


def _sum(left: Matrix, right: Matrix) -> Matrix:
    return {**left, **{place: left[place] + value if place in left else value for place, value in right.items()}}


def _turned(matrix: Matrix) -> Matrix:
    return {(column, row): value for (row, column), value in matrix.items()}


def _dense(matrix: Matrix, order: int) -> Real:
    found = np.zeros((order, order))
    for place, value in matrix.items():
        found[place] = float(value)
    return found


def _factor(covariance: list[list[Any]]) -> Real:
    """Return Cholesky's factor; a variance that is nothing but rounding has a column of zeros."""
    size = len(covariance)
    zero = mpmath.mpf(0)
    factor = [[zero] * size for _ in range(size)]
    for column in range(size):
        left = covariance[column][column] - sum((value * value for value in factor[column][:column]), zero)
        if left <= covariance[column][column] * mpmath.mpf(10) ** -_NOTHING:
            continue
        factor[column][column] = mpmath.sqrt(left)
        for row in range(column + 1, size):
            rest = sum((a * b for a, b in zip(factor[row][:column], factor[column][:column], strict=True)), zero)
            factor[row][column] = (covariance[row][column] - rest) / factor[column][column]
    return np.array([[float(value) for value in row] for row in factor])
