"""Propagators of linear equations: exp(A*h) and its integral, rounded once from many digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["propagators"]

_DIGITS = 50


def propagators(
    matrix: Mapping[tuple[int, int], float | NDArray[np.float64]], order: int, h: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
    places = sorted(matrix)
    columns = np.broadcast_arrays(*[np.atleast_1d(np.asarray(matrix[place], np.float64)) for place in places])
    rows, inverse = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    solved = [_solve(tuple(zip(places, row.tolist(), strict=True)), order, h) for row in rows]
    p, q = np.array([item[0] for item in solved]), np.array([item[1] for item in solved])
    chosen = inverse.ravel()
    return p[chosen], q[chosen]


@lru_cache(256)
def _solve(
    matrix: tuple[tuple[tuple[int, int], float], ...], order: int, h: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exponentiate the matrix [[A, 1], [0, 0]], whose upper right block is the integral; many populations have the same."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        whole = mpmath.zeros(2 * order)
        for (row, column), value in matrix:
            whole[row, column] = mpmath.mpf(float(value)) * mpmath.mpf(h)
        for row in range(order):
            whole[row, order + row] = mpmath.mpf(h)
        result = mpmath.expm(whole, method="taylor")
        return _block(result, range(order), 0), _block(result, range(order), order)


def _block(matrix: object, rows: Sequence[int], shift: int) -> NDArray[np.float64]:
    return np.array([[float(matrix[row, shift + column]) for column in rows] for row in rows])  # type: ignore[index]
