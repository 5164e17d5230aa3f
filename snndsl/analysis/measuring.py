"""What an expectation is about, measured in one recording: a number, or several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.bounds import Bounds, spike_codes
from snndsl.analysis.chunks import SpikeChunks, has, listed, snapshot, state_records, walk
from snndsl.analysis.statistics import coefficient_of_variation, f1_score, mean_rate
from snndsl.deferred import dataclass
from snndsl.expressions import tree
from snndsl.ir.naming import program_name, user_name
from snndsl.model.checked import CheckedModel
from snndsl.model.expectation import Expectation, NeuronValue, SynapseValue
from snndsl.model.reductions import REDUCTIONS
from snndsl.model.selection import NeuronRange, Selection
from snndsl.results import Recording, Spikes

__all__ = ["ListedSpikesFound", "Unreached", "Values", "measure"]


class Unreached(Exception):  # noqa: N818 - becomes an outcome, never an error
    """The recording does not hold what the expectation is about."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What was measured.

    Parameters
    ----------
    found : ndarray of float64, shape (values,)
        Internal units; nan where there is no value.
    what : str
        What it is.
    unit : str
        In which it is shown.
    factor : float
        Of that unit, in internal units.
    scope : mapping of str to ndarray, shape (values,)
        Further names that bounds may read.
    spikes : int
        Of which it was found; for what has no value.
    """

    found: NDArray[np.float64]
    what: str
    unit: str
    factor: float = 1.0
    scope: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    spikes: int = 0


@dataclass(frozen=True, slots=True)
class ListedSpikesFound:
    """How the spikes of a run compare with listed ones: whether they are the same, what was expected and found, in words."""

    passed: bool
    expected: str
    found: str


def measure(model: CheckedModel, recording: Recording, expectation: Expectation) -> Values | ListedSpikesFound:
    """Measure what an expectation is about.

    Parameters
    ----------
    model : CheckedModel
        That says it.
    recording : Recording
        Of a trial.
    expectation : Expectation
        What is measured.

    Raises
    ------
    Unreached
        Why it cannot be measured.
    """
    return _Measuring(model, recording, expectation).values()


class _Measuring:
    def __init__(self, model: CheckedModel, recording: Recording, expectation: Expectation) -> None:
        self.model, self.recording, self.expectation = model, recording, expectation
        self.bounds = Bounds(model, expectation)

    def values(self) -> Values | ListedSpikesFound:
        of, value = self.expectation.of, self.expectation.value
        if isinstance(of, SynapseValue):
            return self._synapses(of)
        if not (of.selection if isinstance(of, NeuronValue) else of).size:
            raise Unreached("no neurons are selected")
        if isinstance(of, NeuronValue):
            return self._reduced(of)
        match value:
            case "spikes":
                return self._spike_list(of)
            case "count" | "rate" | "first_spike" | "cv_isi":
                return self._train(of, value, self.expectation.each == "neuron")
            case "f1":
                return self._f1(of)
        return self._state(of, value)

    def _reduced(self, of: NeuronValue) -> Values:
        """Measure each neuron, in the window or at all its moments, and make one number of all; or one for each neuron."""
        each = [self._train(of.selection, name, True) if of.spikes else self._state(of.selection, name) for name in of.names]
        shape = (-1, of.selection.size)
        scope = {name: found.found.reshape(shape) for name, found in zip(of.names, each, strict=True)}
        values = np.asarray(self.bounds.value(of.value, scope), np.float64)
        reduction = REDUCTIONS[of.reduce]
        found = np.atleast_1d(reduction.function(values, axis=0 if self.expectation.each == "neuron" else None))
        plain = not reduction.pure and isinstance(of.value, tree.Name)
        unit, factor = (each[0].unit, each[0].factor) if plain else ("", 1.0)
        return Values(np.asarray(found, np.float64), self.expectation.value, unit, factor, spikes=each[0].spikes)

    def _train(self, selection: Selection, value: str, each: bool) -> Values:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        step_ms = float(self.model.step)
        trains, sizes = [spikes], selection.size
        if each:
            trains, sizes = _by_neuron(spikes, selection.size), 1
        seconds = (last - first) * step_ms / 1000
        measures: Mapping[str, tuple[Callable[[Spikes], float], float, str]] = {
            "count": (lambda train: float(len(train)), 1.0, "spikes"),
            "rate": (lambda train: mean_rate(len(train), sizes, seconds), 1e-3, "Hz"),
            "first_spike": (lambda train: float(train.step[0]) * step_ms if len(train) else float("nan"), 1.0, "ms"),
            "cv_isi": (coefficient_of_variation, 1.0, ""),
        }
        function, factor, unit = measures[value]
        found = np.array([function(train) for train in trains])
        return Values(found * factor, value, unit, factor, spikes=len(spikes))

    def _state(self, selection: Selection, state: str) -> Values:
        stamps = self._moments(selection, state)
        parts = [self._sample(block, state, stamp) for stamp in stamps for block in selection.blocks]
        unit = self.recording.unit(selection.blocks[0].population, program_name(state))
        shown, factor = ("Hz", 1e-3) if unit == "kHz" else (unit, 1.0)  # as rates are
        return Values(np.concatenate(parts), state, shown, factor)

    def _moments(self, selection: Selection, state: str) -> list[int]:
        """Return the stamps at which states are looked at: ``at``, else every recorded one of the window."""
        expectation = self.expectation
        if expectation.after is None and expectation.until is None:
            return [self._time(expectation.at, self.model.steps)]
        first, last = self._window()
        known: list[NDArray[np.int64]] = []
        for block in selection.blocks:
            for record in state_records(self.recording, block.population, program_name(state)):
                if np.any((record.neuron >= block.start) & (record.neuron < block.stop)):
                    known.append(record.steps(last))
        stamps = [int(stamp) for stamp in np.unique(np.concatenate([*known, np.zeros(0, np.int64)])) if first < stamp <= last]
        if not stamps:
            raise Unreached(f"{state} was not recorded after step {first:,} and until step {last:,}")
        return stamps

    def _sample(self, block: NeuronRange, state: str, stamp: int) -> NDArray[np.float64]:
        """Return the state of a block's neurons at a stamp."""
        values, known = np.zeros(block.size), np.zeros(block.size, np.bool_)
        records = state_records(self.recording, block.population, program_name(state))
        if not records:
            raise Unreached(f"{state} of {block.population} was not recorded")
        for record in records:
            row, beside = divmod(stamp - record.first, record.period)
            if beside == 0 and 0 <= row < record.rows:
                inside = (record.neuron >= block.start) & (record.neuron < block.stop)
                place = record.neuron[inside] - block.start
                values[place] = record.values(np.array([row]))[0, inside]
                known[place] = True
        if not known.all():
            neuron = block.start + int(np.argmin(known))
            raise Unreached(f"{state} of {block.population}[{neuron}] was not recorded at step {stamp:,}")
        return values

    def _synapses(self, of: SynapseValue) -> Values:
        """Measure synapses at a moment, or at every recorded one of a window; a reduction is over all of them."""
        found, rows, what = list[NDArray[np.float64]](), list[NDArray[np.float64]](), self.expectation.value
        for stamp in self._recorded(of):
            value, row = self._synapses_at(of, stamp)
            found.append(value)
            rows.append(row)
        if of.reduce is None:
            return Values(np.concatenate(found), what, "", scope={"row": np.concatenate(rows)})
        return Values(np.atleast_1d(REDUCTIONS[of.reduce].function(np.stack(found), axis=None)), what, "")

    def _recorded(self, of: SynapseValue) -> list[int]:
        """Return the stamps of snapshots that are looked at."""
        expectation = self.expectation
        if expectation.after is None and expectation.until is None:
            return [self._time(expectation.at, self.model.steps)]
        first, last = self._window()
        records = [item for item in self.recording.manifest["synapse_records"] if item["projection"] in of.projections]
        stamps = sorted({stamp for item in records for stamp in item["stamps"] if first < stamp <= last})
        if not stamps:
            who = ", ".join(of.projections)
            raise Unreached(f"synapses of {who} were not recorded after step {first:,} and until step {last:,}")
        return stamps

    def _synapses_at(self, of: SynapseValue, stamp: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the value of every synapse at a stamp, and the row of each."""
        values, rows = [], []
        for name in of.projections:
            if not has(self.recording.synapses, name):
                raise Unreached(f"the synapses of {name} are not in the run folder")
            chosen = self._chosen(name)
            row = self.recording.synapses[name].row[chosen].astype(np.float64)
            try:
                found = self.bounds.value(of.value, {"row": row, **self._snapshot(name, stamp)})
            except KeyError as error:
                raise Unreached(f"{error.args[0]} of {name} was not recorded") from None
            values.append(np.broadcast_to(np.asarray(found, np.float64), row.shape))
            rows.append(row)
        found = np.concatenate(values)
        if not found.size:
            raise Unreached(f"{', '.join(of.projections)} has no synapses")
        return found, np.concatenate(rows)

    def _chosen(self, name: str) -> Any:
        """Return the rows of a projection that were recorded."""
        file = f"weights/{name}/row.npy"
        return self.recording.array(file) if listed(self.recording, file, "") else slice(None)

    def _snapshot(self, name: str, stamp: int) -> dict[str, Any]:
        """Return the variables of a projection's synapses at a stamp."""
        recorded = [item for item in self.recording.manifest["synapse_records"] if item["projection"] == name]
        plastic = bool(self.model.projections[name].rules)
        found: dict[str, Any] = {} if plastic else {"w": self.recording.synapses[name].weight[self._chosen(name)]}
        if plastic and not recorded:
            raise Unreached(f"synapses of {name} were not recorded")
        for variable in dict.fromkeys(variable for item in recorded for variable in item["variables"]):
            values = snapshot(self.recording, name, variable, stamp)
            if values is not None:
                found[user_name(variable)] = values
            elif plastic:
                raise Unreached(f"{variable} of {name} was not recorded at step {stamp:,}")
        return found

    def _spike_list(self, selection: Selection) -> Values | ListedSpikesFound:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        equals = self.expectation.spikes.get("equals")
        if equals is not None:
            wanted = self.bounds.listed(equals, first, last)
            found = spike_codes(spikes.step, spikes.neuron)
            missing, extra = np.setdiff1d(wanted, found), np.setdiff1d(found, wanted)
            text = f"{len(found):,} spikes, {len(missing):,} missing, {len(extra):,} too many"
            if len(missing) or len(extra):
                code = min([*missing[:1], *extra[:1]])
                how = "missing" if len(missing) and missing[0] == code else "too many"
                text += f"; the first: neuron {code % 2**31} at step {code // 2**31} is {how}"
            return ListedSpikesFound(not len(missing) and not len(extra), f"the {len(wanted):,} listed spikes", text)
        if not len(spikes):
            return ListedSpikesFound(False, self.expectation.said, "no spikes")
        return Values(np.asarray(spikes.step * float(self.model.step), np.float64), "spikes", "ms")

    def _f1(self, selection: Selection) -> Values:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        if self.expectation.against is None:
            wanted = self.bounds.listed(self.expectation.spikes["against"], first, last)
            if not len(wanted):
                raise Unreached("no listed spike lies in the window")
        else:
            right = self._spikes(self.expectation.against, first, last)
            wanted = spike_codes(right.step, right.neuron)
        score = f1_score(spike_codes(spikes.step, spikes.neuron), wanted)
        return Values(np.array([score]), "f1", "")

    # ---- pieces

    def _spikes(self, selection: Selection, first: int, last: int) -> Spikes:
        """Return the spikes of a selection; neurons count within it."""
        self._kept(selection)
        steps, neurons, offset = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
        for block in selection.blocks:
            for (piece,) in walk((SpikeChunks(self.recording, block.population),), first + 1, last):
                inside = (piece.neuron >= block.start) & (piece.neuron < block.stop)
                steps.append(piece.step[inside])
                neurons.append(piece.neuron[inside].astype(np.int64) - block.start + offset)
            offset += block.size
        step, neuron = np.concatenate(steps), np.concatenate(neurons).astype(np.int32)
        order = np.lexsort((neuron, step))
        return Spikes(step[order], neuron[order], self.model.step)

    def _kept(self, selection: Selection) -> None:
        """Raise unless the spikes of every selected neuron were recorded: a neuron nobody watched is not silent."""
        recorded = self.model.records.spikes
        for block in selection.blocks:
            known = np.zeros(self.model.sizes.get(block.population, block.stop), np.bool_)
            if has(self.recording.spikes, block.population):
                for kept in recorded.blocks:
                    if kept.population == block.population:
                        known[kept.start : kept.stop] = True
            if not known[block.start : block.stop].all():
                neuron = block.start + int(np.argmin(known[block.start : block.stop]))
                name = f"{block.population}[{neuron}]" if known.any() else block.population
                raise Unreached(f"spikes of {name} were not recorded")

    def _window(self) -> tuple[int, int]:
        first, last = self._time(self.expectation.after, 0), self._time(self.expectation.until, self.model.steps)
        if first >= last:
            raise Unreached(f"no step lies after step {first:,} and until step {last:,}")
        return first, last

    def _time(self, given: int | None, default: int) -> int:
        stamp = default if given is None else given
        if stamp > self.recording.steps_done:
            raise Unreached(f"the run ends at step {self.recording.steps_done:,}, before step {stamp:,}")
        return stamp


def _by_neuron(spikes: Spikes, neurons: int) -> list[Spikes]:
    """Return one train for each neuron."""
    order = np.argsort(spikes.neuron, kind="stable")
    step, neuron = spikes.step[order], spikes.neuron[order]
    ends = np.searchsorted(neuron, np.arange(neurons + 1))
    return [
        Spikes(step[begin:end], np.zeros(end - begin, np.int32), spikes.step_ms)
        for begin, end in zip(ends[:-1], ends[1:], strict=True)
    ]
