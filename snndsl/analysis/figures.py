"""Pictures of recordings: rasters, states, and the moment in which two runs part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.chunks import SpikeChunks, has, sampled, state_records
from snndsl.analysis.comparison import Comparison
from snndsl.analysis.divergence import Divergence
from snndsl.analysis.saving import COLOURS, new_figure, save, styled
from snndsl.errors import Fault, ModelError
from snndsl.ir.naming import program_name, user_name
from snndsl.results import Recording

__all__ = [
    "WIDTH", "Window", "bin_edges", "divergence", "raster", "recorded_populations", "save", "shown_window", "states",
    "states_overview", "time_scale",
]  # fmt: skip

Window = tuple[int | None, int | None]

WIDTH = 6.5
"""Of a figure, in inches."""
_MANY = 20_000  # more spikes than this are drawn as pixels inside a vector file
_FEW = 2000  # fewer spikes than this are drawn as strokes
_CURVES = 8
_STROKES = ("-", "--", ":")


@styled
def raster(recording: Recording, populations: Sequence[str] | None = None, window: Window = (None, None)) -> Any:
    """Draw spikes, neuron over time, populations in bands; the rate of each below.

    Parameters
    ----------
    recording : Recording
        With spikes.
    populations : sequence of str, optional
        All that were recorded if absent.
    window : tuple of int or None
        First and last stamp.

    Returns
    -------
    matplotlib.figure.Figure
        To be written by `save`.

    Raises
    ------
    ModelError
        nothing-recorded, population-unknown.
    """
    names = recorded_populations(recording, populations)
    first, last = shown_window(recording, window)
    figure = new_figure(WIDTH, 4.2)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    scale, unit = time_scale(recording, last - first)
    _spikes(above, recording, names, first, last, scale)
    above.set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    for number, name in enumerate(names):
        _rate(below, recording, name, first, last, scale, COLOURS[number % len(COLOURS)])
    below.set_ylabel("rate (Hz)")
    below.set_ylim(bottom=0)
    below.set_xlabel(f"time ({unit})")
    below.set_xlim(first * scale, last * scale)
    return figure


@styled
def states_overview(recording: Recording, populations: Sequence[str] = (), window: Window = (None, None)) -> Any:
    """Draw recorded states over time, one panel a variable, at most eight neurons in each.

    Parameters
    ----------
    recording : Recording
        With states.
    populations : sequence of str
        All if empty.
    window : tuple of int or None
        First and last stamp.
    """
    panels = [
        (name, variable)
        for name, states in sampled(recording).items()
        if not populations or name in populations
        for variable in states
    ]
    if not panels:
        raise ModelError(Fault("nothing-recorded", f"{recording.path} has no states", expected="record: {states: ..}"))
    return _panels(recording, panels, None, window)


@styled
def states(
    recording: Recording, population: str, variable: str, neurons: Sequence[int] | None = None, window: Window = (None, None)
) -> Any:
    """Draw one recorded state over time.

    Parameters
    ----------
    recording : Recording
        With states.
    population, variable : str
        What is drawn; of a part as ``ampa.I``.
    neurons : sequence of int, optional
        0-based in the population; the first eight that were recorded if absent.
    window : tuple of int or None
        First and last stamp.

    Returns
    -------
    matplotlib.figure.Figure
        To be written by `save`.

    Raises
    ------
    ModelError
        nothing-recorded, window-empty.
    """
    stored = program_name(variable)
    known = {int(neuron) for record in state_records(recording, population, stored) for neuron in record.neuron}
    missing = sorted({*(neurons or ())} - known)
    if not known or missing:
        what = f"{variable} of {population}{missing or ''} was not recorded"
        recorded = [f"{name}: {', '.join(states)}" for name, states in sampled(recording).items()]
        shown = ", ".join(recorded) or "record: {states: ..}"
        raise ModelError(Fault("nothing-recorded", what, expected=shown if not known else f"some of {_few(known)}"))
    return _panels(recording, [(population, stored)], neurons, window)


@styled
def divergence(comparison: Comparison, *recordings: Recording, width: int = 400) -> Any:
    """Draw the window around the first difference, the first run above the one that differs.

    Parameters
    ----------
    comparison : Comparison
        Of the recordings.
    *recordings : Recording
        As they were compared.
    width : int
        Steps before and after the difference.

    Returns
    -------
    matplotlib.figure.Figure or None
        None if there is no difference, or no spikes to show.
    """
    shown = _shown(comparison)
    if shown is None or not list(recordings[0].spikes):
        return None
    other, found = recordings[comparison.runs.index(shown[0])], shown[1]
    names = [name for name in recordings[0].spikes if has(other.spikes, name)]
    first, last = max(0, found.step - width), min(comparison.steps, found.step + width)
    scale, unit = time_scale(recordings[0], last - first)
    figure = new_figure(WIDTH, 5.2)
    axes = figure.subplots(2, 1, sharex=True, sharey=True)
    for axis, run in zip(axes, (recordings[0], other), strict=True):
        _spikes(axis, run, names, first, last, scale)
        axis.set_title(f"{run.path}", loc="left", fontsize=8)
        axis.axvline(found.step * scale, color="0.4", lw=0.7, ls=(0, (4, 3)))
        _mark(axis, run, names, found, scale)
    axes[0].annotate(
        f"step {found.step:,}", (found.step * scale, 1.0), (4, -9), xycoords=("data", "axes fraction"),
        textcoords="offset points", fontsize=7, color="0.2", bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.85},
    )  # fmt: skip
    axes[1].set_xlabel(f"time ({unit})")
    axes[1].set_xlim(first * scale, last * scale)
    return figure


# ---- pieces


def _panels(recording: Recording, panels: Sequence[tuple[str, str]], neurons: Sequence[int] | None, window: Window) -> Any:
    """Draw one panel for each population and variable."""
    first, last = shown_window(recording, window)
    scale, unit = time_scale(recording, last - first)
    figure = new_figure(WIDTH, (0.5 if len(panels) > 1 else 1.1) + 1.3 * len(panels))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, variable) in zip(axes, panels, strict=True):
        known = 0
        for record in state_records(recording, name, variable):
            steps = record.steps(last)
            rows = np.flatnonzero(steps >= first)
            columns = [k for k, neuron in enumerate(record.neuron) if neurons is None or neuron in neurons]
            drawn = len(axis.lines)
            shown = columns[: _CURVES - drawn] if neurons is None else columns
            known += len(columns)
            values = record.values(rows)[:, shown]
            for column, k in enumerate(shown):
                axis.plot(
                    steps[rows] * scale, values[:, column], lw=0.8, color=COLOURS[(drawn + column) % len(COLOURS)],
                    ls=_STROKES[(drawn + column) // len(COLOURS) % len(_STROKES)], label=f"{name}[{record.neuron[k]}]",
                )  # fmt: skip
        axis.set_ylabel(_axis(variable, recording.unit(name, variable)))
        axis.ticklabel_format(axis="y", useOffset=False)
        more = f"first {_CURVES} of {known:,}" if neurons is None and known > _CURVES else None
        axis.legend(loc="upper left", bbox_to_anchor=(1, 1.05), frameon=False, fontsize=7, title=more, title_fontsize=7)
    axes[0].set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    axes[-1].set_xlabel(f"time ({unit})")
    axes[-1].set_xlim(first * scale, last * scale)
    figure.align_ylabels(axes)
    return figure


def _few(neurons: set[int]) -> str:
    listed = sorted(neurons)
    return ", ".join(str(neuron) for neuron in listed[:5]) + (", .." if len(listed) > 5 else "")


def _shown(comparison: Comparison) -> tuple[str, Divergence] | None:
    """Return the run and the difference to show: the first in spikes if there is one, else the first of all."""
    found = [(run, item) for run, items in comparison.differences.items() for item in items]
    spikes = [(run, item) for run, item in found if item.kind == "spike"]
    return min(spikes or found, key=lambda pair: pair[1].place, default=None)


def recorded_populations(recording: Recording, wanted: Sequence[str] | None) -> list[str]:
    """Return the populations whose spikes are drawn: those that are wanted, else all that were recorded."""
    known = list(recording.spikes)
    if not known:
        raise ModelError(Fault("nothing-recorded", f"{recording.path} has no spikes", expected="record: {spikes: [..]}"))
    for name in wanted or ():
        if name not in known:
            raise ModelError(Fault("population-unknown", f"spikes of {name!r} were not recorded", expected=", ".join(known)))
    return list(wanted or known)


def shown_window(recording: Recording, window: Window) -> tuple[int, int]:
    """Return the first and the last stamp that are drawn."""
    first, last = window[0] or 0, recording.steps_done if window[1] is None else min(window[1], recording.steps_done)
    if first >= last:
        what = f"nothing lies between steps {first:,} and {last:,}"
        raise ModelError(Fault("window-empty", what, expected=f"times within 0 .. {recording.steps_done:,} steps"))
    return first, last


def time_scale(recording: Recording, steps: int) -> tuple[float, str]:
    """Return time per step, in ms or s, and the unit."""
    long = steps * recording.step_ms > 3000
    return recording.step_ms / (1000 if long else 1), "s" if long else "ms"


def _spikes(axis: Any, recording: Recording, names: Sequence[str], first: int, last: int, scale: float) -> None:
    sizes = [recording.populations[name] for name in names]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    trains = [SpikeChunks(recording, name).between(first, last) for name in names]
    total = sum(len(train) for train in trains)
    few = total < _FEW
    row = 72 * 0.8 * _points(axis) / max(1, offsets[-1])
    size = float(np.clip(row, 4, 6) if few else np.clip(110 / np.sqrt(total), 0.5, 2))
    for number, (train, offset) in enumerate(zip(trains, offsets[:-1], strict=True)):
        axis.plot(
            train.step * scale, train.neuron + offset + 0.5, linestyle="none", marker="|" if few else "o", ms=size,
            mew=0.8 if few else 0, color=COLOURS[number % len(COLOURS)], alpha=1.0 if total < _MANY else 0.6,
            rasterized=total > _MANY,
        )  # fmt: skip
    for offset in offsets[1:-1]:
        axis.axhline(offset, color="0.7", lw=0.5, zorder=0)
    axis.set_ylim(0, max(1, offsets[-1]))
    axis.set_yticks([(a + b) / 2 for a, b in zip(offsets[:-1], offsets[1:], strict=True)])
    axis.set_yticklabels([f"{name}\n{size:,}" for name, size in zip(names, sizes, strict=True)])
    for number, label in enumerate(axis.get_yticklabels()):
        label.set_color(COLOURS[number % len(COLOURS)])
    axis.tick_params(axis="y", length=0)


def _points(axis: Any) -> float:
    """Return the height of a panel in inches, before the layout is made."""
    return float(axis.figure.get_figheight() * axis.get_position().height)


def _rate(axis: Any, recording: Recording, name: str, first: int, last: int, scale: float, colour: str) -> None:
    edges = bin_edges(first, last)
    steps = SpikeChunks(recording, name).between(first + 1, last).step
    counts, _ = np.histogram(steps - 0.5, edges)  # a bin holds the stamps after its begin up to its end
    seconds = np.diff(edges) * recording.step_ms / 1000
    rate = counts / (recording.populations[name] * seconds)
    axis.stairs(rate, edges * scale, color=colour, lw=0.8, label=name)


def bin_edges(first: int, last: int, bins: int = 150) -> NDArray[np.int64]:
    """Return the edges of at most so many bins of equal width; the last takes what is left over."""
    width = max(1, -(-(last - first) // bins))
    return np.append(np.arange(first, last - width + 1, width), last)


def _mark(axis: Any, run: Recording, names: Sequence[str], found: Divergence, scale: float) -> None:
    if found.kind != "spike" or found.population not in names:
        return
    offset = sum(run.populations[name] for name in names[: names.index(found.population)])
    here = bool((SpikeChunks(run, found.population).between(found.step, found.step).neuron == found.neuron).any())
    style = {"color": "black", "mfc": "none", "ms": 9, "mew": 1.0, "linestyle": "none", "clip_on": False, "zorder": 5}
    axis.plot([found.step * scale], [offset + found.neuron + 0.5], marker="o" if here else "x", **style)


def _axis(variable: str, unit: str) -> str:
    name = user_name(variable)
    return f"{name} ({unit})" if unit and unit != "1" else name
