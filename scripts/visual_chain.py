"""The figure of models/visual_chain: when the neurons of each layer spike, and when those of the areas of a monkey do.

    python scripts/visual_chain.py [--backend nest] [--out DIR] [--figure FILE] [--weight "60 pA"]

Runs the model and prints for each layer how many neurons spike, the mean of their first spikes, its spread, the earliest and
the latest, and the published latencies, which are the bounds in the section ``expect`` of the model. The figure is also
written as .svg.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import snndsl
from snndsl.analysis.saving import COLOURS, new_figure, save, styled

MODEL = Path(__file__).resolve().parents[1] / "models" / "visual_chain"
Band = tuple[float, float]


def bands(model: snndsl.Model) -> dict[str, Band]:
    """Return for each layer, in the order of the wave, between which times in ms its neurons are to spike."""
    found = {}
    for name, given in model.source.raw["expect"].items():
        if given["value"] == "first_spike":
            low, high = (float(str(bound).split()[0]) for bound in given["between"])
            found[str(name)] = (low, high)
    return found


def say(run: Any, expected: dict[str, Band]) -> None:
    """Print a row for each layer."""
    print("layer   neurons  mean/ms  spread/ms  from   to     published")
    for name, (low, high) in expected.items():
        spikes = run.spikes[name]
        first = np.asarray(spikes.time_ms)[np.unique(spikes.neuron, return_index=True)[1]]
        if len(first) == 0:
            print(f"{name:8s}      0")
            continue
        row = f"{first.mean():7.1f}  {first.std():9.1f}  {first.min():5.1f}  {first.max():5.1f}  {low:g} to {high:g}"
        print(f"{name:8s}{len(first):7d}  {row}")


@styled
def figure(run: Any, expected: dict[str, Band]) -> Any:
    """Draw the spikes of every layer over the times between which they are expected."""
    drawn = new_figure(7.2, 3.2)
    axis = drawn.subplots()
    names = list(expected)
    for place, name in enumerate(names):
        spikes, (low, high) = run.spikes[name], expected[name]
        axis.fill_betweenx([place - 0.45, place + 0.45], low, high, color=COLOURS[0], alpha=0.15, lw=0)
        axis.plot(spikes.time_ms, place - 0.4 + 0.8 * spikes.neuron / 100, "|", color="black", ms=2, mew=0.5)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set(xlabel="time after the flash (ms)", xlim=(0, 200))
    return drawn


def main() -> None:
    """Run the model, print, draw."""
    parser = argparse.ArgumentParser(description="latencies of a chain of ten layers")
    parser.add_argument("--backend", default="nest")
    parser.add_argument("--out", type=Path, default=Path("runs") / "visual_chain")
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--weight", help="of a synapse, instead of that of the model")
    given = parser.parse_args()
    model = snndsl.load(MODEL, {"constants.J": given.weight} if given.weight else None)
    run = snndsl.run(model, given.backend, out=given.out, force=True)
    say(run, bands(model))
    if given.figure is not None:
        made = figure(run, bands(model))
        for ending in (".png", ".svg"):
            save(made, given.figure.with_suffix(ending))


if __name__ == "__main__":
    main()
