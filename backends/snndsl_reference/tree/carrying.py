"""Synapses that transmit a value in every step, and the past of the states that they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import Carry, Read, Synapses
from snndsl_reference.tree.blocks import compile_block
from snndsl_reference.tree.failure import CarryFailure
from snndsl_reference.tree.groups import NeuronGroup

__all__ = ["CarryingSynapses", "Past"]

Real = NDArray[np.float64]


class Past:
    """States of populations at the last stamps; before stamp 0 they are what they are at stamp 0."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Real] = {}

    def keep(self, group: NeuronGroup, state: str, steps: int) -> None:
        """Keep a state for so many steps, from now on."""
        known = self.kept.get((group.name, state))
        if known is None or len(known) < steps:
            self.kept[group.name, state] = np.zeros((steps, group.size))

    def note(self, stamp: int, neurons: Mapping[str, NeuronGroup]) -> None:
        """Keep the states of a stamp, which is the present one."""
        for (name, state), ring in self.kept.items():
            ring[stamp % len(ring)] = neurons[name].states[state]

    def at(self, group: NeuronGroup, state: str, stamps: NDArray[np.int64], chosen: NDArray[np.int64]) -> Real:
        """Return a state of some neurons, each at a stamp of its own."""
        ring = self.kept[group.name, state]
        values: Real = ring[np.maximum(stamps, 0) % len(ring), chosen]
        return values


class CarryingSynapses:
    """Synapses that transmit a value in every step.

    Parameters
    ----------
    part : Synapses
        Of the program.
    carry : Carry
        What they transmit.
    neurons : mapping of str to NeuronGroup
        By population.
    past : Past
        Of the states that are read.
    """

    def __init__(self, part: Synapses, carry: Carry, neurons: Mapping[str, NeuronGroup], past: Past) -> None:
        self.name, self.carry, self.past, self.neurons = part.name, carry, past, neurons
        self.row = np.asarray(part.rows["row"], np.int64)
        self.port, self.source, self.target = part.port, neurons[part.source], neurons[part.target]
        self.pre, self.post = (np.asarray(part.rows[side], np.int64) for side in ("pre", "post"))
        self.delay = np.asarray(part.rows["axonal"], np.int64) + np.asarray(part.rows["dendritic"], np.int64)
        self.params = {key: part.values[key] if key in part.values else part.rows[key] for key in carry.params}
        self.block = compile_block(carry.block, {})
        for read in carry.reads:
            if read.of == "pre":
                past.keep(self.source, read.state, int(self.delay.max(initial=1)))

    def transmit(self, stamp: int) -> None:
        """Add to the port what arrives at a stamp; states are those of the stamp before."""
        names: dict[str, Any] = {**self.params, **dict(self._read(stamp))}
        with np.errstate(all="ignore"):
            self.block.run(names)
        amounts = np.broadcast_to(names[self.carry.sent], self.post.shape)
        self._check(amounts, stamp)
        self.target.deliver_now(self.port, stamp, self.post, amounts)

    def _check(self, amounts: Real, stamp: int) -> None:
        """Raise `CarryFailure` at the first synapse whose value is beyond the bound, or no finite number."""
        bound = np.broadcast_to(self.params[self.carry.bound], amounts.shape)
        sound = np.abs(amounts) <= bound
        if not sound.all():
            place = int(np.argmin(sound))
            raise CarryFailure(self.name, int(self.row[place]), float(amounts[place]), stamp, float(bound[place]))

    def _read(self, stamp: int) -> Iterator[tuple[str, Any]]:
        for read in self.carry.reads:
            yield read.local, self._value(read, stamp)

    def _value(self, read: Read, stamp: int) -> Any:
        if read.of == "pre":
            return self.past.at(self.source, read.state, stamp - self.delay, self.pre)
        if read.of == "post":
            return self.target.states[read.state][self.post]
        return self.neurons[read.of].states[read.state][0]
