"""What neurons at rest do after arrivals that come together: their own programs, asked one by one.

Nothing is assumed about the model of a neuron but that it rests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.ir import names_read
from snndsl.polychrony.answer import NeuronModel
from snndsl.polychrony.engine.impulse import spikes_after
from snndsl.polychrony.engine.still import Advance
from snndsl.polychrony.rest import rest_of

__all__ = ["Cells", "Response", "threshold"]

Reals = NDArray[np.float64]
Index = NDArray[np.int64]

ANSWER_MS = 1000.0
"""Model time in which an answer has to come."""

LEAST, MOST, RATIO = 2.0**-40, 2.0**80, 2.0**0.25
"""Inputs that are tried, in internal units: from the least on, each larger than the one before by the ratio."""


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
        """Return neurons of a population at rest.

        Parameters
        ----------
        name : str
            Of the population.
        model : NeuronModel
            Of the whole population, or of a network.
        neurons : sequence of int
            Rows of it.
        port : int
            Of the arrivals.

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
        """Return what a cell does after an input in one step.

        Parameters
        ----------
        cell : int
            Which.
        total : float
            Sum of the arrivals, in internal units.
        """
        model, state = self.model, self.rest.copy()
        inbox, firing = np.zeros((len(state), model.ports)), np.zeros(len(state), np.int32)
        inbox[cell, self.port] = total
        one, stamps = np.array([cell], np.int32), np.zeros(2, np.int32)
        steps = max(2, int(ANSWER_MS / model.step_ms))
        scratch = np.zeros(state.shape[1])
        with np.errstate(all="ignore"):  # where kernels are not compiled
            spikes = spikes_after(self.advance, one, state, model.parameter, model.kind, inbox, firing, scratch, steps, stamps)
        return Response(int(stamps[0]) if spikes > 0 else -1, max(spikes, 0))


def threshold(cells: Cells, cell: int) -> tuple[float, float]:
    """Return two inputs, nearly equal: the smaller one does not make a cell fire, the larger one does.

    Parameters
    ----------
    cells : Cells
        Neurons at rest.
    cell : int
        Which of them.

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
