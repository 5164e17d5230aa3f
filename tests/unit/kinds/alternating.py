"""A kind of stimulus that is not in the package: the neurons spike in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Spiking
from snndsl.spec import Scalar, Spec

__all__ = ["Alternating"]

Index = NDArray[np.int64]


class AlternatingSpec(Spec):
    """One spike each interval."""

    every: Scalar = Field(description="interval between two spikes")


@dataclass(frozen=True, slots=True, eq=False)
class Alternating(Spiking):
    """Spikes at equal intervals, of one neuron after the other."""

    name = "alternating"
    says = "a spike each interval, of one neuron after the other"
    form = AlternatingSpec
    source = True
    injection = True

    every: int

    @classmethod
    def read(cls, reader: StimulusReader, given: AlternatingSpec) -> Alternating:
        """Return the interval."""
        return cls(reader.steps(given.every, "the interval", "every"))

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return the spikes of the run."""
        stamp = np.arange(self.every, numbers.horizon + 1, self.every, dtype=np.int64)
        return np.arange(len(stamp)) % numbers.size, stamp
