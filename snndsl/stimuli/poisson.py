"""Stimulus ``poisson``: any number of events in a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from snndsl.errors import ModelError
from snndsl.ir import Call, Const, Expr
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Driving
from snndsl.model.text import Term, ValueTerm, first_term
from snndsl.stimuli.rates import RateSpec, read_rate, varying

__all__ = ["Poisson"]


@dataclass(frozen=True, slots=True, eq=False)
class Poisson(Driving):
    """Independent events into every target, on average at a rate."""

    name = "poisson"
    rank = 3
    says = "random events, any number in a step, for each target its own"
    form = RateSpec
    injection = True
    no_source = ("poisson-source", "into: TARGET and port: PORT instead of size")
    random = True
    parameters = {"mean": "mean count in a step"}

    rate: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: RateSpec) -> Poisson | None:
        """Return the rate."""
        terms, _ = read_rate(reader, given)
        return None if terms is None else cls(terms)

    @property
    def varying(self) -> Term | None:
        """The rate if it changes during the run."""
        return varying(self.rate)

    def numbers(self, numbers: StimulusNumbers) -> Mapping[str, Any]:
        """Return the mean of the counts of each target."""
        if self.varying is not None:
            return {}
        rate = numbers.per_element(self.rate, self.name)
        if np.any(rate < 0):
            raise ModelError(first_term(self.rate).problem("rate-negative", "a negative rate", "at least 0 Hz"))
        return {"mean": rate * float(numbers.step)}

    def amount(self, steps: StepBuilder) -> Expr:
        """Return a drawn count times the weight."""
        if self.varying is None:
            mean: Expr = steps.parameter("mean")
        else:
            mean = Call("mul", (steps.expression(self.varying), Const(float(steps.step))))
        count = steps.draw("poisson", mean)
        return Call("mul", (steps.parameter("weight"), count))
