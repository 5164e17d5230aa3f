"""Linear equations of a step are solved by elimination, in an order that follows from their structure alone.

The state with the fewest neighbours is eliminated first, of several the last in the file: in a chain or a tree, whose parents
stand before their children, that is from the tips to the root (Hines 1984), and no element is added that is not there.
Nothing is exchanged for its size: the order, and so every bit, is the same for all numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Step

__all__ = ["elimination_order", "operations", "solve"]

Matrix = dict[tuple[str, str], Expr]


def elimination_order(states: Iterable[str], pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the states in the order of their elimination, each with its neighbours among those that are left.

    Parameters
    ----------
    states : iterable of str
        In the order of the file.
    pairs : iterable of (str, str)
        Row and column of the elements that are not zero by structure.
    """
    place = {state: number for number, state in enumerate(states)}
    near: dict[str, set[str]] = {state: set() for state in place}
    for row, column in pairs:
        if row != column:
            near[row].add(column)
            near[column].add(row)
    found = []
    while near:
        state = min(near, key=lambda item: (len(near[item]), -place[item]))
        left = near.pop(state)
        for other in left:
            near[other] |= left
            near[other] -= {state, other}
        found.append((state, tuple(sorted(left, key=place.__getitem__))))
    return tuple(found)


def operations(group: StateGroup) -> int:
    """Return how many multiplications solving a group takes at most."""
    pairs = [(row, column) for row in group.states for column in group.parts[row].coefficients]
    return sum(len(left) ** 2 + 3 * len(left) + 1 for _, left in elimination_order(group.states, pairs))


def solve(group: StateGroup, matrix: Matrix, right: Mapping[str, Expr], step: Step) -> list[Expr]:
    """Return the solution of linear equations, written in operations.

    Parameters
    ----------
    group : StateGroup
        Whose states are looked for.
    matrix : mapping of (str, str) to Expr
        Elements by row and column; the diagonal is there.
    right : mapping of str to Expr
        Right sides.
    step : Step
        Writes the operations.
    """
    o, left, value = step.apply, dict(matrix), dict(right)
    order = elimination_order(group.states, matrix)
    for state, others in order:
        for row in others:
            if (row, state) in left:
                factor = o.once(o("div", left[row, state], left[state, state]), f"factor.{row}")
                for column in others:
                    if (state, column) in left:
                        taken = o("mul", factor, left[state, column])
                        known = left.get((row, column))
                        change = o("neg", taken) if known is None else o("sub", known, taken)
                        left[row, column] = o.once(change, f"element.{row}")
                value[row] = o.once(o("sub", value[row], o("mul", factor, value[state])), f"right.{row}")
    new: dict[str, Expr] = {}
    for state, others in reversed(order):
        total = value[state]
        for column in others:
            if (state, column) in left:
                total = o("sub", total, o("mul", left[state, column], new[column]))
        new[state] = o.once(o("div", total, left[state, state]), f"new.{state}")
    return [new[state] for state in group.states]
