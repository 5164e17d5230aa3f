"""Stimuli and motifs; made by python tests/reference/write.py from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from snndsl.sections.networks import Positions

__all__ = [
    "Motif",
    "OneOf",
    "Play",
    "PulsePacket",
    "Rate",
    "Regular",
    "SpikeList",
    "Stimulus",
]


@dataclass(kw_only=True)
class Stimulus:
    """A source (`size`) or an injection (`into`, `port`), of exactly one kind.

    Parameters
    ----------
    size : value
        How many neurons a source has.
    into : value
        Neurons or signals that an injection reaches, each by itself.
    port : value
        Port that an injection enters.
    weight : value
        What an event adds to the port.
    let : mapping
        Values drawn once for each element and read in its others.
    positions : Positions or mapping
        Where the neurons of a source are.
    delay : value
        From the event to the port; one step if absent.
    during : value
        When it acts; the end is not included.
    round : {"nearest", "up", "down"}
        How a time off the grid is rounded; an error if absent.
    duplicates : {"error", "merge", "add"}
        What two spikes of one neuron at one stamp are.
    frozen : bool
        The same draws in every trial.
    stream : value
        Name of its random stream; default: its path.
    spikes : SpikeList or mapping
        Listed spikes, or events; into the port `spike` they are forced.
    bernoulli : Rate or mapping
        Random spikes, at most one a neuron and step.
    poisson : Rate or mapping
        Random events, any number in a step, for each target its own; of a source at most one spike a step.
    regular : Regular or mapping
        Spikes at equal intervals.
    pulse_packet : PulsePacket or mapping
        One spike a neuron and packet, normally distributed around its centre.
    one_of : OneOf or mapping
        An event into one target, drawn anew each period.
    current : value
        Its value in each step, in the unit of the port; it may read `t`, `i`, data, signals, and draw.
    play : value
        Motifs at times or at a rate; each spike moved by a normal time of that standard deviation, left out with
        probability `dropout`, given to another neuron of its population with probability `replace`.
    """

    size: Any | None = None
    into: Any | None = None
    port: Any | None = None
    weight: Any | None = None
    let: Mapping[str, Any] | None = None
    positions: Positions | Any | None = None
    delay: Any | None = None
    during: Any | None = None
    round: Literal["nearest", "up", "down"] | None = None
    duplicates: Literal["error", "merge", "add"] | None = None
    frozen: bool | None = None
    stream: Any | None = None
    spikes: SpikeList | Any | None = None
    bernoulli: Rate | Any | None = None
    poisson: Rate | Any | None = None
    regular: Regular | Any | None = None
    pulse_packet: PulsePacket | Any | None = None
    one_of: OneOf | Any | None = None
    current: Any | None = None
    play: Any | None = None


@dataclass(kw_only=True)
class SpikeList:
    """Listed spikes.

    Parameters
    ----------
    i : value
        Index of the neuron: list, data array or expression of row.
    t : value
        Time of the spike: list, data array or expression of row.
    where : value
        Condition on `row` for those that count.
    round : {"nearest", "up", "down"}
        How a time off the grid is rounded; default: as `round` of the stimulus.
    duplicates : {"error", "merge", "add"}
        What two spikes of one neuron at one stamp are; default: as `duplicates` of the stimulus.
    """

    i: Any
    t: Any
    where: Any | None = None
    round: Literal["nearest", "up", "down"] | None = None
    duplicates: Literal["error", "merge", "add"] | None = None


@dataclass(kw_only=True)
class Rate:
    """A rate.

    Parameters
    ----------
    rate : value
        Spikes per time; an expression of `t` changes during the run.
    """

    rate: Any


@dataclass(kw_only=True)
class Regular:
    """Equal intervals.

    Parameters
    ----------
    every : value
        Time from one spike of a neuron to its next.
    start : value
        Time of the first spike.
    """

    every: Any
    start: Any | None = None


@dataclass(kw_only=True)
class PulsePacket:
    """Every source spikes once per packet, normally distributed around its centre.

    Parameters
    ----------
    at : value
        Centres of the packets.
    sd : value
        Standard deviation of the times around each centre.
    """

    at: Any
    sd: Any


@dataclass(kw_only=True)
class OneOf:
    """One element, drawn anew each period.

    Parameters
    ----------
    every : value
        Time from one event to the next.
    """

    every: Any


@dataclass(kw_only=True)
class Play:
    """A motif, played.

    Parameters
    ----------
    motif : value
        Name of the motif.
    at : value
        Times, an array of data, or {every: T, start: T}.
    rate : value
        How often it is played, at random times.
    jitter : value
        Standard deviation of the time of each spike.
    dropout : value
        Probability that a spike is left out.
    replace : value
        Probability that a spike is another neuron's.
    """

    motif: Any
    at: Any | None = None
    rate: Any | None = None
    jitter: Any | None = None
    dropout: Any | None = None
    replace: Any | None = None


@dataclass(kw_only=True)
class Motif:
    """Spikes with relative times.

    Parameters
    ----------
    spikes : value
        {neuron: time}, a list, or {i, t} arrays with `in`.
    in_ : value
        Population of the neurons in i.
    arrive : mapping
        Neuron: time at which the spikes meet.
    leads_to : mapping
        Neuron: time at which it fires then.
    tolerance : value
        Largest distance of a spike from its time; default: a step.
    """

    spikes: Any
    in_: Any | None = None
    arrive: Mapping[str, Any] | None = None
    leads_to: Mapping[str, Any] | None = None
    tolerance: Any | None = None
