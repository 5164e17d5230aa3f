"""Pictures of several trials: one neuron over the trials, and the rates of populations as the mean over trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.chunks import SpikeChunks
from snndsl.analysis.figures import WIDTH, Window, bin_edges, recorded_populations, shown_window, time_scale
from snndsl.analysis.saving import COLOURS, new_figure, styled
from snndsl.errors import Fault, ModelError
from snndsl.results import TrialsRecording

__all__ = ["peristimulus", "trial_raster"]


@styled
def trial_raster(
    run: TrialsRecording,
    populations: Sequence[str] | None = None,
    window: Window = (None, None),
    neuron: int | None = None,
) -> Any:
    """Draw one neuron, a row a trial; below, the rate of each population, mean over trials and its standard error.

    Parameters
    ----------
    run : TrialsRecording
        With spikes.
    populations : sequence of str, optional
        All that were recorded if absent; the neuron is of the first of them.
    window : tuple of int or None
        First and last stamp.
    neuron : int, optional
        0-based in its population; the one with most spikes if absent.

    Returns
    -------
    matplotlib.figure.Figure
        To be written by `snndsl.analysis.saving.save`.

    Raises
    ------
    ModelError
        nothing-recorded, population-unknown, neuron-unknown, window-empty.
    """
    first_trial = run.trials[0] if run.trials else None
    if first_trial is None:
        raise ModelError(Fault("nothing-recorded", f"{run.path} has no complete trial", expected="a complete trial"))
    names = recorded_populations(first_trial, populations)
    first, last = shown_window(first_trial, window)
    scale, unit = time_scale(first_trial, last - first)
    chosen = _neuron(run, names[0], neuron, first, last)
    figure = new_figure(WIDTH, 4.2)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    rows = []
    for trial in run.trials:
        spikes = SpikeChunks(trial, names[0]).between(first, last)
        rows.append(spikes.step[spikes.neuron == chosen] * scale)
    above.eventplot(rows, lineoffsets=[trial.trial for trial in run.trials], linelengths=0.8, linewidths=0.9, colors=COLOURS[0])
    above.set_ylim(run.trials[-1].trial + 0.6, run.trials[0].trial - 0.6)
    above.yaxis.get_major_locator().set_params(integer=True)
    above.set_ylabel(f"trial\n{names[0]}[{chosen}]")
    above.set_title(f"{run.name} on {run.backend}, {len(run.trials)} trials", loc="left", fontsize=9)
    edges = bin_edges(first, last)
    for number, name in enumerate(names):
        mean, error = peristimulus(run, name, edges)
        colour = COLOURS[number % len(COLOURS)]
        below.stairs(mean, edges * scale, color=colour, lw=0.9, label=name)
        below.stairs(mean + error, edges * scale, baseline=mean - error, fill=True, color=colour, alpha=0.25, lw=0)
    below.set_ylim(bottom=0)
    below.set_ylabel("rate (Hz)\nmean over trials")
    below.set_xlabel(f"time ({unit})")
    below.set_xlim(first * scale, last * scale)
    below.legend(loc="upper left", bbox_to_anchor=(1, 1.05), frameon=False, fontsize=7)
    figure.align_ylabels([above, below])
    return figure


def peristimulus(
    run: TrialsRecording, population: str, edges: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rate of a population in bins: its mean over trials and the standard error of that mean, Hz.

    Parameters
    ----------
    run : TrialsRecording
        With spikes of the population.
    population : str
        Its name.
    edges : ndarray of int64, shape (bins + 1,)
        Stamps; a bin holds those after its begin up to its end.

    Returns
    -------
    mean, error : ndarray of float64, shape (bins,)
        The standard error is 0 for one trial.
    """
    seconds = np.diff(edges) * run.step_ms / 1000
    counts = []
    for trial in run.trials:
        steps = SpikeChunks(trial, population).between(int(edges[0]) + 1, int(edges[-1])).step
        counts.append(np.histogram(steps - 0.5, edges)[0])
    rates = np.array(counts) / (run.populations[population] * seconds)
    number = len(rates)
    error = rates.std(axis=0, ddof=1) / np.sqrt(number) if number > 1 else np.zeros(rates.shape[1])
    return rates.mean(axis=0), error


def _neuron(run: TrialsRecording, population: str, neuron: int | None, first: int, last: int) -> int:
    """Return the neuron that is drawn."""
    size = run.populations[population]
    if neuron is not None:
        if not 0 <= neuron < size:
            raise ModelError(Fault("neuron-unknown", f"{population} has no neuron {neuron}", expected=f"0 .. {size - 1}"))
        return neuron
    counts = np.zeros(size, np.int64)
    for trial in run.trials:
        counts += np.bincount(SpikeChunks(trial, population).between(first, last).neuron, minlength=size)
    return int(np.argmax(counts))
