"""What a backend is: a table of abilities, a pure generator, a build step and a command line.

Every backend generates a tree of the same form; ``run.py`` in it simulates with only the simulator installed::

    python run.py [--out DIR] [--steps N] [--build DIR] [--threads N]

``--build`` names a folder that `Backend.build` filled (compiled parts); without it ``run.py`` builds below the tree.
It writes a run folder (`snndsl.results`) and, if the environment names a descriptor in ``SNNDSL_EVENTS``, one JSON object
a line on it: ``{"event": "phase", "name": "build" | "load" | "simulate"}``, ``{"event": "progress", "step": n, "spikes": k}``,
``{"event": "chunk", "last_step": n}``, ``{"event": "failed", "kind": .., "what": text, "step": n, ..}``, where kind is
``non-finite``, ``range``, ``bound``, ``sample``, ``build`` or ``simulator``: `snndsl.backend.failure` makes it of codes and
numbers. Exit status: 0 complete, 4 failed, 130 or 143 stopped by SIGINT or SIGTERM (the folder then holds everything up to the
step it says).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from snndsl.backend.failure import not_built
from snndsl.backend.source_tree import SourceTree
from snndsl.errors import Fault, SimulationFailed
from snndsl.ir import Program, Target

__all__ = ["Backend", "BuildCache", "build_failed"]


class BuildCache(Protocol):
    """Compiled parts by content."""

    def get(self, key: Mapping[str, str | bytes], build: Callable[[Path], None]) -> Path:
        """Return the folder built for `key`, verified by checksum, building it at most once.

        Parameters
        ----------
        key : mapping
            Everything the result depends on: sources, flags, compiler and simulator versions.
        build : callable
            Fills an empty private folder, which is then checked in by one rename. Called only if there is no valid entry.
        """
        ...


@runtime_checkable
class Backend(Protocol):
    """One simulator. Instances hold no state."""

    @property
    def name(self) -> str:
        """Short name, as after ``-b``."""
        ...

    @property
    def target(self) -> Target:
        """What it can do."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Return versions of the simulator and what matters for its numbers, without importing it."""
        ...

    def missing(self) -> tuple[Fault, ...]:
        """Return what must be installed before it can run; empty if nothing."""
        ...

    def generate(self, program: Program) -> SourceTree:
        """Return the stand-alone tree: a pure function of the program, byte-identical on every call."""
        ...

    def build(self, tree: Path, cache: BuildCache, log: Path) -> Path | None:
        """Compile what the tree needs (compiler output to `log`); return the folder for ``--build``, or None."""
        ...


def build_failed(name: str, log: Path) -> SimulationFailed:
    """Return what a backend raises whose compiler has failed.

    Parameters
    ----------
    name : str
        Of the backend.
    log : Path
        What the compiler said.
    """
    return SimulationFailed(Fault("build-failed", f"{name}: {not_built(f'see {log}')['what']}"))
