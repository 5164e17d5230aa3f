"""The section ``expect`` of a model against a recording: what was expected, what was found, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.bounds import Bounds, spike_codes
from snndsl.analysis.chunks import SpikeChunks, has, snapshot, state_records, walk
from snndsl.analysis.statistics import coefficient_of_variation, f1_score, mean_rate
from snndsl.errors import Fault, SnndslError
from snndsl.expressions import TextFault
from snndsl.model.checked import CheckedModel
from snndsl.model.expectation import Expectation, SynapseValue
from snndsl.model.selection import NeuronRange, Selection
from snndsl.results import Recording, Spikes

__all__ = ["Measured", "Verdict", "check_expectations"]

_REDUCE: Mapping[str, Callable[[Any], Any]] = {"mean": np.mean, "max": np.max, "min": np.min, "fraction": np.mean}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: mean and extremes of the values, in a unit of the field (Hz for rates); empty for a number."""

    mean: float
    least: float
    most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation and what came of it.

    Parameters
    ----------
    name : str
        Of the expectation.
    passed : bool
        Whether it is met; one that cannot be judged is not met.
    expected, found : str
        In words.
    place : str
        ``file:line:column``.
    measured : Measured or None
        The numbers; None if there are none.
    """

    name: str
    passed: bool
    expected: str
    found: str
    place: str
    measured: Measured | None = None

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.name}: {self.found}" + ("" if self.passed else f", expected {self.expected}    {self.place}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        facts = {"name": self.name, "passed": self.passed, "expected": self.expected, "found": self.found, "place": self.place}
        return facts | {"measured": None if self.measured is None else asdict(self.measured)}


_Found = tuple[bool, str, str] | tuple[bool, str, str, Measured]
"""Whether it is met, what was expected and found in words, and the numbers if there are any."""


class _Unreached(Exception):
    """The recording does not hold what the expectation is about."""


def check_expectations(model: CheckedModel, recording: Recording) -> list[Verdict]:
    """Check every expectation of a model.

    Parameters
    ----------
    model : CheckedModel
        That was run.
    recording : Recording
        Of it.

    Returns
    -------
    list of Verdict
        In the order of the file.
    """
    return [_Judgement(model, recording, expectation).outcome() for expectation in model.expectations]


class _Judgement:
    def __init__(self, model: CheckedModel, recording: Recording, expectation: Expectation) -> None:
        self.model, self.recording, self.expectation = model, recording, expectation
        self.bounds = Bounds(model, expectation)

    def outcome(self) -> Verdict:
        """Judge."""
        where = self.expectation.place.at()
        place = f"{where.file}:{where.line}:{where.column}"
        try:
            passed, expected, found, *measured = self._judge()
        except _Unreached as reason:
            return Verdict(self.expectation.name, False, self.expectation.said, f"not reached: {reason}", place)
        except TextFault as error:
            return Verdict(self.expectation.name, False, error.expected or self.expectation.said, error.what, place)
        except SnndslError as error:
            fault: Fault = error.faults[0]
            return Verdict(self.expectation.name, False, fault.expected or self.expectation.said, fault.what, place)
        return Verdict(self.expectation.name, passed, expected, found, place, *measured)

    # ---- what is measured

    def _judge(self) -> _Found:
        of, value = self.expectation.of, self.expectation.value
        if isinstance(of, SynapseValue):
            return self._synapses(of)
        if not of.size:
            raise _Unreached("no neurons are selected")
        match value:
            case "spikes":
                return self._spike_list(of)
            case "count" | "rate" | "first_spike" | "cv_isi":
                return self._train(of, value)
            case "f1":
                return self._f1(of)
        return self._state(of)

    def _train(self, selection: Selection, value: str) -> _Found:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        step_ms = float(self.model.step)
        trains, sizes = [spikes], selection.size
        if self.expectation.each == "neuron":
            trains, sizes = _by_neuron(spikes, selection.size), 1
        seconds = (last - first) * step_ms / 1000
        measure: Mapping[str, tuple[Callable[[Spikes], float], float, str]] = {
            "count": (lambda train: float(len(train)), 1.0, "spikes"),
            "rate": (lambda train: mean_rate(len(train), sizes, seconds), 1e-3, "Hz"),
            "first_spike": (lambda train: float(train.step[0]) * step_ms if len(train) else float("nan"), 1.0, "ms"),
            "cv_isi": (coefficient_of_variation, 1.0, ""),
        }
        function, factor, unit = measure[value]
        found = np.array([function(train) for train in trains])
        if np.isnan(found).any():
            several = f"{int(np.isnan(found).sum()):,} of {len(found):,} neurons"
            whose = several if self.expectation.each == "neuron" else "these"
            return False, self.expectation.said, f"{value} has no value for {whose}: {len(spikes):,} spikes"
        return self._compare(found * factor, value, unit, factor)

    def _state(self, selection: Selection) -> _Found:
        stamp = self._time(self.expectation.at, self.model.steps)
        values = np.concatenate([self._sample(block, stamp) for block in selection.blocks])
        unit = self.recording.unit(selection.blocks[0].population, _stored(self.expectation.value))
        return self._compare(values, self.expectation.value, unit, 1.0)

    def _sample(self, block: NeuronRange, stamp: int) -> NDArray[np.float64]:
        """Return the state of a block's neurons at a stamp."""
        values, known = np.zeros(block.size), np.zeros(block.size, np.bool_)
        records = state_records(self.recording, block.population, _stored(self.expectation.value))
        if not records:
            raise _Unreached(f"{self.expectation.value} of {block.population} was not recorded")
        for record in records:
            row, beside = divmod(stamp - record.first, record.period)
            if beside == 0 and 0 <= row < record.rows:
                inside = (record.neuron >= block.start) & (record.neuron < block.stop)
                place = record.neuron[inside] - block.start
                values[place] = record.values(np.array([row]))[0, inside]
                known[place] = True
        if not known.all():
            neuron = block.start + int(np.argmin(known))
            raise _Unreached(f"{self.expectation.value} of {block.population}[{neuron}] was not recorded at step {stamp:,}")
        return values

    def _synapses(self, of: SynapseValue) -> _Found:
        values, rows = [], []
        for name in of.projections:
            if not has(self.recording.synapses, name):
                raise _Unreached(f"the synapses of {name} are not in the run folder")
            row = self.recording.synapses[name].row.astype(np.float64)
            try:
                found = self.bounds.value(of.value, {"row": row, **self._snapshot(name)})
            except KeyError as error:
                raise _Unreached(f"{error.args[0]} of {name} was not recorded") from None
            values.append(np.broadcast_to(np.asarray(found, np.float64), row.shape))
            rows.append(row)
        found, what = np.concatenate(values), self.expectation.value
        if not found.size:
            raise _Unreached(f"{', '.join(of.projections)} has no synapses")
        if of.reduce is not None:
            return self._compare(np.atleast_1d(np.asarray(_REDUCE[of.reduce](found), np.float64)), what, "", 1.0)
        return self._compare(found, what, "", 1.0, {"row": np.concatenate(rows)})

    def _snapshot(self, name: str) -> dict[str, Any]:
        """Return the variables of a projection's synapses at the time that is asked for."""
        recorded = [item for item in self.recording.manifest["synapse_records"] if item["projection"] == name]
        plastic = bool(self.model.projections[name].rules)
        found: dict[str, Any] = {} if plastic else {"w": self.recording.synapses[name].weight}
        if plastic and not recorded:
            raise _Unreached(f"synapses of {name} were not recorded")
        stamp = self._time(self.expectation.at, self.model.steps)
        for variable in dict.fromkeys(variable for item in recorded for variable in item["variables"]):
            values = snapshot(self.recording, name, variable, stamp)
            if values is not None:
                found[variable.replace("__", ".")] = values
            elif plastic:
                raise _Unreached(f"{variable} of {name} was not recorded at step {stamp:,}")
        return found

    def _spike_list(self, selection: Selection) -> _Found:
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
            return not len(missing) and not len(extra), f"the {len(wanted):,} listed spikes", text
        if not len(spikes):
            return False, self.expectation.said, "no spikes"
        return self._compare(np.asarray(spikes.step * float(self.model.step), np.float64), "spikes", "ms", 1.0)

    def _f1(self, selection: Selection) -> _Found:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        wanted = self.bounds.listed(self.expectation.spikes["against"], first, last)
        if not len(wanted):
            raise _Unreached("no listed spike lies in the window")
        score = f1_score(spike_codes(spikes.step, spikes.neuron), wanted)
        return self._compare(np.array([score]), "f1", "", 1.0)

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
                raise _Unreached(f"spikes of {name} were not recorded")

    def _window(self) -> tuple[int, int]:
        first, last = self._time(self.expectation.after, 0), self._time(self.expectation.until, self.model.steps)
        if first >= last:
            raise _Unreached(f"no step lies after step {first:,} and until step {last:,}")
        return first, last

    def _time(self, given: int | None, default: int) -> int:
        stamp = default if given is None else given
        if stamp > self.recording.steps_done:
            raise _Unreached(f"the run ends at step {self.recording.steps_done:,}, before step {stamp:,}")
        return stamp

    def _compare(
        self, found: NDArray[np.float64], what: str, unit: str, factor: float, scope: Mapping[str, Any] | None = None
    ) -> _Found:
        """Compare measured values, in internal units, with every bound that is given; all must hold."""
        shown = found / factor
        mean, least, most = math.fsum(shown) / len(shown), float(np.min(shown)), float(np.max(shown))
        measured = Measured(mean, least, most, "" if unit == "1" else unit)
        return self.bounds.met(found, scope or {}), self.expectation.said, f"{what} {_range(shown, unit)}", measured


def _stored(name: str) -> str:
    """Return the name of a state in a run folder."""
    return name.replace(".", "__")


def _by_neuron(spikes: Spikes, neurons: int) -> list[Spikes]:
    """Return one train for each neuron."""
    order = np.argsort(spikes.neuron, kind="stable")
    step, neuron = spikes.step[order], spikes.neuron[order]
    ends = np.searchsorted(neuron, np.arange(neurons + 1))
    return [
        Spikes(step[begin:end], np.zeros(end - begin, np.int32), spikes.step_ms)
        for begin, end in zip(ends[:-1], ends[1:], strict=True)
    ]


def _range(values: NDArray[np.float64], unit: str) -> str:
    end = f" {unit}" if unit and unit != "1" else ""
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.8g}{end}" if low == high else f"{low:.8g} .. {high:.8g}{end} ({values.size:,} values)"
