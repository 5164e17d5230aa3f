"""What is kept: selections as indices, times as stamps."""

from __future__ import annotations

import numpy as np

from snndsl.ir import SpikeRecord, StateRecord, SynapseRecord
from snndsl.lowering.neuron import ir_name
from snndsl.model.checked import CheckedModel

__all__ = ["records"]


def records(model: CheckedModel) -> tuple[tuple[SpikeRecord, ...], tuple[StateRecord, ...], tuple[SynapseRecord, ...]]:
    """Return the records of a model; times after the end of a shortened run are left out."""
    return _spikes(model), _states(model), _synapses(model)


def _spikes(model: CheckedModel) -> tuple[SpikeRecord, ...]:
    chosen: dict[str, set[int]] = {}
    for block in model.records.spikes.blocks:
        chosen.setdefault(block.population, set()).update(range(block.start, block.stop))
    return tuple(
        SpikeRecord(name, None if len(chosen[name]) == model.sizes[name] else np.array(sorted(chosen[name]), np.int32))
        for name in sorted(chosen)
    )


def _states(model: CheckedModel) -> tuple[StateRecord, ...]:
    found: list[StateRecord] = []
    numbers: dict[str, int] = {}
    for record in model.records.states:
        first = 0 if record.after is None else record.every * (record.after // record.every + 1)
        last = model.steps if record.until is None else min(record.until, model.steps)
        for block in record.selection.blocks:
            number = numbers.get(block.population, 0)
            numbers[block.population] = number + 1
            neurons = np.arange(block.start, block.stop, dtype=np.int32)
            names = tuple(ir_name(name) for name in record.of)
            found.append(StateRecord(str(number), block.population, names, neurons, record.every, first, last))
    return tuple(found)


def _synapses(model: CheckedModel) -> tuple[SynapseRecord, ...]:
    found = []
    for record in model.records.synapses:
        stamps = set(record.at)
        if record.every is not None:
            stamps |= set(range(record.every, model.steps + 1, record.every))
        kept = tuple(sorted(stamp for stamp in stamps if 0 < stamp <= model.steps))
        if kept:
            found.append(SynapseRecord(record.projection, tuple(map(ir_name, record.of)), kept))
    return tuple(found)
