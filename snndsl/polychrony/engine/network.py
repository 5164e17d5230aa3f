"""From a table of synapses to the arrays of the kernels."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.definitions import Definition, EventTriggered, Izhikevich2006
from snndsl.polychrony.engine.arrays import Criteria, Inputs, Net
from snndsl.polychrony.engine.bounds import CALM, DIP, apart, leave_alone, resting, settles
from snndsl.polychrony.network.table import SynapseTable

__all__ = ["combinations", "inputs", "kept_rows", "network", "published", "rule"]


def _starts(keys: NDArray[np.int32], neurons: int) -> NDArray[np.int64]:
    starts = np.zeros(neurons + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=neurons), out=starts[1:])
    return starts


def network(table: SynapseTable, definition: Definition, parameters: NDArray[np.float64] | None) -> Net:
    """Keep the synapses that carry spikes: strong ones, all of inhibitory neurons, weak ones to inhibitory ones if asked.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : Definition
        Says what is strong.
    parameters : ndarray of float64, shape (neurons, 4), or None
        a, b, c, d of the neurons of 2006; None: other neurons, or none with a state.
    """
    rows = kept_rows(table, definition)
    if parameters is None:
        parameters = np.zeros((table.neurons, 4))
        rest, alone = np.zeros((table.neurons, 2)), np.full((table.neurons, 4), -1, np.int32)
    else:
        parameters, rest = _at_rest(table, parameters)
        alone = _alone(parameters, table.post[rows], table.weight[rows])
    return Net(
        _starts(table.pre[rows], table.neurons),
        table.post[rows],
        table.delay[rows],
        table.weight[rows],
        _strong(table, definition)[rows],
        table.inhibitory,
        parameters,
        rest,
        alone,
        len(np.unique(table.pre[rows].astype(np.int64) * table.neurons + table.post[rows])) == len(rows),
        int(np.bincount(table.pre[rows], minlength=1).max()),
    )


def _strong(table: SynapseTable, definition: Definition) -> NDArray[np.bool_]:
    return (table.weight > definition.strong) & ~table.inhibitory[table.pre]


def kept_rows(table: SynapseTable, definition: Definition) -> NDArray[np.int64]:
    """Return the rows of the synapses that carry spikes, in the order of `Net`."""
    kept = _strong(table, definition) | table.inhibitory[table.pre]
    if definition.weak_to_inhibitory:
        kept |= table.inhibitory[table.post]
    rows = np.flatnonzero(kept)
    order: NDArray[np.int64] = np.lexsort((rows, table.delay[rows], table.pre[rows]))
    return rows[order].astype(np.int64)


def _at_rest(table: SynapseTable, parameters: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return parameters and the state without input of neurons of 2006."""
    parameters = np.ascontiguousarray(parameters, dtype=np.float64)
    if parameters.shape != (table.neurons, 4) or not np.isfinite(parameters).all():
        what = f"the parameters have shape {parameters.shape}"
        raise ModelError(Fault("neuron-parameters", what, expected=f"a, b, c, d: ({table.neurons}, 4)"))
    rest = resting(parameters)
    if not np.isfinite(rest).all():
        neuron = int(np.argmax(~np.isfinite(rest).all(axis=1)))
        what = f"neuron {neuron} does not stay at v = -70, u = -14 without input"
        raise ModelError(Fault("no-rest", what, expected="b = 0.2"))
    return parameters, rest


def _alone(parameters: NDArray[np.float64], post: NDArray[np.int32], weight: NDArray[np.float64]) -> NDArray[np.int32]:
    """How long each neuron may be left alone; the proof is made once for each kind of neuron."""
    alone = np.full((len(parameters), 4), -1, np.int32)
    kinds, kind = np.unique(parameters, axis=0, return_inverse=True)
    for k, (a, b, c, d) in enumerate(kinds if len(kinds) <= 16 else []):
        members = kind.reshape(-1) == k
        onto = weight[members[post]]
        situation = float(a), float(b), float(onto.max(initial=0.0)), float(-onto.min(initial=0.0))
        bounds = leave_alone(*situation)
        alone[members] = *bounds, settles(float(c), float(d)), apart(*situation, bounds[0], 0)
    return alone


def published(table: SynapseTable) -> NDArray[np.float64]:
    """Return a, b, c, d of the network of 2006: regular spiking neurons, fast spiking where inhibitory; shape (neurons, 4)."""
    return np.where(table.inhibitory[:, None], [0.1, 0.2, -65.0, 2.0], [0.02, 0.2, -65.0, 8.0])


def rule(definition: Definition) -> Criteria:
    """Return the numbers of the definition as the kernels read them."""
    by_events = not isinstance(definition, Izhikevich2006)
    tested = isinstance(definition, (EventTriggered, Izhikevich2006))
    return Criteria(
        anchors=definition.anchors,
        latency=definition.answer,
        end=definition.end,
        last_step=definition.last_step,
        max_spikes=definition.max_spikes,
        min_spikes=2 * definition.anchors if tested else definition.anchors,
        min_path=definition.min_path,
        row=getattr(definition, "row", 1),
        overrun=getattr(definition, "mode", "") == "original",
        late=by_events or getattr(definition, "late_answers", False),
        by_spike=by_events or getattr(definition, "links_by_spike", False),
        calm=CALM,
        dip=DIP,
        reach=definition.max_delay + definition.answer + 64,
        lonely=tested,
        counted=getattr(definition, "jitter", 1) if by_events else -1,
    )


def inputs(table: SynapseTable, definition: Definition) -> Inputs:
    """Strong excitatory inputs of every excitatory neuron, by target, source and row of the table."""
    rows = np.flatnonzero(_strong(table, definition) & ~table.inhibitory[table.post])
    rows = rows[np.lexsort((rows, table.pre[rows], table.post[rows]))]
    return Inputs(_starts(table.post[rows], table.neurons), table.pre[rows], table.delay[rows], table.weight[rows])


def combinations(given: Inputs, anchors: int) -> list[int]:
    """Probes of every mother, known before the search."""
    return [comb(int(n), anchors) for n in np.diff(given.start)]
