"""README.md of a generated tree."""

from __future__ import annotations

from snndsl.ir import Program
from snndsl.ir.remarks import harmless

__all__ = ["readme"]

_TEXT = """# {name} on the reference interpreter

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


def readme(program: Program) -> str:
    """Return the text of README.md.

    Parameters
    ----------
    program : Program
        Any.
    """
    return _TEXT.format(name=harmless(program.name), steps=program.steps, step=program.step)
