"""run.py: reads the tree and hands it to the machine."""

from __future__ import annotations

from snndsl.ir import Program
from snndsl.ir.remarks import harmless

__all__ = ["script"]

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
from snndsl_reference.tree.loading import load_tree  # noqa: E402
from snndsl_reference.tree.machine import simulate  # noqa: E402

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


def script(program: Program) -> str:
    """Return the text of run.py.

    Parameters
    ----------
    program : Program
        Any.
    """
    return _RUN.format(name=harmless(program.name))
