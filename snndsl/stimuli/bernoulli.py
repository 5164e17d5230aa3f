"""Stimulus ``bernoulli``: in every step a spike with a probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.ir import Call, Expr
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Spiking
from snndsl.model.text import Term, ValueTerm, first_term
from snndsl.stimuli.moving import Hazard, expected_spikes, moving_chances, moving_spikes
from snndsl.stimuli.rates import RateSpec, chances, random_spikes, read_rate, varying

__all__ = ["BernoulliSpikes"]

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BernoulliSpikes(Spiking):
    """Random spikes, at most one a step, on average at a rate."""

    name = "bernoulli"
    rank = 2
    says = "random spikes, at most one a neuron and step"
    form = RateSpec
    source = True
    random = True
    most_in_a_step = 1.0

    rate: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: RateSpec) -> BernoulliSpikes | None:
        """Return the rate; there is no more than one spike a step."""
        terms, value = read_rate(reader, given)
        if terms is not None and value is not None and value * reader.step > 1.0:
            reader.faults.append(_too_often(terms, value * reader.step))
        return None if terms is None else cls(terms)

    @property
    def moving(self) -> Term | None:
        """The rate if it changes during the run."""
        return varying(self.rate)

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return the mean number of spikes."""
        if self.moving is not None:
            return expected_spikes(numbers, self.moving, "the rate")
        return float(chances(numbers, self.rate, self.name).sum()) * numbers.horizon

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return a spike at each stamp with the probability rate*h."""
        if self.moving is not None:
            return moving_spikes(numbers, self._hazard(numbers, self.moving))
        chance = chances(numbers, self.rate, self.name)
        if np.any(chance > 1.0):
            raise ModelError(_too_often(self.rate, float(chance.max())))
        return random_spikes(numbers, numerics.log1p(-chance))

    def hazard(self, mean: Expr) -> Expr:
        """Return that of a spike with the probability rate*h."""
        return Call("neg", (Call("log1p", (Call("neg", (mean,)),)),))

    def _hazard(self, numbers: StimulusNumbers, rate: Term) -> Hazard:
        def hazard(elements: Index, stamps: Index) -> NDArray[np.float64]:
            chance = moving_chances(numbers, rate, "the rate", elements, stamps)
            row, column = divmod(int(np.argmax((chance > 1.0).T)), len(elements))[::-1]  # the first stamp
            if chance[row, column] > 1.0:
                who = f" of neuron {elements[row]} at {numbers.time(int(stamps[column]))}"
                raise ModelError(_too_often(rate, float(chance[row, column]), who))
            found: NDArray[np.float64] = -numerics.log1p(-chance)
            return found

        return hazard


def _too_often(rate: ValueTerm, chance: float, who: str = "") -> Fault:
    what, expected = f"{chance:g} spikes a step{who}", "at most one spike a step"
    return first_term(rate).problem("rate-above-one-per-step", what, expected, "poisson into a port")
