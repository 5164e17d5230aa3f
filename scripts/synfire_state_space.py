"""The state space of a synfire chain: how many spikes a packet has in each group, and how far they are spread.

    python scripts/synfire_state_space.py [--spikes 40 .. 100] [--spreads 0 .. 4] [--sizes 80 90 100] [--trials 8]
                                          [--backend nest] [--out DIR] [--figure FILE]

Takes neuron, synapse and background of ``models/synfire_chain`` and makes one chain of ten groups for each packet of the grid,
all in one network, and one for each size of groups, which gets the packet of the model. A packet is found in each group
around the place where it is expected, within three times its spread; the background is taken off its number of spikes.
Prints for each packet how many of the trials survive (three quarters of the last group spike), and what is left of it.
The figure (also as .svg) has the path of every packet over the groups, as means over trials, and below what becomes of each.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import snndsl
from snndsl.analysis.saving import COLOURS, new_figure, save, styled

MODEL = Path(__file__).resolve().parents[1] / "models" / "synfire_chain"
GROUPS, START, LATENCY = 10, 51.0, 1.65
"""Groups of a chain, arrival of the packets at the first, and time from group to group, both in ms."""
NARROWEST, WIDEST, FEWEST = 1.0, 7.0, 8
"""Halves of the window around a packet in ms, and spikes without which there is none."""
AROUND = 5.0
"""Half of the window in which all spikes are taken for the packet, in ms, as a second estimate of the spread."""
Array = NDArray[np.float64]
Chain = tuple[int, float, int]
"""Spikes of the packet, their spread in ms, neurons of a group."""


def network(chains: Sequence[Chain], trials: int) -> snndsl.Model:
    """Return a chain of its own for each packet, of the parts of the shipped model."""
    raw: Mapping[str, Any] = snndsl.load(MODEL).source.raw
    synapse = {"connect": "all_to_all", "port": "syn", "weight": "J", "delay": "1 ms"}
    names = [f"chain_{k}" for k in range(len(chains))]
    populations, projections, packets = {}, {}, {}
    for name, (spikes, spread, n) in zip(names, chains, strict=True):
        following = f"floor(j/{n}) == floor(i/{n}) + 1"
        populations[name] = {**raw["populations"]["strong"], "size": GROUPS * n}
        projections[name] = {"from": name, "to": name, "where": following, "self": False, **synapse}
        projections[f"start_{name}"] = {"from": f"packet_{name}", "to": f"{name}[0:{n}]", **synapse}
        packets[f"packet_{name}"] = {"size": spikes, "pulse_packet": {"at": ["50 ms"], "sd": [f"{spread} ms"]}}
    background = {name: {**raw["stimuli"][name], "into": names} for name in ("exc", "inh")}
    return snndsl.Model(
        name="synfire_state_space",
        time={"step": "0.1 ms", "duration": "80 ms"},
        seed=1,
        trials=trials,
        constants={"J": raw["constants"]["J"]},
        imports=raw["imports"],
        neurons=raw["neurons"],
        populations=populations,
        projections=projections,
        stimuli={**packets, **background},
        record={"spikes": names},
    )


def packet(times: Array, expected: float, background: float) -> tuple[float, float, float, float]:
    """Return number, spread, spread with the background, and centre of the spikes around a time.

    The window is three spreads wide to both sides. Background, a rate in spikes/ms of the group, is expected in its first half
    only, as neurons that have just spiked are far from the next one.
    """
    centre, half = expected, WIDEST
    for _ in range(20):
        inside = times[np.abs(times - centre) <= half]
        if len(inside) - background * half < FEWEST:
            return max(len(inside) - background * half, 0.0), np.nan, np.nan, expected
        centre = float(np.clip(inside.mean(), expected - 3, expected + 3))
        half = float(np.clip(3 * inside.std(), NARROWEST, WIDEST))
    inside = times[np.abs(times - centre) <= half]
    around = times[np.abs(times - centre) <= AROUND]
    return len(inside) - background * half, float(inside.std()), float(around.std()), centre


def path(times: Array, group: NDArray[np.int64], n: int) -> Array:
    """Return number and both spreads in each group of one chain in one trial."""
    early = times[(times > 30) & (times < 45)]
    background = len(early) / 15 / GROUPS
    found = np.empty((GROUPS, 3))
    centre = START - LATENCY + 0.6
    for k in range(GROUPS):
        *found[k], centre = packet(times[group == k], centre + LATENCY, background)
    return found


def paths(run: Any, chains: Sequence[Chain], trials: int) -> Array:
    """Return (chains, trials, groups, 3): number and both spreads."""
    result = np.empty((len(chains), trials, GROUPS, 3))
    recordings = run.trials
    for c, (_, _, n) in enumerate(chains):
        for t in range(trials):
            spikes = recordings[t].spikes[f"chain_{c}"]
            result[c, t] = path(np.asarray(spikes.time_ms), spikes.neuron // n, n)
    return result


def survived(found: Array, n: int) -> NDArray[np.bool_]:
    """Return for each trial whether three quarters of the last group spiked."""
    return np.asarray(found[:, -1, 0] >= 0.75 * n)


def mean(found: Array, which: NDArray[np.bool_] | slice = slice(None)) -> Array:
    """Return the mean path of some trials; a spread is not a number where half of them have none."""
    some = found[which]
    known = np.isfinite(some).sum(axis=0)
    return np.where(2 * known > len(some), np.nansum(some, axis=0) / np.maximum(known, 1), np.nan)


@styled
def figure(chains: Sequence[Chain], found: Array, sizes: Sequence[Chain]) -> Any:
    """Draw the paths of all packets, and of one packet in groups of several sizes."""
    drawn = new_figure(7.2, 3.4)
    left, right = drawn.subplots(1, 2, width_ratios=(3, 2))
    for (spikes, spread, n), one in zip(chains[: len(chains) - len(sizes)], found, strict=False):
        alive = survived(one, n)
        for which, colour in ((alive, COLOURS[0]), (~alive, COLOURS[1])):
            if which.any():
                at = np.vstack([[spikes, spread], mean(one, which)[:, :2]])
                left.plot(at[:, 1], at[:, 0], color=colour, lw=0.6, marker=".", ms=2)
        colour = COLOURS[0] if alive.all() else "0.6" if alive.any() else COLOURS[1]
        left.plot(spread, spikes, "o", color=colour, ms=4, clip_on=False)
    for label, colour in (("every trial survives", COLOURS[0]), ("some do", "0.6"), ("none does", COLOURS[1])):
        left.plot([], [], "o", color=colour, ms=4, label=label)
    left.set(xlabel="spread of the spikes (ms)", ylabel="spikes of the packet", xlim=(0, None), ylim=(0, 108))
    left.legend(frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    for (spikes, _, n), one, colour in zip(sizes, found[len(chains) - len(sizes) :], COLOURS, strict=False):
        right.plot(range(GROUPS + 1), [spikes, *mean(one)[:, 0]], color=colour, lw=0.9, marker=".", label=f"groups of {n}")
        for trial in one:
            right.plot(range(1, GROUPS + 1), trial[:, 0], color=colour, lw=0.3, alpha=0.6)
    right.set(xlabel="group (0: the packet)", ylabel="spikes of the packet", ylim=(0, 108))
    right.legend(frameon=False, fontsize=7, loc="lower left")
    return drawn


def say(chains: Sequence[Chain], found: Array) -> None:
    """Print a row for each chain: spikes and spread of the packet, in the first group, in the last where it survives."""
    print(f"spikes  spread/ms  group of  after one group  survive  in the last group (spread of all within {AROUND:g} ms)")
    for (spikes, spread, n), one in zip(chains, found, strict=True):
        alive = survived(one, n)
        first, last = mean(one)[0], mean(one, alive)[-1] if alive.any() else None
        end = "-" if last is None else f"{last[0]:.0f}, {last[1]:.2f} ({last[2]:.2f})"
        print(f"{spikes:6d}  {spread:9g}  {n:8d}  {first[0]:8.0f}, {first[1]:.2f}  {alive.sum():3d} of {len(alive)}  {end}")


def main() -> None:
    """Run the grid, print what became of each packet, draw."""
    parser = argparse.ArgumentParser(description="the state space of a synfire chain")
    parser.add_argument("--spikes", type=int, nargs="+", default=[40, 50, 60, 70, 80, 90, 100])
    parser.add_argument("--spreads", type=float, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--sizes", type=int, nargs="*", default=[80, 90, 100])
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--backend", default="nest")
    parser.add_argument("--out", type=Path, default=Path("runs") / "synfire_state_space")
    parser.add_argument("--figure", type=Path)
    given = parser.parse_args()
    sizes: list[Chain] = [(85, 1.0, n) for n in given.sizes]
    chains: list[Chain] = [(spikes, spread, 100) for spikes in given.spikes for spread in given.spreads]
    chains += sizes
    if (given.out / "manifest.json").exists():
        run: Any = snndsl.read_run(given.out)
    else:
        run = snndsl.run(network(chains, given.trials), given.backend, out=given.out)
    found = paths(run, chains, given.trials)
    say(chains, found)
    if given.figure is not None:
        made = figure(chains, found, sizes)
        for ending in (".png", ".svg"):
            save(made, given.figure.with_suffix(ending))


if __name__ == "__main__":
    main()
