"""The command ``plot``: pictures of runs, catalogues and sweeps."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from snndsl.cli.actions import catalogue_picture, is_catalogue, steps_of
from snndsl.cli.options import Output
from snndsl.cli.parsing import Argument, Option
from snndsl.cli.sweep_command import is_sweep, sweep_picture
from snndsl.errors import Fault, ModelError

__all__ = ["plot"]


class PictureKind(StrEnum):
    """What is drawn of a run."""

    RASTER = "raster"
    STATES = "states"
    INTERVALS = "intervals"
    SPECTRUM = "spectrum"
    WEIGHTS = "weights"
    STATE_SPACE = "state-space"


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
    if is_sweep(recording):
        print(sweep_picture(recording, out))
        return 0
    if is_catalogue(recording):
        print(catalogue_picture(recording, group, out, over))
        return 0
    from snndsl.analysis.saving import save
    from snndsl.results import read_run

    run, chosen = read_run(recording), PictureKind.STATES if states else kind
    pair = None if of is None else tuple(part.strip() for part in of.split(","))
    if pair is not None and (len(pair) != 2 or chosen is not PictureKind.STATE_SPACE):
        raise ModelError(Fault("usage", f"--of {of}", expected="two states, with --kind state-space", try_="--of v,u"))
    window = (steps_of(start, run.step_length), steps_of(stop, run.step_length))
    file = out or recording / f"{chosen.value}.png"
    save(_drawn(run, chosen, populations, window, neuron, pair), file)
    print(file)
    return 0


def _drawn(run: Any, kind: PictureKind, populations: list[str], window: Any, neuron: int | None, pair: Any) -> Any:
    from snndsl.analysis.figures import raster, states_overview
    from snndsl.analysis.spike_figures import intervals, spectrum
    from snndsl.analysis.trial_figures import trial_raster
    from snndsl.analysis.value_figures import state_space, weights
    from snndsl.results import TrialsRecording, single

    if isinstance(run, TrialsRecording) and kind is PictureKind.RASTER:
        return trial_raster(run, populations or None, window, neuron)
    one = single(run)
    match kind:
        case PictureKind.RASTER:
            return raster(one, populations or None, window)
        case PictureKind.STATES:
            return states_overview(one, populations, window)
        case PictureKind.INTERVALS:
            return intervals(one, populations or None, window)
        case PictureKind.SPECTRUM:
            return spectrum(one, populations or None, window)
        case PictureKind.WEIGHTS:
            return weights(one, populations)
    return state_space(one, populations[0] if populations else None, pair, window)
