"""Generating, building and running a program as users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.ir import Program
from snndsl.results import Recording, read_run
from snndsl_brian2 import backend

__all__ = ["Cache", "Finished", "run"]


class Cache:
    """Builds by key, each made once; says how many were made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Path] = {}

    def get(self, key: Mapping[str, str | bytes], build: Callable[[Path], None]) -> Path:
        text = repr(sorted(key.items()))
        if text not in self.made:
            path = self.folder / str(len(self.made))
            path.mkdir(parents=True)
            build(path)
            self.made[text] = path
        return self.made[text]


@dataclass
class Finished:
    """A run that ended."""

    status: int
    folder: Path
    error: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def recording(self) -> Recording:
        """What it left."""
        return read_run(self.folder)

    def spikes(self, population: str) -> list[tuple[int, int]]:
        """Return (stamp, neuron) in order."""
        spikes = self.recording.spikes[population]
        return list(zip(spikes.step.tolist(), spikes.neuron.tolist()))

    def states(self, population: str, record: str, variable: str) -> np.ndarray:
        """Return values, samples by neurons."""
        chunks = sorted((self.folder / "states" / population / variable / record).glob("[0-9]*.npy"))
        return np.concatenate([np.load(chunk) for chunk in chunks])

    def weights(self, projection: str, variable: str, stamp: int) -> np.ndarray:
        """Return a snapshot."""
        weights = self.recording.weights[projection][variable]
        return weights.value[weights.step.tolist().index(stamp)]


def run(program: Program, folder: Path, cache: Cache, *options: str, wait: Callable[[int], None] | None = None) -> Finished:
    """Run a program below `folder`.

    Parameters
    ----------
    program : Program
        To run.
    folder : Path
        For the tree and the results.
    cache : Cache
        Of builds.
    *options : str
        Of run.py.
    wait : callable
        Called with the process id after the first chunk.
    """
    tree = folder / "tree"
    backend.generate(program).write(tree)
    built = backend.build(tree, cache, folder / "build.log")
    readable, writable = os.pipe()
    command = [sys.executable, "-I", str(tree / "run.py"), "--build", str(built), "--out", str(folder / "out"), *options]
    environment = {**os.environ, "SNNDSL_EVENTS": str(writable)}
    process = subprocess.Popen(command, env=environment, pass_fds=(writable,), stderr=subprocess.PIPE, text=True)
    os.close(writable)
    events = []
    with os.fdopen(readable) as lines:
        for line in lines:
            events.append(json.loads(line))
            if wait is not None and events[-1].get("event") == "chunk":
                wait(process.pid)
                wait = None
    _, error = process.communicate()
    return Finished(process.returncode, folder / "out", error, events)
