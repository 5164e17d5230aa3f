"""The dyadic grid of a port: contributions are multiples of q, so that their sum does not depend on order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from snndsl.graph.elaboration import Elaboration
from snndsl.graph.stimuli import flat_port
from snndsl.ir.table import is_same
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Projection

__all__ = ["Grid", "fan_in", "largest_carried", "on_grid", "other_ports", "port_grid", "quantum"]

LARGEST_VALUE = 1024.0
"""The grid of a port without a quantum is for carried values so large, in mV, pA, nS ... or as pure numbers."""
MOST_AT_ONCE = 2**15
"""Contributions of the largest magnitude that a port takes in a step."""

Grid = Mapping[tuple[str, str], float]
"""q by population and flat name of the port."""


def quantum(largest: float) -> float:
    """Return q = 2**(ceil(log2 W) - 37) for the largest magnitude W; 1 if W is 0.

    The exponent comes from frexp, which is exact just above a power of two where log2 is not.
    """
    if largest == 0.0:
        return 1.0
    mantissa, exponent = math.frexp(largest)
    return math.ldexp(1.0, (exponent - 1 if mantissa == 0.5 else exponent) - 37)


def on_grid(values: NDArray[np.float64] | float, q: float) -> NDArray[np.float64]:
    """Return floor(x/q + 0.5)*q."""
    return np.floor(np.asarray(values, np.float64) / q + 0.5) * q


def fan_in(found: Elaboration) -> dict[tuple[str, str], int]:
    """Return how many synapses carry a value to a port of one neuron at most, by population and flat name of the port."""
    counts: dict[tuple[str, str], NDArray[np.int64]] = {}
    for name, rows in found.rows.items():
        projection = found.model.projections[name]
        if projection.carries is None:
            continue
        for population in rows.targets.populations:
            index, size = rows.targets.index_in(population)[rows.j], found.model.elements[population].size
            key = population, flat_port(found.model, population, projection.port)
            counts[key] = counts.get(key, np.zeros(size, np.int64)) + np.bincount(index[index >= 0], minlength=size)
    return {key: int(count.max(initial=1)) for key, count in counts.items()}


def largest_carried(q: float, synapses: int) -> float:
    """Return up to what magnitude so many carried values have an exact sum: half of 2**53*q is theirs, half for spikes."""
    return math.ldexp(q, 52 - (synapses - 1).bit_length())


def port_grid(found: Elaboration) -> Grid:
    """Return q of every port that something reaches: as written, else from the largest magnitude that may arrive."""
    largest: dict[tuple[str, str], float] = {}
    for population, port, magnitude in _arriving(found, fan_in(found)):
        largest[population, port] = max(largest.get((population, port), 0.0), magnitude)
    written = {(name, port): q for name, derived in found.derived.items() for port, q in derived.quanta.items()}
    return {key: written[key] if key in written else quantum(magnitude) for key, magnitude in largest.items()}


def other_ports(model: CheckedModel, projection: Projection, population: str) -> dict[str, str]:
    """Return the flat names of the ports that a rule delivers to beside that of its projection, by their written names.

    Parameters
    ----------
    model : CheckedModel
        With the projection.
    projection : Projection
        Any.
    population : str
        One of its targets.
    """
    delivered = () if projection.rule is None else projection.rule.rule.delivered
    written = [port for port in delivered if port not in (None, projection.port)]
    return {str(port): flat_port(model, population, port) for port in written}


def _arriving(found: Elaboration, carrying: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str, float]]:
    """Yield population, port and largest magnitude of projections, drives and events; of what is carried so that all fit."""
    for name, rows in found.rows.items():
        for population in rows.targets.populations:
            mine = (rows.targets.index_in(population) >= 0)[rows.j]
            weight = _largest(rows.weight, mine)
            plastic = found.plastic.get(name)
            magnitude = weight if plastic is None else plastic.largest(weight, mine)
            projection = found.model.projections[name]
            port = flat_port(found.model, population, projection.port)
            if projection.carries is not None:
                magnitude *= LARGEST_VALUE * max(1.0, carrying[population, port] / MOST_AT_ONCE)
            yield population, port, magnitude
            yield from ((population, port, 0.0) for port in other_ports(found.model, projection, population).values())
    for drive in found.drives:
        yield drive.population, drive.port, drive.largest
    for events in found.events:
        yield events.population, events.port, events.largest


def _largest(weight: NDArray[np.float64], rows: NDArray[np.bool_]) -> float:
    """Return the largest magnitude among the weights of some rows, 0 if there are none."""
    if is_same(weight):
        return float(abs(weight[0])) if rows.any() else 0.0
    return max(float(weight.max(where=rows, initial=0.0)), -float(weight.min(where=rows, initial=0.0)))
