"""Populations of a program: the neuron of each, with what its stimuli add, and a value or a column for all that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.neurons import DerivedValues, one_or_all
from snndsl.graph.propagators import propagators, spreads
from snndsl.integrators import INTEGRATORS
from snndsl.integrators.exact import propagator, spread_name
from snndsl.ir import Neuron, Population
from snndsl.lowering.distinct import distinct
from snndsl.lowering.drives import ComputedDrive
from snndsl.lowering.grid import Grid, on_grid
from snndsl.lowering.neuron import LoweredNeuron, ir_name, lower_neuron
from snndsl.lowering.ranges import ranges_of
from snndsl.lowering.reads import Other, Reads, signals_of
from snndsl.lowering.remember import remembering
from snndsl.lowering.samples import ProgramSamples
from snndsl.lowering.sources import lower_source
from snndsl.model.checked import CheckedModel
from snndsl.model.equations import StateGroup
from snndsl.numerics import stream_key

__all__ = ["LoweredPopulations", "lower_populations"]


@dataclass(frozen=True, slots=True, eq=False)
class LoweredPopulations:
    """The populations of a program.

    Parameters
    ----------
    neurons : tuple of Neuron
        Each text once.
    populations : tuple of Population
        With their columns; sources with their spikes.
    origins : mapping of str to str
        Comments.
    """

    neurons: tuple[Neuron, ...]
    populations: tuple[Population, ...]
    origins: Mapping[str, str]


def lower_populations(found: Elaboration, grid: Grid, samples: ProgramSamples) -> LoweredPopulations:
    """Lower the neuron of every population, and enter its values; sources have only spikes, unless their rate reads a signal.

    Parameters
    ----------
    found : Elaboration
        With values, drives and spikes of sources.
    grid : Grid
        q of every port.
    samples : ProgramSamples
        Names of the arrays that texts call.
    """
    neurons: dict[str, Neuron] = {}
    signals = signals_of(found, samples)
    populations: list[Population] = []
    origins: dict[str, str] = {}
    late: dict[tuple[str, str], int] = {}
    texts = {name: _lowered(found, name, samples, signals, late) for name in found.model.elements}
    for name, (lowered, drives, undriven) in texts.items():
        lowered = remembering(lowered, {state: steps for (owner, state), steps in late.items() if owner == name})
        ranges = ranges_of(found.derived[name].ranges)
        neuron = distinct(replace(lowered.neuron, ranges=ranges), neurons.values())
        neurons[neuron.name] = neuron
        origins |= {f"neurons.{neuron.name}.{path}": text for path, text in lowered.origins.items()}
        values = _values(found, name, lowered, drives, grid)
        kept = {key: values[key] for key in (*neuron.params, *neuron.states)}
        populations.append(Population(name, found.model.sizes[name], neuron.name, kept, undriven=undriven))
    for name, stimulus in found.model.stimuli.items():
        if name in found.drawn:
            source = lower_source(found, found.drawn[name], samples, signals)
            neuron = distinct(source.neuron, neurons.values())
            neurons[neuron.name] = neuron
            origins |= {f"neurons.{neuron.name}.{path}": text for path, text in source.origins.items()}
            populations.append(Population(name, found.model.sizes[name], neuron.name, source.values))
        elif stimulus.size is not None:
            populations.append(Population(name, stimulus.size, None, {}, found.sources[name]))
    return LoweredPopulations(tuple(neurons.values()), tuple(populations), origins)


def _lowered(
    found: Elaboration, name: str, samples: ProgramSamples, signals: Mapping[str, Other], late: dict[tuple[str, str], int]
) -> tuple[LoweredNeuron, list[ComputedDrive], Neuron]:
    """Return the neuron of a population, its computed stimuli, and the neuron without any; `late` notes reads of the past."""
    model, population = found.model, found.model.elements[name]
    element, frozen = population.element, population.frozen
    reads, alone = Reads(signals, model.step, late=late), Reads(signals, model.step)
    drives = [ComputedDrive(drive, samples.of(model.data), reads) for drive in found.drives if drive.population == name]
    known = samples.of(element.data)
    lowered = lower_neuron(element, model.step, name, drives, _forced(found, name), known, reads, frozen)
    return lowered, drives, lower_neuron(element, model.step, name, [], False, known, alone, frozen).neuron


def _forced(found: Elaboration, name: str) -> bool:
    """Tell whether events or projections make spikes of a population, past its threshold."""
    incoming = {(events.population, events.port) for events in found.events}
    incoming |= {(drive.population, drive.port) for drive in found.drives}
    return (name, "spike") in incoming or any(
        projection.port == "spike" and name in projection.targets.populations for projection in found.model.projections.values()
    )


def _values(
    found: Elaboration, name: str, lowered: LoweredNeuron, drives: Sequence[ComputedDrive], grid: Grid
) -> dict[str, Any]:
    """Return every number that the neuron may read, by its name in the program."""
    values = found.values[name]
    table: dict[str, Any] = {ir_name(key): value for key, value in {**values.parameters, **values.states}.items()}
    table |= {**lowered.initial, **lowered.others}
    table |= {key: table[state] for key, state in lowered.past.items()}
    table |= _derived(found.model, found.derived[name], lowered, name)
    for drive in (computed.drive for computed in drives):
        for key, value in drive.values.items():
            if key == "weight":
                value = one_or_all(on_grid(value, grid[name, drive.port]))
            table[f"{drive.name}__{key}"] = value
    return table


def _derived(model: CheckedModel, derived: DerivedValues, lowered: LoweredNeuron, name: str) -> dict[str, Any]:
    """Return what the lowering needs beside parameters and states: propagators, periods, refractory steps, keys."""
    table: dict[str, Any] = {"N__": float(model.sizes[name])}
    exact = [group for group in lowered.groups if INTEGRATORS[group.method].constant]
    for group, matrix in zip(exact, derived.coefficients, strict=True):
        table |= _propagators(group, matrix, float(model.step))
    table |= lowered.periods
    if lowered.refractory:
        table[lowered.refractory] = derived.refractory
    if lowered.drawn:
        assert model.seeds.input is not None
        words = stream_key(model.seeds.input, model.elements[name].stream)
        table["key__0"], table["key__1"] = (float(word) for word in words)
    return table


def _propagators(group: StateGroup, matrix: Mapping[tuple[int, int], float | NDArray[np.float64]], h: float) -> dict[str, Any]:
    states = list(group.states)
    p, q = propagators(matrix, len(states), h)
    found = {
        propagator(kind, row, column): one_or_all(block[:, states.index(row), states.index(column)])
        for row in states
        for column in states
        for kind, block in (("P", p), ("Q", q))
    }
    for source in group.noise:
        pairs = [(states.index(state), states.index(entry)) for state, entry in group.spread(source)]
        factor = spreads(matrix, h, pairs)
        found |= {
            spread_name(source, row, column): one_or_all(factor[:, row, column])
            for row in range(len(pairs))
            for column in range(row + 1)
        }
    return found
