"""Stimulus ``regular``: spikes at equal intervals."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from snndsl.model.services import StimulusReader
from snndsl.model.stimulus import StimulusKind
from snndsl.model.text import Term
from snndsl.spec import Scalar, Spec

__all__ = ["Regular", "RegularSpec"]


class RegularSpec(Spec):
    """Equal intervals."""

    every: Scalar = Field(description="interval")
    start: Scalar = Field(default="0 ms", description="time of the first spike")


@dataclass(frozen=True, slots=True, eq=False)
class Regular(StimulusKind):
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
