"""Rates of random spikes, and values that change during a run."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl import numerics
from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.expressions.dimensions import TIME
from snndsl.expressions.functions import FUNCTIONS
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.text import Term, ValueTerm, first_term
from snndsl.spec import As, PerElement, Spec

__all__ = ["PER_TIME", "RateSpec", "chances", "random_spikes", "read_rate", "varying"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]
PER_TIME = TIME.power(-1)


class RateSpec(Spec):
    """A rate."""

    rate: Annotated[PerElement, As("value per element", "1/time")] = Field(
        description="spikes per time; an expression of `t` changes during the run"
    )


def read_rate(reader: StimulusReader, given: RateSpec) -> tuple[ValueTerm | None, float | None]:
    """Return a rate, and its value per ms if that is known in the file; what cannot be is reported."""
    terms = reader.value(given.rate, PER_TIME, "the rate", "rate", names="stimulus", phase="run")
    value = reader.constant(terms) if isinstance(terms, Term) else None
    if value is not None and value < 0:
        assert isinstance(terms, Term)
        reader.faults.append(terms.problem("rate-negative", f"a rate of {1000 * value:g} Hz", "at least 0 Hz"))
    return terms, value


def varying(value: ValueTerm) -> Term | None:
    """Return a value that changes during a run: it reads the time, the trial or a signal, or draws. None if it does not."""
    return value if isinstance(value, Term) and _varies(value.tree) else None


def _varies(node: tree.Expression) -> bool:
    """Tell whether an expression changes during a run: it reads the time, the trial or a signal, or draws."""
    if isinstance(node, tree.Name):
        return node.moves or node.text in ("t", "trial")
    if isinstance(node, tree.FunctionCall) and node.function in FUNCTIONS and FUNCTIONS[node.function].varies:
        return True
    return any(_varies(child) for child in tree.children(node))


def chances(numbers: StimulusNumbers, rate: ValueTerm, what: str) -> Real:
    """Return the mean number of spikes of each element in a step."""
    values = numbers.per_element(rate, what)
    if np.any(values < 0):
        raise ModelError(first_term(rate).problem("rate-negative", "a negative rate", "at least 0 Hz"))
    return values * float(numbers.step)


def random_spikes(numbers: StimulusNumbers, silence: Real) -> tuple[Index, Index]:
    """Return elements and stamps of random spikes: from 0 on, at each stamp one with the same probability.

    The gap before a spike has a geometric distribution, floor(log(u)/log(1 - p)), so that a spike costs one draw and a stamp
    without one costs nothing; a run has the spikes of a longer one up to its end.

    Parameters
    ----------
    numbers : StimulusNumbers
        Of the source.
    silence : ndarray, shape (size,)
        Logarithm of the probability that an element has no spike at a stamp.
    """
    key = numbers.key("spikes")
    place = np.full(numbers.size, -1.0)
    active, number = np.nonzero(silence)[0], 0
    elements, stamps = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    while len(active):
        u = numerics.uniform(*key, active.astype(np.float64), float(number), numbers.trial, 0.0)
        place[active] += 1.0 + np.floor(numerics.log(u) / silence[active])
        active = active[place[active] <= numbers.horizon]
        elements.append(active)
        stamps.append(place[active].astype(np.int64))
        number += 1
    return np.concatenate(elements), np.concatenate(stamps)
