"""What is recorded, expected, swept and searched; made by python tests/reference/write.py from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Discover",
    "Expect",
    "Objective",
    "Record",
    "StateRecord",
    "Sweep",
    "SynapseRecord",
    "Target",
]


@dataclass(kw_only=True)
class Record:
    """What is kept.

    Parameters
    ----------
    spikes : value
        Selections whose spikes are kept.
    states : mapping of str to StateRecord or mapping
        States of neurons: selection: [states], or {of, every, after, until}.
    synapses : mapping of str to SynapseRecord or mapping
        Variables of synapses at times: projection: {of, every or at, where}.
    signals : mapping of str to StateRecord or mapping
        States of signals: name: [states], or {of, every, after, until}.
    counts : mapping
        Spikes of all neurons together in each complete bin: selection: width of a bin.
    """

    spikes: Any | None = None
    states: Mapping[str, StateRecord | Any] | None = None
    synapses: Mapping[str, SynapseRecord | Any] | None = None
    signals: Mapping[str, StateRecord | Any] | None = None
    counts: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class StateRecord:
    """Which states, how often and when.

    Parameters
    ----------
    of : value
        States that are kept.
    every : value
        Time between two samples; default: a step.
    after : value
        Samples later than this.
    until : value
        Samples up to this.
    """

    of: Any
    every: Any | None = None
    after: Any | None = None
    until: Any | None = None


@dataclass(kw_only=True)
class SynapseRecord:
    """Which variables of synapses, at which times.

    Parameters
    ----------
    of : value
        W and states of its rules.
    every : value
        Time between two samples.
    at : value
        Times of the samples.
    where : value
        Chooses synapses by `i`, `j`, `row`, `w` as it starts, `distance`, `pre.x` and `post.x`.
    """

    of: Any
    every: Any | None = None
    at: Any | None = None
    where: Any | None = None


@dataclass(kw_only=True)
class Expect:
    """What the author says will happen.

    Parameters
    ----------
    of : value
        Populations, sources, projection, signal or search that is measured.
    value : value
        What is measured: `rate`, `spikes`, `first_spike`, `cv_isi`, `f1`, a state, `w`, `mean(w)`, `argmax(V)`.
    at : value
        Moment at which it is measured.
    after : value
        Spikes and samples later than this.
    until : value
        Spikes and samples up to this.
    each : {"trial", "neuron"}
        For each of them instead of all together.
    between : value
        [least, largest].
    near : value
        A value that it is close to, or one for each neuron; needs `within`.
    within : value
        Largest distance from near, equals or against.
    equals : Target or mapping
        The value, or the spikes.
    at_least : value
        Smallest value.
    at_most : value
        Largest value.
    against : Target or mapping
        Value or spikes that it is compared with.
    source : value
        Where the number comes from.
    """

    of: Any
    value: Any
    at: Any | None = None
    after: Any | None = None
    until: Any | None = None
    each: Literal["trial", "neuron"] | None = None
    between: Any | None = None
    near: Any | None = None
    within: Any | None = None
    equals: Target | Any | None = None
    at_least: Any | None = None
    at_most: Any | None = None
    against: Target | Any | None = None
    source: Any | None = None


@dataclass(kw_only=True)
class Target:
    """A value, or listed spikes.

    Parameters
    ----------
    value : value
        Number, quantity or list of them.
    i : value
        Neurons of listed spikes.
    t : value
        Times of listed spikes.
    where : value
        Condition on row for those that count.
    """

    value: Any | None = None
    i: Any | None = None
    t: Any | None = None
    where: Any | None = None


@dataclass(kw_only=True)
class Sweep:
    """A named setting, a grid of them, or a search among them.

    Parameters
    ----------
    name : value
        Identifier of the setting; default: its number.
    set : mapping
        Path: value, for all its points.
    grid : mapping
        Path: list, {range: [FROM, TO, BY]} or {linspace: [FROM, TO, NUMBER]}.
    objective : Objective or mapping
        A search for the best settings.
    trials : value
        Repetitions of each of its points.
    expect : mapping of str to Expect or mapping
        Expectations of its points, beside the model's own.
    """

    name: Any | None = None
    set: Mapping[str, Any] | None = None
    grid: Mapping[str, Any] | None = None
    objective: Objective | Any | None = None
    trials: Any | None = None
    expect: Mapping[str, Expect | Any] | None = None


@dataclass(kw_only=True)
class Objective:
    """A measured value that is to be least or largest, and where the settings for it are looked for.

    Parameters
    ----------
    between : mapping
        Path: [FROM, TO], {log: [FROM, TO]} or {whole: [FROM, TO]}.
    minimise : value
        Name of an expectation, or rate.POPULATION.
    maximise : value
        Name of an expectation, or rate.POPULATION.
    method : {"random", "cma-es", "differential-evolution"}
        Who chooses points.
    evaluations : value
        Points, at most.
    batch : value
        Points chosen together; default: the method's own.
    seed : value
        Of the method's chance.
    """

    between: Mapping[str, Any]
    minimise: Any | None = None
    maximise: Any | None = None
    method: Literal["random", "cma-es", "differential-evolution"] | None = None
    evaluations: Any | None = None
    batch: Any | None = None
    seed: Any | None = None


@dataclass(kw_only=True)
class Discover:
    """A search for polychronous groups.

    Parameters
    ----------
    definition : mapping of str to mapping
        `izhikevich2006`, `event_triggered`, `structural`, `probabilistic` or `activated`, with its parameters.
    in_ : value
        Projection whose synapses the surrogates shuffle; the search reads all synapses.
    mothers : value
        Neurons whose inputs are tried; default: all.
    surrogates : mapping of str to mapping
        `shuffle_weights`, `shuffle_delays` or `rewire`, each with `times` and `of`.
    expect : mapping
        `groups`, `p`: a number, {equals}, {at_least}, {at_most} or {between}.
    """

    definition: Mapping[str, Mapping[str, Any]]
    in_: Any
    mothers: Any | None = None
    surrogates: Mapping[str, Mapping[str, Any]] | None = None
    expect: Mapping[str, Any] | None = None
