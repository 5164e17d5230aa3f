"""The figure of the rules of the library file ``learning``, from the protocols of their tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from unit.library.runs import times
from unit.library.test_learning import by_the_clamp, clamped, distal, normalised, scaled
from unit.library.test_plasticity import SJOESTROEM, learned, weight

import snndsl

BACKEND = "nest"
FREQUENCIES = Path(__file__).resolve().parents[3] / "models" / "clopath2010"


def learning(folder: Path) -> Any:
    """Draw what each rule is for: three spikes, a sum that is kept, a rate that is reached, a late reward, the voltage."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 5.8), layout="constrained")
    panels = (triplets, sums, rates, reward, voltage, frequencies)
    for axis, panel in zip(axes.flat, panels, strict=True):
        where = folder / panel.__name__
        where.mkdir()
        panel(axis, where)
        axis.title.set_fontsize(8)
        axis.legend(fontsize=7, frameon=False)
    return figure


def triplets(axis: Any, folder: Path) -> None:
    """Draw the change by a presynaptic spike between two postsynaptic ones, beside the formula."""
    use = {"diehl": {"use": "learning.diehl_cook_stdp", "w_max": 1}}
    for gap, colour in ((20, "tab:blue"), (40, "tab:orange"), (80, "tab:red")):
        lags = [lag for lag in (2, 6, 10, 15, 18, 25, 35, 50, 70) if lag < gap]
        found = []
        for lag in lags:
            run = learned(folder / f"{gap}_{lag}", use, 250, [100.0 + gap - lag], [100.0, 100.0 + gap])
            found.append(weight(run, "diehl") - 0.5)
        grid = np.linspace(1, gap - 1, 80)
        axis.plot(grid, 0.01 * np.exp(-grid / 20 - gap / 40) - 1e-4 * np.exp(-(gap - grid) / 20), color=colour, lw=0.8)
        axis.plot(lags, found, "o", mfc="none", color=colour, ms=4, label=f"post {gap} ms apart")
    axis.axhline(0, color="0.7", lw=0.5)
    axis.set(xlabel="second post after pre (ms)", ylabel="change of w")
    axis.set_title("diehl_cook_stdp: post, pre, post (lines: formula)")


def sums(axis: Any, folder: Path) -> None:
    """Draw the sums of the weights into three neurons that learn, from normalisation to normalisation."""
    at = sorted({*range(20, 1500, 20), 499, 999, 1499})
    run = normalised(folder, at, BACKEND)
    total = run.weights["learning"]["w"].value.reshape(len(at), 784, 3).sum(axis=1)
    for neuron in range(3):
        axis.plot(at, total[:, neuron], lw=0.8, label=f"neuron {neuron}")
    axis.axhline(78, color="0.7", lw=0.5)
    axis.set(xlabel="time (ms)", ylabel="sum of the weights", title="weight_normalisation: to 78, beside diehl_cook_stdp")


def rates(axis: Any, folder: Path) -> None:
    """Draw the rate of a neuron that comes to its goal, and what its weights are multiplied by."""
    run = scaled(folder, BACKEND)
    counts, edges = np.histogram(times(run, "post") / 1000, bins=np.arange(0, 61, 2))
    axis.plot(edges[:-1] + 1, counts / 2, lw=0.8, label="rate (Hz)")
    axis.axhline(20, color="0.7", lw=0.5)
    w = run.weights["scaled"]["w"]
    for synapse, colour in ((0, "tab:orange"), (3, "tab:red")):
        label = f"weight x 1000, {2 + 2 * synapse} at first"
        axis.plot(w.step / 1000, 1000 * w.value[:, synapse], color=colour, lw=0.8, label=label)
    axis.set(xlabel="time (s)", ylabel="rate, weights", title="synaptic_scaling: a goal of 20 Hz")


def reward(axis: Any, folder: Path) -> None:
    """Draw two synapses over 3 s: their tags, and their weights when dopamine comes after 2 s."""
    run = distal(folder, range(20, 3001, 20), BACKEND)
    for place, colour, name in ((0, "tab:blue", "4 ms"), (1, "tab:red", "33 ms")):
        values = run.weights["tagged"]
        axis.plot(values["w"].step, values["w"].value[:, place], color=colour, lw=1, label=f"w, post after {name}")
        axis.plot(values["tag"].step, values["tag"].value[:, place], color=colour, lw=0.7, ls="--", label=f"tag, {name}")
    axis.axvline(2000, color="0.7", lw=0.5)
    axis.set(xlabel="time (ms)", ylabel="weight, tag", title="reward_stdp: twenty pairs, dopamine at 2 s")


def voltage(axis: Any, folder: Path) -> None:
    """Draw the change by an arrival at a neuron that is held at a voltage, beside the formula."""
    volts = np.arange(-80.0, -29.0, 4.0)
    change = (clamped(folder, volts, BACKEND).weights["learning"]["w"].value[-1] - 10) / 46
    grid = np.linspace(-80, -32, 200)
    potentiation, depression = by_the_clamp(grid)
    axis.plot(grid, 1000 * (potentiation - depression), lw=0.8, label="formula")
    axis.plot(volts, 1000 * change, "o", mfc="none", color="tab:blue", ms=4, label="run")
    axis.axhline(0, color="0.7", lw=0.5)
    axis.set(xlabel="held at (mV)", ylabel="change by an arrival (1/1000)", ylim=(-6, 40))
    axis.set_title("clopath_stdp: voltage clamp")


def frequencies(axis: Any, folder: Path) -> None:
    """Draw the change over the rate of pairs, from the shipped model, beside the measurements."""
    run = snndsl.run(FREQUENCIES, BACKEND, out=folder / "run")
    change = (run.weights["pairs"]["w"].value[-1].reshape(2, 5) - 0.5) / 0.5 * np.array([50, 15, 15, 15, 15])
    for row, lag, colour in ((0, 10, "tab:blue"), (1, -10, "tab:red")):
        axis.plot([0.1, 10, 20, 40, 50], change[row], "o-", mfc="none", color=colour, ms=5, lw=0.8, label=f"{lag:+d} ms")
        rows = [(rate, *SJOESTROEM[one, rate]) for one, rate in SJOESTROEM if one == lag]
        at, measured, error = np.transpose(rows)
        axis.errorbar(at, measured, yerr=error, fmt="s", color=colour, ms=3, lw=0.6)
    axis.axhline(0, color="0.7", lw=0.5)
    axis.set(xlabel="rate of pairs (Hz)", ylabel="change", title="clopath_stdp: measured (squares), run (circles)")
