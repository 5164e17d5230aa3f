"""The backend `reference`: generates a tree that this package interprets; there is nothing to build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from snndsl.backend.protocol import BuildCache
from snndsl.backend.source_tree import SourceTree
from snndsl.backend.tree_data import common_files
from snndsl.errors import Fault
from snndsl.ir import EVERY_OPERATION, EVERYTHING, Costs, Program, Target
from snndsl_reference.neurons import neuron_entries
from snndsl_reference.readme import readme
from snndsl_reference.rules import carry_entries, rule_entries
from snndsl_reference.script import script

__all__ = ["TARGET", "ReferenceBackend", "backend"]

TARGET = Target(
    name="reference",
    operations=EVERY_OPERATION,
    features=EVERYTHING,
    costs=Costs(start=1.0, step=1.5e-4, update=5e-8, arrival=1e-7),
)
"""Everything a program can say."""


@dataclass(frozen=True, slots=True)
class ReferenceBackend:
    """The plain NumPy interpreter."""

    name: str = "reference"
    target: Target = TARGET

    def versions(self) -> Mapping[str, str]:
        """Return versions of snndsl and NumPy."""
        return {name: metadata.version(name) for name in ("snndsl", "numpy")}

    def missing(self) -> tuple[Fault, ...]:
        """Return nothing: it needs no tool."""
        return ()

    def generate(self, program: Program) -> SourceTree:
        """Return the stand-alone tree.

        Parameters
        ----------
        program : Program
            Any.
        """
        code = {"neurons": neuron_entries(program), "rules": rule_entries(program)}
        if program.carries:
            code["carries"] = carry_entries(program)
        common = common_files(program, self.name, readme(program), script(program))
        return SourceTree({**common, "code/program.json": json.dumps(code, indent=1) + "\n"})

    def build(self, tree: Path, cache: BuildCache, log: Path) -> Path | None:
        """Return None: nothing is compiled."""
        return None


backend = ReferenceBackend()
