"""The figure of docs/explanation/step.md: the order of one step, and the two neurons of that page in time.

    python scripts/step.py [--out DIR]

Runs the model of the page on the reference and draws what it did, as step.svg and step.png.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import snndsl
from snndsl.analysis.saving import COLOURS, new_figure, save, styled

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "step.md"
ORDER = (
    ("1", "spikes at\nsynapses", "on_pre, every"),
    ("2", "ports fill", "all that is due"),
    ("3", "neurons\nmove", "equations,\nupdate, every"),
    ("4", "hold", "if refractory"),
    ("5", "threshold,\nreset", "spike: stamp n"),
    ("6", "own\nsynapses", "on_post"),
    ("7", "recording", "state: stamp n"),
)
ROWS = {"a": 2.0, "synapse": 1.0, "b": 0.0}
KICK_OF_B = 0.75
BLUE, RED, GREEN = COLOURS[:3]


def run() -> tuple[dict[str, list[int]], dict[str, list[int]], int]:
    """Return the spikes of the model of the page, the stamps at which something from outside arrives, and its steps."""
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.yaml"
        file.write_text(text, encoding="utf-8")
        found = snndsl.run(snndsl.load(file), out=Path(folder) / "run")
        spikes = {name: found.spikes[name].step.tolist() for name in "ab"}
        got = {name: found.states[name]["got"].value[:, 0] for name in "ab"}
        kicks = {"a": np.flatnonzero(got["a"]).tolist(), "b": np.flatnonzero(got["b"] == KICK_OF_B).tolist()}
        return spikes, kicks, found.steps


def draw_order(axis: Any) -> None:
    """Draw the seven parts of a step as boxes on an arrow."""
    for place, (number, what, more) in enumerate(ORDER):
        left = place + 0.56
        axis.add_patch(_box(left, 0.0, 0.9, 1.0))
        axis.text(left + 0.06, 0.95, number, va="top", color=BLUE, weight="bold")
        axis.text(left + 0.45, 0.6, what, ha="center", va="center", fontsize=7)
        axis.text(left + 0.45, 0.2, more, ha="center", va="center", fontsize=6, color="0.4")
    for place, what in ((0.0, "stamp\nn - 1"), (8.1, "stamp\nn")):
        axis.text(place, 0.5, what, ha="center", va="center", weight="bold")
    axis.annotate("", (7.78, 0.5), (7.46, 0.5), arrowprops={"arrowstyle": "->", "lw": 0.8})
    axis.annotate("", (0.56, 0.5), (0.26, 0.5), arrowprops={"arrowstyle": "->", "lw": 0.8})
    axis.set(xlim=(-0.3, 8.4), ylim=(-0.05, 1.05))
    axis.axis("off")


def _box(left: float, bottom: float, width: float, height: float) -> Any:
    from matplotlib.patches import FancyBboxPatch

    rounded = "round,pad=0,rounding_size=0.06"
    return FancyBboxPatch((left, bottom), width, height, boxstyle=rounded, facecolor="0.96", edgecolor="0.6", linewidth=0.6)


def draw_times(axis: Any, spikes: dict[str, list[int]], kicks: dict[str, list[int]], steps: int) -> None:
    """Draw the spikes of a and b, and how they travel to the synapse and to the soma of b."""
    axonal, dendritic = 2, 1
    for height in ROWS.values():
        axis.axhline(height, color="0.75", lw=0.8, zorder=0)
    for stamp in spikes["a"]:
        _way(axis, (stamp, "a"), (stamp + axonal, "synapse"), BLUE)
        _way(axis, (stamp + axonal, "synapse"), (stamp + axonal + dendritic, "b"), GREEN)
    for stamp in spikes["b"]:
        _way(axis, (stamp, "b"), (stamp + dendritic, "synapse"), RED)
    for name, stamps in spikes.items():
        colour = BLUE if name == "a" else RED
        axis.vlines(stamps, ROWS[name] - 0.18, ROWS[name] + 0.18, color=colour, lw=2.5)
        for stamp in stamps:
            axis.axvspan(stamp + 0.5, stamp + 2.5, *_share(ROWS[name]), color="0.88", lw=0, zorder=-1)
    for name, stamps in kicks.items():
        axis.plot(stamps, [ROWS[name] + 0.32] * len(stamps), "v", color="0.35", ms=4)
    for stamp in range(5, steps, 5):
        axis.plot(stamp, ROWS["synapse"], "s", color="black", ms=3.5)
    axis.set(xlim=(-0.2, steps + 0.4), ylim=(-0.45, 2.5), xlabel="stamp", xticks=range(steps + 1))
    axis.set_yticks(list(ROWS.values()), [f"neuron {name}" if len(name) == 1 else name for name in ROWS])
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    signs = (
        axis.plot([], [], color=BLUE, lw=1, label="axonal, 2 steps")[0],
        axis.plot([], [], color=GREEN, lw=1, label="dendritic, to the soma")[0],
        axis.plot([], [], color=RED, lw=1, label="dendritic, back to the synapse")[0],
        axis.plot([], [], "s", color="black", ms=3.5, label="every")[0],
        axis.plot([], [], "v", color="0.35", ms=4, label="kick from outside")[0],
        axis.fill_between([], [], color="0.88", lw=0, label="refractory"),
    )
    above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "columnspacing": 1.2}
    axis.legend(handles=signs, ncols=len(signs), frameon=False, fontsize=7, handlelength=1.2, **above)


def _share(height: float) -> tuple[float, float]:
    return (height - 0.18 + 0.45) / 2.95, (height + 0.18 + 0.45) / 2.95


def _way(axis: Any, begin: tuple[int, str], end: tuple[int, str], colour: str) -> None:
    places = [(stamp, ROWS[row]) for stamp, row in (end, begin)]
    axis.annotate("", *places, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1, "shrinkA": 0, "shrinkB": 1})


@styled
def figure(spikes: dict[str, list[int]], kicks: dict[str, list[int]], steps: int) -> Any:
    """Return the figure."""
    made = new_figure(7.6, 3.4)
    above, below = made.subplots(2, 1, height_ratios=(1, 2.2))
    draw_order(above)
    draw_times(below, spikes, kicks, steps)
    return made


def main() -> None:
    """Run, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PAGE.parent / "figures")
    out = parser.parse_args().out
    made = figure(*run())
    for kind in ("svg", "png"):
        save(made, out / f"step.{kind}")


if __name__ == "__main__":
    main()
