"""Where two recordings first part, by kind: tables of synapses, states, spikes, snapshots of synapses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from snndsl.analysis.statistics import select
from snndsl.analysis.ulp import ulp_distance
from snndsl.results import Recording, Spikes

__all__ = ["Divergence", "divergences", "same_files"]

_COLUMNS = ("pre", "post", "axonal", "dendritic", "weight")
_ORDER = ("table", "state", "spike", "weight")


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of one kind.

    Parameters
    ----------
    kind : str
        ``table``, ``state``, ``spike`` or ``weight``.
    step : int
        Stamp; 0 for tables.
    time_ms : float
        The same in ms.
    population : str
        Or projection.
    neuron : int
        Or row of the projection.
    variable : str
        State or column; empty for spikes.
    values : tuple
        In the first and in the other run; of a spike: its next stamp in each, None for no spike.
    ulp : int or None
        Doubles between the values.
    unit : str
        Of the values.
    """

    kind: str
    step: int
    time_ms: float
    population: str
    neuron: int
    variable: str
    values: tuple[Any, Any]
    ulp: int | None = None
    unit: str = ""

    @property
    def place(self) -> tuple[int, int, str, int]:
        """What comes first when several differ."""
        return self.step, _ORDER.index(self.kind), self.population, self.neuron

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def line(self, one: str, other: str) -> str:
        """Return the difference in words.

        Parameters
        ----------
        one, other : str
            Names of the runs.
        """
        where = f"{self.population}[{self.neuron}]"
        if self.kind == "spike":
            times = [f"at step {value:,}" if value is not None else "never again" for value in self.values]
            return f"{where}   spikes in {one} {times[0]}, in {other} {times[1]}"
        first, second = (f"{value!r}" for value in self.values)
        far = "" if self.ulp is None else f" ({self.ulp:,} ulp)"
        unit = f" {self.unit}" if self.unit and self.unit != "1" else ""
        when = "" if self.kind == "table" else f" at step {self.step:,}"
        return f"{self.kind} {self.variable} of {where}   {first}{unit} against {second}{unit}{far}{when}"


def divergences(one: Recording, other: Recording, last: int) -> list[Divergence]:
    """Return the first difference of each kind, earliest first.

    Parameters
    ----------
    one, other : Recording
        Of networks with the same populations.
    last : int
        Last stamp that is compared.
    """
    found = [*_tables(one, other), *_states(one, other, last), *_spikes(one, other, last), *_weights(one, other, last)]
    first: dict[str, Divergence] = {}
    for item in sorted(found, key=lambda item: item.place):
        first.setdefault(item.kind, item)
    return sorted(first.values(), key=lambda item: item.place)


def same_files(one: Recording, other: Recording, folder: str) -> bool:
    """Tell whether two run folders list the same files with the same checksums below a folder; nothing is read."""

    def _listed(run: Recording) -> dict[str, str]:
        return {item["file"]: item["sha256"] for item in run.manifest["files"] if item["file"].startswith(folder)}

    return one.steps_done == other.steps_done and bool(_listed(one)) and _listed(one) == _listed(other)


def _spikes(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    for name in one.spikes:
        if name not in other.spikes or same_files(one, other, f"spikes/{name}/"):
            continue
        mine, theirs = (select(run.spikes[name], 1, last) for run in (one, other))
        place = _first_unequal(mine, theirs)
        if place is None:
            continue
        candidates = [(int(run.step[place]), int(run.neuron[place])) for run in (mine, theirs) if place < len(run)]
        step, neuron = min(candidates)
        values = (_next(mine, neuron, step), _next(theirs, neuron, step))
        yield Divergence("spike", step, step * one.step_ms, name, neuron, "", values)


def _first_unequal(one: Spikes, other: Spikes) -> int | None:
    shorter = min(len(one), len(other))
    unequal = (one.step[:shorter] != other.step[:shorter]) | (one.neuron[:shorter] != other.neuron[:shorter])
    if unequal.any():
        return int(np.argmax(unequal))
    return shorter if len(one) != len(other) else None


def _next(spikes: Spikes, neuron: int, step: int) -> int | None:
    later = spikes.step[(spikes.neuron == neuron) & (spikes.step >= step)]
    return int(later[0]) if len(later) else None


def _states(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    for name in one.states:
        for variable in one.states[name]:
            if name not in other.states or variable not in other.states[name]:
                continue
            if same_files(one, other, f"states/{name}/{variable}/"):
                continue
            mine, theirs = one.states[name][variable], other.states[name][variable]
            step, here, there = np.intersect1d(mine.step, theirs.step, return_indices=True)
            neuron, column, beside = np.intersect1d(mine.neuron, theirs.neuron, return_indices=True)
            kept = step <= last
            left = mine.value[here[kept]][:, column]
            right = theirs.value[there[kept]][:, beside]
            bad = (left != right) & ~(np.isnan(left) & np.isnan(right))
            if bad.any():
                sample, k = (int(index) for index in np.argwhere(bad)[0])
                when = int(step[kept][sample])
                values = (float(left[sample, k]), float(right[sample, k]))
                distance = ulp_distance(*values)
                yield Divergence(
                    "state",
                    when,
                    when * one.step_ms,
                    name,
                    int(neuron[k]),
                    variable.replace("__", "."),
                    values,
                    distance,
                    mine.unit,
                )


def _weights(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    for name in one.weights:
        for variable in one.weights[name]:
            if name not in other.weights or variable not in other.weights[name]:
                continue
            if same_files(one, other, f"weights/{name}/{variable}/"):
                continue
            mine, theirs = one.weights[name][variable], other.weights[name][variable]
            for when in np.intersect1d(mine.step, theirs.step):
                left, right = mine.value[mine.step == when][0], theirs.value[theirs.step == when][0]
                if when <= last and not np.array_equal(left, right, equal_nan=True):
                    row = int(np.argmax(left != right))
                    values = (float(left[row]), float(right[row]))
                    yield Divergence(
                        "weight", int(when), float(when) * one.step_ms, name, row, variable, values, ulp_distance(*values)
                    )
                    break


def _tables(one: Recording, other: Recording) -> Iterator[Divergence]:
    for name in one.synapses:
        if name not in other.synapses or same_files(one, other, f"synapses/{name}/"):
            continue
        mine, theirs = one.synapses[name], other.synapses[name]
        if len(mine.pre) != len(theirs.pre):
            shorter = min(len(mine.pre), len(theirs.pre))
            yield Divergence("table", 0, 0.0, name, shorter, "rows", (len(mine.pre), len(theirs.pre)))
            continue
        for column in _COLUMNS:
            left, right = getattr(mine, column), getattr(theirs, column)
            if not np.array_equal(left, right):
                row = int(np.argmax(left != right))
                values = (left[row].item(), right[row].item())
                yield Divergence("table", 0, 0.0, name, row, column, values, ulp_distance(*map(float, values)))
                break
