"""Ranges of states as numbers: what a state may be during a run, and whether it starts there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.values import evaluate_term, finite
from snndsl.model.text import Term, ValueTerm, first_term

__all__ = ["Limits", "check_start", "limits_of"]

Limits = tuple[float, float]
"""The smallest and the largest value of a state, internal units."""


def limits_of(terms: tuple[Term, Term], evaluator: Evaluator, state: str, unit: str = "") -> Limits:
    """Return the range of a state.

    Parameters
    ----------
    terms : tuple of Term
        Its limits.
    evaluator : Evaluator
        That knows constants.
    state, unit : str
        Name of the state, and its unit for people.

    Raises
    ------
    ModelError
        range-empty, not-finite, index-out-of-range.
    """
    what = f"a limit of {state!r}"
    low, high = (float(finite(evaluate_term(term, evaluator, what), term, what)) for term in terms)
    if not low < high:
        said = f"the range of {state!r} goes from {low:g}{unit} to {high:g}{unit}"
        raise ModelError(terms[0].problem("range-empty", said, "two values, the lower one first"))
    return low, high


def check_start(limits: Limits, start: float | NDArray[np.float64], value: ValueTerm, state: str, who: str, unit: str) -> None:
    """Refuse initial values outside the range of their state.

    Parameters
    ----------
    limits : tuple of float
        The range.
    start : float or ndarray
        Initial values, internal units.
    value : ValueTerm
        As written.
    state : str
        Name of the state.
    who : str
        Whose it is: ``neuron {} of 'cells'``, with the index of the first that is outside.
    unit : str
        Of the state, for people.

    Raises
    ------
    ModelError
        initial-out-of-range.
    """
    low, high = limits
    inside = np.atleast_1d((np.asarray(start) >= low) & (np.asarray(start) <= high))
    if inside.all():
        return
    bad = int(np.argmin(inside))
    term = value[bad] if isinstance(value, tuple) and bad < len(value) else first_term(value)
    found = float(np.atleast_1d(start)[bad])
    said = f"{who.format(bad)} starts with {state} = {found:g}{unit}, outside its range"
    raise ModelError(term.problem("initial-out-of-range", said, f"between {low:g}{unit} and {high:g}{unit}"))
