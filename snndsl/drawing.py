"""Pictures of what there is: a run, a catalogue of groups, one group, a sweep."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from snndsl.analysis.figures import Window, raster, states_overview
from snndsl.analysis.picture_kind import PictureKind
from snndsl.analysis.saving import shown
from snndsl.analysis.spike_figures import intervals, spectrum
from snndsl.analysis.trial_figures import trial_raster
from snndsl.analysis.value_figures import state_space, weights
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue, read_catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.same import check_size
from snndsl.polychrony.pictures.figures import draw_catalogue, draw_group
from snndsl.polychrony.pictures.occurrences import draw_occurrences
from snndsl.results import Recording, TrialsRecording, read_run, single
from snndsl.semantics.times import time_in_steps
from snndsl.sweeps import Sweep, read_sweep
from snndsl.sweeps.figures import draw_sweep

__all__ = ["of_folder", "plot", "plot_catalogue", "plot_run", "plot_sweep"]

Run = Recording | TrialsRecording


def plot(what: Any, kind: str = "raster", **chosen: Any) -> Any:
    """Draw a run, a catalogue of groups, a group or a sweep.

    Parameters
    ----------
    what : Recording, TrialsRecording, Catalogue, Group, Sweep, or path
        An object, or the folder of one.
    kind : str
        Of a run: ``raster`` (spikes and rates), ``states``, ``intervals`` (between spikes), ``spectrum``, ``weights`` or
        ``state-space`` (one state against another).
    **chosen
        Of a run: `populations` (of weights: projections; all if absent), `start` and `stop` (``"1 s"``), `of` (two states, of
        the state space), `neuron` (the one that is shown over trials). Of a catalogue: `group` (its number) and `over`, a run
        in which the group occurs. Of a group: `inhibitory` neurons and `step_ms`. Of a sweep: `over`, one or two of its paths,
        and `names` of values.

    Returns
    -------
    matplotlib.figure.Figure
        It shows itself in a notebook; its `savefig` writes it.

    Raises
    ------
    ModelError
        nothing-recorded, population-unknown, group-unknown, usage.
    TypeError
        If it is nothing of these, or there is no such choice.

    Examples
    --------
    >>> snndsl.plot(run, "states", populations=["exc"], stop="200 ms")  # doctest: +SKIP
    """
    found = of_folder(Path(what)) if isinstance(what, str | os.PathLike) else what
    if isinstance(found, Run):
        if kind not in [*PictureKind]:
            raise ModelError(Fault("usage", f"there is no picture {kind!r} of a run", expected=", ".join(PictureKind)))
        return shown(plot_run(found, PictureKind(kind), **chosen))
    if isinstance(found, Catalogue):
        return shown(plot_catalogue(found, **chosen))
    if isinstance(found, Group):
        return shown(draw_group(found, **chosen))
    if isinstance(found, Sweep):
        return shown(plot_sweep(found, **chosen))
    raise TypeError(f"there is no picture of {type(found).__name__}; expected a run, a catalogue, a group or a sweep")


def of_folder(folder: Path) -> Any:
    """Return the run, the catalogue or the sweep that lies in a folder."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    read: Callable[[Path], Any] = read_run
    if "definitions" in manifest:
        read = read_catalogue
    elif "objectives" in manifest:
        read = read_sweep
    return read(folder)


def plot_run(
    run: Run,
    kind: PictureKind = PictureKind.RASTER,
    populations: Sequence[str] = (),
    start: str | None = None,
    stop: str | None = None,
    of: Sequence[str] | None = None,
    neuron: int | None = None,
) -> Any:
    """Draw a run; `plot` says what is meant."""
    if of is not None and (len(of) != 2 or kind is not PictureKind.STATE_SPACE):
        raise ModelError(
            Fault("usage", f"--of {','.join(of)}", expected="two states, with --kind state-space", try_="--of v,u")
        )
    first, last = (None if text is None else time_in_steps(text, run.step_length) for text in (start, stop))
    window: Window = (first, last)
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
    pair = None if of is None else (of[0], of[1])
    return state_space(one, populations[0] if populations else None, pair, window)


def plot_catalogue(catalogue: Catalogue, group: int | None = None, over: Any = None) -> Any:
    """Draw a catalogue, or a group of it, alone or over the raster of a run at its occurrences."""
    if over is not None and group is None:
        raise ModelError(Fault("usage", "--over draws one group", expected="--group K --over RUN", try_="--group 0"))
    if group is None:
        return draw_catalogue(catalogue)
    if not 0 <= group < len(catalogue):
        raise ModelError(Fault("group-unknown", f"there is no group {group}", expected=f"0 .. {len(catalogue) - 1}"))
    if over is None:
        known = catalogue.manifest
        return draw_group(
            catalogue[group], inhibitory=known.get("inhibitory", []), step_ms=float(known.get("step_ms", 1.0))
        )
    run = single(over if isinstance(over, Run) else read_run(over))
    check_size(catalogue, sum(run.populations.values()), run.step_ms, str(run.path))
    return draw_occurrences(catalogue[group], run)


def plot_sweep(sweep: Sweep, over: Sequence[str] = (), names: Sequence[str] = ()) -> Any:
    """Draw what a sweep measured over one or two of its settings."""
    return draw_sweep(sweep, tuple(over), tuple(names))
