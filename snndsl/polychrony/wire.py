"""Weights with which neurons answer to coincident arrivals, and to nothing less: what a motif is wired with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.impulse import Cells, threshold
from snndsl.units import Unit, to_internal

__all__ = ["Choice", "Heard", "choose_weight", "compare", "latencies", "try_weight"]

Reals = NDArray[np.float64]
Index = NDArray[np.int64]

WEIGHTS = 48
"""Weights tried between the one that is just enough and the one with which fewer arrivals are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A weight and what it does.

    Parameters
    ----------
    written : str
        The weight as a model file has it: ``8.2``, ``1200 pA``.
    latency : ndarray of int64, shape (cells,)
        Steps from the arrivals to the spike, of every cell.
    between : tuple of float or None
        Smallest and largest weight that was found to work, in the unit of `written`; None: the weight was given.
    remarks : tuple of str
        What is not as it should be with a given weight.
    """

    written: str
    latency: Index
    between: tuple[float, float] | None
    remarks: tuple[str, ...] = ()


def choose_weight(cells: Cells, inputs: int, unit: Unit) -> Choice:
    """Return a weight of which `inputs` coincident arrivals make a neuron at rest fire once, and fewer do not.

    Parameters
    ----------
    cells : Cells
        Neurons, which all have to do so.
    inputs : int
        Arrivals in one step.
    unit : Unit
        In which the weight is written.

    Returns
    -------
    Choice
        Near the geometric middle of the lowest range of such weights, where `inputs` arrivals exceed the threshold by the
        factor by which one fewer miss it, and amid those weights that have the latencies of the middle.

    Raises
    ------
    ModelError
        never-fires, no-coincidence, neurons-differ.
    """
    limits = [threshold(cells, cell) for cell in range(len(cells))]
    lowest = max(above for _, above in limits) / inputs
    highest = min(below for below, _ in limits) / (inputs - 1) if inputs > 1 else 2 * lowest
    if lowest > highest:
        what = f"{inputs} arrivals that one neuron of {cells.name} needs are more than {inputs - 1} that another can bear"
        raise ModelError(Fault("neurons-differ", what, expected="one weight for the neurons that the motif leads to"))
    weights = np.geomspace(lowest, highest, WEIGHTS)
    good = np.array([_faultless(cells, inputs, weight) for weight in weights])
    if not good.any():
        what = f"no weight makes a neuron of {cells.name} fire once after {inputs} arrivals, and not at all after fewer"
        raise ModelError(Fault("no-coincidence", what, expected="a neuron that sums what arrives", try_="--weight W"))
    first = int(np.argmax(good))
    last = first + int(np.argmin(np.append(good[first:], False))) - 1
    run = weights[first : last + 1]
    factor = to_internal(Fraction(1), unit, Fraction(cells.model.step_ms))
    text = _written(cells, inputs, run, factor)
    return Choice(
        text if unit.dimension.is_dimensionless else f"{text} {unit.text}",
        latencies(cells, inputs, float(text) * factor),
        (float(run[0]) / factor, float(run[-1]) / factor),
    )


def try_weight(cells: Cells, inputs: int, weight: float, written: str) -> Choice:
    """Return what a given weight does.

    Parameters
    ----------
    cells : Cells
        Neurons.
    inputs : int
        Arrivals in one step.
    weight : float
        In internal units.
    written : str
        As it was given.

    Raises
    ------
    ModelError
        weight-too-small: some neuron does not fire.
    """
    latency = latencies(cells, inputs, weight)
    if (latency < 0).any():
        what = f"{inputs} arrivals of {written} do not make a neuron of {cells.name} fire"
        raise ModelError(Fault("weight-too-small", what, expected="a larger weight", try_="no --weight: one is chosen"))
    remarks = []
    each = range(len(cells))
    fewer = [n for n in range(1, inputs) if any(cells.answer(cell, n * weight).spikes for cell in each)]
    if fewer:
        said = "1 arrival is" if fewer[0] == 1 else f"{fewer[0]} arrivals are"
        remarks.append(f"{said} enough to make a neuron of {cells.name} fire")
    if any(cells.answer(cell, inputs * weight).spikes > 1 for cell in each):
        remarks.append(f"{inputs} arrivals make a neuron of {cells.name} fire more than once")
    return Choice(written, latency, None, tuple(remarks))


def latencies(cells: Cells, inputs: int, weight: float) -> Index:
    """Return the latency of every cell in steps; -1 where it does not fire.

    Parameters
    ----------
    cells : Cells
        Neurons.
    inputs : int
        Arrivals in one step.
    weight : float
        In internal units.
    """
    return np.array([cells.answer(cell, inputs * weight).latency for cell in range(len(cells))], np.int64)


def _faultless(cells: Cells, inputs: int, weight: float) -> bool:
    """Tell whether all cells fire once after all arrivals, and not after fewer."""
    each = range(len(cells))
    if any(cells.answer(cell, inputs * weight).spikes != 1 for cell in each):
        return False
    return not any(cells.answer(cell, n * weight).spikes for n in range(1, inputs) for cell in each)


def _written(cells: Cells, inputs: int, run: Reals, factor: float) -> str:
    """Return a weight from the middle of a range, in units of `factor`: amid those with its latencies, with few digits."""
    inner = run[len(run) // 4 : len(run) - len(run) // 4]
    middle = len(inner) // 2
    wanted = latencies(cells, inputs, inner[middle])
    same = np.array([np.array_equal(latencies(cells, inputs, weight), wanted) for weight in inner])
    first = middle - int(np.argmin(np.append(same[middle::-1], False))) + 1
    last = middle + int(np.argmin(np.append(same[middle:], False))) - 1
    centre = math.sqrt(inner[first] * inner[last])
    near = max(math.log(inner[last] / inner[first]) / 8, 1e-3)
    for digits in range(2, 17):
        text = format(Decimal(f"{centre / factor:.{digits}g}"), "f")
        weight = float(text) * factor
        if abs(math.log(weight / centre)) <= near and _faultless(cells, inputs, weight):
            return text
    return repr(centre / factor)


# ---- the check


@dataclass(frozen=True, slots=True)
class Heard:
    """What a network made of a motif.

    Parameters
    ----------
    expected : int
        Spikes the motif leads to.
    exact : int
        Of these, how many came at their step.
    missing : tuple of (str, int, int)
        Population, neuron and step of those that did not.
    extra : tuple of (str, int, int)
        Spikes that are not of the motif.
    """

    expected: int
    exact: int
    missing: tuple[tuple[str, int, int], ...]
    extra: tuple[tuple[str, int, int], ...]

    @property
    def whole(self) -> bool:
        """Whether every spike came at its step, and no other."""
        return not self.missing and not self.extra


Event = tuple[str, int, int]


def compare(anchors: Iterable[Event], expected: Iterable[Event], heard: Iterable[Event]) -> Heard:
    """Compare spikes with those of a motif.

    Parameters
    ----------
    anchors, expected : iterable of (str, int, int)
        Population, neuron, step: what was played, and what should follow.
    heard : iterable of (str, int, int)
        What the network did, `anchors` included.
    """
    there, played, wanted = set(heard), set(anchors), set(expected)

    def sorted_(events: set[Event]) -> tuple[Event, ...]:
        """Return events in the order of time."""
        return tuple(sorted(events, key=lambda event: (event[2], event[0], event[1])))

    return Heard(len(wanted), len(wanted & there), sorted_(wanted - there), sorted_(there - wanted - played))
