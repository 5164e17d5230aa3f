"""Stimulus ``poisson``: any number of events in a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.ir import Call, Const, Expr
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Driving, Spiking
from snndsl.model.text import Term, ValueTerm
from snndsl.stimuli.moving import expected_spikes, moving_chances, moving_spikes
from snndsl.stimuli.rates import RateSpec, chances, random_spikes, read_rate, varying

__all__ = ["Poisson"]

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Poisson(Driving, Spiking):
    """Independent events into every target, on average at a rate; as a source, spikes."""

    name = "poisson"
    rank = 3
    says = "random events, any number in a step, for each target its own; of a source at most one spike a step"
    form = RateSpec
    source = True
    injection = True
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
        return {"mean": chances(numbers, self.rate, self.name)}

    @property
    def moving(self) -> Term | None:
        """The rate if it changes during the run."""
        return varying(self.rate)

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return about the mean number of spikes."""
        if self.moving is not None:
            return expected_spikes(numbers, self.moving, "the rate")
        return float(np.minimum(chances(numbers, self.rate, self.name), 1.0).sum()) * numbers.horizon

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return a spike at each stamp with the probability 1 - exp(-rate*h): that of at least one event."""
        rate = self.moving
        if rate is not None:
            return moving_spikes(numbers, lambda who, when: moving_chances(numbers, rate, "the rate", who, when))
        return random_spikes(numbers, -chances(numbers, self.rate, self.name))

    def amount(self, steps: StepBuilder) -> Expr:
        """Return a drawn count times the weight."""
        if self.varying is None:
            mean: Expr = steps.parameter("mean")
        else:
            mean = Call("mul", (steps.expression(self.varying), Const(float(steps.step))))
        count = steps.draw("poisson", mean)
        return Call("mul", (steps.parameter("weight"), count))
