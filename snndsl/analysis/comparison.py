"""Whether runs are identical, and if not, where they first part."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from snndsl.analysis.divergence import Divergence, divergences, same_files
from snndsl.analysis.statistics import TrainStatistics, coincidence, select, train_statistics
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
        Every spike, state, snapshot and synapse is equal, bit for bit.
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
    """

    runs: tuple[str, ...]
    steps: int
    identical: bool
    first_divergence: Divergence | None
    differences: Mapping[str, list[Divergence]]
    statistics: Mapping[str, Mapping[str, TrainStatistics]]
    compared: Mapping[str, int]
    notes: tuple[str, ...] = ()
    before_after: tuple[int, float] | None = field(default=None)

    def lines(self) -> list[str]:
        """Return the verdict, and what leads to it, as text."""
        return list(self._lines())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: identical, first_divergence, statistics, runs, compared, notes."""
        return {
            "identical": self.identical,
            "first_divergence": self.first_divergence.to_dict() if self.first_divergence else None,
            "differences": {run: [item.to_dict() for item in items] for run, items in self.differences.items()},
            "statistics": {
                population: {run: item.to_dict() for run, item in runs.items()} for population, runs in self.statistics.items()
            },
            "runs": list(self.runs),
            "steps": self.steps,
            "compared": dict(self.compared),
            "notes": list(self.notes),
        }

    def _lines(self) -> Iterator[str]:
        if self.first_divergence is None:
            parts = [f"{count:,} {what}" for what, count in self.compared.items() if count]
            yield f"identical: {', '.join(parts)}, {len(self.runs)} runs"
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
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        verdict = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines())
        head = "<tr><th>population</th><th>run</th><th>spikes</th><th>rate (Hz)</th><th>CV of ISI</th></tr>"
        rows = "".join(
            f"<tr><td>{html.escape(population)}</td><td>{html.escape(run)}</td><td>{item.spikes:,}</td>"
            f"<td>{item.rate:.4g}</td><td>{item.cv_isi:.4g}</td></tr>"
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
    differences = {name: divergences(one, other, steps) for name, other in zip(names[1:], others, strict=True)}
    differing = {name: items for name, items in differences.items() if items}
    first = min((item for items in differing.values() for item in items), key=lambda item: item.place, default=None)
    return Comparison(
        names,
        steps,
        first is None,
        first,
        differing,
        _statistics(recordings, names, steps),
        _compared(recordings, steps),
        tuple(_notes(recordings, names, steps)),
        _before_after(one, dict(zip(names[1:], others, strict=True)), differing, steps),
    )


def _comparable(one: Recording, other: Recording) -> None:
    if one.step_length != other.step_length:
        what = f"{one.path} has steps of {one.step_ms:g} ms, {other.path} of {other.step_ms:g} ms"
        raise ModelError(Fault("runs-differ", what, expected="runs of one model"))
    if dict(one.populations) != dict(other.populations):
        what = f"{one.path} has populations {_sizes(one)}, {other.path} {_sizes(other)}"
        raise ModelError(Fault("runs-differ", what, expected="runs of one model"))
    if not _common(one, other):
        what = f"{one.path} and {other.path} recorded nothing in common"
        raise ModelError(Fault("nothing-compared", what, expected="spikes, states or synapses that both recorded"))


def _common(one: Recording, other: Recording) -> bool:
    return bool({*one.spikes} & {*other.spikes} or {*one.states} & {*other.states} or {*one.weights} & {*other.weights})


def _sizes(run: Recording) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in sorted(run.populations.items()))


def _names(recordings: tuple[Recording, ...]) -> tuple[str, ...]:
    """Name runs by their folders, told apart by numbers where one is given twice."""
    names: list[str] = []
    for run in recordings:
        name = str(run.path)
        names.append(name if name not in names else f"{name} ({names.count(name) + 1})")
    return tuple(names)


def _statistics(recordings: tuple[Recording, ...], names: tuple[str, ...], steps: int) -> dict[str, dict[str, TrainStatistics]]:
    found: dict[str, dict[str, TrainStatistics]] = {}
    for population in recordings[0].spikes:
        found[population] = {}
        for run, name in zip(recordings, names, strict=True):
            if population not in run.spikes:
                continue
            base = recordings[0]
            if run is not base and same_files(base, run, f"spikes/{population}/"):
                found[population][name] = found[population][names[0]]
            else:
                spikes = select(run.spikes[population], 1, steps)
                found[population][name] = train_statistics(spikes, run.populations[population], steps)
    return found


def _compared(recordings: tuple[Recording, ...], steps: int) -> dict[str, int]:
    one = recordings[0]
    spikes = sum(
        len(select(one.spikes[name], 1, steps)) for name in one.spikes if all(name in run.spikes for run in recordings)
    )
    states = sum(
        int((series.step <= steps).sum()) * series.value.shape[1] for name in one.states for series in one.states[name].values()
    )
    weights = sum(
        int((series.step <= steps).sum()) * series.value.shape[1]
        for name in one.weights
        for series in one.weights[name].values()
    )
    synapses = sum(len(one.synapses[name].pre) for name in one.synapses)
    return {"spikes": spikes, "samples of states": states, "values of synapses": weights, "synapses": synapses}


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
        for what in ("spikes", "states", "weights"):
            mine, theirs = set(getattr(one, what)), set(getattr(run, what))
            for population in sorted(mine ^ theirs):
                yield f"{what} of {population} are in {names[0] if population in mine else name} alone"


def _before_after(
    one: Recording, others: Mapping[str, Recording], differing: Mapping[str, list[Divergence]], steps: int
) -> tuple[int, float] | None:
    """Return the spikes before the first spike that differs, and the fraction of equal ones from then on."""
    spikes = [(item, name) for name, items in differing.items() for item in items if item.kind == "spike"]
    if not spikes:
        return None
    first, name = min(spikes, key=lambda pair: pair[0].place)
    other = others[name]
    shared = [name for name in one.spikes if name in other.spikes]
    before = sum(len(select(one.spikes[name], 1, first.step - 1)) for name in shared)
    parts = [(select(one.spikes[name], first.step, steps), select(other.spikes[name], first.step, steps)) for name in shared]
    sizes = np.array([max(len(a), len(b)) for a, b in parts], np.float64)
    equal = np.array([coincidence(a, b) for a, b in parts])
    return before, float((equal * sizes).sum() / sizes.sum())
