"""A picture of how many groups a network has while it learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue

__all__ = ["draw_counts"]

MOMENTS = {1: "1 s", 10: "10 s", 60: "1 min", 180: "3 min", 600: "10 min", 1800: "30 min", 3600: "1 h"}
MOMENTS |= {7200: "2 h", 18_000: "5 h", 43_200: "12 h", 86_400: "24 h"}
"""Marks on an axis of training time, s."""


def draw_counts(
    times: ArrayLike,
    groups: Sequence[Catalogue | int],
    *,
    null: Sequence[ArrayLike] | None = None,
    null_name: str = "shuffled",
    axes: Axes | None = None,
) -> Figure:
    """Draw the number of groups over training time.

    Parameters
    ----------
    times : array-like of float, shape (states,)
        When each state was searched, s.
    groups : sequence of Catalogue or int
        What was found in each, or how many groups.
    null : sequence of array-like of int, optional
        For each state the numbers of groups in shuffled networks, as many as were searched: a band from the least to the
        greatest number and a line at the median. An empty entry leaves a gap.
    null_name : str
        Of the null, for the legend.
    axes : matplotlib Axes, optional
        Where to draw; without it, in a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        Of the axes. The axis of time is logarithmic if the last time is more than 20 times the first, that of groups (above 10)
        if the greatest number is more than 20 times the least.

    Raises
    ------
    snndsl.errors.ModelError
        counts-unequal: not as many times, catalogues and nulls.
    """
    when = np.asarray(times, np.float64)
    if when.ndim != 1 or len(when) != len(groups) or null is not None and len(null) != len(groups):
        what = f"{when.size} times, {len(groups)} counts" + (f", {len(null)} nulls" if null is not None else "")
        raise ModelError(Fault("counts-unequal", what, expected="one of each for every state"))
    if axes is None:
        axes = Figure(figsize=(7.0, 4.0), layout="constrained").add_subplot()
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    counts = np.array([item if isinstance(item, int) else len(item) for item in groups])
    order = np.argsort(when, kind="stable")
    if null is not None and len(when):
        _draw_null(axes, when[order], [np.asarray(null[k], np.float64) for k in order], null_name)
    axes.plot(when[order], counts[order], "o-", ms=5, color="tab:blue", label="network")
    axes.set_ylabel("polychronous groups")
    drawn = np.concatenate([counts, *(np.atleast_1d(np.asarray(item, np.float64)) for item in null or ())])
    if drawn.max(initial=0) > 20 * max(10.0, float(drawn.min(initial=np.inf))):
        axes.set_yscale("symlog", linthresh=10)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("training")
    _time_axis(axes, when)
    axes.spines[["top", "right"]].set_visible(False)
    if null is not None:
        axes.legend(frameon=False, fontsize=9)
    return figure


def _draw_null(axes: Axes, when: NDArray[np.float64], counts: Sequence[NDArray[np.float64]], name: str) -> None:
    """A band from the least to the greatest number in shuffled networks, and a line at the median."""
    low, middle, high = (
        np.array([measure(item) if len(item) else np.nan for item in counts]) for measure in (np.min, np.median, np.max)
    )
    axes.fill_between(when, low, high, color="tab:orange", alpha=0.25, lw=0, label=f"{name}, least to greatest")
    axes.vlines(when, low, high, color="tab:orange", alpha=0.5, lw=1.5)
    axes.plot(when, middle, "s--", ms=3.5, lw=1.0, color="tab:orange", label=f"{name}, median")


def _time_axis(axes: Axes, when: NDArray[np.float64]) -> None:
    """Marks in seconds, minutes and hours; logarithmic over a long range."""
    positive = when[when > 0]
    if not len(positive):
        return
    low, high = float(positive.min()), float(positive.max())
    if len(positive) == len(when) and high > 20 * low:
        axes.set_xscale("log")
        marks = {place: text for place, text in MOMENTS.items() if 0.9 * low <= place <= 1.1 * high}
        if len(marks) > 1:
            axes.xaxis.set_major_locator(FixedLocator(list(marks)))
            axes.xaxis.set_major_formatter(FixedFormatter(list(marks.values())))
            axes.xaxis.set_minor_locator(NullLocator())
            return
    unit, name = (3600, "h") if high >= 7200 else (60, "min") if high >= 120 else (1, "s")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / unit:g}"))
    if axes.get_xscale() == "linear":
        step = MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(0, high / unit)
        axes.xaxis.set_major_locator(FixedLocator([float(tick) * unit for tick in step]))
        axes.set_xlim(-0.03 * high, 1.03 * high)
    axes.set_xlabel(f"training / {name}")
