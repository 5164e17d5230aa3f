"""An independent searcher for small networks of any neurons, to check the fast one against.

The search is that of `snndsl.testing.brute.search`; what a neuron does in a step is read from its program
(`snndsl.ir.Neuron`) by an interpreter that walks the expressions as they stand. Every neuron of every probe takes every
step, and rest is what ten seconds of silence leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Neuron, Population, names_read
from snndsl.polychrony.definitions import Izhikevich2006
from snndsl.polychrony.network.table import SynapseTable
from snndsl.testing.brute.search import BruteGroup, Probe, Sending, judge, prepare

__all__ = ["brute_programs"]

SILENCE_MS = 10_000.0

Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Cells:
    """A population: its neurons are numbers `first` to `first` + `size` - 1 of the network."""

    neuron: Neuron
    first: int
    size: int
    constant: Values  # parameters, and the index in the population, shape (size,)
    initial: Values  # shape (size,)

    def rest(self, step_ms: float) -> Values:
        """Return the state after the silence, shape (size,)."""
        read = names_read([self.neuron.update, self.neuron.reset])
        rows = []
        for k in range(self.size):
            constant = tuple((name, float(value[k])) for name, value in self.constant.items() if name in read)
            initial = tuple((name, float(value[k])) for name, value in self.initial.items())
            rows.append(_rest(self.neuron, constant, initial, step_ms))
        return {name: np.array([row[name] for row in rows]) for name in self.initial}


def _step(neuron: Neuron, constant: Mapping[str, Any], state: Values, ports: Values) -> tuple[NDArray[np.bool_], Values]:
    """Return which neurons fire and their state after the step; arrays of shape (probes, size)."""
    done = _run(neuron.update, {**constant, **state, **ports})
    shape = next(iter(state.values())).shape
    fires = np.broadcast_to(done[neuron.fires] if neuron.fires else False, shape)
    state = {name: np.broadcast_to(done[name], shape) for name in state}
    done = _run(neuron.reset, {**constant, **state, **ports})
    return fires, {name: np.where(fires, done[name], old) for name, old in state.items()}


@cache
def _rest(
    neuron: Neuron, constant: tuple[tuple[str, float], ...], initial: tuple[tuple[str, float], ...], step_ms: float
) -> dict[str, float]:
    """Return the state of one neuron after the silence. A state that comes back repeats what followed it."""
    state = {name: np.array([value]) for name, value in initial}
    silence = {port: np.zeros(1) for port in neuron.ports}
    steps = round(SILENCE_MS / step_ms)
    seen: dict[bytes, int] = {}
    path: list[Values] = []
    while len(path) < steps:
        key = b"".join(value.tobytes() for value in state.values())
        if key in seen:
            first = seen[key]
            state = path[first + (steps - first) % (len(path) - first)]
            break
        seen[key] = len(path)
        path.append(state)
        fires, state = _step(neuron, dict(constant), state, silence)
        if fires.any():
            raise ModelError(Fault("no-rest", f"a neuron {neuron.name} fires by itself"))
    return {name: float(value[0]) for name, value in state.items()}


def _value(expression: Expr, seen: Mapping[str, Any]) -> Any:
    if isinstance(expression, Const):
        return np.float64(expression.value)
    if isinstance(expression, Call):
        evaluate = OPERATIONS[expression.op].evaluate
        assert evaluate is not None
        return evaluate(*(_value(argument, seen) for argument in expression.args))
    return seen[expression.name]


def _run(block: Block, seen: dict[str, Any]) -> dict[str, Any]:
    """Return all names after the block: its locals, and the states as written."""
    names = dict(seen)
    for name, expression in block.lets:
        names[name] = _value(expression, names)
    return names | {state: names[source] for state, source in block.writes}


def _cells(populations: Sequence[Population]) -> list[_Cells]:
    cells = []
    first = 0
    for population in populations:
        neuron = population.undriven
        if neuron is not None:
            whole = {
                name: np.broadcast_to(np.asarray(population.values[name], np.float64), population.size)
                for name in (*neuron.params, *neuron.states)
            }
            constant = {name: whole[name] for name in neuron.params} | {"i": np.arange(population.size, dtype=np.float64)}
            initial = {name: whole[name] for name in neuron.states}
            cells.append(_Cells(neuron, first, population.size, constant, initial))
        first += population.size
    return cells


def brute_programs(
    table: SynapseTable, definition: Izhikevich2006, populations: Sequence[Population], step_ms: float
) -> list[BruteGroup]:
    """Search a network of at most 100 neurons by the definition, in ``corrected`` mode, and the programs of its neurons.

    Parameters
    ----------
    table : SynapseTable
        The network; neurons are numbered through the populations.
    definition : Izhikevich2006
        What counts as a group.
    populations : sequence of Population
        With their undriven neurons; a source never fires.
    step_ms : float
        Length of a step.

    Returns
    -------
    list of BruteGroup
        In the order of mothers and combinations.
    """
    probes, outgoing = prepare(table, definition)
    with np.errstate(all="ignore"):
        _simulate(probes, outgoing, definition, _cells(populations), table.neurons, step_ms)
    groups = (judge(probe, definition, table.inhibitory) for probe in probes)
    return [group for group in groups if group is not None]


class _Inbox:
    """What is on its way, by step: sums of weights, shape (ports, probes, neurons)."""

    def __init__(self, ports: int, probes: int, neurons: int) -> None:
        self.shape = ports, probes, neurons
        self.sums: dict[int, NDArray[np.float64]] = {}

    def send(self, p: int, probe: Probe, spike: int, step: int, synapses: Sequence[Sending]) -> None:
        """Enter the arrivals of a spike."""
        for delay, post, weight, _, port in synapses:
            if step + delay not in self.sums:
                self.sums[step + delay] = np.zeros(self.shape)
            self.sums[step + delay][port, p, post] += weight
            probe.arrivals.append((step + delay, post, spike, delay))

    def take(self, step: int) -> NDArray[np.float64]:
        """Return what arrives at a step."""
        return self.sums.pop(step) if step in self.sums else np.zeros(self.shape)


def _simulate(
    probes: list[Probe],
    outgoing: list[list[Sending]],
    definition: Izhikevich2006,
    cells: list[_Cells],
    neurons: int,
    step_ms: float,
) -> None:
    """Run all probes, step by step."""
    if not probes:
        return
    inbox = _Inbox(max(len(part.neuron.ports) for part in cells), len(probes), neurons)
    for p, probe in enumerate(probes):
        for k, ((neuron, fastest), (_, step)) in enumerate(zip(probe.anchors, probe.spikes)):
            inbox.send(
                p, probe, k, step, [synapse for synapse in outgoing[neuron] if synapse.strong and synapse.delay >= fastest]
            )
    states = [
        {name: np.tile(value, (len(probes), 1)) for name, value in part.rest(step_ms).items()} for part in cells
    ]  # shape (probes, size)
    step = 0
    while running := [p for p, probe in enumerate(probes) if step < probe.end and len(probe.spikes) < definition.max_spikes]:
        arriving = inbox.take(step)[:, running]
        fired = np.zeros((len(running), neurons), bool)
        for part, state in zip(cells, states):
            own = slice(part.first, part.first + part.size)
            ports = {port: arriving[k, :, own] for k, port in enumerate(part.neuron.ports)}
            fired[:, own], after = _step(
                part.neuron, part.constant, {name: value[running] for name, value in state.items()}, ports
            )
            for name, value in after.items():
                state[name][running] = value
        for row, neuron in zip(*(places.tolist() for places in np.nonzero(fired))):
            _fire(running[row], probes[running[row]], neuron, step, inbox, outgoing[neuron], definition)
        step += 1


def _fire(
    p: int, probe: Probe, neuron: int, step: int, inbox: _Inbox, synapses: Sequence[Sending], definition: Izhikevich2006
) -> None:
    """Note a spike and send it on, unless there are too many."""
    if len(probe.spikes) == definition.max_spikes:
        return
    inbox.send(p, probe, len(probe.spikes), step, synapses)
    probe.spikes.append((neuron, step))
    if synapses:
        last = step + max(synapse.delay for synapse in synapses) + (definition.latency if definition.late_answers else 0)
        probe.end = max(probe.end, min(last + 1, definition.last_step))
