"""A group over the raster of a recording, at the times at which it occurs there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.group import Group
from snndsl.polychrony.pictures.figures import LABELLED, link_lines
from snndsl.polychrony.recordings.detect import SpikeTrains, detect, motif_of, trains_of, votes_needed
from snndsl.results import Recording

__all__ = ["draw_occurrences"]


def draw_occurrences(
    group: Group,
    spikes: SpikeTrains | Recording,
    *,
    steps: ArrayLike | None = None,
    tolerance: int = 1,
    fraction: float = 0.8,
    most: int = 4,
    margin: int = 20,
    step_ms: float = 1.0,
) -> Figure:
    """Draw a group over the raster of a recording, at times at which it occurs there.

    Parameters
    ----------
    group : Group
        The group.
    spikes : SpikeTrains or Recording
        What was recorded; populations of a recording follow each other in the order of their names.
    steps : array-like of int, shape (occurrences,), optional
        Stamps of its beginning; without it, `snndsl.polychrony.recordings.detect.detect` finds them.
    tolerance : int
        Steps that a spike may be early or late.
    fraction : float
        Of the group's spikes that must be there.
    most : int
        Occurrences that have a panel: those with most spikes.
    margin : int
        Steps of the recording shown before and after.
    step_ms : float
        Length of a step, ms; a recording has its own.

    Returns
    -------
    matplotlib.figure.Figure
        The first panel shows all occurrences over the recording, the others one each, in the order of time: recorded spikes
        grey, those of the group in the colour of their layer, hollow where they are missing. An occurrence that was found is
        moved within the tolerance to where it fits best.

    Raises
    ------
    snndsl.errors.ModelError
        detect-parameter; motif-unknown-neuron: the group has a neuron that the recording has not.
    """
    trains, length = (trains_of(spikes), spikes.step_ms) if isinstance(spikes, Recording) else (spikes, step_ms)
    found = _occurrences(group, trains, steps, tolerance, fraction)
    counts = np.array([np.count_nonzero(stamps >= 0) for _, stamps in found], np.int64)
    times = np.array([begin for begin, _ in found], np.float64) * length
    shown = np.sort(np.lexsort((times, -counts))[:most])
    figure, axes = _panels(len(shown))
    _draw_times(axes[0], times, counts, shown, len(group), trains.last * length)
    rule = f" with at least {votes_needed(group, fraction)} spikes within {tolerance * length:g} ms" if steps is None else ""
    axes[0].set_title(f"{_counted(group, len(found))}{rule}", fontsize=10)
    for axis, k in zip(axes[1:], shown):
        _draw_occurrence(axis, group, trains, *found[int(k)], margin, length)
        axis.tick_params(labelbottom=axis is axes[-1])
    if len(shown):
        _draw_legend(figure, axes[1:])
    return figure


def _panels(occurrences: int) -> tuple[Figure, list[Axes]]:
    """A figure with a panel for the recording and one for each occurrence."""
    figure = Figure(figsize=(8.0, 1.9 + 2.2 * occurrences), layout="constrained")
    ratios = [1.0] + [2.4] * occurrences
    return figure, list(figure.subplots(1 + occurrences, 1, squeeze=False, height_ratios=ratios)[:, 0])


def _counted(group: Group, occurrences: int) -> str:
    """Which group it is, and how often it occurs."""
    number = f"{occurrences:,} occurrence{'s' * (occurrences != 1)}" if occurrences else "no occurrence"
    return f"group {group.id}, mother {group.mother}, {len(group)} spikes: {number}"


def _draw_legend(figure: Figure, axes: Sequence[Axes]) -> None:
    """One legend and one label of time below all panels."""
    handles = {handle.get_label(): handle for axis in axes for handle in axis.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    axes[-1].set_xlabel("time after the first spike / ms")


def _occurrences(
    group: Group, trains: SpikeTrains, steps: ArrayLike | None, tolerance: int, fraction: float
) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the beginning of each occurrence, and the stamps at which its spikes were recorded, -1 where one is missing."""
    if group.neuron.max() >= len(trains.start) - 1:
        what = f"group {group.id} has neuron {group.neuron.max()}, the recording has {len(trains.start) - 1} neurons"
        raise ModelError(Fault("motif-unknown-neuron", what, expected="a recording of the network that was searched"))
    offset = group.step.astype(np.int64) - int(group.step.min())
    if steps is None:
        begins = detect([motif_of(group)], trains, tolerance=tolerance, fraction=fraction).step.tolist()
        return [_aligned(group, trains, begin, offset, tolerance) for begin in begins]
    given = np.atleast_1d(np.asarray(steps, np.int64)).tolist()
    return [(begin, _recorded(group, trains, begin + offset, tolerance)) for begin in given]


def _recorded(group: Group, trains: SpikeTrains, stamps: NDArray[np.int64], tolerance: int) -> NDArray[np.int64]:
    """Return the recorded stamp nearest to each expected one, -1 if none is within the tolerance."""
    nearest = np.full(len(group), -1, np.int64)
    for k, (neuron, stamp) in enumerate(zip(group.neuron.tolist(), stamps.tolist())):
        train = trains.step[trains.start[neuron] : trains.start[neuron + 1]]
        close = train[np.searchsorted(train, stamp - tolerance) : np.searchsorted(train, stamp + tolerance, side="right")]
        if len(close):
            nearest[k] = close[np.argmin(np.abs(close - stamp))]
    return nearest


def _aligned(
    group: Group, trains: SpikeTrains, begin: int, offset: NDArray[np.int64], tolerance: int
) -> tuple[int, NDArray[np.int64]]:
    """Move the beginning of an occurrence within the tolerance so that most spikes are there, and as exactly as possible."""
    def missed(start: int) -> tuple[int, int]:
        stamps = _recorded(group, trains, start + offset, tolerance)
        return int(np.count_nonzero(stamps < 0)), int(np.abs(stamps - start - offset)[stamps >= 0].sum())

    nearest_first = sorted(range(begin - tolerance, begin + tolerance + 1), key=lambda start: abs(start - begin))
    best = min(nearest_first, key=missed)
    return best, _recorded(group, trains, best + offset, tolerance)


def _draw_times(
    axes: Axes, times: NDArray[np.float64], counts: NDArray[np.int64], shown: NDArray[np.int64], size: int, last: float
) -> None:
    """All occurrences over the whole recording, as high as they have spikes."""
    scale, unit = (1e-3, "s") if last > 3000 else (1.0, "ms")
    axes.vlines(scale * times, 0, counts, color="0.7", lw=1.0)
    axes.plot(scale * times, counts, "o", ms=3.5, color="0.6")
    axes.plot(scale * times[shown], counts[shown], "o", ms=4.5, color="tab:red")
    axes.axhline(size, color="0.85", lw=0.8, zorder=0)
    axes.set_xlim(0, max(scale * last, scale))
    axes.set_ylim(0, 1.15 * size)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_ylabel("spikes there")
    axes.set_xlabel(f"time / {unit}" + (" (red: drawn below)" if len(shown) else ""), fontsize=9)
    if not len(times):
        axes.text(0.5, 0.5, "does not occur", transform=axes.transAxes, ha="center", va="center", color="0.4")


def _draw_occurrence(
    axes: Axes, group: Group, trains: SpikeTrains, begin: int, stamps: NDArray[np.int64], margin: int, step_ms: float
) -> None:
    """One occurrence: the raster round it, and the group from the step `begin` on."""
    low, high = begin - margin, begin + int(group.step.max() - group.step.min()) + margin
    owner = np.repeat(np.arange(len(trains.start) - 1), np.diff(trains.start))
    inside = (trains.step >= low) & (trains.step <= high)
    axes.plot((trains.step[inside] - begin) * step_ms, owner[inside], ".", ms=2.5, color="0.72", label="recorded", zorder=1)
    time = (group.step.astype(np.float64) - group.step.min()) * step_ms
    colours = colormaps["viridis"]
    norm = BoundaryNorm(np.arange(0.5, max(int(group.layer.max()), 2) + 1), colours.N)
    if len(group.pre):
        axes.add_collection(link_lines(group, time, step_ms, colours(norm(group.link_layer))))
    colour, size = colours(norm(group.layer)), 30.0 if len(group) <= LABELLED else 12.0
    there, away = np.flatnonzero(stamps >= 0), np.flatnonzero(stamps < 0)
    played = (stamps[there] - begin) * step_ms
    axes.scatter(played, group.neuron[there], s=size, c=colour[there], zorder=3, label="recorded, of the group")
    if len(away):
        look: dict[str, Any] = {"c": "white", "edgecolors": colour[away], "linewidths": 1.2, "zorder": 3}
        axes.scatter(time[away], group.neuron[away], s=size, label="missing", **look)
    n = len(group.anchors)
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": "tab:red", "linewidths": 1.4, "zorder": 4}
    axes.scatter(time[:n], group.neuron[:n], s=3.2 * size, label="anchor", **ring)
    axes.set_xlim((low - begin) * step_ms, (high - begin) * step_ms)
    axes.margins(y=0.06)
    axes.set_ylabel("neuron")
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_title(f"from {begin * step_ms:,.6g} ms: {len(there)} of {len(group)} spikes", loc="left", fontsize=9)
