"""What is kept: selections as indices, times as stamps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snndsl.deferred import dataclass
from snndsl.graph.elaboration import Elaboration
from snndsl.ir import CountRecord, SpikeRecord, StateRecord, SynapseRecord
from snndsl.lowering.neuron import ir_name
from snndsl.model.checked import CheckedModel
from snndsl.model.selection import NeuronRange

__all__ = ["LoweredRecords", "records"]


@dataclass(frozen=True, slots=True, eq=False)
class LoweredRecords:
    """What is kept of a run."""

    spikes: tuple[SpikeRecord, ...]
    states: tuple[StateRecord, ...]
    synapses: tuple[SynapseRecord, ...]
    counts: tuple[CountRecord, ...]


def records(found: Elaboration) -> LoweredRecords:
    """Return the records of a model; times after the end of a shortened run are left out."""
    model = found.model
    return LoweredRecords(_spikes(model), _states(model), _synapses(found), _counts(model))


def _spikes(model: CheckedModel) -> tuple[SpikeRecord, ...]:
    """Return the spikes that are kept or counted; those of each population are all kept, unless that is said."""
    kept = _members(model.records.spikes.blocks)
    counted = [block for item in model.records.counts for block in item.selection.blocks]
    chosen = _members([*model.records.spikes.blocks, *counted])
    return tuple(
        SpikeRecord(
            name,
            None if len(chosen[name]) == model.sizes[name] else np.array(sorted(chosen[name]), np.int32),
            None if chosen[name] == kept.get(name) else _ranges(sorted(kept.get(name, ()))),
        )
        for name in sorted(chosen)
    )


def _members(blocks: Sequence[NeuronRange]) -> dict[str, set[int]]:
    chosen: dict[str, set[int]] = {}
    for block in blocks:
        chosen.setdefault(block.population, set()).update(range(block.start, block.stop))
    return chosen


def _ranges(neurons: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return ascending numbers as ranges of neighbours: start and stop."""
    cuts = [k for k in range(1, len(neurons)) if neurons[k] != neurons[k - 1] + 1]
    ends = [*zip([0, *cuts], [*cuts, len(neurons)], strict=True)] if neurons else []
    return tuple((neurons[begin], neurons[end - 1] + 1) for begin, end in ends)


def _counts(model: CheckedModel) -> tuple[CountRecord, ...]:
    return tuple(
        CountRecord(item.name, item.width, tuple((part.population, part.start, part.stop) for part in item.selection.blocks))
        for item in model.records.counts
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


def _synapses(elaboration: Elaboration) -> tuple[SynapseRecord, ...]:
    model, found = elaboration.model, []
    for record in model.records.synapses:
        stamps = set(record.at)
        if record.every is not None:
            stamps |= set(range(record.every, model.steps + 1, record.every))
        kept = tuple(sorted(stamp for stamp in stamps if 0 < stamp <= model.steps))
        if kept:
            rows = elaboration.chosen.get(record.projection)
            found.append(SynapseRecord(record.projection, tuple(map(ir_name, record.of)), kept, rows))
    return tuple(found)
