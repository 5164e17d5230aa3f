"""Frozen rasters recalled by heterogeneous delays: weights in closed form, recall on two simulators.

    python scripts/working_memory.py [--out DIR] [--patterns N] [--backends brian2 nest]

Writes a model folder (model.yaml and its data), runs the recall of each pattern on each backend, compares the backends, and
prints the F1 score of the recalled spikes (exact bins). With the published sizes, 1,024 neurons, delays of 1 to 41 ms and 16
patterns, about 1.3 million synapses.

The model: u(t) = beta u(t-1) (1 - s(t-1)) + sum W s(t-d), s = [u >= theta]. The weights are the correlation of every target's
drive s(t) - beta s(t-1) with every other neuron's spike d steps before, over all patterns, in units of the expected drive.

L. Perrinet, arXiv:2604.14096.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import snndsl

BETA, THETA, RATE = 0.7, 0.4, 1e-3

MODEL = """\
snndsl: 1
name: working_memory
title: "Recall of frozen rasters by heterogeneous delays (closed-form weights)"
references: ["arXiv:2604.14096"]
time: {{step: 1 ms, duration: {steps} ms}}
constants: {{pattern: 0}}
data:
  kernel: {{file: kernel.npz, units: {{delay: step}}}}
  target: {{file: targets.npz, units: {{t: step}}}}
neurons:
  unit:
    parameters: {{beta: {beta}, theta: {theta}}}
    state: {{u: 0}}
    ports: {{I: 1}}
    made_for: 1 ms
    update: u = beta*u + I
    threshold: u >= theta
    reset: u = 0
populations: {{net: {{neuron: unit, size: {neurons}}}}}
projections:
  delays:
    from: net
    to: net
    connect: {{pairs: {{i: kernel.pre, j: kernel.post}}}}
    multiple: true
    port: I
    weight: kernel.weight
    delay: kernel.delay
stimuli:                                     # a forced spike has its own stamp, the earliest is 1: bin b is stamp b + 1
  cue:
    into: net
    port: spike
    spikes: {{i: target.i, t: target.t(row) + 1 step, where: target.pattern(row) == pattern}}
    during: [1 step, {cue} step]
record: {{spikes: [net]}}
expect:
  recall:
    of: net
    value: f1
    against: {{i: target.i, t: target.t(row) + 1 step, where: target.pattern(row) == pattern}}
    after: {delays} step
    at_least: 0.998
"""


def rasters(neurons: int, steps: int, patterns: int, seed: int) -> np.ndarray:
    """Return Bernoulli rasters, shape (patterns, steps, neurons)."""
    return np.random.default_rng(seed).random((patterns, steps, neurons)) < RATE


def weights(target: np.ndarray, delays: int) -> dict[str, np.ndarray]:
    """Return the closed-form weights as columns pre, post, delay, weight."""
    patterns, steps, neurons = target.shape
    codes, values = [], []
    for raster in target:
        when, who = np.nonzero(raster)
        for step, neuron, drive in [*zip(when, who, np.ones(len(who))), *zip(when + 1, who, np.full(len(who), -BETA))]:
            for delay in range(1, min(delays, step) + 1):
                if step < steps:
                    sources = np.flatnonzero(raster[step - delay])
                    codes.append((sources * neurons + neuron) * (delays + 1) + delay)
                    values.append(np.full(len(sources), drive))
    code, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    weight = np.bincount(inverse, np.concatenate(values)) / (neurons * delays * RATE)
    pair, delay = np.divmod(code, delays + 1)
    pre, post = np.divmod(pair, neurons)
    kept = weight != 0
    return {"pre": pre[kept], "post": post[kept], "delay": delay[kept].astype(np.float64), "weight": weight[kept]}


def write(folder: Path, neurons: int, steps: int, delays: int, patterns: int, seed: int) -> int:
    """Write the model folder; return the number of synapses."""
    folder.mkdir(parents=True, exist_ok=True)
    target = rasters(neurons, steps, patterns, seed)
    which, when, who = np.nonzero(target)
    np.savez_compressed(folder / "targets.npz", i=who, t=when.astype(np.float64), pattern=which)
    columns = weights(target, delays)
    np.savez_compressed(folder / "kernel.npz", **columns)
    text = MODEL.format(steps=steps, beta=BETA, theta=THETA, neurons=neurons, cue=delays + 1, delays=delays)
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    return len(columns["pre"])


def score(model: Any, run: Any) -> float:
    """Return the F1 score that the model's own expectation measures."""
    from snndsl.analysis.expectations import check_expectations

    [outcome] = check_expectations(model.checked, run)
    return float(outcome.found.split()[1])


def main() -> None:
    """Run everything and print what came of it."""
    parser = argparse.ArgumentParser(description="Recall of frozen rasters by heterogeneous delays.")
    parser.add_argument("--out", type=Path, default=Path("runs/working_memory"))
    parser.add_argument("--neurons", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--delays", type=int, default=41)
    parser.add_argument("--patterns", type=int, default=16)
    parser.add_argument("--recall", type=int, help="patterns to recall; default: all")
    parser.add_argument("--seed", type=int, default=2018)
    parser.add_argument("--backends", nargs="+", default=["brian2", "nest"])
    options = parser.parse_args()
    sizes = (options.neurons, options.steps, options.delays, options.patterns, options.seed)
    synapses = write(options.out / "model", *sizes)
    print(f"{options.neurons:,} neurons, {synapses:,} synapses, {options.patterns} patterns")
    scores: dict[str, list[float]] = {name: [] for name in options.backends}
    for pattern in range(options.recall or options.patterns):
        model = snndsl.load(options.out / "model", set={"constants.pattern": pattern})
        runs = [snndsl.run(model, name, out=options.out / f"{pattern}-{name}", force=True) for name in options.backends]
        for name, run in zip(options.backends, runs, strict=True):
            scores[name].append(score(model, run))
        same = snndsl.compare(*runs).identical if len(runs) > 1 else True
        found = ", ".join(f"{name} {scores[name][-1]:.5f}" for name in options.backends)
        print(f"  pattern {pattern:<3} F1 {found}   {'identical' if same else 'DIFFERENT'}", flush=True)
    for name, values in scores.items():
        print(f"{name:<10} mean F1 {np.mean(values):.5f}, least {np.min(values):.5f}")


if __name__ == "__main__":
    main()
