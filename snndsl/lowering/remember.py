"""Signals that are read as they were: what a state was one step ago, two, and so on, are states beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from snndsl.ir import Block, Expr, Ref
from snndsl.lowering.neuron import LoweredNeuron
from snndsl.lowering.reads import late_name

__all__ = ["remembering"]


def remembering(lowered: LoweredNeuron, late: Mapping[str, int]) -> LoweredNeuron:
    """Return a neuron that keeps what some of its states were; before the run they were what they start with.

    Parameters
    ----------
    lowered : LoweredNeuron
        That is read.
    late : mapping of str to int
        States, and how many steps of each are kept.
    """
    if not late:
        return lowered
    lets: list[tuple[str, Expr]] = []
    past: dict[str, str] = {}
    writes: list[tuple[str, str]] = []
    said: dict[str, str] = {}
    for state, steps in sorted(late.items()):
        before = state
        for ago in range(1, steps + 1):
            name = late_name(state, ago)
            lets.append((f"{name}__1", Ref(before)))
            writes.append((name, f"{name}__1"))
            said[f"states.{name}"] = f"{state} {ago} steps ago"
            past[name], before = state, name
    neuron, update = lowered.neuron, lowered.neuron.update
    update = Block((*update.lets, *lets), (*update.writes, *writes))
    neuron = replace(neuron, states=(*neuron.states, *past), update=update)
    return replace(lowered, neuron=neuron, origins={**lowered.origins, **said}, past=past)
