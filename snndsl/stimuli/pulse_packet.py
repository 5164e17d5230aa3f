"""Stimulus ``pulse_packet``: every source spikes once per packet."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from snndsl.expressions.dimensions import TIME
from snndsl.model.services import StimulusReader
from snndsl.model.stimulus import StimulusKind
from snndsl.model.text import ValueTerm
from snndsl.spec import PerElement, Spec

__all__ = ["PulsePacket", "PulsePacketSpec"]


class PulsePacketSpec(Spec):
    """Every source spikes once per packet, normally distributed around its centre."""

    at: PerElement = Field(description="centres")
    sd: PerElement = Field(description="standard deviations")


@dataclass(frozen=True, slots=True, eq=False)
class PulsePacket(StimulusKind):
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
        at, sd = (reader.value(getattr(given, key), TIME, key, key) for key in ("at", "sd"))
        return None if at is None or sd is None else cls(at, sd)
