"""The backend `reference`: generates a tree that this package interprets; there is nothing to build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from snndsl.backend.protocol import BuildCache
from snndsl.backend.source_tree import SourceTree
from snndsl.backend.tree_data import arrays, settings
from snndsl.errors import Fault
from snndsl.ir import EVERY_OPERATION, EVERYTHING, Costs, Program, Target
from snndsl.ir.dump import dump
from snndsl.ir.serial import neuron_to, rule_to

__all__ = ["TARGET", "ReferenceBackend", "backend"]

TARGET = Target(
    name="reference",
    operations=EVERY_OPERATION,
    features=EVERYTHING,
    costs=Costs(start=1.0, step=1.5e-4, update=5e-8, arrival=1e-7),
)
"""Everything a program can say."""

_RUN = '''"""{name} on the NumPy reference interpreter, written by snndsl.

    python run.py [--out DIR] [--steps N]

writes the run folder DIR (results by default). The network is in settings.json (numbers), data/ (arrays) and
code/program.json (what a neuron and a synapse do); program.txt says the same in words. It needs snndsl_reference alone.
"""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "code"))

import json  # noqa: E402

from run_folder import RunFolder  # noqa: E402
from snndsl_reference.loading import load_tree  # noqa: E402
from snndsl_reference.machine import simulate  # noqa: E402

# --- Settings ---------------------------------------------------------------------------------------------------------
parser = argparse.ArgumentParser(description="Run the model of this folder.")
parser.add_argument("--out", type=Path, default=HERE / "results", metavar="DIR", help="run folder to write")
parser.add_argument("--steps", type=int, metavar="N", help="run the first N steps only")
parser.add_argument("--build", type=Path, help="not used: nothing is compiled")
parser.add_argument("--threads", type=int, default=1, help="not used: one thread")
options = parser.parse_args()
settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
settings["steps"] = settings["steps"] if options.steps is None else options.steps

# --- Network, recording, run ------------------------------------------------------------------------------------------
folder = RunFolder(options.out, settings, {{"snndsl": version("snndsl"), "numpy": version("numpy")}})
folder.watch_signals()
with folder.concluding():
    folder.emit({{"event": "phase", "name": "load"}})
    program = load_tree(HERE)
    folder.emit({{"event": "phase", "name": "simulate"}})
    simulate(program, folder, settings["steps"])
sys.exit(folder.exit_status())
'''

_README = """# {name} on the reference interpreter

`python run.py [--out DIR] [--steps N]` simulates {steps} steps of {step} ms with NumPy alone (the package snndsl_reference must
be installed) and writes a run folder.

| file | what |
|---|---|
| `run.py` | the script |
| `settings.json` | every scalar |
| `program.txt` | the program in words |
| `data/` | arrays: values, synapses, inputs |
| `code/program.json` | what neurons and synapses do, as trees |
| `code/run_folder.py` | writes the results |
"""


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
        code = {"neurons": [neuron_to(item) for item in program.neurons], "rules": [rule_to(item) for item in program.rules]}
        texts = {
            "README.md": _README.format(name=program.name, steps=program.steps, step=program.step),
            "run.py": _RUN.format(name=program.name),
            "settings.json": settings(program, self.name),
            "program.txt": dump(program),
            "code/program.json": json.dumps(code, indent=1) + "\n",
            "code/run_folder.py": files("snndsl.results").joinpath("run_folder.py").read_text(encoding="utf-8"),
        }
        return SourceTree({**texts, **arrays(program)})

    def build(self, tree: Path, cache: BuildCache, log: Path) -> Path | None:
        """Return None: nothing is compiled."""
        return None


backend = ReferenceBackend()
