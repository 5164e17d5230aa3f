"""Pictures of spike trains: intervals between spikes, and the power spectrum of the rate of a population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.chunks import SpikeChunks
from snndsl.analysis.figures import WIDTH, Window, recorded_populations, shown_window
from snndsl.analysis.saving import COLOURS, new_figure, styled
from snndsl.analysis.statistics import coefficient_of_variation
from snndsl.errors import Fault, ModelError
from snndsl.results import Recording, Spikes

__all__ = ["intervals", "intervals_ms", "power_spectrum", "spectrum"]

_BINS = 60
_SEGMENT_MS = 1000.0


def intervals_ms(spikes: Spikes) -> NDArray[np.float64]:
    """Return the intervals between successive spikes of each neuron, ms, those of all neurons together.

    Parameters
    ----------
    spikes : Spikes
        Of a population.
    """
    order = np.lexsort((spikes.step, spikes.neuron))
    step, neuron = spikes.step[order], spikes.neuron[order]
    same = neuron[1:] == neuron[:-1]
    return np.asarray(np.diff(step)[same] * float(spikes.step_ms), np.float64)


def power_spectrum(
    counts: NDArray[np.float64], bin_ms: float, segment: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the one-sided power spectral density of a rate: Hann windows that overlap by half, their mean taken away.

    Parameters
    ----------
    counts : ndarray, shape (bins,)
        Rate in each bin, Hz.
    bin_ms : float
        Width of a bin.
    segment : int
        Bins of a window, at most as many as there are.

    Returns
    -------
    frequency, density : ndarray of float64, shape (segment // 2,)
        Hz, and Hz^2/Hz; without that of frequency 0.

    Notes
    -----
    Of N independent Poisson processes of rate r it is 2*r/N at every frequency.
    """
    window = np.hanning(segment + 1)[:-1]
    starts = range(0, len(counts) - segment + 1, max(1, segment // 2))
    parts = [counts[start : start + segment] for start in starts]
    power = np.mean([np.abs(np.fft.rfft((part - part.mean()) * window)) ** 2 for part in parts], axis=0)
    density = 2 * power * (bin_ms / 1000) / np.sum(window**2)
    frequency = np.fft.rfftfreq(segment, bin_ms / 1000)
    return np.asarray(frequency[1:], np.float64), np.asarray(density[1:], np.float64)


@styled
def intervals(recording: Recording, populations: Sequence[str] | None = None, window: Window = (None, None)) -> Any:
    """Draw the distribution of inter-spike intervals of each population, with its coefficient of variation.

    Parameters
    ----------
    recording : Recording
        With spikes.
    populations : sequence of str, optional
        All that were recorded if absent.
    window : tuple of int or None
        First and last stamp.

    Raises
    ------
    ModelError
        nothing-recorded, population-unknown, window-empty.
    """
    names = recorded_populations(recording, populations)
    first, last = shown_window(recording, window)
    trains = {name: SpikeChunks(recording, name).between(first, last) for name in names}
    found = {name: intervals_ms(train) for name, train in trains.items()}
    kept = np.concatenate([*found.values()])
    if not len(kept):
        what = f"no neuron of {', '.join(names)} has two spikes"
        raise ModelError(Fault("nothing-recorded", what, expected="a longer window, or other populations"))
    shortest, longest = kept.min() / recording.step_ms, kept.max() / recording.step_ms
    whole = np.unique(np.round(np.geomspace(shortest, longest + 1, _BINS + 1)))  # no bin is narrower than a step
    edges = (whole - 0.5) * recording.step_ms
    figure = new_figure(WIDTH, 3.0)
    axis = figure.subplots()
    for number, name in enumerate(names):
        cv = coefficient_of_variation(trains[name])
        label = f"{name}  {len(found[name]):,} intervals" + ("" if np.isnan(cv) else f", CV {cv:.2f}")
        density = np.histogram(found[name], edges)[0] / np.diff(edges)
        axis.stairs(density, edges, color=COLOURS[number % len(COLOURS)], lw=0.9, label=label)
    axis.set_xscale("log")
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(bottom=0)
    axis.set_xlabel("inter-spike interval (ms)")
    axis.set_ylabel("intervals (1/ms)")
    axis.legend(loc="upper right", frameon=False, fontsize=7)
    axis.set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    return figure


@styled
def spectrum(recording: Recording, populations: Sequence[str] | None = None, window: Window = (None, None)) -> Any:
    """Draw the power spectral density of the rate of each population.

    Parameters
    ----------
    recording : Recording
        With spikes.
    populations : sequence of str, optional
        All that were recorded if absent.
    window : tuple of int or None
        First and last stamp.

    Raises
    ------
    ModelError
        nothing-recorded, population-unknown, window-empty.
    """
    names = recorded_populations(recording, populations)
    first, last = shown_window(recording, window)
    width = max(1, round(1.0 / recording.step_ms))
    bin_ms = width * recording.step_ms
    bins = (last - first) // width
    segment = min(bins, round(_SEGMENT_MS / bin_ms)) // 2 * 2
    if segment < 16:
        what = f"{(last - first) * recording.step_ms:g} ms are too short for a spectrum"
        raise ModelError(Fault("window-empty", what, expected=f"at least {16 * bin_ms:g} ms"))
    figure = new_figure(WIDTH, 3.0)
    axis = figure.subplots()
    for number, name in enumerate(names):
        steps = SpikeChunks(recording, name).between(first + 1, first + bins * width).step
        counts = np.bincount((steps - first - 1) // width, minlength=bins)
        rate = counts / (recording.populations[name] * bin_ms / 1000)
        axis.plot(*power_spectrum(rate, bin_ms, segment), color=COLOURS[number % len(COLOURS)], lw=0.9, label=name)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("frequency (Hz)")
    axis.set_ylabel("power of the rate (Hz²/Hz)")
    axis.legend(loc="upper right", frameon=False, fontsize=7)
    axis.set_title(f"{recording.name} on {recording.backend}", loc="left", fontsize=9)
    return figure
