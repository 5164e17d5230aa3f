"""Where two recordings first part, by kind: tables of synapses, states, spikes, snapshots of synapses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.chunks import PIECE, SpikeChunks, StateChunks, has, listed, same_files, sampled, state_records, walk
from snndsl.analysis.ulp import ulp_distance
from snndsl.deferred import dataclass
from snndsl.ir.naming import user_name
from snndsl.results import Recording, Spikes

__all__ = ["Divergence", "divergences", "snapshots", "state_pairs"]

_COLUMNS = ("pre_population", "pre", "post_population", "post", "row", "axonal", "dendritic", "weight")
_ORDER = ("table", "state", "spike", "count", "weight")


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of one kind.

    Parameters
    ----------
    kind : str
        ``table``, ``state``, ``spike``, ``count`` or ``weight``.
    step : int
        Stamp; 0 for tables.
    time_ms : float
        The same in ms.
    population : str
        Or projection.
    neuron : int
        Or row of the projection, or number of the bin.
    variable : str
        State or column; empty for spikes.
    values : tuple
        In the first and in the other run; of a spike: its next stamp in each, None for no spike.
    ulp : int or None
        Doubles between the values.
    unit : str
        Of the values.
    pre, post : int or None
        Neurons that the synapse joins, for ``weight``.
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
    pre: int | None = None
    post: int | None = None

    @property
    def place(self) -> tuple[int, int, str, int]:
        """What comes first when several differ."""
        return self.step, _ORDER.index(self.kind), self.population, self.neuron

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; numbers that are not finite are text (``nan``, ``inf``)."""
        plain = [repr(value) if isinstance(value, float) and not math.isfinite(value) else value for value in self.values]
        return asdict(self) | {"values": plain}

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
        if self.kind == "count":
            found = " against ".join(f"{value:,}" for value in self.values)
            return f"counts of {self.population}   {found} spikes in the bin that ends at step {self.step:,}"
        first, second = (f"{value!r}" for value in self.values)
        far = "" if self.ulp is None else f" ({self.ulp:,} ulp)"
        unit = f" {self.unit}" if self.unit and self.unit != "1" else ""
        when = "" if self.kind == "table" else f" at step {self.step:,}"
        pair = "" if self.pre is None else f" (from {self.pre} to {self.post})"
        return f"{self.kind} {self.variable} of {where}{pair}   {first}{unit} against {second}{unit}{far}{when}"


def divergences(one: Recording, other: Recording, last: int) -> list[Divergence]:
    """Return the first difference of each kind, earliest first.

    Parameters
    ----------
    one, other : Recording
        Of networks with the same populations.
    last : int
        Last stamp that is compared.
    """
    spikes = [*_spikes(one, other, last), *_counts(one, other, last)]
    found = [*_tables(one, other), *_states(one, other, last), *spikes, *_weights(one, other, last)]
    first: dict[str, Divergence] = {}
    for item in sorted(found, key=lambda item: item.place):
        first.setdefault(item.kind, item)
    return sorted(first.values(), key=lambda item: item.place)


# ---- spikes


def _spikes(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    begin = _first_block(one, other)
    for name in one.spikes:
        if not has(other.spikes, name) or same_files(one, other, f"spikes/{name}/"):
            continue
        trains = SpikeChunks(one, name), SpikeChunks(other, name)
        found = _first_spike(trains, begin, last)
        if found is None and begin > 1:
            found = _first_spike(trains, 1, begin - 1)
        if found is None:
            continue
        step, neuron = found
        values = (_next(trains[0], neuron, step, last), _next(trains[1], neuron, step, last))
        yield Divergence("spike", step, float(step * one.step_length), name, neuron, "", values)


def _first_block(one: Recording, other: Recording) -> int:
    """Return the first stamp of the first block whose number differs, 1 if the numbers do not tell.

    Blocks before it are taken as equal because their numbers are (by chance once in 2**64); where all numbers are equal, the
    spikes themselves are read, so that two runs are never called identical because of these numbers.
    """
    alike = (one.steps, {*one.spikes}, one.status) == (other.steps, {*other.spikes}, other.status)
    if not alike or one.status != "complete" or not all(listed(run, "blocks.npy") for run in (one, other)):
        return 1
    mine, theirs = one.blocks, other.blocks
    if mine.shape != theirs.shape:
        return 1
    differ = np.flatnonzero(mine != theirs)
    block = max(1, int(100 / one.step_length))
    return int(differ[0]) * block + 1 if len(differ) else 1


def _first_spike(trains: tuple[SpikeChunks, SpikeChunks], first: int, last: int) -> tuple[int, int] | None:
    for mine, theirs in walk(trains, first, last):
        place = _first_unequal(mine, theirs)
        if place is not None:
            return min((int(run.step[place]), int(run.neuron[place])) for run in (mine, theirs) if place < len(run))
    return None


def _first_unequal(one: Spikes, other: Spikes) -> int | None:
    shorter = min(len(one), len(other))
    unequal = (one.step[:shorter] != other.step[:shorter]) | (one.neuron[:shorter] != other.neuron[:shorter])
    if unequal.any():
        return int(np.argmax(unequal))
    return shorter if len(one) != len(other) else None


def _next(train: SpikeChunks, neuron: int, first: int, last: int) -> int | None:
    """Return the first stamp from `first` on at which a neuron spikes."""
    for (piece,) in walk((train,), first, last):
        steps = piece.step[piece.neuron == neuron]
        if len(steps):
            return int(steps[0])
    return None


def _counts(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    for name in one.counts:
        if not has(other.counts, name) or one.counts[name].width != other.counts[name].width:
            continue
        mine, theirs = one.counts[name], other.counts[name]
        bins = min(len(mine), len(theirs), last // mine.width)
        unequal = mine.value[:bins] != theirs.value[:bins]
        if unequal.any():
            k = int(np.argmax(unequal))
            values, step = (int(mine.value[k]), int(theirs.value[k])), int(mine.step[k])
            yield Divergence("count", step, float(step * one.step_length), name, k, "", values)


# ---- states

Pair = tuple[StateChunks, StateChunks, NDArray[np.int64]]


def state_pairs(one: Recording, other: Recording, population: str, variable: str, last: int) -> Iterator[Pair]:
    """Yield the records of a variable that share neurons and stamps, and the stamps they share up to `last`."""
    mine, theirs = state_records(one, population, variable), state_records(other, population, variable)
    if [(r.first, r.period, r.neuron.tolist()) for r in mine] == [(r.first, r.period, r.neuron.tolist()) for r in theirs]:
        pairs = list(zip(mine, theirs, strict=True))
    else:
        pairs = [(left, right) for left in mine for right in theirs]
    for left, right in pairs:
        steps = np.intersect1d(left.steps(last), right.steps(last), assume_unique=True)
        if len(steps) and len(np.intersect1d(left.neuron, right.neuron)):
            yield left, right, steps


def _states(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    theirs = sampled(other)
    for name, variables in sampled(one).items():
        for variable in variables:
            if not has(theirs, name, variable):
                continue
            if _times(one, name) == _times(other, name) and same_files(one, other, f"states/{name}/{variable}/"):
                continue
            for pair in state_pairs(one, other, name, variable, last):
                found = _first_value(*pair)
                if found is not None:
                    step, neuron, values = found
                    distance, unit = ulp_distance(*values), one.unit(name, variable)
                    shown = user_name(variable)
                    yield Divergence("state", step, float(step * one.step_length), name, neuron, shown, values, distance, unit)


def _times(run: Recording, population: str) -> list[tuple[str, int, int]]:
    """Return the records of a population: their names in the folder, first stamps and periods."""
    records = run.manifest["state_records"]
    return [(item["name"], item["first"], item["period"]) for item in records if item["population"] == population]


def _first_value(one: StateChunks, other: StateChunks, steps: NDArray[np.int64]) -> tuple[int, int, tuple[float, float]] | None:
    neuron, mine, theirs = np.intersect1d(one.neuron, other.neuron, return_indices=True)
    at_once = max(1, PIECE // max(len(one.neuron), len(other.neuron)))
    for begin in range(0, len(steps), at_once):
        piece = steps[begin : begin + at_once]
        left = one.values((piece - one.first) // one.period)[:, mine]
        right = other.values((piece - other.first) // other.period)[:, theirs]
        unequal = _unequal(left, right)
        if unequal.any():
            sample, k = np.unravel_index(int(np.argmax(unequal)), unequal.shape)
            return int(piece[sample]), int(neuron[k]), (float(left[sample, k]), float(right[sample, k]))
    return None


def _unequal(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where numbers differ; what is no number in both does not."""
    return np.asarray((one != other) & ((one == one) | (other == other)), np.bool_)


# ---- synapses


def snapshots(
    one: Recording, other: Recording, projection: str, variable: str, last: int
) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the stamps up to `last` of which both runs have a snapshot of equal length, and the values in each."""
    folder = f"weights/{projection}/{variable}/"
    mine, theirs = listed(one, folder), listed(other, folder)
    for name, rows in mine.items():
        stamp = int(name[len(folder) : -4])
        if stamp <= last and theirs.get(name) == rows:
            yield stamp, one.array(name, mapped=True), other.array(name, mapped=True)


def _weights(one: Recording, other: Recording, last: int) -> Iterator[Divergence]:
    for name in one.weights:
        for variable in one.weights[name]:
            if not has(other.weights, name, variable):
                continue
            if same_files(one, other, f"weights/{name}/{variable}/"):
                continue
            for when, left, right in snapshots(one, other, name, variable, last):
                unequal = _unequal(left, right)
                if unequal.any():
                    place = int(np.argmax(unequal))
                    row, values = _row(one, name, place), (float(left[place]), float(right[place]))
                    distance, time_ms = ulp_distance(*values), float(when * one.step_length)
                    yield Divergence(
                        "weight", when, time_ms, name, row, variable, values, distance, "", *_joined(one, name, row)
                    )
                    break


def _row(run: Recording, projection: str, place: int) -> int:
    """Return the row of a projection that a place of its snapshots is about."""
    chosen = f"weights/{projection}/row.npy"
    return int(run.array(chosen, mapped=True)[place]) if listed(run, chosen, "") else place


def _joined(run: Recording, projection: str, row: int) -> tuple[int | None, int | None]:
    """Return the neurons that a synapse joins, None if the table is not in the folder."""
    files = listed(run, f"synapses/{projection}/")
    names = [f"synapses/{projection}/{side}.npy" for side in ("pre", "post")]
    pre, post = (int(run.array(name, mapped=True)[row]) if name in files else None for name in names)
    return pre, post


def _tables(one: Recording, other: Recording) -> Iterator[Divergence]:
    for name in one.synapses:
        if not has(other.synapses, name):
            continue
        mine, theirs = (run.manifest["projections"][name] for run in (one, other))
        if list(mine["populations"]) != list(theirs["populations"]):
            values = (", ".join(mine["populations"]), ", ".join(theirs["populations"]))
            yield Divergence("table", 0, 0.0, name, 0, "populations", values)
        elif not same_files(one, other, f"synapses/{name}/"):
            yield from _table(one, other, name)


def _table(one: Recording, other: Recording, name: str) -> Iterator[Divergence]:
    folder = f"synapses/{name}/"
    mine, theirs = listed(one, folder), listed(other, folder)
    rows = tuple(files.get(f"{folder}pre.npy", 0) for files in (mine, theirs))
    if rows[0] != rows[1]:
        yield Divergence("table", 0, 0.0, name, min(rows), "rows", (rows[0], rows[1]))
        return
    found = []
    for column in _COLUMNS:
        file = f"{folder}{column}.npy"
        if file not in mine or file not in theirs:
            continue
        left, right = one.array(file, mapped=True), other.array(file, mapped=True)
        unequal = _unequal(left, right)
        if unequal.any():
            row = int(np.argmax(unequal))
            values = (left[row].item(), right[row].item())
            distance = ulp_distance(*values) if column == "weight" else None
            found.append(Divergence("table", 0, 0.0, name, row, column, values, distance))
    yield from sorted(found, key=lambda item: item.neuron)[:1]
