"""The command ``plot``: pictures of runs, catalogues and sweeps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from snndsl.analysis.picture_kind import PictureKind
from snndsl.cli.options import Output
from snndsl.cli.parsing import Argument, Option

__all__ = ["plot"]


def plot(
    recording: Annotated[Path, Argument(metavar="RUN|CATALOGUE|SWEEP")],
    out: Output = None,
    start: Annotated[str | None, Option("--from", metavar="TIME", help="first time shown")] = None,
    stop: Annotated[str | None, Option("--until", metavar="TIME", help="last time shown")] = None,
    populations: Annotated[
        list[str], Option("--population", metavar="NAME", help="all if absent; of weights: a projection")
    ] = [],
    kind: Annotated[
        PictureKind, Option("--kind", help="spikes and rates, states, inter-spike intervals, power, weights, v against u")
    ] = PictureKind.RASTER,
    states: Annotated[bool, Option("--states", help="short for --kind states")] = False,
    of: Annotated[str | None, Option("--of", metavar="X,Y", help="two states, for --kind state-space")] = None,
    neuron: Annotated[int | None, Option("--neuron", metavar="K", help="the one to show over trials")] = None,
    group: Annotated[int | None, Option("--group", metavar="K", help="a group of a catalogue")] = None,
    over: Annotated[Path | None, Option("--over", metavar="RUN", help="the group where it occurs in a run")] = None,
) -> int:
    """Draw a run (png, svg, pdf): its raster, or what --kind says; of several trials one neuron over them and the rates; or a
    catalogue of groups, or one group; or a sweep."""
    from snndsl.analysis.saving import save
    from snndsl.drawing import of_folder, plot_catalogue, plot_run, plot_sweep
    from snndsl.polychrony.catalogue import Catalogue
    from snndsl.polychrony.pictures.figures import left_out
    from snndsl.sweeps import Sweep

    found, chosen = of_folder(recording), PictureKind.STATES if states else kind
    if isinstance(found, Sweep):
        name, figure = "sweep", plot_sweep(found)
    elif isinstance(found, Catalogue):
        name = "catalogue" if group is None else f"group-{group}" if over is None else f"group-{group}-occurrences"
        figure = plot_catalogue(found, group, over)
        if group is None and left_out(found):
            print(f"note: {left_out(found):,} avalanches (stopped at their many spikes) are not drawn", file=sys.stderr)
    else:
        pair = None if of is None else [part.strip() for part in of.split(",")]
        name, figure = chosen.value, plot_run(found, chosen, populations, start, stop, pair, neuron)
    file = out or recording / f"{name}.png"
    save(figure, file)
    print(file)
    return 0
