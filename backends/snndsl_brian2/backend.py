"""The backend `brian2`: generates a tree, compiles it once, and leaves running to the tree itself."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from snndsl.attendance import run_attended
from snndsl.backend.protocol import BuildCache, build_failed
from snndsl.backend.source_tree import SourceTree
from snndsl.backend.tree_data import common_files, shipped
from snndsl.errors import Fault
from snndsl.ir import EVERY_OPERATION, EVERYTHING, Costs, Program, Target
from snndsl.numerics import c_functions
from snndsl_brian2.carries import states_kept
from snndsl_brian2.neurons import states_read
from snndsl_brian2.readme import readme
from snndsl_brian2.script import script
from snndsl_brian2.tree import building

__all__ = ["TARGET", "Brian2Backend", "backend"]

TARGET = Target(
    name="brian2",
    operations=EVERY_OPERATION,
    features=EVERYTHING,
    needs=("c++", "brian2"),
    costs=Costs(start=0.5, step=1e-6, update=1.5e-8, arrival=1e-8),
    late_failures=True,
)
"""What Brian2 can do: everything the program can say."""


@dataclass(frozen=True, slots=True)
class Brian2Backend:
    """Brian2, C++ standalone."""

    name: str = "brian2"
    target: Target = TARGET

    def versions(self) -> Mapping[str, str]:
        """Return versions of Brian2, NumPy and the compiler."""
        found = {name: metadata.version(name) for name in ("brian2", "numpy") if importlib.util.find_spec(name)}
        return {**found, "compiler": building.compiler_version(), "flags": " ".join(building.FLAGS)}

    def missing(self) -> tuple[Fault, ...]:
        """Return what must be installed before it can run."""
        return tuple(fault for fault in (_no_compiler(), _no_brian2()) if fault is not None)

    def generate(self, program: Program) -> SourceTree:
        """Return the stand-alone tree.

        Parameters
        ----------
        program : Program
            Any.
        """
        keys: dict[float, int] = {}
        text = script(program, keys)
        code = {**shipped("snndsl_brian2.tree", (".py", ".h")), "code/functions.h": c_functions()}
        words: dict[str, Any] = {"keys": sorted(keys, key=keys.__getitem__)}
        if reads := [*states_read(program)]:
            words["reads"] = reads
        if past := states_kept(program):
            words["past"] = [[*state, steps] for state, steps in past.items()]
        return SourceTree({**common_files(program, self.name, readme(program, building.FLAGS), text, words), **code})

    def build(self, tree: Path, cache: BuildCache, log: Path) -> Path | None:
        """Compile the tree in a process of its own, unless that was done before.

        Parameters
        ----------
        tree : Path
            A generated tree.
        cache : BuildCache
            Of binaries.
        log : Path
            Takes what Brian2 and the compiler say.
        """

        def compile_into(folder: Path) -> None:
            log.parent.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-I", str(tree.resolve() / "run.py"), "--build", str(folder.resolve()), "--compile"]
            with log.open("ab") as output:
                done = run_attended(command, cwd=folder, stdout=output, stderr=output, env=_quiet())
            if done.returncode:
                raise build_failed(self.name, log)

        return cache.get(building.key(tree), compile_into)


def _quiet() -> dict[str, str]:
    """Return the environment without the descriptor for events: a build is not a run."""
    return {name: value for name, value in os.environ.items() if name != "SNNDSL_EVENTS"}


def _no_compiler() -> Fault | None:
    if shutil.which(building.compiler()):
        return None
    return Fault(
        "compiler-missing",
        f"Brian2 needs a C++ compiler, and there is no {building.compiler()}",
        try_="sudo apt-get install build-essential",
    )


def _no_brian2() -> Fault | None:
    if importlib.util.find_spec("brian2") is None:
        return Fault("brian2-missing", "Brian2 is not installed", try_="pip install 'snndsl[brian2]'")
    version, numpy = metadata.version("brian2"), metadata.version("numpy")
    if _numbers(version) < (2, 10) and _numbers(numpy) >= (2, 4):
        what = f"Brian2 {version} cannot be imported with NumPy {numpy}"
        return Fault("numpy-too-new", what, expected="NumPy below 2.4", try_="pip install 'numpy<2.4'")
    return None


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


backend = Brian2Backend()
