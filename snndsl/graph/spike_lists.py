"""Listed spikes: sources that spike at given steps, and events that enter a port at given steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, collected
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.stimuli import flat_port, weights_of
from snndsl.graph.values import evaluate_term, model_names
from snndsl.ir import Table
from snndsl.model.checked import CheckedModel
from snndsl.model.stimulus import SpikeList, Stimulus
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.arithmetic import Evaluator

__all__ = ["Listed", "listed_events", "merged_warning", "source_table"]

Real = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Events of one stimulus in one port of one population: step, neuron and weight, before the grid."""

    stimulus: str
    population: str
    port: str
    step: Index
    neuron: Index
    weight: Real


def source_table(model: CheckedModel, stimulus: Stimulus, warnings: list[Fault]) -> Table:
    """Return the spikes of a source: stamps 0 .. steps of the file, each neuron at most once a step.

    Raises
    ------
    ModelError
        index-out-of-range, off-grid, spike-outside-run, duplicate-spike, list-length, window-empty ...
    """
    neuron, stamp = _events(model, stimulus, model.sizes[stimulus.name])
    neuron, stamp = _once(stimulus, neuron, stamp, warnings)
    return Table({"stamp": stamp.astype(np.int64), "neuron": neuron.astype(np.int32)})


def listed_events(model: CheckedModel, stimulus: Stimulus, warnings: list[Fault]) -> Iterator[Listed]:
    """Yield the events of an injection of listed spikes, by target population.

    An event of stamp s enters in step s + D - 1; into the port ``spike`` it forces a spike of stamp s, that is in step s - 1.

    Raises
    ------
    ModelError
        As `source_table`.
    """
    targets = stimulus.targets
    assert targets is not None and isinstance(stimulus.what, SpikeList)
    neuron = stamp = np.zeros(0, np.int64)
    weights, faults = np.zeros(targets.size), list[Fault]()
    with collected(faults):
        neuron, stamp = _events(model, stimulus, targets.size)
    with collected(faults):
        weights = weights_of(model, stimulus)
    if faults:
        raise ModelError(faults)
    if stimulus.what.duplicates != "add":
        neuron, stamp = _once(stimulus, neuron, stamp, warnings)
    forced = stimulus.port == "spike"
    delay = 0 if forced else stimulus.delay
    if forced and len(stamp) and stamp.min() < 1:
        place = stimulus.place.inner("spikes", "t")
        raise ModelError(place.problem("spike-outside-run", "a forced spike of stamp 0", "stamps from 1 on"))
    step = stamp + delay - 1
    first = 0
    for block in targets.blocks:
        mine = (neuron >= first) & (neuron < first + block.size)
        yield Listed(
            stimulus.name,
            block.population,
            flat_port(model, block.population, stimulus.port),
            step[mine],
            neuron[mine] - first + block.start,
            weights[neuron[mine]],
        )
        first += block.size


def _events(model: CheckedModel, stimulus: Stimulus, size: int) -> tuple[Index, Index]:
    spikes, place = stimulus.what, stimulus.place.inner("spikes")
    assert isinstance(spikes, SpikeList)
    columns: dict[str, Any] = {}
    terms: dict[str, ValueTerm] = {"i": spikes.i, "t": spikes.t}
    rows = row_count(model, terms)
    scope = {"row": np.arange(rows, dtype=np.float64)} if rows is not None else {}
    evaluator = Evaluator(model_names(model, scope, None), model.step, model.data)
    for key, term in terms.items():
        if isinstance(term, tuple):
            columns[key] = np.array([float(evaluate_term(item, evaluator, key)) for item in term])
        else:
            columns[key] = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, key), np.float64))
    neuron, time = (
        np.broadcast_arrays(columns["i"], columns["t"])
        if 1 in (len(columns["i"]), len(columns["t"]))
        else (columns["i"], columns["t"])
    )
    if len(neuron) != len(time):
        raise ModelError(place.problem("list-length", f"{len(neuron)} neurons and {len(time)} times", "lists of equal length"))
    row = np.arange(len(neuron))
    if spikes.where is not None:
        kept = np.broadcast_to(np.asarray(evaluate_term(spikes.where, evaluator, "where"), np.bool_), neuron.shape)
        neuron, time, row = neuron[kept], time[kept], row[kept]
    faults: list[Fault] = []
    bad = (neuron != np.floor(neuron)) | (neuron < 0) | (neuron >= size)
    if bad.any():
        first = int(np.argmax(bad))
        what = f"i is {neuron[first]:g} in row {row[first]}"
        text = _at(terms["i"], int(row[first]))
        faults.append(text.problem("index-out-of-range", what, f"whole numbers 0 .. {size - 1}"))
    stamp = np.zeros(0, np.int64)
    with collected(faults):
        stamp = _stamps(model, spikes, np.asarray(time, np.float64), row)
    if faults:
        raise ModelError(faults)
    return _inside(model, stimulus.during, spikes.t, row, neuron.astype(np.int64), stamp)


def _stamps(model: CheckedModel, spikes: SpikeList, time: Real, row: Index) -> Index:
    """Return times as steps; of a list the first that is off the grid is the place of the fault."""
    terms, rounding, what = spikes.t, spikes.round, "a spike time"
    try:
        return to_steps(time, model.step, rounding, _at(terms, 0), what)
    except ModelError:
        if isinstance(terms, tuple):
            for k in range(len(time)):
                to_steps(time[k : k + 1], model.step, rounding, _at(terms, int(row[k])), what)
        raise


def _at(terms: ValueTerm, row: int) -> Term:
    """Return the text of a row: its own if there is one for each."""
    return terms if isinstance(terms, Term) else terms[row if row < len(terms) else 0]


def _inside(
    model: CheckedModel, during: tuple[int, int] | None, terms: ValueTerm, row: Index, neuron: Index, stamp: Index
) -> tuple[Index, Index]:
    """Return the spikes within the window and the run, in order; those outside the run of the file are faults."""
    kept = np.arange(len(stamp))
    if during is not None:
        kept = kept[(stamp >= during[0]) & (stamp < during[1])]
    last = model.file_steps
    early, late = kept[stamp[kept] < 0], kept[stamp[kept] > last]
    for outside, expected in ((early, "times from 0 ms on"), (late, f"at most the duration, {float(last * model.step)!r} ms")):
        if len(outside):
            worst = int(outside[np.argmax(np.abs(stamp[outside]))])
            what = f"a spike at {float(stamp[worst] * model.step)!r} ms"
            raise ModelError(_at(terms, int(row[worst])).problem("spike-outside-run", what, expected))
    kept = kept[np.lexsort((neuron[kept], stamp[kept]))]
    return neuron[kept], stamp[kept]


def _once(stimulus: Stimulus, neuron: Index, stamp: Index, warnings: list[Fault]) -> tuple[Index, Index]:
    """Return the spikes, each neuron at most once a step: more are a fault, or merged with a warning that counts them."""
    same = np.zeros(len(stamp), np.bool_)
    same[1:] = (stamp[1:] == stamp[:-1]) & (neuron[1:] == neuron[:-1])
    if not same.any():
        return neuron, stamp
    place = stimulus.place.inner("spikes")
    assert isinstance(stimulus.what, SpikeList)
    if stimulus.what.duplicates == "error":
        row = int(np.argmax(same))
        what = f"neuron {int(neuron[row])} has two spikes in step {int(stamp[row])}"
        raise ModelError(place.problem("duplicate-spike", what, "one spike a neuron and step", "duplicates: merge"))
    warnings.append(merged_warning(place, stimulus.name, int(same.sum()), len(stamp)))
    return neuron[~same], stamp[~same]


def merged_warning(place: Place, name: str, dropped: int, listed: int) -> Fault:
    """Return the warning that spikes of one neuron in one step have become one."""
    what = f"{dropped:,} of {listed:,} spikes of {name!r} are dropped: their neuron has another in the same step"
    return replace(place.problem("spikes-merged", what), severity="warning")
