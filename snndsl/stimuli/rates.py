"""Rates of random spikes, and values that change during a run."""

from __future__ import annotations

from pydantic import Field

from snndsl.expressions import tree
from snndsl.expressions.dimensions import TIME
from snndsl.expressions.functions import FUNCTIONS
from snndsl.model.services import StimulusReader
from snndsl.model.text import Term, ValueTerm
from snndsl.spec import PerElement, Spec

__all__ = ["PER_TIME", "RateSpec", "read_rate", "varying"]

PER_TIME = TIME.power(-1)


class RateSpec(Spec):
    """A rate."""

    rate: PerElement = Field(description="spikes per time")


def read_rate(reader: StimulusReader, given: RateSpec) -> tuple[ValueTerm | None, float | None]:
    """Return a rate, and its value per ms if that is known in the file; what cannot be is reported."""
    terms = reader.value(given.rate, PER_TIME, "the rate", "rate", names="stimulus", phase="run")
    value = reader.constant(terms) if isinstance(terms, Term) else None
    if value is not None and value < 0:
        assert isinstance(terms, Term)
        reader.faults.append(terms.problem("rate-negative", f"a rate of {1000 * value:g} Hz", "at least 0 Hz"))
    return terms, value


def varying(value: ValueTerm) -> Term | None:
    """Return a value that changes during a run: it reads the time or the trial, or draws. None if it does not."""
    return value if isinstance(value, Term) and _varies(value.tree) else None


def _varies(node: tree.Expression) -> bool:
    """Tell whether an expression changes during a run: it reads the time or the trial, or draws."""
    if isinstance(node, tree.Name):
        return node.text in ("t", "trial")
    if isinstance(node, tree.Call) and node.function in FUNCTIONS and FUNCTIONS[node.function].varies:
        return True
    return any(_varies(child) for child in tree.children(node))
