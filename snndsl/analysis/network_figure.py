"""A network as a picture: populations as boxes, projections as arrows, inputs on the left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snndsl.analysis.saving import COLOURS, new_figure, styled

__all__ = ["network_figure"]

Node = tuple[str, str, int, str]
Edge = tuple[str, str, str, int, bool]


@styled
def network_figure(nodes: Sequence[Node], edges: Sequence[Edge], title: str) -> Any:
    """Draw a network.

    Parameters
    ----------
    nodes : sequence of tuple
        Name, kind (population, signal, source, stimulus), size, what it is.
    edges : sequence of tuple
        From, to, projection (empty for an injection), synapses, whether they are plastic.
    title : str
        Of the picture.
    """
    left = [node for node in nodes if node[1] != "population"]
    right = [node for node in nodes if node[1] == "population"]
    rows = max(len(left), len(right), 1)
    figure = new_figure(6.5, 0.6 + 1.25 * rows)
    axis = figure.subplots()
    place = {node[0]: (0.0, _height(k, len(left))) for k, node in enumerate(left)}
    place |= {node[0]: (1.35 if left else 0.6, _height(k, len(right))) for k, node in enumerate(right)}
    for name, kind, size, what in nodes:
        x, y = place[name]
        colour = COLOURS[0] if kind == "population" else "0.45"
        style = {"boxstyle": "round,pad=0.45", "fc": "white", "ec": colour, "lw": 1.2}
        said = "signal" if kind == "signal" else f"{size:,} {what}"
        axis.text(x, y, f"{name}\n{said}", ha="center", va="center", fontsize=8, bbox=style, zorder=3)
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault((edge[0], edge[1]), []).append(edge)
    for (source, target), together in pairs.items():
        _arrow(axis, place[source], place[target], together, source == target)
    axis.set_title(title, loc="left", fontsize=9)
    axis.set_xlim(-0.35, 2.2)
    axis.set_ylim(-0.5 * rows, 0.5 * rows)
    axis.axis("off")
    return figure


def _height(k: int, count: int) -> float:
    return (count - 1) / 2 - k


def _arrow(axis: Any, start: tuple[float, float], end: tuple[float, float], edges: list[Edge], loop: bool) -> None:
    text = "\n".join(
        f"{name}  {count:,}{' plastic' if plastic else ''}" if name else "" for _, _, name, count, plastic in edges
    )
    colour = COLOURS[1] if any(edge[4] for edge in edges) else "0.35"
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.0, "shrinkA": 22, "shrinkB": 24, "mutation_scale": 9}
    if loop:
        x, y = start
        style |= {"connectionstyle": "arc3,rad=-1.4", "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", (x + 0.13, y - 0.13), (x + 0.13, y + 0.13), arrowprops=style, zorder=2)
        axis.text(x + 0.36, y, text, ha="left", va="center", fontsize=6.5, color=colour)
        return
    style["connectionstyle"] = "arc3,rad=0.18"
    axis.annotate("", end, start, arrowprops=style, zorder=2)
    share = 0.36 if start[1] >= end[1] else 0.64
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    sideways = 0.1 * (-1 if start[1] >= end[1] else 1) if start[0] == end[0] else 0.0
    align = "left" if sideways > 0 else "right" if sideways < 0 else "center"
    axis.text(x + sideways, y + (0.1 if not sideways else 0.0), text, ha=align, va="center", fontsize=6.5, color=colour)
