"""Pictures of recorded values: weights and their time course, and one state against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from snndsl.analysis.chunks import sampled
from snndsl.analysis.figures import WIDTH, Window, shown_window, time_scale
from snndsl.analysis.saving import COLOURS, new_figure, styled
from snndsl.errors import Fault, ModelError, listed
from snndsl.results import Recording

__all__ = ["state_space", "weights"]

_CURVES = 5


@styled
def weights(recording: Recording, projections: Sequence[str] = ()) -> Any:
    """Draw the distribution of weights at the first and the last snapshot, and beside it their course over time.

    Parameters
    ----------
    recording : Recording
        With snapshots of ``w``.
    projections : sequence of str
        All of which weights were recorded if empty.

    Raises
    ------
    ModelError
        nothing-recorded.
    """
    known = [name for name in recording.weights if "w" in recording.weights[name] and len(recording.weights[name]["w"].step)]
    missing = [name for name in projections if name not in known]
    if not known or missing:
        what = f"weights of {', '.join(missing)} were not recorded" if missing else f"{recording.path} has no weights"
        expected = listed(known) if known else "record: {synapses: {NAME: {of: [w], every: T}}}"
        raise ModelError(Fault("nothing-recorded", what, expected=expected))
    names = list(projections or known)
    figure = new_figure(WIDTH, 0.4 + 1.8 * len(names))
    axes = figure.subplots(len(names), 2, squeeze=False, width_ratios=(2, 3))
    scale, unit = time_scale(recording, recording.steps_done)
    for (left, right), name in zip(axes, names, strict=True):
        found, label = recording.weights[name]["w"], _weight_label(recording, name)
        edges = np.histogram_bin_edges(found.value, 50)
        for place, colour in ((0, "0.6"), (-1, COLOURS[0])):
            when = f"{found.step[place] * scale:.6g} {unit}"
            left.stairs(np.histogram(found.value[place], edges)[0], edges, color=colour, lw=0.9, label=when)
        left.set_xlabel(label)
        left.set_ylabel(f"{name}\nsynapses a bin")
        left.legend(frameon=False, fontsize=7)
        low, middle, high = np.percentile(found.value, (10, 50, 90), axis=1)
        right.fill_between(found.step * scale, low, high, color=COLOURS[0], alpha=0.2, lw=0, label="10 .. 90 %")
        right.plot(found.step * scale, middle, color=COLOURS[0], lw=0.9, marker=".", ms=3, label="median")
        right.plot(found.step * scale, found.value.mean(axis=1), color=COLOURS[1], lw=0.9, ls="--", label="mean")
        right.set_ylabel(label)
        right.legend(frameon=False, fontsize=7)
    axes[-1, 1].set_xlabel(f"time ({unit})")
    axes[0, 0].set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    return figure


@styled
def state_space(
    recording: Recording,
    population: str | None = None,
    variables: tuple[str, str] | None = None,
    window: Window = (None, None),
) -> Any:
    """Draw one recorded state against another, a curve for each of the first neurons.

    Parameters
    ----------
    recording : Recording
        With two states, recorded at the same stamps.
    population : str, optional
        The first with two states if absent.
    variables : tuple of str, optional
        Across and up; the first two of the population if absent.
    window : tuple of int or None
        First and last stamp.

    Raises
    ------
    ModelError
        nothing-recorded, window-empty.
    """
    recorded = sampled(recording)
    known = {name: list(states) for name, states in recorded.items() if len(states) > 1}
    name = population or next(iter(known), "")
    pair = [variable.replace(".", "__") for variable in variables or known.get(name, [])[:2]]
    if name not in known or any(variable not in known[name] for variable in pair):
        parts = [f"{owner}: {', '.join(states)}" for owner, states in known.items()]
        shown = "; ".join(parts) or "record: {states: {exc: [v, u]}}"
        raise ModelError(Fault("nothing-recorded", "two states of one population are needed", expected=shown))
    first, last = shown_window(recording, window)
    across, up = (recorded[name][variable] for variable in pair)
    if not np.array_equal(across.step, up.step) or not np.array_equal(across.neuron, up.neuron):
        what = f"{pair[0]} and {pair[1]} of {name} were not recorded together"
        raise ModelError(Fault("nothing-recorded", what, expected="one record of both states"))
    rows = (across.step >= first) & (across.step <= last)
    figure = new_figure(4.2, 3.6)
    axis = figure.subplots()
    for k, neuron in enumerate(across.neuron[:_CURVES]):
        colour = COLOURS[k % len(COLOURS)]
        axis.plot(across.value[rows, k], up.value[rows, k], lw=0.7, color=colour, label=f"{name}[{neuron}]")
        axis.plot(across.value[rows, k][:1], up.value[rows, k][:1], marker="o", ms=3, color=colour)
    for set_label, variable, states in ((axis.set_xlabel, pair[0], across), (axis.set_ylabel, pair[1], up)):
        shown = variable.replace("__", ".")
        set_label(f"{shown} ({states.unit})" if states.unit and states.unit != "1" else shown)
    more = f"first {_CURVES} of {len(across.neuron):,}" if len(across.neuron) > _CURVES else None
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=7, title=more, title_fontsize=7)
    axis.set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    return figure


def _weight_label(recording: Recording, projection: str) -> str:
    """Return what stands at an axis of weights: the unit is that of the port."""
    unit = recording.unit_of_weights(projection)
    return f"weight ({unit})" if unit and unit != "1" else "weight"
