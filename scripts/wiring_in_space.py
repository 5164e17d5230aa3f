"""The figure of docs/how-to/wire-in-space.md: what a kernel of distance connects, on a torus and on a plane with borders.

    python scripts/wiring_in_space.py [--figure FILE] [--neurons 900] [--seed 1]

Prints for each sheet the number of synapses, the number that its kernel leads to, and how far apart they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.analysis.saving import COLOURS, new_figure, save, styled
from snndsl.api import Model

SIGMA, MOST = 50.0, 0.5
FIGURE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "figures" / "wiring_in_space.png"


def model(side: int, seed: int) -> Model:
    """Return a closed grid and an open cloud, each wired by the same kernel."""
    length = f"{10 * side} um"
    neuron = {"state": {"v": 0}, "ports": {"in": 1}, "update": "v = in", "threshold": "v > 1"}
    grid = {"x": f"10 um*(i % {side})", "y": f"10 um*floor(i/{side})", "period": {"x": length, "y": length}}
    cloud = dict.fromkeys("xy", f"uniform(0 um, {length})")
    kernel = {"connect": {"bernoulli": f"{MOST}*exp(-(distance/({SIGMA} um))**2)"}, "self": False}
    synapse = {"port": "in", "weight": 1, "delay": "1 ms"}
    sheets = {"torus": grid, "plane": cloud}
    return Model(
        snndsl=1,
        name="sheets",
        time={"step": "0.1 ms", "duration": "1 ms"},
        seed=seed,
        neurons={"n": neuron},
        populations={name: {"neuron": "n", "size": side**2, "positions": at} for name, at in sheets.items()},
        projections={name: {"from": name, "to": name, **kernel, **synapse} for name in sheets},
    )


def places(made: Model, name: str) -> np.ndarray:
    """Return the coordinates of a population in um, one row a neuron."""
    return np.stack([*made.graph.values[name].positions.values()], axis=1)


def distances(made: Model, name: str) -> np.ndarray:
    """Return the distance of each neuron from each other in um, computed here."""
    at = places(made, name)
    apart = at[:, None] - at[None]
    for axis, period in enumerate(made.checked.populations[name].space.period.values()):
        apart[..., axis] = np.remainder(apart[..., axis] + period / 2, period) - period / 2
    return np.sqrt((apart**2).sum(axis=2))


def chance(distance: np.ndarray) -> np.ndarray:
    """Return the kernel."""
    return MOST * np.exp(-((distance / SIGMA) ** 2))


@styled
def draw(made: Model, side: int) -> Any:
    """Draw both sheets, and the share of pairs that are connected by distance."""
    figure = new_figure(6.5, 5.0)
    above, below = figure.subplots(2, 2, height_ratios=(3, 1.4))
    for column, name in enumerate(("torus", "plane")):
        at, rows, sheet = places(made, name), made.graph.rows[name], above[column]
        sheet.plot(*at.T, ".", color="0.85", markersize=2)
        corners = ((0.1, 0.1), (0.5, 0.55), (0.95, 0.6))
        for colour, corner in zip(COLOURS, corners, strict=False):
            source = int(np.argmin(((at - np.array(corner) * 10 * side) ** 2).sum(axis=1)))
            sheet.plot(*at[rows.j[rows.i == source]].T, ".", color=colour, markersize=4)
            sheet.plot(*at[source], "o", color=colour, markersize=7, markeredgecolor="black", markeredgewidth=0.8)
        sheet.set_aspect("equal")
        title = "a grid, closed on itself" if name == "torus" else "random places, with borders"
        sheet.set_title(title, loc="left", fontsize=9)
        sheet.set_xlabel("x (um)")
        away, edges = distances(made, name), np.arange(0.0, 150.0, 10.0)
        others = away[~np.eye(len(at), dtype=bool)]
        pairs, _ = np.histogram(others, edges)
        joined, _ = np.histogram(away[rows.i, rows.j], edges)
        middle = np.histogram(others, edges, weights=others)[0][pairs > 0] / pairs[pairs > 0]
        share = below[column]
        share.plot(middle, joined[pairs > 0] / pairs[pairs > 0], "o", color=COLOURS[0], markersize=3, label="connected")
        share.plot(np.arange(150.0), chance(np.arange(150.0)), color="0.3", linewidth=0.8, label="kernel")
        share.set_xlabel("distance (um)")
    above[0].set_ylabel("y (um)")
    below[0].set_ylabel("share of pairs")
    below[0].legend(frameon=False, fontsize=7)
    return figure


def main() -> None:
    """Wire, count, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--neurons", type=int, default=900, help="of each sheet; a square number")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    side = round(options.neurons**0.5)
    made = model(side, options.seed)
    for name in ("torus", "plane"):
        p = chance(distances(made, name))
        np.fill_diagonal(p, 0.0)
        number, expected, spread = len(made.graph.rows[name].i), p.sum(), np.sqrt((p * (1 - p)).sum())
        off = f"{(number - expected) / spread:+.2f} standard deviations"
        print(f"{name:<6} {number:>8,} synapses, {expected:,.1f} expected: {off}")
    save(draw(made, side), options.figure)
    print(options.figure)


if __name__ == "__main__":
    main()
