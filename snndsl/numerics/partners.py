"""Partners and orders of very many synapses, one row after the other: the compiled twin of what `snndsl.connect` draws.

A draw is a function of its row and its number, so that this has the same bits as arrays of draws. It is loaded where there is
enough to draw.
"""

from __future__ import annotations

from math import floor
from typing import Any

from numpy.typing import NDArray

from snndsl.numerics.compiled import kernel
from snndsl.numerics.scalar import log

__all__ = ["counted", "distinct", "jump", "partners"]

Array = NDArray[Any]
_MASK = 0xFFFFFFFF


@kernel
def _uniform(k0: int, k1: int, element: int, step: int, call: int) -> float:
    """Return `uniform` of trial 0: products of 64 bits may wrap, of which 32 each are looked at."""
    c0, c1, c2, c3 = element & _MASK, step & _MASK, 0, call << 16
    for _ in range(10):
        p, q = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = ((q >> 32) & _MASK) ^ c1 ^ k0, q & _MASK, ((p >> 32) & _MASK) ^ c3 ^ k1, p & _MASK
        k0, k1 = (k0 + 0x9E3779B9) & _MASK, (k1 + 0xBB67AE85) & _MASK
    return min((float(((c0 >> 5) << 26) | (c1 >> 6)) + 0.5) * 1.1102230246251565e-16, 0.9999999999999999)


@kernel
def partners(
    key: tuple[int, int], count: Array, others: int, multiple: bool, mine: Array, theirs: Array, mark: Array, chosen: Array
) -> int:
    """Draw for each row so many partners, and return the first row that cannot have them; -1: none.

    Parameters
    ----------
    key : tuple of int
        Of the stream.
    count : ndarray of int64, shape (rows,)
        How many partners each row has.
    others : int
        How many there are.
    multiple : bool
        Whether one may be drawn twice.
    mine, theirs : ndarray of int64, shape (rows,), shape (others,)
        What is equal is not connected; empty: all are.
    mark : ndarray of int32, shape (others,)
        Of -1; the last row that has drawn each.
    chosen : ndarray of int32, shape (sum of count,)
        The partners, row by row.
    """
    at = 0
    for row in range(len(count)):
        end, draw = at + count[row], 0
        while at < end:
            if draw == 1000:
                there = others
                for k in range(len(theirs)):
                    there -= theirs[k] == mine[row]
                if there < (1 if multiple else count[row]):
                    return row
            partner = int(floor(others * _uniform(key[0], key[1], row, draw, 0)))
            draw += 1
            if len(theirs) and theirs[partner] == mine[row]:
                continue
            if not multiple:
                if mark[partner] == row:
                    continue
                mark[partner] = row
            chosen[at] = partner
            at += 1
    return -1


@kernel
def jump(key: tuple[int, int], first: int, last: int, others: int, scale: float, i: Array, j: Array) -> tuple[int, int]:
    """Jump from success to success, row by row, from a row on; return the next row and how many there are.

    Parameters
    ----------
    key : tuple of int
        Of the stream.
    first, last : int
        Rows; those that do not fit are left.
    others : int
        Pairs of a row.
    scale : float
        log(1 - p).
    i, j : ndarray of int32
        What is connected; room for `others` at least.
    """
    number = 0
    for row in range(first, last):
        place, draw, begun = -1.0, 0, number
        while True:
            place += 1.0 + floor(log(_uniform(key[0], key[1], row, draw, 0)) / scale)
            if not place < others:
                break
            if number == len(i):
                return row, begun
            i[number], j[number] = row, int(place)
            number += 1
            draw += 1
    return last, number


@kernel
def counted(column: Array, order: Array, start: Array, found: Array) -> None:
    """Put an order into that of a column of whole numbers from 0 on; equal ones stay as they are.

    Parameters
    ----------
    column : ndarray of int, shape (rows,)
        What is put in order.
    order, found : ndarray of int32, shape (rows,)
        Before and after; an empty `order` is that of the rows.
    start : ndarray of int64, shape (largest of column + 2,)
        Zeros; where each number starts.
    """
    for k in range(len(column)):
        start[column[k] + 1] += 1
    for k in range(1, len(start)):
        start[k] += start[k - 1]
    for k in range(len(column)):
        row = order[k] if len(order) else k
        place = start[column[row]]
        found[place] = row
        start[column[row]] = place + 1


@kernel
def distinct(i: Array, j: Array, others: int, seen: Array) -> int:
    """Move the pairs that were not seen before to the front, and return how many these are.

    Parameters
    ----------
    i, j : ndarray of int32, shape (pairs,)
        Both sides.
    others : int
        Size of the side of `j`.
    seen : ndarray of int64, shape (a power of two,)
        Pairs that were seen, by their hash; -1: free. At least twice as long as there will be pairs.
    """
    number, mask = 0, len(seen) - 1
    for k in range(len(i)):
        code = int(i[k]) * others + int(j[k])
        place = ((code * 0x9E3779B1) >> 15) & mask
        while seen[place] >= 0 and seen[place] != code:
            place = (place + 1) & mask
        if seen[place] < 0:
            seen[place] = code
            i[number], j[number] = i[k], j[k]
            number += 1
    return number
