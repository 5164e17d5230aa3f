"""Rest: the state to which neurons come in silence, what fires them from there, and the neurons that are the map of 2006."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.engine.answers import AnsweringCells
from snndsl.polychrony.engine.arrays import Net
from snndsl.polychrony.engine.still import until_still
from snndsl.polychrony.neurons import NeuronModel

__all__ = ["answering_cells", "is_map_of_2006", "rest_of"]

Reals = NDArray[np.float64]

SILENCE_MS = 10_000.0
"""Model time without input after which a neuron has to be at rest."""

MOST_TRIED = 500_000_000
"""Neurons times steps up to which single arrivals are tried beforehand."""


def is_map_of_2006(model: NeuronModel, neuron: int) -> bool:
    """Tell whether a kind of neuron does, to the bit, what the map of 2006 does with a, b, c, d and v, u.

    The parameters must have these names; the arithmetic is compared on several hundred states and inputs.
    """
    program = model.kinds[neuron]
    if set(program.params) != {"a", "b", "c", "d"} or set(program.states) != {"v", "u"} or len(program.ports) != 1:
        return False
    rng = np.random.default_rng(2006)
    n = 600
    parameter = np.zeros((n, model.parameter.shape[1]))
    given = {
        "a": rng.uniform(0.0, 0.2, n),
        "b": rng.uniform(-0.3, 0.3, n),
        "c": rng.uniform(-75.0, -40.0, n),
        "d": rng.uniform(-2.0, 10.0, n),
    }
    for column, key in enumerate(program.params):
        parameter[:, column] = given[key]
    v, u, current = rng.uniform(-95.0, 40.0, n), rng.uniform(-30.0, 20.0, n), rng.choice([0.0, 10.0, -5.0, 20.0], n)
    state = np.zeros((n, model.state.shape[1]))
    columns = {key: program.states.index(key) for key in ("v", "u")}
    state[:, columns["v"]], state[:, columns["u"]] = v, u
    inbox = np.zeros((n, model.ports))
    inbox[:, 0] = current
    fired = np.zeros(n, np.int32)
    advance = model.advance()
    count = advance(np.arange(n, dtype=np.int32), n, state, parameter, np.full(n, neuron, np.int32), inbox, fired)
    v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
    v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
    u = u + given["a"] * (given["b"] * v - u)
    spiked = v >= 30.0
    v, u = np.where(spiked, given["c"], v), np.where(spiked, u + given["d"], u)
    same = np.array_equal(v, state[:, columns["v"]]) and np.array_equal(u, state[:, columns["u"]])
    return same and np.array_equal(np.flatnonzero(spiked), fired[:count])


def rest_of(model: NeuronModel) -> Reals:
    """Return the state of every neuron after a long silence, from its state at the beginning of a run.

    Returns
    -------
    ndarray of float64, shape (neurons, most states)
        A fixed point: another step without input leaves every bit, or all but the last ones, as it is.

    Raises
    ------
    ModelError
        no-rest: a neuron fires by itself or does not come to rest.
    """
    advance = model.advance()
    state = model.state.copy()
    inbox, firing = np.zeros((len(state), model.ports)), np.zeros(len(state), np.int32)
    one, first, scratch = np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(state.shape[1])
    steps = max(1, int(SILENCE_MS / model.step_ms))
    for neuron in np.flatnonzero(model.kind >= 0).tolist():
        one[0] = neuron
        spikes, done = until_still(advance, one, state, model.parameter, model.kind, inbox, firing, scratch, steps, first)
        if spikes > 0:
            raise _restless(model, neuron, "fires without input", done)
        if spikes < 0:
            raise _restless(model, neuron, "runs away without input", done)
        if done < steps:
            continue
        before = state[neuron].copy()
        advance(one, 1, state, model.parameter, model.kind, inbox, firing)
        drift = np.abs(state[neuron] - before) > 1e-12 * np.maximum(np.abs(before), 1.0)
        if drift.any():
            name = model.kinds[int(model.kind[neuron])].states[int(np.argmax(drift))]
            raise _restless(model, neuron, f"still changes its {name.removesuffix('__')!r}", steps)
    return state


def _restless(model: NeuronModel, neuron: int, what: str, step: int) -> ModelError:
    said = f"neuron {neuron} (of {model.names[int(model.kind[neuron])]} or its like) {what}, at step {step}"
    expected, hint = f"neurons at rest within {SILENCE_MS / 1000:g} s of silence", "parameters without a constant drive"
    return ModelError(Fault("no-rest", said, expected=expected, try_=f"{hint}, or definition structural"))


def answering_cells(model: NeuronModel, net: Net, port: NDArray[np.int8], steps: int) -> AnsweringCells:
    """Bring neurons to rest and try every synapse of `net` by itself, for as many steps as a probe may last.

    Parameters
    ----------
    model : NeuronModel
        The neurons.
    net : Net
        Synapses that carry spikes.
    port : ndarray of int8, shape (synapses,)
        Port of the target's program, in the order of `net`.
    steps : int
        Within which an arrival that makes a neuron fire does so.
    """
    rest = rest_of(model)
    size, fires = len(rest), _fires_alone(model, rest, net, port, steps)
    inbox, one, firing = np.zeros((size, model.ports)), np.zeros(1, np.int32), np.zeros(size, np.int32)
    return AnsweringCells(model.kind, model.parameter, rest, rest.copy(), inbox, port, fires, one, firing)


def _fires_alone(model: NeuronModel, rest: Reals, net: Net, port: NDArray[np.int8], steps: int) -> NDArray[np.bool_]:
    """Return for every synapse whether one arrival makes the neuron at rest fire within `steps`; in doubt it is said to."""
    target = net.post
    columns = (model.kind[target, None], model.parameter[target, :-1], rest[target], port[:, None], net.weight[:, None])
    _, first, inverse = np.unique(np.concatenate(columns, axis=1), axis=0, return_index=True, return_inverse=True)
    if len(first) * steps > MOST_TRIED:
        return model.kind[target] >= 0
    advance, kind = model.advance(), model.kind[target[first]]
    state, parameter = rest[target[first]], np.ascontiguousarray(model.parameter[target[first]])
    inbox = np.zeros((len(first), model.ports))
    inbox[np.arange(len(first)), port[first]] = net.weight[first]
    fires, firing = np.zeros(len(first), bool), np.zeros(len(first), np.int32)
    one, stamp, scratch = np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(state.shape[1])
    for k in np.flatnonzero(kind >= 0).tolist():
        one[0] = k
        fires[k] = until_still(advance, one, state, parameter, kind, inbox, firing, scratch, steps, stamp)[0] != 0
    return np.asarray(fires[inverse.reshape(-1)], np.bool_)
