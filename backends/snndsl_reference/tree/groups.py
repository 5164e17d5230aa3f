"""Populations: neurons that are updated together, and sources that spike as listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import Neuron, Table
from snndsl_reference.tree.blocks import compile_block
from snndsl_reference.tree.failure import check_states

__all__ = ["NeuronGroup", "SourceGroup"]

Index = NDArray[np.int64]


class NeuronGroup:
    """One population.

    Parameters
    ----------
    name, size : str, int
        Of the population.
    neuron : Neuron
        What each does.
    values : mapping of str to float or ndarray
        Parameters and initial states.
    depth : int
        Steps that an arrival may lie ahead.
    before : mapping of str to mapping
        States of other populations as they were before the step, by population and state.
    """

    def __init__(
        self,
        name: str,
        size: int,
        neuron: Neuron,
        values: Mapping[str, Any],
        depth: int,
        samples: Mapping[str, Any],
        trial: int,
        before: Mapping[str, Mapping[str, NDArray[np.float64]]],
    ) -> None:
        self.name, self.size, self.neuron, self.depth, self.before = name, size, neuron, depth, before
        self.constants = {key: values[key] for key in neuron.params}
        self.constants |= {"i": np.arange(size, dtype=np.float64), "trial": float(trial)}
        self.states = {key: np.array(np.broadcast_to(values[key], (size,)), np.float64) for key in neuron.states}
        self.arriving = {port: np.zeros((depth, size)) for port in neuron.ports}
        self.limits = {item.state: (item.low, item.high) for item in neuron.ranges}
        self.update = compile_block(neuron.update, samples)
        self.reset = compile_block(neuron.reset, samples)

    def deliver(self, port: str, stamps: Index, neurons: Index, amounts: NDArray[np.float64]) -> None:
        """Add contributions with the given soma stamps; sums are exact, so their order does not matter."""
        ring = self.arriving[port]
        np.add.at(ring.reshape(-1), (stamps % self.depth) * self.size + neurons, amounts)

    def deliver_now(self, port: str, stamp: int, neurons: Index, amounts: NDArray[np.float64]) -> None:
        """Add contributions that share one soma stamp."""
        self.arriving[port][stamp % self.depth] += np.bincount(neurons, amounts, self.size)

    def step(self, j: int) -> Index:
        """Do step j and return the neurons that spike with stamp j + 1."""
        slot = (j + 1) % self.depth
        names: dict[str, Any] = {**self.constants, **self.states, "step": float(j)}
        for read in self.neuron.reads:
            names[read.local] = self.before[read.of][read.state][0]
        for port, ring in self.arriving.items():
            names[port] = ring[slot].copy()
            ring[slot] = 0.0
        with np.errstate(all="ignore"):
            self.update.run(names)
        for state, value in self.update.writes:
            self.states[state] = np.array(np.broadcast_to(names[value], (self.size,)), np.float64)
        fired = np.zeros(0, np.int64)
        if self.neuron.fires:
            fired = np.nonzero(np.broadcast_to(names[self.neuron.fires], (self.size,)))[0]
        if len(fired):
            self._reset(j, fired, names)
        for state, values in self.states.items():
            check_states(values, state, self.name, j + 1, self.limits.get(state))
        return fired

    def _reset(self, j: int, fired: Index, before: Mapping[str, Any]) -> None:
        names: dict[str, Any] = {"step": float(j)}
        for name in self.reset.reads:
            value = self.states[name] if name in self.states else before[name]
            names[name] = value[fired] if isinstance(value, np.ndarray) and value.ndim else value
        with np.errstate(all="ignore"):
            self.reset.run(names)
        new = [(state, names[value]) for state, value in self.reset.writes]
        for state, value in new:
            self.states[state][fired] = value


class SourceGroup:
    """A source: its spikes are a table."""

    def __init__(self, name: str, size: int, spikes: Table) -> None:
        self.name, self.size = name, size
        self.stamps, self.neurons = np.asarray(spikes["stamp"], np.int64), np.asarray(spikes["neuron"], np.int64)

    def spikes(self, stamp: int) -> Index:
        """Return the neurons that spike with a stamp."""
        first, last = np.searchsorted(self.stamps, (stamp, stamp + 1))
        return self.neurons[first:last]
