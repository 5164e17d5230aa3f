"""Stimulus ``pulse_packet``: every source spikes once per packet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl import numerics
from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions.dimensions import TIME
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Duplicates, Spiking
from snndsl.model.text import ValueTerm, first_term
from snndsl.spec import Spec, Times

__all__ = ["PulsePacket", "PulsePacketSpec"]

Index = NDArray[np.int64]


class PulsePacketSpec(Spec):
    """Every source spikes once per packet, normally distributed around its centre."""

    at: Times = Field(description="centres of the packets")
    sd: Times = Field(description="standard deviation of the times around each centre")


@dataclass(frozen=True, slots=True, eq=False)
class PulsePacket(Spiking):
    """One spike a neuron and packet, normally distributed around its centre."""

    name = "pulse_packet"
    rank = 5
    says = "one spike a neuron and packet, normally distributed around its centre"
    form = PulsePacketSpec
    source = True
    random = True

    at: ValueTerm
    sd: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: PulsePacketSpec) -> PulsePacket | None:
        """Return centres and deviations."""
        at, sd = (
            reader.value(getattr(given, key), TIME, key, key, names="columns", phase="pure") for key in ("at", "sd")
        )
        return None if at is None or sd is None else cls(at, sd)

    @property
    def repeats(self) -> Duplicates:
        """What happens if packets overlap: two spikes of a neuron in one step are one."""
        return "merge"

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return the spike of each element in each packet, at the nearest step; those outside the run are left out."""
        table = numbers.columns({"at": self.at, "sd": self.sd})
        at, sd = table["at"], table["sd"]
        if len(sd) not in (1, len(at)):
            what = f"{len(at)} centres and {len(sd)} standard deviations"
            raise ModelError(numbers.place().problem("list-length", what, "one standard deviation, or one a packet"))
        if np.any(sd < 0):
            what = f"a standard deviation of {float(sd.min()):g} ms"
            raise ModelError(first_term(self.sd).problem("time-negative", what, "0 ms or more"))
        element, packet = np.arange(numbers.size)[None, :], np.arange(len(at))[:, None]
        who, which = element.astype(np.float64), packet.astype(np.float64)
        drawn = numerics.normal(*numbers.key("spikes"), who, which, numbers.trial, 0.0)
        time = at[:, None] + np.broadcast_to(sd, at.shape)[:, None] * drawn
        nearest = np.floor(time / float(numbers.step) + 0.5)
        stamp = np.clip(nearest, -1.0, numbers.horizon + 1.0).astype(np.int64)  # what lies outside is left out
        return np.broadcast_to(element, stamp.shape).ravel(), stamp.ravel()
