"""Neurons that answer in probes: brought to rest, and every synapse of theirs tried by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.polychrony.answer import NeuronModel
from snndsl.polychrony.engine.answers import AnsweringCells
from snndsl.polychrony.engine.arrays import Criteria, Net
from snndsl.polychrony.engine.still import until_still
from snndsl.polychrony.rest import rest_of

__all__ = ["cells"]

MOST_TRIED = 500_000_000
"""Neurons times steps up to which single arrivals are tried beforehand."""

Reals = NDArray[np.float64]


def cells(model: NeuronModel, net: Net, port: NDArray[np.int8], rule: Criteria) -> AnsweringCells:
    """Bring neurons to rest and try every synapse.

    Parameters
    ----------
    model : NeuronModel
        The neurons.
    net : Net
        Synapses that carry spikes.
    port : ndarray of int8, shape (synapses,)
        Port of the target's program, in the order of `net`.
    rule : Criteria
        Says how long a probe lasts.
    """
    rest = rest_of(model)
    size = len(rest)
    return AnsweringCells(
        model.kind,
        model.parameter,
        rest,
        rest.copy(),
        np.zeros((size, model.ports)),
        port,
        alone_fires(model, rest, net, port, rule.last_step),
        np.zeros(1, np.int32),
        np.zeros(size, np.int32),
    )


def alone_fires(model: NeuronModel, rest: Reals, net: Net, port: NDArray[np.int8], steps: int) -> NDArray[np.bool_]:
    """Return for every synapse whether one arrival makes the neuron at rest fire within `steps`; in doubt it is said to."""
    target = net.post
    result = np.zeros(len(target), bool)
    row = np.concatenate(
        [
            model.kind[target, None],
            model.parameter[target, :-1],
            rest[target],
            port[:, None],
            net.weight[:, None],
        ],
        axis=1,
    )
    _, first, inverse = np.unique(row, axis=0, return_index=True, return_inverse=True)
    kind = model.kind[target[first]]
    if len(first) * steps > MOST_TRIED:
        return model.kind[target] >= 0
    advance = model.advance()
    state, parameter = rest[target[first]], np.ascontiguousarray(model.parameter[target[first]])
    inbox = np.zeros((len(first), model.ports))
    inbox[np.arange(len(first)), port[first]] = net.weight[first]
    fires, firing, one = np.zeros(len(first), bool), np.zeros(len(first), np.int32), np.zeros(1, np.int32)
    scratch = np.zeros(state.shape[1])
    for k in np.flatnonzero(kind >= 0).tolist():
        one[0] = k
        fires[k] = until_still(advance, one, state, parameter, kind, inbox, firing, scratch, steps)[0]
    result[:] = fires[inverse.reshape(-1)]
    return result
