"""Stimulus ``spikes``: listed spikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions.dimensions import TIME
from snndsl.model.services import StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Duplicates, Spiking
from snndsl.model.text import Rounding, Term, ValueTerm
from snndsl.spec import Condition, PerElement, Spec, Times
from snndsl.units import ONE

__all__ = ["SpikeList", "SpikeListSpec"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


class SpikeListSpec(Spec):
    """Listed spikes."""

    i: PerElement = Field(description="index of the neuron: list, data array or expression of row")
    t: Times = Field(description="time of the spike: list, data array or expression of row")
    where: Condition | None = Field(default=None, description="condition on `row` for those that count")
    round: Literal["nearest", "up", "down"] | None = Field(
        default=None, description="how a time off the grid is rounded; default: as `round` of the stimulus"
    )
    duplicates: Literal["error", "merge", "add"] | None = Field(
        default=None, description="what two spikes of one neuron at one stamp are; default: as `duplicates` of the stimulus"
    )


@dataclass(frozen=True, slots=True, eq=False)
class SpikeList(Spiking):
    """Listed spikes: columns of neurons and times, and the rows that count."""

    name = "spikes"
    rank = 1
    says = "listed spikes, or events; into the port `spike` they are forced"
    form = SpikeListSpec
    source = True
    injection = True
    listed = True

    i: ValueTerm
    t: ValueTerm
    where: Term | None
    round: Rounding | None
    duplicates: Duplicates

    @classmethod
    def rounding(cls, given: SpikeListSpec) -> Rounding | None:
        """Return what is said beside the columns."""
        return given.round

    @classmethod
    def read(cls, reader: StimulusReader, given: SpikeListSpec) -> SpikeList | None:
        """Return the columns."""
        _refuse_sums(reader, given)
        i = reader.value(given.i, ONE, "i", "i", names="columns", phase="pure")
        t = reader.value(given.t, TIME, "t", "t", names="columns", phase="pure")
        where = None if given.where is None else reader.condition(given.where, "where", names="columns")
        if i is None or t is None:
            return None
        return cls(i, t, where, given.round or reader.rounding, given.duplicates or reader.duplicates)

    @property
    def repeats(self) -> Duplicates:
        """What happens to two spikes of a neuron in one step."""
        return self.duplicates

    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return the spikes that are listed within the window: all of them lie in the run of the file."""
        columns: Mapping[str, ValueTerm] = {"i": self.i, "t": self.t}
        table = numbers.columns(columns)
        neuron, time = table["i"], table["t"]
        if 1 in (len(neuron), len(time)):
            neuron, time = np.broadcast_arrays(neuron, time)
        if len(neuron) != len(time):
            what = f"{len(neuron)} neurons and {len(time)} times"
            raise ModelError(numbers.place().problem("list-length", what, "lists of equal length"))
        row = np.arange(len(neuron))
        if self.where is not None:
            kept = table.condition(self.where, neuron.shape)
            neuron, time, row = neuron[kept], time[kept], row[kept]
        faults: list[Fault] = []
        bad = (neuron != np.floor(neuron)) | (neuron < 0) | (neuron >= numbers.size)
        if bad.any():
            first = int(np.argmax(bad))
            what = f"i is {neuron[first]:g} in row {row[first]}"
            text = _at(self.i, int(row[first]))
            faults.append(text.problem("index-out-of-range", what, f"whole numbers 0 .. {numbers.size - 1}"))
        stamp = np.zeros(0, np.int64)
        with collected(faults):
            stamp = self._stamps(numbers, np.asarray(time, np.float64), row)
        if faults:
            raise ModelError(faults)
        kept = numbers.acts(stamp)
        self._check_run(numbers, stamp[kept], row[kept])
        return neuron[kept].astype(np.int64), stamp[kept]

    def _stamps(self, numbers: StimulusNumbers, time: Real, row: Index) -> Index:
        """Return times as steps; of a list the first that is off the grid is the place of the fault."""
        what = "a spike time"
        try:
            return numbers.stamps(time, self.round, _at(self.t, 0), what)
        except ModelError:
            if isinstance(self.t, tuple):
                for k in range(len(time)):
                    numbers.stamps(time[k : k + 1], self.round, _at(self.t, int(row[k])), what)
            raise

    def _check_run(self, numbers: StimulusNumbers, stamp: Index, row: Index) -> None:
        """Refuse spikes outside the run of the file, the worst of them by its place."""
        step, last = numbers.step, numbers.steps
        beyond = f"at most the duration, {float(last * step)!r} ms"
        for outside, expected in ((stamp < 0, "times from 0 ms on"), (stamp > last, beyond)):
            if outside.any():
                worst = int(np.argmax(np.where(outside, np.abs(stamp), -1)))
                what = f"a spike at {float(int(stamp[worst]) * step)!r} ms"
                raise ModelError(_at(self.t, int(row[worst])).problem("spike-outside-run", what, expected))
        if len(stamp) and stamp.min() < numbers.earliest:
            what = "a forced spike of stamp 0"
            raise ModelError(numbers.place("t").problem("spike-outside-run", what, "stamps from 1 on"))


def _at(terms: ValueTerm, row: int) -> Term:
    """Return the text of a row: its own if there is one for each."""
    return terms if isinstance(terms, Term) else terms[row if row < len(terms) else 0]


def _refuse_sums(reader: StimulusReader, given: SpikeListSpec) -> None:
    """Refuse sums of spikes: a neuron spikes at most once a step, and only amounts that enter a port add up."""
    if (given.duplicates or reader.duplicates) != "add" or not (reader.source or reader.port == "spike"):
        return
    who = f"of the source {reader.name!r}" if reader.source else f"that {reader.name!r} forces"
    place = reader.place("duplicates") if given.duplicates else reader.entry.inner("duplicates")
    expected = "error or merge: a neuron spikes at most once a step"
    reader.report("duplicates-add", f"the spikes {who} cannot add up", expected, "duplicates: merge", at=place)
