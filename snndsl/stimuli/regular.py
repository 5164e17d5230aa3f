"""Stimulus ``regular``: spikes at equal intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Spiking
from snndsl.model.text import Term
from snndsl.spec import Spec, Time

__all__ = ["Regular", "RegularSpec"]

Index = NDArray[np.int64]


class RegularSpec(Spec):
    """Equal intervals."""

    every: Time = Field(description="time from one spike of a neuron to its next")
    start: Time = Field(default="0 ms", description="time of the first spike")


@dataclass(frozen=True, slots=True, eq=False)
class Regular(Spiking):
    """Spikes at equal intervals of so many steps."""

    name = "regular"
    rank = 4
    says = "spikes at equal intervals"
    form = RegularSpec
    source = True

    every: int
    start: Term

    @classmethod
    def read(cls, reader: StimulusReader, given: RegularSpec) -> Regular | None:
        """Return interval and first time."""
        every = reader.steps(given.every, "the interval", "every")
        start = reader.time(given.start, "the time", "start")
        return None if start is None else cls(every, start)

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return the number of spikes of a run from its beginning."""
        return numbers.size * (numbers.horizon / self.every)

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return the spikes of all elements at start, start + every ..."""
        start = numbers.moment(self.start, "start")
        if start < 0:
            raise ModelError(self.start.problem("spike-outside-run", f"a first spike at step {start}", "0 ms or later"))
        stamp = np.arange(start, numbers.horizon + 1, self.every, dtype=np.int64)
        return np.tile(np.arange(numbers.size), len(stamp)), np.repeat(stamp, numbers.size)
