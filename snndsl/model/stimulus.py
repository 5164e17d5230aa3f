"""A stimulus: a source with neurons of its own, or an injection into ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from snndsl.model.projection import Rounding
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm

__all__ = [
    "Current", "Duplicates", "OneOf", "Play", "PlayedMotif", "PulsePacket", "Rate", "Regular", "SpikeList", "Stimulus", "Train",
]  # fmt: skip

Duplicates = Literal["error", "merge", "add"]


@dataclass(frozen=True, slots=True, eq=False)
class SpikeList:
    """Listed spikes: columns of neurons and times, and the rows that count."""

    i: ValueTerm
    t: ValueTerm
    where: Term | None
    round: Rounding | None
    duplicates: Duplicates


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """Random spikes at a rate: ``poisson`` or ``bernoulli``."""

    process: Literal["poisson", "bernoulli"]
    rate: ValueTerm


@dataclass(frozen=True, slots=True, eq=False)
class Regular:
    """Spikes at equal intervals of so many steps."""

    every: int
    start: Term


@dataclass(frozen=True, slots=True, eq=False)
class PulsePacket:
    """One spike a neuron and packet, normally distributed around its centre."""

    at: ValueTerm
    sd: ValueTerm


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """One element, drawn anew each period of so many steps."""

    every: int


@dataclass(frozen=True, slots=True, eq=False)
class Current:
    """A value in every step."""

    value: ValueTerm


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """Times at equal intervals."""

    every: Term
    start: Term


@dataclass(frozen=True, slots=True, eq=False)
class PlayedMotif:
    """A motif at chosen or drawn times.

    Parameters
    ----------
    motif : str
        Which.
    place : Place
        Of the entry.
    at : tuple of Term, Train or None
        When it begins.
    rate : Term or None
        How often it begins by chance.
    jitter, dropout, replace : Term or None
        Standard deviation of the shift of each spike, probability that it is left out, or comes from another neuron.
    """

    motif: str
    place: Place
    at: tuple[Term, ...] | Train | None
    rate: Term | None
    jitter: Term | None
    dropout: Term | None
    replace: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """Motifs that are played."""

    items: tuple[PlayedMotif, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stimulus:
    """A source (`size`) or an injection (`targets`, `port`).

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    kind : str
        ``spikes``, ``poisson`` ...; the key of the file.
    what : SpikeList, Rate, Regular, PulsePacket, OneOf, Current or Play
        What it does.
    size : int or None
        Neurons of a source.
    targets : Selection or None
        Whom an injection reaches.
    port : str or None
        Of the targets.
    weight : ValueTerm or None
        In the unit of the port.
    delay : int
        Steps from the event to the port.
    during : tuple of int or None
        Stamps from <= s < until at which it acts; None: always.
    frozen : bool
        Whether it is the same in every trial.
    stream : str
        Name of its random stream.
    """

    name: str
    place: Place
    kind: str
    what: SpikeList | Rate | Regular | PulsePacket | OneOf | Current | Play
    size: int | None
    targets: Selection | None
    port: str | None
    weight: ValueTerm | None
    delay: int
    during: tuple[int, int] | None
    frozen: bool
    stream: str
