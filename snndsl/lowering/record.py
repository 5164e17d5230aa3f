"""What is kept: selections as indices, times as stamps."""

from __future__ import annotations

import numpy as np

from snndsl.ir import SpikeRecord, StateRecord, SynapseRecord
from snndsl.lowering.neuron import ir_name
from snndsl.semantics.check import CheckedModel, whole_steps
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import parse_term

__all__ = ["records"]


def records(model: CheckedModel) -> tuple[tuple[SpikeRecord, ...], tuple[StateRecord, ...], tuple[SynapseRecord, ...]]:
    """Return the records of a model; times after the end of a shortened run are left out."""
    return _spikes(model), _states(model), _synapses(model)


def _time(model: CheckedModel, text: str | None, default: int, *path: str | int) -> int:
    if text is None:
        return default
    term = parse_term(str(text), model.place(*path))
    return whole_steps(term, model.step, "a time")


def _spikes(model: CheckedModel) -> tuple[SpikeRecord, ...]:
    chosen: dict[str, set[int]] = {}
    selection = resolve(
        model.spec.record.spikes, model.sizes, model.spec.groups, model.place("record", "spikes"), "record.spikes names"
    )
    for block in selection.blocks:
        chosen.setdefault(block.population, set()).update(range(block.start, block.stop))
    return tuple(
        SpikeRecord(name, None if len(chosen[name]) == model.sizes[name] else np.array(sorted(chosen[name]), np.int32))
        for name in sorted(chosen)
    )


def _states(model: CheckedModel) -> tuple[StateRecord, ...]:
    found: list[StateRecord] = []
    numbers: dict[str, int] = {}
    for text, spec in model.spec.record.states.items():
        path = ("record", "states", text)
        selection = resolve((text,), model.sizes, model.spec.groups, model.place(*path), "record.states names")
        period = _time(model, spec.every, 1, *path, "every")
        after = _time(model, spec.after, 0, *path, "after")
        first = 0 if spec.after is None else period * (after // period + 1)
        last = min(_time(model, spec.until, model.steps, *path, "until"), model.steps)
        for block in selection.blocks:
            number = numbers.get(block.population, 0)
            numbers[block.population] = number + 1
            neurons = np.arange(block.start, block.stop, dtype=np.int32)
            names = tuple(ir_name(name) for name in spec.of)
            found.append(StateRecord(str(number), block.population, names, neurons, period, first, last))
    return tuple(found)


def _synapses(model: CheckedModel) -> tuple[SynapseRecord, ...]:
    found = []
    for name, spec in model.spec.record.synapses.items():
        stamps: set[int] = set()
        if spec.every is not None:
            period = _time(model, spec.every, 1, "record", "synapses", name, "every")
            stamps |= set(range(period, model.steps + 1, period))
        if spec.at is not None:
            items = spec.at if isinstance(spec.at, tuple) else (spec.at,)
            stamps |= {_time(model, item, 0, "record", "synapses", name, "at") for item in items}
        kept = tuple(sorted(stamp for stamp in stamps if 0 < stamp <= model.steps))
        if kept:
            found.append(SynapseRecord(name, tuple(spec.of), kept))
    return tuple(found)
