"""README.md of a tree."""

from __future__ import annotations

from snndsl.ir import Program
from snndsl_nest.script import plain

__all__ = ["readme"]

_TEXT = """# {name} on NEST

`python run.py [--out DIR] [--steps N] [--threads N]` simulates {steps} steps of {step} ms and writes a run folder. It needs
NEST, a C and a C++ compiler and the headers of boost and ltdl. The first run
of a NEST version compiles `code/runtime.cpp` (about half a minute).

| file | what |
|---|---|
| `run.py` | settings, populations, synapses, inputs, recording, run: PyNEST, from top to bottom |
| `settings.json` | every scalar |
| `program.txt` | the program in words |
| `data/` | arrays: values, synapses, inputs |
| `code/kernels.c` | what neurons and synapses do, statement by statement |
| `code/runtime.cpp`, `neuron.h`, `synapse.h`, `sums.h` | NEST nodes and synapses that run a kernel; the same for every model |
| `code/runtime.py` | makes kernels known to NEST, and shares the arrays of plastic synapses with it |
| `code/simulation.py` | the command line, and when to write what |
| `code/recording.py`, `code/run_folder.py` | write the results |
| `code/failure.py` | says why a run fails |

A step j leads to stamp j + 1: arrivals at synapses, sums at the ports, update, threshold, reset, postsynaptic events. NEST
counts steps as milliseconds (`resolution = 1.0`); its step S makes stamp S - 1, so that sources can spike at stamp 0.
Parameters and states of neurons are those of the nodes (`nodes["NAME"].get()`). Plastic synapses are rows of tables, since
NEST reads its connections one by one. Weights are multiples of a power of two, so sums do not depend on their order or on the
number of threads.
"""


def readme(program: Program) -> str:
    """Return the text.

    Parameters
    ----------
    program : Program
        Any.
    """
    return _TEXT.format(name=plain(program.name), steps=program.steps, step=program.step)
