"""What survives: the same search with one thing changed at a time, and its groups among those of the other searches."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from snndsl.deferred import dataclass
from snndsl.errors import SnndslError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.compare import compare_catalogues
from snndsl.polychrony.definitions import Definition
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.search import discover

__all__ = ["Survival", "Variant", "draw_robustness", "robustness", "write_table"]


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


def robustness(
    base: Variant,
    variants: Iterable[tuple[str, str, Callable[[], Variant]]],
    out: Path,
    *,
    mothers: Any = None,
    jitter_ms: float = 2.0,
    least_overlap: float = 0.5,
    workers: int = 1,
    limit_s: float | None = 86_400.0,
    progress: Callable[[Survival], None] | None = None,
) -> list[Survival]:
    """Search a network, then its variants, and count which groups survive.

    Parameters
    ----------
    base : Variant
        The first search.
    variants : iterable of (str, str, callable)
        What is changed, into what, and a function that makes the variant. Its errors are noted, and the others go on.
    out : Path
        Folder for the catalogues: ``base``, ``AXIS-1``, ``AXIS-2`` ...
    mothers : array-like of int, optional
        As in `discover`.
    jitter_ms : float
        Time by which the spikes of shifted groups may differ, ms.
    least_overlap : float
        Jaccard index of spikes from which groups are called shifted.
    workers : int
        Processes.
    limit_s : float or None
        As in `discover`.
    progress : callable, optional
        Called with each result.

    Returns
    -------
    list of Survival
        The first search first.
    """
    how = {"mothers": mothers, "workers": workers, "limit_s": limit_s}
    first = _searched(base, out / "base", **how)
    rows = [Survival("base", "", len(first), len(first), survived=1.0)]
    if progress:
        progress(rows[0])
    numbers: dict[str, int] = {}
    for axis, value, make in variants:
        numbers[axis] = numbers.get(axis, 0) + 1
        try:
            variant = make()
            found = _searched(variant, out / f"{axis}-{numbers[axis]}", **how)
            rows.append(_survival(axis, value, first, found, base, variant, jitter_ms, least_overlap))
        except SnndslError as error:
            rows.append(Survival(axis, value, problem=str(error.faults[0].what)))
        if progress:
            progress(rows[-1])
    return rows


def _searched(variant: Variant, folder: Path, **how: Any) -> Catalogue:
    """Search one variant."""
    network = variant.network
    known: dict[str, Any] = {"neurons": network.neurons, "step_ms": float(network.step_ms)}
    return discover(network.table, variant.definition, out=folder, **known, **how)


def _survival(
    axis: str,
    value: str,
    first: Catalogue,
    second: Catalogue,
    base: Variant,
    variant: Variant,
    jitter_ms: float,
    least_overlap: float,
) -> Survival:
    steps = base.network.step_ms, variant.network.step_ms
    unit = Fraction(math.gcd(*(step.numerator * 10**6 // step.denominator for step in steps)), 10**6)
    scale = int(steps[0] / unit), int(steps[1] / unit)
    jitter = round(Fraction(jitter_ms).limit_denominator(10**6) / unit)
    found = compare_catalogues(first, second, jitter=jitter, least_overlap=least_overlap, scale=scale)
    kept = len(found.same) + len(found.shifted)
    return Survival(
        axis,
        value,
        len(second),
        len(found.same),
        len(found.shifted),
        len(found.lost),
        len(found.new),
        kept / len(first) if len(first) else math.nan,
    )


def write_table(rows: list[Survival], path: Path) -> None:
    """Write results as csv."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0].to_dict()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.to_dict() for row in rows)


def draw_robustness(rows: list[Survival]) -> Figure:
    """Draw for every variant how many groups it has: the same, shifted, new; and how many of the first search are lost.

    Parameters
    ----------
    rows : list of Survival
        From `robustness`.

    Returns
    -------
    matplotlib.figure.Figure
        One bar a variant; bars below zero are lost groups.
    """
    figure = Figure(figsize=(8.0, 0.42 * len(rows) + 1.6), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(rows))
    left = np.zeros(len(rows))
    for name, colour in (("same", "tab:blue"), ("shifted", "tab:cyan"), ("new", "0.75")):
        width = np.array([getattr(row, name) for row in rows], float)
        axes.barh(place, width, left=left, color=colour, label=name)
        left += width
    lost = np.array([row.lost for row in rows], float)
    axes.barh(place, -lost, color="tab:red", alpha=0.6, label="lost")
    for row, end in zip(range(len(rows)), left):
        item = rows[row]
        survived = item.axis != "base" and not math.isnan(item.survived)
        text = item.problem or (f"{item.survived:.1%} survive" if survived else f"{item.groups:,} groups")
        axes.annotate(text, (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8, color="0.25")
    axes.axvline(0.0, color="0.3", linewidth=0.8)
    axes.set_yticks(place, [f"{row.axis} {row.value}".strip() for row in rows])
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_xlabel("groups")
    axes.legend(ncols=4, frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure
