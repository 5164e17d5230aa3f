"""Pictures of a sweep: every measured value over one setting, or over two as a map."""

from __future__ import annotations

from typing import Any

import numpy as np

from snndsl.analysis.saving import COLOURS, new_figure, styled
from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.sweeps.table import Sweep

__all__ = ["draw_sweep"]

_WIDTH, _HEIGHT = 3.4, 2.6
_MOST_TICKS, _MOST_LETTERS = 10, 30


@styled
def draw_sweep(sweep: Sweep, over: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Any:
    """Draw what was measured over one setting (lines) or two (maps); a point that is not as expected is marked.

    Parameters
    ----------
    sweep : Sweep
        With values.
    over : tuple of str
        One or two of its paths; empty: those that vary, the last two if there are more.
    names : tuple of str
        Values that are shown; empty: all.

    Returns
    -------
    matplotlib.figure.Figure
        A panel for each value.

    Raises
    ------
    ModelError
        path-unknown, name-unknown, sweep-empty.
    """
    varied = tuple(path for path in sweep.axes if len({str(value) for value in sweep.axis(path)[0]}) > 1)
    if len(over) > 2:
        raise ModelError(Fault("usage", f"a figure over {len(over)} settings", expected="one or two"))
    chosen = over or varied[-2:] or sweep.axes[:1]
    for path in chosen:
        _known(path, sweep.axes, "path-unknown")
    for name in names:
        _known(name, sweep.names, "name-unknown")
    shown = names or sweep.names
    if not shown or not chosen:
        raise ModelError(Fault("sweep-empty", f"{sweep.path} holds no values to draw", expected="a point that is complete"))
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    figure = new_figure(_WIDTH * columns, _HEIGHT * rows)
    for k, name in enumerate(shown):
        axes = figure.add_subplot(rows, columns, k + 1)
        if len(chosen) == 1:
            _line(axes, sweep, name, chosen[0])
        else:
            _map(figure, axes, sweep, name, chosen[0], chosen[1])
    return figure


def _known(name: str, known: tuple[str, ...], code: str) -> None:
    if name not in known:
        raise ModelError(Fault(code, f"the sweep has no {name!r}", expected=listed(known), try_=nearest(name, known)))


def _line(axes: Any, sweep: Sweep, name: str, path: str) -> None:
    """Draw a value over a setting: its points, and the mean of those that share a setting as a line."""
    values, unit = sweep.values(name)
    place, ticks, label = _places(sweep, path)
    measured = np.array([value is not None for value in values])
    number = np.array([np.nan if value is None else value for value in values])
    at = np.unique(place[measured])
    means = [number[measured & (place == x)].mean() for x in at]
    axes.plot(at, means, color=COLOURS[0], linewidth=1)
    axes.plot(place[measured], number[measured], "o", color=COLOURS[0], markersize=3)
    missed = measured & _missed(sweep, name)
    if missed.any():
        axes.plot(place[missed], number[missed], "x", color=COLOURS[1], markersize=6, label="not as expected")
        axes.legend(frameon=False)
    if ticks:
        _ticks(axes.set_xticks, ticks, 30)
    axes.set_xlabel(label)
    axes.set_ylabel(f"{name} ({unit})" if unit else name)


def _map(figure: Any, axes: Any, sweep: Sweep, name: str, across: str, up: str) -> None:
    """Draw a value over two settings as a map of means; a cell without a point is white."""
    values, unit = sweep.values(name)
    (x, x_ticks, x_label), (y, y_ticks, y_label) = _places(sweep, across), _places(sweep, up)
    known = np.array([value is not None for value in values])
    number = np.array([np.nan if value is None else value for value in values])
    columns, rows = np.unique(x), np.unique(y)
    cells = np.full((len(rows), len(columns)), np.nan)
    for k, row in enumerate(rows):
        for j, column in enumerate(columns):
            mine = known & (x == column) & (y == row)
            if mine.any():
                cells[k, j] = number[mine].mean()
    image = axes.imshow(cells, origin="lower", aspect="auto", cmap="viridis", interpolation="nearest")
    figure.colorbar(image, ax=axes, label=f"{name} ({unit})" if unit else name)
    missed = known & _missed(sweep, name)
    if missed.any():
        axes.plot(np.searchsorted(columns, x[missed]), np.searchsorted(rows, y[missed]), "x", color=COLOURS[1], markersize=5)
        axes.set_title("x: not as expected", fontsize=8)
    _ticks(axes.set_xticks, x_ticks or [f"{value:.4g}" for value in columns], 30)
    _ticks(axes.set_yticks, y_ticks or [f"{value:.4g}" for value in rows], 0)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)


def _ticks(set_ticks: Any, texts: list[str], slant: float) -> None:
    """Label places 0, 1 ... of an axis, only some of many; long texts stand at a slant."""
    every = -(-len(texts) // _MOST_TICKS)
    long = sum(map(len, texts[::every])) > _MOST_LETTERS
    set_ticks(range(0, len(texts), every), texts[::every], rotation=slant if long else 0)


def _places(sweep: Sweep, path: str) -> tuple[Any, list[str], str]:
    """Return where each point lies on an axis, the texts of its ticks if they are no numbers, and its label."""
    given, unit = sweep.axis(path)
    if all(isinstance(value, float) for value in given):
        return np.array(given), [], f"{path} ({unit})" if unit else path
    said = ["as it is" if value is None else f"{value:.6g}" if isinstance(value, float) else value for value in given]
    texts = list(dict.fromkeys(said))
    return np.array([float(texts.index(text)) for text in said]), texts, f"{path} ({unit})" if unit else path


def _missed(sweep: Sweep, name: str) -> Any:
    return np.array([row["values"].get(name, {}).get("passed") is False for row in sweep.rows])
