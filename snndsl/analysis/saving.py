"""Figures as files: the same bytes for the same figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from snndsl.deferred import Deferred
from snndsl.errors import Fault, ModelError

if TYPE_CHECKING:
    import matplotlib
    from matplotlib import figure as figures
else:
    matplotlib, figures = Deferred("matplotlib"), Deferred("matplotlib.figure")

__all__ = ["COLOURS", "new_figure", "save", "shown", "styled"]

P = ParamSpec("P")

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Eight-colour palette of Okabe and Ito without its yellow: told apart with every kind of colour vision."""

_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}


_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "path.simplify": True,
}
_FILES: dict[Any, Any] = {"svg.hashsalt": "snndsl", "svg.fonttype": "none"}


def styled(draw: Callable[P, Any]) -> Callable[P, Any]:
    """Give a function that returns a figure the style of the project; the settings of its caller stay as they are."""

    @wraps(draw)
    def _inside(*args: P.args, **kwargs: P.kwargs) -> Any:
        with matplotlib.rc_context(_STYLE):
            figure = draw(*args, **kwargs)
            for axis in figure.axes if figure is not None else ():
                axis.tick_params(labelsize=_STYLE["font.size"], width=_STYLE["axes.linewidth"])
        return figure

    return _inside


def new_figure(width: float, height: float) -> Any:
    """Return an empty matplotlib figure of a size in inches; to be called in a `styled` function."""
    return figures.Figure(figsize=(width, height), layout="constrained", facecolor="white")


def shown(figure: Any) -> Any:
    """Let a figure show itself in a notebook, without pyplot, which keeps all figures; return it."""
    figure._repr_png_ = partial(_png, figure)
    return figure


def _png(figure: Any) -> bytes:
    """Return what a notebook shows of a figure."""
    written = BytesIO()
    figure.savefig(written, format="png", dpi=110, metadata=_METADATA[".png"])
    return written.getvalue()


def save(figure: Any, file: Path) -> None:
    """Write a figure; the ending of the name says how.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any.
    file : Path
        ``.png``, ``.svg`` or ``.pdf``.

    Raises
    ------
    ModelError
        figure-format.
    """
    if file.suffix not in _METADATA:
        raise ModelError(Fault("figure-format", f"{file} is no picture", expected=", ".join(_METADATA), try_="raster.png"))
    file.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(_FILES):
        figure.savefig(file, dpi=200, metadata=_METADATA[file.suffix])
