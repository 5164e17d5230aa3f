"""The same search with another step, integrator, threshold or seed, and the groups that survive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, nearest
from snndsl.groups.sources import PathLike, free_catalogue, is_model, model_of, network_of, neurons_from, recording_in
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.robustness import Survival, Variant, draw_robustness, write_table
from snndsl.polychrony.robustness import robustness as compared
from snndsl.polychrony.section import chosen_definition

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Robustness", "robustness"]

MODEL = ("step", "integrator", "seed")
"""What is varied in the model; all else is of the definition."""


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
        """Draw which share of the groups survives."""
        return draw_robustness(list(self.rows))

    def write_csv(self, file: str | os.PathLike[str]) -> None:
        """Write a row for each search."""
        write_table(list(self.rows), Path(file))

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
    return Robustness(tuple(compared(base, made.each(vary), folder, mothers=tried, progress=progress, **each)), folder)


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

    def each(self, vary: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, Callable[[], Variant]]]:
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
