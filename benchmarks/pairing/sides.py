"""The two sides of a pair: what is built once, which command runs it, and what it spiked."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
from pairing.measuring import Cost, cost
from pairing.rows import ROOT, Row
from pairing.same import Spikes

import snndsl

HERE = ROOT / "benchmarks" / "handwritten"
COMMAND = Path(sys.executable).with_name("snndsl")
INPUTS = ROOT / "models" / "izhikevich2006_recorded" / "seed0_inputs.npz"
FLAGS = ("-O3", "-march=native")


class Ours:
    """A model run by the command `snndsl`, with a cache of its own."""

    apart = False

    def __init__(self, row: Row, folder: Path) -> None:
        self.row, self.folder = row, folder
        folder.mkdir(parents=True)
        self.environment = {**os.environ, "SNNDSL_CACHE": str(folder / "cache")}

    def run(self, times: int = 1) -> Cost:
        """Run the whole command for so many times the duration."""
        row = self.row
        changes = [word for change in row.changes for word in ("--set", change)]
        where = ["-o", self.folder / f"run{times}", "--force", "-q"]
        words = [COMMAND, "run", ROOT / row.model, "-b", row.backend, "--duration", f"{row.ms * times} ms", *where, *changes]
        return cost(words, self.folder, self.environment)

    build = run
    """The first run, with an empty cache."""

    def loop(self, times: int) -> Cost:
        """Run what holds the loop: the whole command."""
        return self.run(times)

    def spikes(self) -> Spikes:
        """Read what was run."""
        recording = snndsl.read_run(self.folder / "run1")
        sizes = list(recording.populations.values())
        first = dict(zip(recording.populations, np.concatenate([[0], np.cumsum(sizes)[:-1]])))
        step = np.concatenate([found.step for found in recording.spikes.values()])
        neuron = np.concatenate([found.neuron + first[name] for name, found in recording.spikes.items()])
        synapses = sum(found["rows"] for found in recording.manifest["projections"].values())
        return Spikes(step, neuron, sizes, synapses, self.row.ms, recording.step_ms)


class Handwritten:
    """A script for Brian2 or NEST, or a program of C++."""

    def __init__(self, row: Row, folder: Path) -> None:
        self.row, self.folder = row, folder
        folder.mkdir(parents=True)
        self.compiled = row.script.endswith(".cpp")
        self.apart = row.script.startswith("brian2_")

    def build(self) -> Cost:
        """Run the whole script with nothing there, which compiles what it compiles."""
        if self.compiled:
            _write_network(self.folder / "network.txt")
            compiler = ["g++", *FLAGS, HERE / self.row.script, "-o", self.folder / "program"]
            return cost(compiler, self.folder) + self.run()
        return self.run()

    def run(self, times: int = 1) -> Cost:
        """Run the whole command for so many times the duration."""
        out = self.folder / f"run{times}.npz"
        ms = self.row.ms * times
        if self.compiled:
            return cost([self.folder / "program", ms, self.folder / "network.txt", out.with_suffix(".txt")], self.folder)
        project = ["--project", self.folder / f"project{times}"] if self.apart else []
        return cost([sys.executable, HERE / self.row.script, ms, out, *project, *self.row.given], self.folder)

    def loop(self, times: int) -> Cost:
        """Run what holds the loop: of Brian2 the program that was built, for twice the time built from a copy."""
        if not self.apart:
            return self.run(times)
        project = self.folder / f"project{times}"
        if not project.exists():
            shutil.copytree(self.folder / "project1", project)
            self.run(times)
        return cost([project / "main"], project)

    def spikes(self) -> Spikes:
        """Read what was run."""
        if self.compiled:
            step, neuron = np.loadtxt(self.folder / "run1.txt", dtype=np.int64).reshape(-1, 2).T
            return Spikes(step, neuron, [1000], 100_000, self.row.ms, 1.0)
        with np.load(self.folder / "run1.npz") as found:
            sizes, synapses, dt_ms = found["sizes"].tolist(), int(found["synapses"]), float(found["dt_ms"])
            return Spikes(found["step"], found["neuron"], sizes, synapses, self.row.ms, dt_ms)


def _write_network(path: Path) -> None:
    """Write the recorded network of 2006 as text, for the program of C++."""
    with np.load(INPUTS) as found, path.open("w") as file:
        np.savetxt(file, np.stack([found["pre"], found["post"], found["delay_ms"]], axis=1), fmt="%d")
        np.savetxt(file, np.stack([found["v0"], found["u0"]], axis=1), fmt="%.17g")
        np.savetxt(file, found["stimulus_neuron"], fmt="%d")
