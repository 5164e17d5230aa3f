"""Events of listed and played spikes as amounts by step and neuron; several stimuli stay apart."""

from __future__ import annotations

import numpy as np

from snndsl.graph.elaboration import Elaboration
from snndsl.graph.spike_lists import Listed
from snndsl.ir import Injection, Table
from snndsl.lowering.grid import Grid, on_grid
from snndsl.lowering.neuron import ir_name

__all__ = ["injections"]


def injections(found: Elaboration, grid: Grid) -> list[Injection]:
    """Return the injections of a program.

    Parameters
    ----------
    found : Elaboration
        With the events.
    grid : Grid
        q of every port.
    """
    made: dict[str, Injection] = {}
    for events in found.events:
        name = f"{events.stimulus}__{events.population}"
        while name in made:
            name += "_"
        amounts = _amounts(events, found.model.sizes[events.population], grid[events.population, events.port])
        made[name] = Injection(name, events.population, ir_name(events.port), amounts)
    return [*made.values()]


def _amounts(events: Listed, size: int, q: float) -> Table:
    """Sum what reaches a neuron in one step."""
    unique, inverse = np.unique(events.step * size + events.neuron, return_inverse=True)
    total = np.bincount(inverse, on_grid(events.weight, q), len(unique)) if len(unique) else np.zeros(0)
    return Table({"step": unique // size, "neuron": (unique % size).astype(np.int32), "amount": total})
