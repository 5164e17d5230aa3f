"""Section ``stimuli``: sources that are wired by projections, and injections into ports."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from snndsl.schema.base import Flag, Name, PerElement, Scalar, Spec
from snndsl.schema.projection import Selection

__all__ = [
    "KINDS",
    "OneOfSpec",
    "PlaySpec",
    "PulsePacketSpec",
    "RateSpec",
    "RegularSpec",
    "SpikeListSpec",
    "StimulusSpec",
]

KINDS = ("spikes", "bernoulli", "poisson", "regular", "pulse_packet", "one_of", "current", "play")


class SpikeListSpec(Spec):
    """Listed spikes."""

    i: PerElement = Field(description="index of the neuron: list, data array or expression of row")
    t: PerElement = Field(description="time of the spike: list, data array or expression of row")
    where: Scalar | None = Field(default=None, description="condition on row")
    round: Literal["nearest", "up", "down"] | None = Field(default=None, description="how a time off the grid is rounded")
    duplicates: Literal["error", "merge", "add"] | None = Field(default=None, description="two spikes of a neuron in one step")


class RateSpec(Spec):
    """A rate."""

    rate: PerElement = Field(description="spikes per time")


class RegularSpec(Spec):
    """Equal intervals."""

    every: Scalar = Field(description="interval")
    start: Scalar = Field(default="0 ms", description="time of the first spike")


class PulsePacketSpec(Spec):
    """Every source spikes once per packet, normally distributed around its centre."""

    at: PerElement = Field(description="centres")
    sd: PerElement = Field(description="standard deviations")


class OneOfSpec(Spec):
    """One element, drawn anew each period."""

    every: Scalar = Field(description="period")


class PlaySpec(Spec):
    """A motif, played."""

    motif: Name
    at: Any = Field(default=None, description="times, or {every: T, start: T}")
    rate: Scalar | None = None
    jitter: Scalar | None = None
    dropout: Scalar | None = None
    replace: Scalar | None = None


class StimulusSpec(Spec):
    """A source (`size`) or an injection (`into`, `port`), of exactly one kind."""

    size: Scalar | None = Field(default=None, description="of a source")
    into: Selection | None = Field(default=None, description="whom an injection reaches")
    port: Name | None = Field(default=None, description="port of an injection")
    weight: PerElement = Field(default=None, description="in the unit of the port")
    delay: Scalar | None = Field(default=None, description="from the event to the port; one step if absent")
    spikes: SpikeListSpec | None = None
    bernoulli: RateSpec | None = None
    poisson: RateSpec | None = None
    regular: RegularSpec | None = None
    pulse_packet: PulsePacketSpec | None = None
    one_of: OneOfSpec | None = None
    current: PerElement = Field(default=None, description="an expression of t, i, data, signals, draws")
    play: tuple[PlaySpec, ...] | None = None
    during: tuple[Scalar, Scalar] | None = Field(default=None, description="[from, to)")
    round: Literal["nearest", "up", "down"] | None = None
    duplicates: Literal["error", "merge", "add"] = "error"
    frozen: Flag = False
    stream: Name | None = None

    @property
    def kind(self) -> str:
        """The one kind that is given."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> StimulusSpec:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"found {' and '.join(given) or 'no kind'}; expected exactly one of {', '.join(KINDS)}")
        if self.play is None and (self.size is None) == (self.into is None):
            raise ValueError(
                "neither source nor injection, or both; expected 'size' (a source) or 'into' and 'port' (an injection)"
            )
        if self.into is not None and self.port is None:
            raise ValueError("an injection has no 'port'; expected port: name of a port of its targets")
        return self
