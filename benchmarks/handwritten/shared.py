"""What the scripts of this folder are asked, and the file of spikes that each of them leaves."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

STRICT = ["-O3", "-march=native"]
"""Flags without fast-math: those whose arithmetic is that of the equations, as of the generated programs."""


def arguments(doc: str | None, **sizes: float) -> argparse.Namespace:
    """Read the command line: the simulated time, where the spikes go, and the sizes of the network with their defaults."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("ms", type=float, help="simulated time")
    parser.add_argument("out", type=Path, help="file of spikes (.npz)")
    parser.add_argument("--project", type=Path, help="folder of Brian2's C++ project; default: beside the file of spikes")
    parser.add_argument("--strict", action="store_true", help="-O3 -march=native without fast-math instead of Brian2's flags")
    for name, value in sizes.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return parser.parse_args()


def standalone(options: argparse.Namespace) -> None:
    """Choose C++ standalone for a script of Brian2."""
    from brian2 import prefs, seed, set_device

    if options.strict:
        prefs.codegen.cpp.extra_compile_args_gcc = STRICT
    set_device("cpp_standalone", directory=str(options.project or options.out.with_suffix("")))
    seed(1)


def save_brian2(options: argparse.Namespace, monitors: list[Any], sizes: list[int], synapses: int, dt_ms: float) -> None:
    """Write the spikes of Brian2's monitors; populations are numbered one after the other."""
    steps = [np.rint(np.asarray(monitor.t) * 1000 / dt_ms).astype(np.int64) for monitor in monitors]
    _save(options.out, steps, [np.asarray(monitor.i) for monitor in monitors], sizes, synapses, dt_ms)


def save_nest(options: argparse.Namespace, recorders: list[Any], populations: list[Any], synapses: int, dt_ms: float) -> None:
    """Write the spikes of NEST's recorders."""
    events = [recorder.get("events") for recorder in recorders]
    steps = [np.rint(event["times"] / dt_ms).astype(np.int64) for event in events]
    neurons = [event["senders"] - population[0].global_id for event, population in zip(events, populations)]
    _save(options.out, steps, neurons, [len(population) for population in populations], synapses, dt_ms)


def _save(out: Path, steps: list[Any], neurons: list[Any], sizes: list[int], synapses: int, dt_ms: float) -> None:
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    step = np.concatenate(steps)
    neuron = np.concatenate([found + begin for found, begin in zip(neurons, first)])
    np.savez(out, step=step, neuron=neuron, sizes=np.array(sizes), synapses=np.int64(synapses), dt_ms=np.float64(dt_ms))
