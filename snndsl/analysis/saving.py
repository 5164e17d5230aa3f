"""Figures as files: the same bytes for the same figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError

__all__ = ["COLOURS", "new_figure", "save"]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Eight-colour palette of Okabe and Ito without its yellow: told apart with every kind of colour vision."""

_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}


def new_figure(width: float, height: float) -> Any:
    """Return an empty matplotlib figure of a size in inches, with the style of the project."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(
        {
            "font.size": 8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "svg.hashsalt": "snndsl",
            "svg.fonttype": "none",
        }
    )
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


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
    figure.savefig(file, dpi=200, metadata=_METADATA[file.suffix])
