"""Stimulus ``bernoulli``: in every step a spike with a probability."""

from __future__ import annotations

from dataclasses import dataclass

from snndsl.model.services import StimulusReader
from snndsl.model.stimulus import StimulusKind
from snndsl.model.text import ValueTerm, first_term
from snndsl.stimuli.rates import RateSpec, read_rate

__all__ = ["Bernoulli"]


@dataclass(frozen=True, slots=True, eq=False)
class Bernoulli(StimulusKind):
    """Random spikes, at most one a step, on average at a rate."""

    name = "bernoulli"
    rank = 2
    says = "random spikes, at most one a neuron and step"
    form = RateSpec
    source = True
    random = True

    rate: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: RateSpec) -> Bernoulli | None:
        """Return the rate; there is no more than one spike a step."""
        terms, value = read_rate(reader, given)
        if terms is not None and value is not None and value * reader.step > 1.0:
            what = f"{value * reader.step:g} spikes a step"
            fault = first_term(terms).problem(
                "rate-above-one-per-step", what, "at most one spike a step", "poisson into a port"
            )
            reader.faults.append(fault)
        return None if terms is None else cls(terms)
