"""Weights with which neurons at rest answer to coincident arrivals, and to nothing less: their programs are asked one by one.

Nothing is assumed about the model of a neuron but that it rests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.ir import names_read
from snndsl.polychrony.engine.still import Advance, until_still
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.rest import rest_of
from snndsl.units import Unit, to_internal

__all__ = ["Cells", "Choice", "Response", "choose_weight", "threshold", "try_weight"]

Reals = NDArray[np.float64]
Index = NDArray[np.int64]

ANSWER_MS = 1000.0
"""Model time in which an answer has to come."""

LEAST, MOST, RATIO = 2.0**-40, 2.0**80, 2.0**0.25
"""Inputs that are tried, in internal units: from the least on, each larger than the one before by the ratio."""

WEIGHTS = 48
"""Weights tried between the one that is just enough and the one with which fewer arrivals are enough."""


class Response(NamedTuple):
    """Spikes that follow an input.

    Parameters
    ----------
    latency : int
        Steps from the arrival to the first spike; -1: none.
    spikes : int
        0, 1, or 2 for more.
    """

    latency: int
    spikes: int


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Neurons of one population at rest, each different from the others.

    Parameters
    ----------
    name : str
        Of the population, for messages.
    model : NeuronModel
        One row for each.
    rest : ndarray of float64, shape (cells, states)
        State after a long silence.
    port : int
        Of the arrivals.
    cell : ndarray of int64, shape (neurons,)
        For each neuron that was asked for, which of the cells it is.
    advance : callable
        The step of `model`.
    """

    name: str
    model: NeuronModel
    rest: Reals
    port: int
    cell: Index
    advance: Advance

    @classmethod
    def at_rest(cls, name: str, model: NeuronModel, neurons: Sequence[int], port: int) -> Cells:
        """Return some neurons of a population, or of a network, at rest; `port` is that of the arrivals.

        Raises
        ------
        ModelError
            no-rest.
        """
        rows = np.asarray(neurons, np.int64)
        asked = replace(model, kind=np.where(np.isin(np.arange(len(model.kind)), rows), model.kind, -1).astype(np.int32))
        rest = rest_of(asked)[rows]
        own = replace(model, kind=model.kind[rows], parameter=model.parameter[rows], state=model.state[rows])
        parameter = own.parameter.copy()
        for kind, neuron in enumerate(own.kinds):
            if "i" not in names_read([neuron.update, neuron.reset]):
                parameter[own.kind == kind, -1] = 0.0
        keys = np.column_stack([own.kind, parameter, rest])
        _, first, cell = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        one = replace(own, kind=own.kind[first], parameter=own.parameter[first], state=own.state[first])
        return cls(name, one, np.ascontiguousarray(rest[first]), port, np.asarray(cell, np.int64).reshape(-1), one.advance())

    def __len__(self) -> int:
        return len(self.rest)

    def answer(self, cell: int, total: float) -> Response:
        """Return what a cell does after an input in one step, in internal units: the sum of the arrivals."""
        model, state = self.model, self.rest.copy()
        inbox, firing = np.zeros((len(state), model.ports)), np.zeros(len(state), np.int32)
        inbox[cell, self.port] = total
        one, stamps, scratch = np.array([cell], np.int32), np.zeros(2, np.int32), np.zeros(state.shape[1])
        steps = max(2, int(ANSWER_MS / model.step_ms))
        with np.errstate(all="ignore"):  # where kernels are not compiled
            spikes, _ = until_still(
                self.advance, one, state, model.parameter, model.kind, inbox, firing, scratch, steps, stamps
            )
        return Response(int(stamps[0]) if spikes > 0 else -1, max(spikes, 0))

    def latencies(self, total: float) -> Index:
        """Return the latency of every cell in steps after such an input; -1 where it does not fire."""
        return np.array([self.answer(cell, total).latency for cell in range(len(self))], np.int64)

    def faultless(self, inputs: int, weight: float) -> bool:
        """Tell whether all cells fire once after so many arrivals, and not after fewer."""
        each = range(len(self))
        if any(self.answer(cell, inputs * weight).spikes != 1 for cell in each):
            return False
        return not any(self.answer(cell, n * weight).spikes for n in range(1, inputs) for cell in each)


def threshold(cells: Cells, cell: int) -> tuple[float, float]:
    """Return two inputs, nearly equal: the smaller one does not make a cell fire, the larger one does.

    Raises
    ------
    ModelError
        never-fires; no-coincidence: it fires after any input.
    """
    above = LEAST
    if cells.answer(cell, above).spikes:
        what = f"a neuron of {cells.name} fires after any input, however small"
        raise ModelError(Fault("no-coincidence", what, expected="a neuron that sums what arrives up to a threshold"))
    while not cells.answer(cell, above).spikes:
        above *= RATIO
        if above > MOST:
            what = f"no single input makes a neuron of {cells.name} fire"
            raise ModelError(Fault("never-fires", what, expected="a neuron with a threshold, and a port that moves it there"))
    below = above / RATIO
    for _ in range(40):
        middle = math.sqrt(below * above)
        if not below < middle < above:
            break
        if cells.answer(cell, middle).spikes:
            above = middle
        else:
            below = middle
    return below, above


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
    good = np.array([cells.faultless(inputs, weight) for weight in weights])
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
        cells.latencies(inputs * (float(text) * factor)),
        (float(run[0]) / factor, float(run[-1]) / factor),
    )


def try_weight(cells: Cells, inputs: int, weight: float, written: str) -> Choice:
    """Return what a weight in internal units does that was given as it is `written`.

    Raises
    ------
    ModelError
        weight-too-small: some neuron does not fire.
    """
    latency = cells.latencies(inputs * weight)
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


def _written(cells: Cells, inputs: int, run: Reals, factor: float) -> str:
    """Return a weight from the middle of a range, in units of `factor`: amid those with its latencies, with few digits."""
    inner = run[len(run) // 4 : len(run) - len(run) // 4]
    middle = len(inner) // 2
    wanted = cells.latencies(inputs * inner[middle])
    same = np.array([np.array_equal(cells.latencies(inputs * weight), wanted) for weight in inner])
    first = middle - int(np.argmin(np.append(same[middle::-1], False))) + 1
    last = middle + int(np.argmin(np.append(same[middle:], False))) - 1
    centre = math.sqrt(inner[first] * inner[last])
    near = max(math.log(inner[last] / inner[first]) / 8, 1e-3)
    for digits in range(2, 17):
        text = format(Decimal(f"{centre / factor:.{digits}g}"), "f")
        weight = float(text) * factor
        if abs(math.log(weight / centre)) <= near and cells.faultless(inputs, weight):
            return text
    return repr(centre / factor)
