"""Populations, projections and data; made by python tests/reference/write.py from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Data",
    "Delay",
    "NeuronUse",
    "Population",
    "Positions",
    "Projection",
    "Seed",
    "Time",
]


@dataclass(kw_only=True)
class Data:
    """Arrays from a file below the model's folder, or written here.

    Parameters
    ----------
    file : value
        Relative path: npz, npy, csv, parquet, h5, raw, dat.
    units : mapping
        Unit of each column that has one, by its name here.
    names : mapping
        Other names for columns: name: column.
    values : value
        The numbers themselves, instead of a file.
    unit : value
        Unit of `values`.
    """

    file: Any | None = None
    units: Mapping[str, Any] | None = None
    names: Mapping[str, Any] | None = None
    values: Any | None = None
    unit: Any | None = None


@dataclass(kw_only=True)
class Time:
    """The grid.

    Parameters
    ----------
    step : value
        Length of a step.
    duration : value
        Length of the run, a whole number of steps.
    """

    step: Any
    duration: Any


@dataclass(kw_only=True)
class Seed:
    """Seeds by family.

    Parameters
    ----------
    wiring : value
        Of pairs, weights and delays.
    initial : value
        Of values and states before the run.
    input : value
        Of stimuli, noise and whatever is drawn during the run.
    analysis : value
        Of surrogates.
    """

    wiring: Any | None = None
    initial: Any | None = None
    input: Any | None = None
    analysis: Any | None = None


@dataclass(kw_only=True)
class Population:
    """Neurons of one kind.

    Parameters
    ----------
    neuron : NeuronUse or mapping
        Name of a neuron, or {use: name, parameter: value, ...}.
    size : value
        How many neurons.
    let : mapping
        Values drawn once for each neuron and read in its others.
    initial : mapping
        Initial values of states; others start as the neuron says.
    positions : Positions or mapping
        Where the neurons are.
    stream : value
        Name of its random stream; default: its path.
    frozen : bool
        The same draws in every trial.
    """

    neuron: NeuronUse | Any
    size: Any
    let: Mapping[str, Any] | None = None
    initial: Mapping[str, Any] | None = None
    positions: Positions | Any | None = None
    stream: Any | None = None
    frozen: bool | None = None


@dataclass
class NeuronUse:
    """A neuron and the values given to it.

    Parameters
    ----------
    use : value
        Name of the definition, or alias.name of an imported one.
    values : mapping
        Parameters, bindings of needs.
    integrator : value
        Replaces the integrator of the neuron.
    """

    use: Any
    values: Mapping[str, Any] | None = None
    integrator: Any | None = None


@dataclass(kw_only=True)
class Positions:
    """Where neurons are.

    Parameters
    ----------
    x : value
        Along the first axis.
    y : value
        Along the second axis.
    z : value
        Along the third axis.
    period : mapping
        Axis: length after which it closes on itself; distances go the shorter way.
    """

    x: Any | None = None
    y: Any | None = None
    z: Any | None = None
    period: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class Projection:
    """Synapses between two selections.

    Parameters
    ----------
    from_ : value
        Population, source, signal, group, slice, or a list of them.
    to : value
        Population, signal, group, slice, or a list of them.
    connect : value
        The rule that makes the pairs.
    port : value
        Port of the targets, or `spike`.
    weight : value
        What a spike adds to the port.
    where : value
        Condition on candidate pairs, on `i`, `j`, `distance` and others.
    self_ : bool
        Whether a neuron may contact itself; required where both sides overlap.
    multiple : bool
        Whether a pair may have several synapses; required with the fixed rules.
    copies : value
        Synapses of each pair.
    per_block : bool
        The rule is applied to each pair of entries of `from` and `to` by itself.
    delay : Delay or mapping
        A time (axonal), or its parts if plastic and they matter; required unless a motif gives it.
    plasticity : value
        A rule, {use: rule, parameter: value, ...}, or a list of them.
    carries : value
        A value of pre and post that is transmitted in every step, times the weight; spikes are not.
    initial : mapping
        Initial values of states of the rule.
    stream : value
        Name of its random stream; default: its path.
    """

    from_: Any
    to: Any
    connect: Any
    port: Any
    weight: Any
    where: Any | None = None
    self_: bool | None = None
    multiple: bool | None = None
    copies: Any | None = None
    per_block: bool | None = None
    delay: Delay | Any | None = None
    plasticity: Any | None = None
    carries: Any | None = None
    initial: Mapping[str, Any] | None = None
    stream: Any | None = None


@dataclass(kw_only=True)
class Delay:
    """Delay of a synapse: from the source to the synapse, and from the synapse to the soma.

    Parameters
    ----------
    axonal : value
        Time from the spike to the synapse.
    dendritic : value
        Time from the synapse to the soma.
    round : {"nearest", "up", "down"}
        How a delay off the grid is rounded.
    """

    axonal: Any | None = None
    dendritic: Any | None = None
    round: Literal["nearest", "up", "down"] | None = None
