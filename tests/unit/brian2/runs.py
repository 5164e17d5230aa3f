"""Generating, building and running a program as users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.backend.cache import DirectoryCache
from snndsl.backend.protocol import Backend
from snndsl.ir import Program
from snndsl.results import Recording, read_run
from snndsl.testing import differences
from snndsl_brian2 import backend as brian2
from snndsl_reference import backend as reference

__all__ = ["Finished", "agrees", "built", "execute", "run"]


@dataclass
class Finished:
    """A run that ended."""

    status: int
    folder: Path
    error: str
    events: list[dict[str, Any]] = field(default_factory=list)
    waited: float = 0.0
    """Seconds from the signal to the end."""

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
        return np.asarray(weights.value[weights.step.tolist().index(stamp)])


def run(
    program: Program,
    folder: Path,
    cache: DirectoryCache,
    *options: str,
    backend: Backend = brian2,
    stop: tuple[str, int] | None = None,
) -> Finished:
    """Run a program below `folder`.

    Parameters
    ----------
    program : Program
        To run.
    folder : Path
        For the tree and the results.
    cache : DirectoryCache
        Of builds.
    *options : str
        Of run.py.
    backend : Backend
        That runs it.
    stop : (str, int)
        A signal for the process group, sent at the first event that is called so.
    """
    tree = folder / "tree"
    backend.generate(program).write(tree)
    build = backend.build(tree, cache, folder / "build.log")
    return execute(tree, folder / "out", *([] if build is None else ["--build", str(build)]), *options, stop=stop)


def execute(tree: Path, out: Path, *options: str, stop: tuple[str, int] | None = None) -> Finished:
    """Execute run.py of a tree; for `stop` see `run`."""
    readable, writable = os.pipe()
    command = [sys.executable, "-I", str(tree / "run.py"), "--out", str(out), *options]
    environment = {**os.environ, "SNNDSL_EVENTS": str(writable)}
    process = subprocess.Popen(
        command, env=environment, pass_fds=(writable,), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    os.close(writable)
    events: list[dict[str, Any]] = []
    sent = 0.0
    with os.fdopen(readable) as lines:
        for line in lines:
            events.append(json.loads(line))
            if stop is not None and not sent and stop[0] in (events[-1]["event"], events[-1].get("name")):
                os.killpg(process.pid, stop[1])
                sent = time.monotonic()
    _, error = process.communicate()
    return Finished(process.returncode, out, error, events, time.monotonic() - sent)


def agrees(program: Program, done: Finished, cache: DirectoryCache, *options: str) -> None:
    """Everything recorded is what the reference says, bit by bit; if it says why it failed, so does this."""
    wanted = run(program, done.folder.parent / "reference", cache, *options, backend=reference)
    assert done.status == wanted.status, done.error
    assert done.recording.manifest.get("reason") == wanted.recording.manifest.get("reason")
    assert differences(wanted.recording, done.recording) == []
    for population, variables in wanted.recording.records.items():
        for variable, states in variables.items():
            assert states.value.tobytes() == done.recording.records[population][variable].value.tobytes()  # the sign of 0
    assert len(done.recording.synapses) == len(program.projections)


def built(cache: DirectoryCache) -> int:
    """Return how many builds there are."""
    return sum(not entry.name.startswith(".") for entry in cache.root.iterdir())
