"""From a table of synapses to the arrays of the kernels."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from snndsl.polychrony.definitions import Izhikevich2006
from snndsl.polychrony.engine.arrays import Inputs, Net
from snndsl.polychrony.table import SynapseTable

__all__ = ["combinations", "inputs", "network"]


def _starts(keys: NDArray[np.int32], neurons: int) -> NDArray[np.int64]:
    starts = np.zeros(neurons + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=neurons), out=starts[1:])
    return starts


def network(table: SynapseTable, definition: Izhikevich2006, parameters: NDArray[np.float64]) -> Net:
    """Keep the synapses that carry spikes: strong ones, all of inhibitory neurons, weak ones to inhibitory ones if asked.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Izhikevich2006
        Says what is strong.
    parameters : ndarray, shape (neurons, parameters)
        Of the neurons.

    Returns
    -------
    Net
        Synapses by source, delay and row of the table: the order in which the original emits.
    """
    from_inhibitory = table.inhibitory[table.pre]
    strong = (table.weight > definition.strong) & ~from_inhibitory
    kept = strong | from_inhibitory
    if definition.weak_to_inhibitory:
        kept |= table.inhibitory[table.post]
    rows = np.flatnonzero(kept)
    rows = rows[np.lexsort((rows, table.delay[rows], table.pre[rows]))]
    return Net(
        _starts(table.pre[rows], table.neurons),
        table.post[rows],
        table.delay[rows],
        table.weight[rows],
        strong[rows],
        table.inhibitory,
        np.ascontiguousarray(parameters, dtype=np.float64),
    )


def inputs(table: SynapseTable, definition: Izhikevich2006) -> Inputs:
    """Strong excitatory inputs of every excitatory neuron, by target, source and row of the table."""
    strong = (table.weight > definition.strong) & ~table.inhibitory[table.pre] & ~table.inhibitory[table.post]
    rows = np.flatnonzero(strong)
    rows = rows[np.lexsort((rows, table.pre[rows], table.post[rows]))]
    return Inputs(_starts(table.post[rows], table.neurons), table.pre[rows], table.delay[rows], table.weight[rows])


def combinations(given: Inputs, anchors: int) -> list[int]:
    """Probes of every mother, known before the search."""
    return [comb(int(n), anchors) for n in np.diff(given.start)]
