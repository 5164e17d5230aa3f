"""Do the null tests hold their level, and are planted groups found? ``python benchmarks/null_calibration.py [--full]``

1. Null on null: networks that were shuffled already are tested against shuffled versions of themselves (`significance`). At
   most 5 % of the tests may reach p <= 0.05, for each statistic and for the family of the four.
2. Recall: groups planted into random networks are searched, over the strength of the background, jitter of the delays of the
   planted synapses, and number of groups.
3. Power: how often the number of groups of a network with planted ones is significant.

Everything is drawn from seeds. ``--full`` takes more networks and ``--figure PATH`` draws the result.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from snndsl.polychrony import Catalogue, SynapseTable, discover, significance
from snndsl.polychrony.compare import jaccard
from snndsl.polychrony.nulls import NULLS, STATISTICS

LEVEL, STRONG, MAXIMUM = 0.05, 9.5, 10.0
LENGTH, ANCHORS, LONGEST_DELAY = 12, 3, 20
TESTED: dict[str, Any] = {"mode": "corrected", "parameters": {"min_path": 4}}
"""Search of part 1: shorter paths than published, so that small shuffled networks have some groups."""
SEARCHED: dict[str, Any] = {"mode": "corrected"}
"""Search of parts 2 and 3: the published numbers."""
BACKGROUNDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)
JITTERS = (0, 1, 2, 3, 4)
NUMBERS = (1, 2, 5, 10, 20)
CROWDED = 0.3
"""Strong share of the background in part 3."""

Events = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Settings:
    """What a random network with planted groups is made of."""

    excitatory: int = 200
    inhibitory: int = 50
    targets: int = 40
    strong: float = 0.1
    """Share of the background synapses of excitatory neurons that are strong."""
    planted: int = 5
    jitter: int = 0
    """Delays of planted synapses are off by up to so many steps."""
    apart: bool = True
    """Whether no neuron is in two planted groups."""


SMALL = Settings(excitatory=60, inhibitory=15, targets=14, strong=0.6, planted=2)


@dataclass(frozen=True)
class Planted:
    """A network and the spikes of the groups in it."""

    table: SynapseTable
    truth: list[Events] = field(default_factory=list)


def response(current: float) -> int:
    """Steps from an input of one step to the spike of a neuron of 2006 at rest."""
    v, u = -70.0, -14.0
    for step in range(LONGEST_DELAY):
        for _ in range(2):
            v += 0.5 * ((0.04 * v + 5) * v + 140 - u + (current if step == 0 else 0.0))
        u += 0.02 * (0.2 * v - u)
        if v >= 30:
            return step
    raise ValueError(f"{current} is not enough for a spike")


def chain(rng: np.random.Generator, neurons: np.ndarray) -> tuple[list[tuple[int, int, int]], Events]:
    """Return synapses (pre, post, delay) that make the neurons a group, and its spikes.

    The first three are the anchors; each later neuron is reached by three earlier spikes at the same step, the first two by all
    anchors (no anchor may have a single link), the others by the three spikes before.
    """
    wait = response(ANCHORS * MAXIMUM)
    when = [0, *np.sort(rng.integers(1, 8, ANCHORS - 1)).tolist()]
    wires = []
    for k in range(ANCHORS, LENGTH):
        sources = range(ANCHORS) if k < ANCHORS + 2 else range(k - 3, k)
        arrival = max(when[source] for source in sources) + int(rng.integers(1, 5))
        if k == ANCHORS + 1:  # the anchors' synapses to the mother are their fastest ones: the search leaves out faster ones
            arrival = max(arrival, when[ANCHORS] - wait + 1)
        wires += [(int(neurons[source]), int(neurons[k]), arrival - when[source]) for source in sources]
        when.append(arrival + wait)
    return wires, frozenset(zip(neurons.tolist(), when))


def plant(rng: np.random.Generator, settings: Settings) -> Planted:
    """Draw a random network with planted groups."""
    n = settings.excitatory + settings.inhibitory
    rows: dict[tuple[int, int], tuple[float, int]] = {}
    for pre in range(n):
        targets = np.delete(np.arange(n), pre) if pre < settings.excitatory else np.arange(settings.excitatory)
        for post in rng.choice(targets, min(settings.targets, len(targets)), replace=False).tolist():
            if pre >= settings.excitatory:
                rows[pre, post] = -5.0, 1
            else:
                weight = MAXIMUM if rng.random() < settings.strong else rng.uniform(0, STRONG)
                rows[pre, post] = weight, int(rng.integers(1, LONGEST_DELAY + 1))
    truth = []
    order = rng.permutation(settings.excitatory)
    for k in range(settings.planted):
        own = order[k * LENGTH : (k + 1) * LENGTH] if settings.apart else rng.permutation(settings.excitatory)[:LENGTH]
        wires, events = chain(rng, own)
        for pre, post, delay in wires:
            off = int(rng.integers(-settings.jitter, settings.jitter + 1))
            rows[pre, post] = MAXIMUM, int(np.clip(delay + off, 1, LONGEST_DELAY))
        truth.append(events)
    pre, post = np.array(list(rows)).T
    weight, delay = np.array(list(rows.values())).T
    columns = {"pre": pre, "post": post, "weight": weight, "delay": delay}
    return Planted(SynapseTable.from_columns(columns, inhibitory=np.arange(n) >= settings.excitatory), truth)


def recall(groups: Catalogue, truth: Sequence[Events]) -> np.ndarray:
    """Return for each planted group whether it was found exactly, with additional spikes, or similar (Jaccard 0.5, 2 steps)."""
    anchors = np.sort(groups.table["anchors"], axis=1)
    result = np.zeros((len(truth), 3), bool)
    for k, events in enumerate(truth):
        wanted = sorted(neuron for neuron, _ in sorted(events, key=lambda event: event[1])[:ANCHORS])
        for place in np.flatnonzero((anchors == wanted).all(axis=1)):
            found = groups[int(place)].events()
            result[k] |= [found == events, found >= events, jaccard(found, events, 2) >= 0.5]
    return result


def null_on_null(null: str, repetitions: int, seed: int) -> tuple[list[float], float]:
    """Return the p-values of the statistics of a network that was shuffled before, and the least adjusted one."""
    rng = np.random.default_rng([seed, 0, 1])  # other words than those of the shuffles, [seed, k]
    table = NULLS[null](plant(rng, SMALL).table, rng)
    found = significance(table, null=null, repetitions=repetitions, seed=seed, **TESTED)
    return [found.p[name] for name in STATISTICS], min(found.adjusted.values())


def planted_found(settings: Settings, seed: int) -> tuple[np.ndarray, int]:
    """Return what was found of the planted groups of one network, and the number of all groups."""
    network = plant(np.random.default_rng([seed, 0, 2]), settings)
    groups = discover(network.table, **SEARCHED)
    return recall(groups, network.truth), len(groups)


def planted_p(settings: Settings, null: str, repetitions: int, seed: int) -> float:
    """Return the p-value of the number of groups of one network."""
    network = plant(np.random.default_rng([seed, 0, 3]), settings)
    return significance(network.table, null=null, repetitions=repetitions, seed=seed, **SEARCHED).p["groups"]


def binomial_bound(tests: int, level: float = LEVEL, confidence: float = 0.99) -> int:
    """Return the least number of rejections that so many tests of that level exceed with a probability below 1 - confidence."""
    below = 0.0
    for k in range(tests + 1):
        log = math.lgamma(tests + 1) - math.lgamma(k + 1) - math.lgamma(tests - k + 1)
        below += math.exp(log + k * math.log(level) + (tests - k) * math.log1p(-level))
        if below >= confidence:
            return k
    return tests


def level(run: Any, tests: int, repetitions: int) -> tuple[dict[str, list[float]], float]:
    """Print how often shuffled networks are called significant; return the shares and what chance allows."""
    bound = binomial_bound(tests)
    print(f"null on null: {tests} shuffled networks of each kind, {repetitions} shuffles each; share with p <= {LEVEL}")
    print(f"{'null':<10}" + "".join(f"{name:>14}" for name in STATISTICS) + f"{'family (Holm)':>16}")
    found: dict[str, list[float]] = {}
    for null in NULLS:
        results = list(run(partial(null_on_null, null, repetitions), range(tests)))
        values = np.array([[*p, adjusted] for p, adjusted in results])
        found[null] = np.mean(values <= LEVEL + 1e-12, axis=0).tolist()
        shares = [f"{share:.3f}" for share in found[null]]
        print(f"{null:<10}" + "".join(f"{share:>14}" for share in shares[:4]) + f"{shares[4]:>16}", flush=True)
    holds = max(map(max, found.values())) <= bound / tests
    print(f"wanted: at most {LEVEL}, by chance up to {bound / tests:.3f} (99 %): {'held' if holds else 'NOT HELD'}")
    return found, bound / tests


def sweep(run: Any, title: str, name: str, values: Iterable[float], networks: int, **fixed: Any) -> np.ndarray:
    """Print and return the shares of planted groups found over one setting: exact, with additional spikes, similar."""
    print(f"{title:<44}{'exact':>8}{'contained':>11}{'similar':>9}{'groups in a network (median)':>30}")
    shares = []
    for value in values:
        results = list(run(partial(planted_found, Settings(**fixed, **{name: value})), range(networks)))
        found = np.concatenate([item for item, _ in results]).mean(axis=0)
        groups = np.median([count for _, count in results])
        print(f"{value:>40g}    {found[0]:>8.3f}{found[1]:>11.3f}{found[2]:>9.3f}{groups:>30,.0f}", flush=True)
        shares.append(found)
    return np.array(shares)


def power(run: Any, networks: int, repetitions: int) -> None:
    """Print the share of networks with planted groups whose number of groups is significant against shuffled weights."""
    print(
        f"{f'significant (p <= {LEVEL}, {repetitions} shuffles), planted groups':<52}"
        + "".join(f"{n:>8}" for n in (0, *NUMBERS))
    )
    shares = []
    for planted in (0, *NUMBERS):
        settings = Settings(strong=CROWDED, planted=planted, apart=False)
        p = np.array(list(run(partial(planted_p, settings, "weights", repetitions), range(networks))))
        shares.append(float(np.mean(p <= LEVEL + 1e-12)))
    print(f"  {'weights':<50}" + "".join(f"{share:>8.2f}" for share in shares), flush=True)


def draw(path: Path, levels: dict[str, list[float]], bound: float, found: dict[str, np.ndarray]) -> None:
    """Draw levels and recall."""
    figure = Figure(figsize=(9.0, 7.0), layout="constrained")
    first, *others = figure.subplots(2, 2).flat
    names = [*(name.replace("_", "\n") for name in STATISTICS), "family"]
    for k, (null, shares) in enumerate(levels.items()):
        first.bar(np.arange(len(names)) + 0.27 * (k - 1), shares, 0.25, label=f"{null} shuffled" if null != "rewired" else null)
    first.axhline(LEVEL, color="0.3", lw=1.0, label=f"level {LEVEL}")
    first.axhline(bound, color="0.3", lw=1.0, ls=":", label="what chance allows (99 %)")
    first.set_xticks(range(len(names)), names)
    first.set(ylabel=f"shuffled networks with p <= {LEVEL}", title="null on null", ylim=(0, 2.2 * max(bound, LEVEL)))
    first.legend(frameon=False, ncols=2, fontsize=8, loc="upper left")
    panels = (
        (BACKGROUNDS, "background", "share of background synapses that are strong"),
        (JITTERS, "jitter", "jitter of the delays of planted synapses / steps"),
        (range(len(NUMBERS)), "number", "planted groups in a network, which share neurons"),
    )
    for axes, (values, what, label) in zip(others, panels):
        for k, (name, marker) in enumerate((("exact", "o"), ("with additional spikes", "s"), ("similar", "D"))):
            axes.plot(values, found[what][:, k], marker + "-", ms=5, label=name, zorder=3 - k)
        axes.set(xlabel=label, ylabel="planted groups found", title=f"recall: {what}", ylim=(-0.03, 1.05))
    others[1].set_xticks(JITTERS)
    others[2].set_xticks(range(len(NUMBERS)), [str(number) for number in NUMBERS])
    others[0].legend(frameon=False, loc="lower left")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> int:
    """Measure everything."""
    parser = argparse.ArgumentParser(description="Level of the null tests, recall of planted groups.")
    parser.add_argument("--full", action="store_true", help="600 tests and 40 networks instead of 40 and 4")
    parser.add_argument("--tests", type=int, help="shuffled networks of each kind")
    parser.add_argument("--networks", type=int, help="networks with planted groups for each setting")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    tests = options.tests or (600 if options.full else 40)
    networks = options.networks or (40 if options.full else 4)
    begun = time.monotonic()
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        run = partial(pool.map, chunksize=2)
        levels, bound = level(run, tests, 79)
        found = {
            "background": sweep(run, "recall, share of strong background synapses", "strong", BACKGROUNDS, networks),
            "jitter": sweep(run, "recall, jitter of planted delays / steps", "jitter", JITTERS, networks),
            "number": sweep(run, "recall, planted groups that share neurons", "planted", NUMBERS, networks, apart=False),
        }
        power(run, networks, 19)
    if options.figure:
        draw(options.figure, levels, bound, found)
    clean = found["background"][0, 0]
    seconds = time.monotonic() - begun
    print(f"planted groups found exactly without strong background: {clean:.3f}, wanted 1.000; {seconds:.0f} s in all")
    return 0 if max(map(max, levels.values())) <= bound and clean == 1.0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
