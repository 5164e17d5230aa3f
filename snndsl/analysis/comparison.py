"""Whether runs are identical, and if not, where they first part."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.chunks import SpikeChunks, has, same_files, sampled, walk
from snndsl.analysis.divergence import Divergence, divergences, snapshots, state_pairs
from snndsl.analysis.statistics import TrainCounter, TrainStatistics, differing_neurons, shared_spikes
from snndsl.errors import Fault, ModelError
from snndsl.results import Recording

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison found.

    Parameters
    ----------
    runs : tuple of str
        Names; the others are compared with the first.
    steps : int
        Stamps 1 .. steps were compared.
    identical : bool
        Every spike, state, snapshot and synapse that all runs have is equal, without tolerance; 0.0 equals -0.0, and what
        is no number equals what is no number.
    first_divergence : Divergence or None
        The earliest difference, over all runs and kinds.
    differences : mapping of str to list of Divergence
        By run: the first difference of each kind.
    statistics : mapping
        By population and run.
    compared : mapping of str to int
        How many spikes, samples of states, values of snapshots, synapses were compared, per run.
    notes : tuple of str
        What limits the comparison.
    before_after : tuple of int and float, or None
        Spikes before the first that differs, and the fraction of spikes that coincide from then on.
    weights : mapping
        By projection, variable and run: largest distance of a snapshot's values from those of the first run.
    """

    runs: tuple[str, ...]
    steps: int
    identical: bool
    first_divergence: Divergence | None
    differences: Mapping[str, list[Divergence]]
    statistics: Mapping[str, Mapping[str, TrainStatistics]]
    compared: Mapping[str, int]
    notes: tuple[str, ...] = ()
    before_after: tuple[int, float] | None = None
    weights: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the verdict, and what leads to it, as text."""
        return list(self._lines())

    def text(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())

    def to_html(self) -> str:
        """Return the verdict and the statistics as a piece of HTML, every name escaped."""
        return self._repr_html_()

    @property
    def first_run(self) -> str:
        """The run in which the first divergence from the first run is; empty if there is none."""
        return next((run for run, items in self.differences.items() if self.first_divergence in items), "")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as JSON: identical, first_divergence, differences, statistics, weights, runs, compared, notes."""
        first = self.first_divergence
        return {
            "identical": self.identical,
            "first_divergence": first.to_dict() | {"runs": [self.runs[0], self.first_run]} if first else None,
            "differences": {run: [item.to_dict() for item in items] for run, items in self.differences.items()},
            "statistics": {
                population: {run: item.to_dict() for run, item in runs.items()} for population, runs in self.statistics.items()
            },
            "weights": {
                projection: {
                    variable: {run: value if math.isfinite(value) else repr(value) for run, value in runs.items()}
                    for variable, runs in variables.items()
                }
                for projection, variables in self.weights.items()
            },
            "runs": list(self.runs),
            "steps": self.steps,
            "compared": dict(self.compared),
            "notes": list(self.notes),
        }

    def _lines(self) -> Iterator[str]:
        if self.first_divergence is None:
            parts = [f"{count:,} {what}" for what, count in self.compared.items() if count]
            yield f"identical: {', '.join(parts or [f'no spikes in {self.steps:,} steps'])}, {len(self.runs)} runs"
        else:
            first = self.first_divergence
            yield f"different: first at step {first.step:,} ({first.time_ms / 1000:.6g} s)"
            for run, items in self.differences.items():
                yield from (f"  {item.line(self.runs[0], run)}" for item in items)
            if self.before_after is not None:
                before, after = self.before_after
                yield f"  before    {before:,} spikes identical          after  {after:.1%} coincide"
        yield from (f"  note      {note}" for note in self.notes)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        verdict = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines())
        head = "<tr><th>population</th><th>run</th><th>spikes</th><th>rate (Hz)</th><th>CV of ISI</th>"
        head += "<th>equal trains</th></tr>"
        rows = "".join(
            f"<tr><td>{html.escape(population)}</td><td>{html.escape(run)}</td>"
            f"<td>{item.spikes:,}</td><td>{_number(item.rate, '.4g')}</td>"
            f"<td>{_number(item.cv_isi, '.4g')}</td><td>{_number(item.same_trains, '.1%')}</td></tr>"
            for population, runs in self.statistics.items()
            for run, item in runs.items()
        )
        return f"{verdict}<table>{head}{rows}</table>"


def compare(*recordings: Recording) -> Comparison:
    """Compare recordings with the first of them.

    Parameters
    ----------
    *recordings : Recording
        Two or more, of networks with equal populations and step.

    Returns
    -------
    Comparison
        Without tolerance: identical means equal bits.

    Raises
    ------
    ModelError
        runs-too-few, runs-differ, nothing-compared.
    """
    if len(recordings) < 2:
        raise ModelError(Fault("runs-too-few", f"{len(recordings)} run to compare", expected="two or more"))
    one, others = recordings[0], recordings[1:]
    for other in others:
        _comparable(one, other)
    steps = min(run.steps_done for run in recordings)
    names = _names(recordings)
    if not steps:
        what = " and ".join(str(run.path) for run in recordings if not run.steps_done)
        raise ModelError(Fault("nothing-compared", f"{what} has no steps yet", expected="runs that have begun"))
    pairs = dict(zip(names[1:], others, strict=True))
    differences = {name: divergences(one, other, steps) for name, other in pairs.items()}
    differing = {name: items for name, items in differences.items() if items}
    first = min((item for items in differing.values() for item in items), key=lambda item: item.place, default=None)
    compared = _compared(recordings, steps)
    return Comparison(
        names,
        steps,
        first is None,
        first,
        differing,
        _statistics(one, pairs, names[0], steps),
        compared,
        tuple(_notes(recordings, names, steps)),
        _before_after(one, pairs, differing, steps),
        _weights(one, pairs, steps),
    )


def _comparable(one: Recording, other: Recording) -> None:
    if one.step_length != other.step_length:
        what = f"{one.path} has steps of {one.step_ms:g} ms, {other.path} of {other.step_ms:g} ms"
        raise ModelError(Fault("runs-differ", what, expected="runs of one model"))
    if dict(one.populations) != dict(other.populations):
        what = f"{one.path} has populations {_sizes(one)}, {other.path} {_sizes(other)}"
        raise ModelError(Fault("runs-differ", what, expected="runs of one model"))
    _same_neurons(one, other)
    if not _common(one, other):
        what = f"{one.path} and {other.path} recorded nothing in common"
        raise ModelError(Fault("nothing-compared", what, expected="spikes, states or synapses that both recorded"))


def _same_neurons(one: Recording, other: Recording) -> None:
    """Refuse runs that recorded spikes of different neurons of one population: what one lacks would look like a difference."""
    for name in {*one.spikes} & {*other.spikes}:
        mine, theirs = _recorded_neurons(one, name), _recorded_neurons(other, name)
        if not np.array_equal(mine, theirs):
            counts = " and ".join(f"{len(neurons):,} in {run.path}" for run, neurons in ((one, mine), (other, theirs)))
            what = f"spikes of different neurons of {name} were recorded: {counts}"
            raise ModelError(Fault("runs-differ", what, expected="records of the same neurons"))


def _recorded_neurons(run: Recording, population: str) -> NDArray[np.int64]:
    kept = run.manifest.get("kept_spikes", {}).get(population)
    if kept is not None:
        return np.concatenate([np.zeros(0, np.int64), *(np.arange(start, stop) for start, stop in kept)])
    file = run.intact(f"source/data/records/spikes/{population}.npy")
    if not file.exists():
        return np.arange(run.populations[population])
    return np.asarray(np.load(file, allow_pickle=False), np.int64)


def _common(one: Recording, other: Recording) -> bool:
    return any({*_recorded(one, what)} & {*_recorded(other, what)} for what in ("spikes", "states", "weights", "counts"))


def _sizes(run: Recording) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in run.populations.items())


def _recorded(run: Recording, what: str) -> Mapping[str, Any]:
    """Return what a run has of a kind, by name; states are those of populations and signals."""
    return sampled(run) if what == "states" else getattr(run, what)


def _names(recordings: tuple[Recording, ...]) -> tuple[str, ...]:
    """Name runs by their folders, told apart by numbers where one is given twice."""
    paths = [str(run.path) for run in recordings]
    times = [paths[:k].count(path) + 1 for k, path in enumerate(paths)]
    return tuple(path if time == 1 else f"{path} ({time})" for path, time in zip(paths, times, strict=True))


def _statistics(
    one: Recording, others: Mapping[str, Recording], base: str, steps: int
) -> dict[str, dict[str, TrainStatistics]]:
    found: dict[str, dict[str, TrainStatistics]] = {}
    seconds = steps * one.step_ms / 1000
    for population in one.spikes:
        size = one.populations[population]
        mine = TrainCounter(size)
        for (piece,) in walk((SpikeChunks(one, population),), 1, steps):
            mine.add(piece)
        found[population] = {base: mine.statistics(seconds)}
        for name, other in others.items():
            if not has(other.spikes, population):
                continue
            if same_files(one, other, f"spikes/{population}/"):
                found[population][name] = mine.statistics(seconds, 1.0)
                continue
            theirs, equal = TrainCounter(size), np.ones(size, np.bool_)
            for left, right in walk((SpikeChunks(one, population), SpikeChunks(other, population)), 1, steps):
                theirs.add(right)
                equal[differing_neurons(left, right)] = False
            found[population][name] = theirs.statistics(seconds, float(equal.mean()) if size else 1.0)
    return found


def _weights(one: Recording, others: Mapping[str, Recording], steps: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the largest distance of snapshots from those of the first run."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for projection in one.weights:
        for variable in one.weights[projection]:
            for name, other in others.items():
                if not has(other.weights, projection, variable):
                    continue
                farthest = 0.0
                if not same_files(one, other, f"weights/{projection}/{variable}/"):
                    for _, left, right in snapshots(one, other, projection, variable, steps):
                        farthest = max(farthest, _farthest(left, right))
                found.setdefault(projection, {}).setdefault(variable, {})[name] = farthest
    return found


def _farthest(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the largest distance of two numbers; infinite where only one is a number."""
    if not len(one):
        return 0.0
    with np.errstate(invalid="ignore"):
        distance = np.abs(one - other)
    distance[(one == other) | (np.isnan(one) & np.isnan(other))] = 0
    return float(np.max(np.where(np.isnan(distance), np.inf, distance)))


def _compared(recordings: tuple[Recording, ...], steps: int) -> dict[str, int]:
    """Return how much of what the first run has is in all others, too."""
    one, others = recordings[0], recordings[1:]
    shared = [name for name in one.spikes if all(has(run.spikes, name) for run in others)]
    spikes = sum(SpikeChunks(one, name).count(1, steps) for name in shared)
    states = sum(
        min(_samples(one, run, name, variable, steps) for run in others)
        for name, variables in sampled(one).items()
        for variable in variables
    )
    weights = sum(
        min(_values(one, run, name, variable, steps) for run in others)
        for name in one.weights
        for variable in one.weights[name]
    )
    rows = {name: one.manifest["projections"][name]["rows"] for name in one.synapses}
    synapses = sum(int(count) for name, count in rows.items() if all(has(run.synapses, name) for run in others))
    counts = sum(
        min(len(run.counts[name]) for run in recordings) for name in one.counts if all(has(run.counts, name) for run in others)
    )
    binned = {"bins of counts": counts} if counts else {}
    return {"spikes": spikes, **binned, "samples of states": states, "values of synapses": weights, "synapses": synapses}


def _samples(one: Recording, other: Recording, name: str, variable: str, steps: int) -> int:
    pairs = state_pairs(one, other, name, variable, steps)
    return sum(len(stamps) * len(np.intersect1d(left.neuron, right.neuron)) for left, right, stamps in pairs)


def _values(one: Recording, other: Recording, name: str, variable: str, steps: int) -> int:
    return sum(len(values) for _, values, _ in snapshots(one, other, name, variable, steps))


def _notes(recordings: tuple[Recording, ...], names: tuple[str, ...], steps: int) -> Iterator[str]:
    for run, name in zip(recordings, names, strict=True):
        if run.steps_done > steps:
            yield f"{name} has {run.steps_done:,} steps, of which {steps:,} were compared"
        if run.status != "complete":
            yield f"{name} is {run.status} after {run.steps_done:,} steps"
    models = {run.manifest.get("model", "") for run in recordings}
    if len(models) > 1:
        yield "the runs are of different models (or of one with other settings)"
    one = recordings[0]
    for run, name in zip(recordings[1:], names[1:], strict=True):
        for what in ("spikes", "counts", "states", "weights", "synapses"):
            mine, theirs = set(_recorded(one, what)), set(_recorded(run, what))
            for population in sorted(mine ^ theirs):
                yield f"{what} of {population} are in {names[0] if population in mine else name} alone"
        yield from _apart(one, run, name, steps)


def _apart(one: Recording, other: Recording, name: str, steps: int) -> Iterator[str]:
    """Say which variables both runs were to record although they have no sample in common."""
    for what, count in (("states", _samples), ("weights", _values)):
        mine, theirs = _recorded(one, what), _recorded(other, what)
        for owner in sorted({*mine} & {*theirs}):
            for variable in sorted({*mine[owner]} ^ {*theirs[owner]}):
                yield f"{variable} of {owner} is in {one.path if variable in mine[owner] else name} alone"
            for variable in sorted({*mine[owner]} & {*theirs[owner]}):
                if not count(one, other, owner, variable, steps):
                    yield f"{variable} of {owner} was not compared with {name}: no sample in common up to step {steps:,}"


def _before_after(
    one: Recording, others: Mapping[str, Recording], differing: Mapping[str, list[Divergence]], steps: int
) -> tuple[int, float] | None:
    """Return the spikes before the first spike that differs, and the fraction of equal ones from then on."""
    spikes = [(item, name) for name, items in differing.items() for item in items if item.kind == "spike"]
    if not spikes:
        return None
    first, name = min(spikes, key=lambda pair: pair[0].place)
    other = others[name]
    before = equal = larger = 0
    for shared in (name for name in one.spikes if has(other.spikes, name)):
        mine, theirs = SpikeChunks(one, shared), SpikeChunks(other, shared)
        before += mine.count(1, first.step - 1)
        larger += max(mine.count(first.step, steps), theirs.count(first.step, steps))
        equal += sum(shared_spikes(left, right) for left, right in walk((mine, theirs), first.step, steps))
    return before, equal / larger


def _number(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)
