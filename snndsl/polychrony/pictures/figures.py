"""Pictures of groups and catalogues."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group

__all__ = ["LABELLED", "draw_catalogue", "draw_group", "left_out", "link_lines"]

LABELLED = 60
"""Spikes up to which each has the number of its neuron."""


def draw_group(group: Group, *, inhibitory: ArrayLike | None = None, step_ms: float = 1.0, axes: Axes | None = None) -> Figure:
    """Draw a group: neurons over time, links as lines from the spike that sent to the arrival and up to the spike it made.

    Parameters
    ----------
    group : Group
        The group.
    inhibitory : array-like, optional
        These neurons are drawn hollow: a bool for each neuron of the network, or their numbers.
    step_ms : float
        Length of a step, ms.
    axes : matplotlib Axes, optional
        Where to draw; without it, in a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        Of the axes.
    """
    if axes is None:
        axes = Figure(figsize=(8.0, 5.0), layout="constrained").add_subplot()
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    time = group.step.astype(np.float64) * step_ms
    layers = max(int(group.layer.max()), 2)
    colours = colormaps["viridis"]
    norm = BoundaryNorm(np.arange(0.5, layers + 1), colours.N)
    if len(group.pre):
        axes.add_collection(link_lines(group, time, step_ms, colours(norm(group.link_layer))))
    _draw_spikes(axes, group, time, colours(norm(group.layer)), inhibitory)
    axes.set_xlabel("time / ms")
    axes.set_ylabel("neuron")
    axes.margins(x=0.06, y=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(
        f"group {group.id}: mother {group.mother}, {len(group)} spikes, path {group.longest_path}, "
        f"span {group.span * step_ms:g} ms",
        fontsize=10,
    )
    axes.legend(loc="upper right", bbox_to_anchor=(1.0, -0.07), ncols=2, frameon=False, fontsize=8)
    _layer_key(axes, colours(norm(np.arange(1, layers + 1))))
    return figure


def _draw_spikes(axes: Axes, group: Group, time: NDArray[np.float64], face: Any, inhibitory: ArrayLike | None) -> None:
    """Spikes in the colours of their layers, hollow where inhibitory; anchors with a ring; numbers if they are few."""
    hollow = np.zeros(len(group), bool)
    if inhibitory is not None:
        given = np.asarray(inhibitory)
        hollow = given[group.neuron] if given.dtype == bool else np.isin(group.neuron, given)
    edge = face.copy()
    face[hollow] = (1.0, 1.0, 1.0, 1.0)
    size = 40.0 if len(group) <= LABELLED else 10.0
    axes.scatter(time, group.neuron, s=size, c=face, edgecolors=edge, linewidths=1.2, zorder=3)
    n = len(group.anchors)
    ring: dict[str, Any] = {"facecolors": "none", "edgecolors": "tab:red", "linewidths": 1.6, "zorder": 4}
    axes.scatter(time[:n], group.neuron[:n], s=3.5 * size, label="anchor", **ring)
    if inhibitory is not None and hollow.any():
        axes.scatter([], [], s=size, facecolors="white", edgecolors="0.3", label="inhibitory")
    if len(group) <= LABELLED:
        for x, y in zip(time, group.neuron):
            axes.annotate(str(y), (x, y), xytext=(4, 4), textcoords="offset points", fontsize=6, color="0.35", zorder=5)


def link_lines(group: Group, time: NDArray[np.float64], step_ms: float, colours: Any) -> LineCollection:
    """From each spike that sent, to the arrival at the neuron, and along it to its spike."""
    arrival = time[group.pre] + group.delay * step_ms
    lines = [
        [(time[i], group.neuron[i]), (x, group.neuron[j]), (time[j], group.neuron[j])]
        for i, j, x in zip(group.pre, group.post, arrival)
    ]
    return LineCollection(lines, colors=colours, linewidths=0.7, alpha=0.6 if len(lines) < 500 else 0.2, zorder=2)


def _layer_key(axes: Axes, colours: Any) -> None:
    """A bar of colours, one for each layer."""
    key = axes.inset_axes((1.01, 0.0, 0.02, 1.0))
    layers = len(colours)
    key.imshow(colours[:, None, :], origin="lower", aspect="auto", extent=(0, 1, 0.5, layers + 0.5))
    key.set_xticks([])
    key.yaxis.tick_right()
    key.yaxis.set_label_position("right")
    key.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    key.set_ylabel("layer")


def draw_catalogue(catalogue: Catalogue, *, shuffled: Catalogue | None = None) -> Figure:
    """Draw histograms of sizes, longest paths, spans and groups per mother.

    Parameters
    ----------
    catalogue : Catalogue
        The groups. Avalanches are left out of the histograms; the title says how many.
    shuffled : Catalogue, optional
        Groups of a shuffled network, drawn beside.

    Returns
    -------
    matplotlib.figure.Figure
        With four panels.
    """
    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    step_ms = float(catalogue.manifest.get("step_ms", 1.0))
    series = [(catalogue, "network", "tab:blue")]
    if shuffled is not None:
        series.append((shuffled, "shuffled", "tab:orange"))
    values = []
    for item, _, _ in series:
        table = item.filter(avalanches=False).table
        per_mother = np.unique(table["mother"], return_counts=True)[1]
        values.append((table["size"], table["longest_path"], table["span"] * step_ms, per_mother))
    labels = ("spikes", "longest path / layers", "span / ms", "groups of a mother")
    for k, (axes, label) in enumerate(zip(figure.subplots(2, 2).flat, labels)):
        together = np.concatenate([value[k] for value in values])
        edges = _edges(together)
        for value, (_, name, colour) in zip(values, series):
            axes.hist(value[k], bins=edges, color=colour, alpha=0.75, label=name)
        axes.set_xlabel(label)
        axes.set_ylabel("mothers" if k == 3 else "groups")
        if len(together):
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        if len(series) > 1 and k == 0:
            axes.legend()
    figure.suptitle(f"{_counted(catalogue)}\n{_chance(catalogue)}", fontsize=11)
    return figure


def left_out(catalogue: Catalogue) -> int:
    """Return how many groups the histograms of a catalogue leave out: avalanches, stopped because of their many spikes."""
    return int(np.count_nonzero(catalogue.table["avalanche"]))


def _counted(catalogue: Catalogue) -> str:
    """How many groups there are, and which of them are not drawn."""
    title = f"{len(catalogue):,} polychronous groups"
    avalanches = left_out(catalogue)
    if avalanches:
        title += f", {avalanches:,} of them avalanches (stopped at their many spikes), which are not drawn"
    return title


def _chance(catalogue: Catalogue) -> str:
    """What the nulls of a catalogue say, in one line."""
    said = []
    for name, null in catalogue.nulls.items():
        counts = null["shuffled"]["groups"]
        how = name if name == "rewired" else f"with {name} shuffled"
        said.append(f"{np.median(counts):,.6g} ({min(counts):,.0f}-{max(counts):,.0f}) {how}, p = {null['p']['groups']:.2g}")
    return "; ".join(said) or "no null was run"


def _edges(values: NDArray[Any]) -> NDArray[np.float64]:
    """Bins of whole numbers, at most 60."""
    if not len(values):
        return np.array([0.0, 1.0])
    low, high = float(values.min()), float(values.max())
    width = max(1.0, np.ceil((high - low + 1) / 60))
    return np.arange(low - 0.5, high + width + 0.5, width)
