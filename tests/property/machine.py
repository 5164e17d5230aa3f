"""A model run by the reference machine in this process: spikes, states and weights as plain values, for comparing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.api import Model
from snndsl.backend.registry import backend
from snndsl_reference.tree.loading import load_tree
from snndsl_reference.tree.machine import Machine

__all__ = ["Outcome", "simulated"]


@dataclass(frozen=True)
class Outcome:
    """Spikes (stamp, neuron) of each population, every state after each step, the states of every synapse at the end."""

    spikes: Mapping[str, list[tuple[int, int]]]
    states: Mapping[str, Mapping[str, NDArray[np.float64]]]
    synapses: Mapping[str, Mapping[str, NDArray[np.float64]]]


def simulated(sections: Mapping[str, Any], duration: str | None = None, steps: int | None = None) -> Outcome:
    """Run a model that is written as a mapping, or its first `steps`."""
    program = Model(**sections).with_duration(duration).program
    with tempfile.TemporaryDirectory() as folder:
        backend("reference").generate(program).write(Path(folder))
        machine = Machine(load_tree(Path(folder)))
    spikes: dict[str, list[tuple[int, int]]] = {name: [] for name in machine.neurons}
    states: dict[str, dict[str, list[Any]]] = {
        name: {state: [] for state in group.states} for name, group in machine.neurons.items()
    }
    for j in range(program.steps if steps is None else steps):
        fired = machine.step(j)
        for name, group in machine.neurons.items():
            spikes[name] += [(j + 1, int(neuron)) for neuron in fired[name]]
            for state, kept in states[name].items():
                kept.append(np.broadcast_to(group.states[state], (group.size,)).copy())
    synapses = {
        name: {state: part.states[state].copy() for part in parts for state in part.states}
        for name, parts in machine.by_projection.items()
    }
    arrays = {name: {state: np.array(kept) for state, kept in of.items()} for name, of in states.items()}
    return Outcome(spikes, arrays, synapses)
