"""The same search with another step, integrator, threshold or seed, and the groups that survive."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, SnndslError, nearest
from snndsl.formats.writers import write_csv
from snndsl.groups.sources import PathLike, free_catalogue, is_model, model_of, network_of, neurons_from, recording_in
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.compare import compare_catalogues
from snndsl.polychrony.definitions import Definition
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.search import discover
from snndsl.polychrony.section import chosen_definition

__all__ = ["Robustness", "Survival", "Variant", "robustness", "survivals"]

MODEL = ("step", "integrator", "seed")
"""What is varied in the model; all else is of the definition."""

Varied = tuple[str, str, Callable[[], "Variant"]]
"""What is changed, into what, and a function that makes the variant."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A network and what counts as a group in it.

    Parameters
    ----------
    network : Network
        With its neurons and the length of its step.
    definition : Definition
        Times in steps of this network.
    """

    network: Network
    definition: Definition


@dataclass(frozen=True, slots=True)
class Survival:
    """The groups of one search among those of the first one.

    Parameters
    ----------
    axis, value : str
        What was changed, and into what; of the first search ``base`` and nothing.
    groups : int
        Found.
    same, shifted, lost, new : int
        As in `compare_catalogues`, the first search being the first catalogue.
    survived : float
        Share of the groups of the first search that are the same or shifted; no number if there are none.
    problem : str
        Why this variant could not be searched; then nothing was counted.
    """

    axis: str
    value: str
    groups: int = 0
    same: int = 0
    shifted: int = 0
    lost: int = 0
    new: int = 0
    survived: float = math.nan
    problem: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; a share that was not measured is None."""
        return asdict(self) | {"survived": None if math.isnan(self.survived) else self.survived}


@dataclass(frozen=True, slots=True)
class Robustness:
    """Searches with one thing changed at a time.

    Parameters
    ----------
    rows : tuple of Survival
        The first search, then each variant.
    folder : Path
        With a catalogue of each.
    """

    rows: tuple[Survival, ...]
    folder: Path

    def draw(self) -> Figure:
        """Draw for every search how many groups are the same, shifted, new; and below zero, how many of the first are lost."""
        figure = Figure(figsize=(8.0, 0.42 * len(self.rows) + 1.6), layout="constrained")
        axes = figure.add_subplot()
        place = np.arange(len(self.rows))
        left = np.zeros(len(self.rows))
        for name, colour in (("same", "tab:blue"), ("shifted", "tab:cyan"), ("new", "0.75")):
            width = np.array([getattr(row, name) for row in self.rows], float)
            axes.barh(place, width, left=left, color=colour, label=name)
            left += width
        lost = np.array([row.lost for row in self.rows], float)
        axes.barh(place, -lost, color="tab:red", alpha=0.6, label="lost")
        for row, end in zip(range(len(self.rows)), left):
            item = self.rows[row]
            survived = item.axis != "base" and not math.isnan(item.survived)
            text = item.problem or (f"{item.survived:.1%} survive" if survived else f"{item.groups:,} groups")
            axes.annotate(text, (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8, color="0.25")
        axes.axvline(0.0, color="0.3", linewidth=0.8)
        axes.set_yticks(place, [f"{row.axis} {row.value}".strip() for row in self.rows])
        axes.invert_yaxis()
        axes.margins(x=0.18)
        axes.set_xlabel("groups")
        axes.legend(ncols=4, frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        return figure

    def write_csv(self, file: str | os.PathLike[str]) -> None:
        """Write a row for each search."""
        rows = self.to_dict()
        write_csv({name: [row[name] for row in rows] for name in rows[0]}, Path(file))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain data, a row for each search."""
        return [row.to_dict() for row in self.rows]

    def __repr__(self) -> str:
        shares = ", ".join(f"{row.axis} {row.value}: {row.survived:.0%} of {row.groups:,}" for row in self.rows[1:])
        return f"<Robustness of {self.rows[0].groups:,} groups; survive with {shares or 'nothing varied'}>"


def robustness(
    source: PathLike,
    vary: Mapping[str, Sequence[str]],
    definition: str = "izhikevich2006",
    *,
    parameters: Mapping[str, Any] | None = None,
    mothers: ArrayLike | str | None = None,
    jitter_ms: float = 2.0,
    workers: int = 1,
    out: str | os.PathLike[str] | None = None,
    progress: Callable[[Survival], None] | None = None,
    **network: Any,
) -> Robustness:
    """Search again with one thing changed at a time, and count the groups that survive.

    Parameters
    ----------
    source : path
        A model file, a run folder or a table.
    vary : mapping of str to sequence of str
        ``step``, ``integrator`` and ``seed`` of the model, or parameters of the definition; and the values of each, as text.
    definition : str
        What counts as a group.
    parameters : mapping, optional
        Of the definition, where they differ from the published ones.
    mothers : array-like of int or str, optional
        Neurons whose inputs are tried, also as ``"3,5,10:20"``; without it, all.
    jitter_ms : float
        Time by which the spikes of shifted groups may differ, ms.
    workers : int
        Processes.
    out : path, optional
        Folder for the catalogues; a free one in the run folder or below ``runs`` if absent.
    progress : callable, optional
        Told each row.
    **network : object
        As in `snndsl.groups.sources.network_of`: ``inhibitory``, ``at``, ``step_ms``, ``settings``.

    Returns
    -------
    Robustness
        How many groups are the same, shifted, lost and new.

    Raises
    ------
    ModelError
        usage, and what the first search refuses; errors of variants are noted in their rows.
    """
    if not vary:
        raise ModelError(Fault("usage", "nothing to vary", expected="--vary NAME=VALUE,VALUE", try_="--vary threshold=9,9.8"))
    made = _Variants(Path(source), definition, dict(parameters or {}), **network)
    base = made.variant({}, {})
    _check_names(vary, base, made)
    tried = neurons_from(mothers, base.network.table.neurons) if isinstance(mothers, str) else mothers
    folder = free_catalogue(made.source) if out is None else Path(out)
    each: dict[str, Any] = {"jitter_ms": jitter_ms, "workers": workers}
    return Robustness(tuple(survivals(base, made.each(vary), folder, mothers=tried, progress=progress, **each)), folder)


def survivals(
    base: Variant,
    variants: Iterator[Varied] | Sequence[Varied],
    out: Path,
    *,
    jitter_ms: float = 2.0,
    progress: Callable[[Survival], None] | None = None,
    **search: Any,
) -> Iterator[Survival]:
    """Yield the groups of a first search, then those of its variants; what a variant cannot do is noted, and the others go on.

    Parameters
    ----------
    base : Variant
        The first search.
    variants : iterable of (str, str, callable)
        What is changed, into what, and a function that makes the variant.
    out : Path
        Folder for the catalogues: ``base``, ``AXIS-1``, ``AXIS-2`` ...
    jitter_ms : float
        Time by which the spikes of shifted groups may differ, ms.
    progress : callable, optional
        Called with each result.
    **search : object
        Passed to `snndsl.polychrony.discover`.
    """
    told = progress or (lambda row: None)
    first = _searched(base, out / "base", **search)
    row = Survival("base", "", len(first), len(first), survived=1.0)
    told(row)
    yield row
    numbers: dict[str, int] = {}
    for axis, value, make in variants:
        numbers[axis] = numbers.get(axis, 0) + 1
        try:
            variant = make()
            found = _searched(variant, out / f"{axis}-{numbers[axis]}", **search)
            steps = base.network.step_ms, variant.network.step_ms
            row = Survival(axis, value, len(found), **_fates(first, found, steps, jitter_ms))
        except SnndslError as error:
            row = Survival(axis, value, problem=str(error.faults[0].what))
        told(row)
        yield row


def _searched(variant: Variant, folder: Path, **search: Any) -> Catalogue:
    """Search one variant."""
    network = variant.network
    known: dict[str, Any] = {"neurons": network.neurons, "step_ms": float(network.step_ms)}
    return discover(network.table, variant.definition, out=folder, **known, **search)


def _fates(first: Catalogue, second: Catalogue, steps: tuple[Fraction, Fraction], jitter_ms: float) -> dict[str, Any]:
    """Return what became of the groups of the first search, compared in time."""
    unit = Fraction(math.gcd(*(step.numerator * 10**6 // step.denominator for step in steps)), 10**6)
    jitter = round(Fraction(jitter_ms).limit_denominator(10**6) / unit)
    found = compare_catalogues(first, second, jitter=jitter, scale=(int(steps[0] / unit), int(steps[1] / unit)))
    counts: dict[str, Any] = {name: len(getattr(found, name)) for name in ("same", "shifted", "lost", "new")}
    return counts | {"survived": (counts["same"] + counts["shifted"]) / len(first) if len(first) else math.nan}


def _check_names(vary: Mapping[str, Sequence[str]], base: Variant, made: _Variants) -> None:
    """Refuse what cannot be varied."""
    of_model = [name for name in vary if name in MODEL]
    if of_model and not is_model(made.source) and not made.source.is_dir():
        what = f"--vary {of_model[0]}: the table {made.source} has none"
        raise ModelError(Fault("usage", what, expected="a model or a run, or parameters of the definition"))
    known = [*MODEL, *(field.name for field in fields(base.definition))]
    for name in vary:
        if name not in known:
            near = nearest(name, known)
            hint = f"--vary {near}=.." if near else ""
            raise ModelError(Fault("usage", f"--vary {name}", expected=", ".join(known), try_=hint))


@dataclass(frozen=True, slots=True, eq=False)
class _Variants:
    """Networks with another step, integrator or seed, and definitions with other numbers."""

    source: Path
    definition: str
    chosen: Mapping[str, Any]
    inhibitory: Sequence[str] | None = None
    at: str | None = None
    step_ms: Fraction | None = None
    settings: Mapping[str, Any] | None = None

    def each(self, vary: Mapping[str, Sequence[str]]) -> Iterator[Varied]:
        """Yield what is changed, into what, and the function that makes the variant."""
        for axis, values in vary.items():
            for value in values:
                yield axis, value, self._later(axis, value)

    def _later(self, axis: str, value: str) -> Callable[[], Variant]:
        if axis in MODEL:
            return lambda: self.variant({axis: value}, {})
        return lambda: self.variant({}, {axis: value})

    def variant(self, changed: Mapping[str, str], parameters: Mapping[str, str]) -> Variant:
        """Return the network with another model, or the definition with other parameters."""
        network = self._network(changed)
        return Variant(network, chosen_definition(self.definition, dict(self.chosen) | dict(parameters), network))

    def _network(self, changed: Mapping[str, str]) -> Network:
        if is_model(self.source):
            settings = dict(self.settings or {}) | _settings(self.source, self.settings or {}, changed)
            return network_of(self.source, at=self.at, inhibitory=self.inhibitory, settings=settings)
        network = network_of(self.source, at=self.at, inhibitory=self.inhibitory, step_ms=self.step_ms)
        if not changed:
            return network
        if recording_in(self.source) is None or "seed" in changed:
            raise ModelError(Fault("usage", "the weights of a run belong to its seed", expected="--vary seed of a model"))
        model = self.source / "model.yaml"
        other = network_of(model, inhibitory=self.inhibitory, settings=_settings(model, {}, changed))
        ratio = network.step_ms / other.step_ms
        delay = [Fraction(int(steps)) * ratio for steps in network.table.delay]
        if any(steps.denominator != 1 for steps in delay):
            what = f"delays are no multiples of {float(other.step_ms):g} ms"
            raise ModelError(Fault("off-grid", what, expected="a step that divides that of the run"))
        return replace(other, table=network.table.replace(delay=[int(steps) for steps in delay]))


def _settings(model: Path, settings: Mapping[str, Any], changed: Mapping[str, str]) -> dict[str, Any]:
    """Return what has to be set in a model for another step, integrator or seed."""
    found: dict[str, Any] = {}
    if "step" in changed:
        found["time.step"] = changed["step"]
    if "seed" in changed:
        found["seed"] = int(changed["seed"]) if changed["seed"].isdigit() else changed["seed"]
    if "integrator" in changed:
        loaded = model_of(model, settings)
        names = [name for name, population in loaded.checked.populations.items() if population.element.groups]
        if not names:
            raise ModelError(Fault("usage", "no neuron of the model has an integrator", expected="neurons given by equations"))
        for name in names:
            given = loaded.source.raw["populations"][name]["neuron"]
            use = given if isinstance(given, dict) else {"use": given}
            found[f"populations.{name}.neuron"] = use | {"integrator": changed["integrator"]}
    return found
