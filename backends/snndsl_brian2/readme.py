"""README.md of a generated tree."""

from __future__ import annotations

from snndsl.ir import Program

__all__ = ["readme"]

_TEXT = """# {name} on Brian2

`snndsl` wrote this folder. It needs Brian2 2.9 or newer and a C++ compiler, nothing else:

    python run.py --out results

The first run writes Brian2's C++ project and compiles it (some seconds) into `build/`. Every later run, also with other
numbers in `settings.json` and `data/`, starts that program at once, without Brian2.

| file | holds |
|---|---|
| `run.py` | the network in Brian2's own words, from top to bottom |
| `settings.json` | every scalar: sizes, parameters, steps, what is recorded |
| `data/` | every array: initial values, synapses with both parts of their delays, injected events, source spikes |
| `program.txt` | what is computed, statement by statement, in the order of evaluation |
| `code/functions.h` | exp, log ... and random draws: the same bits on every machine |
| `code/recorder.h`, `records.h`, `model.h`, `npy.h`, `operations.h`, `vectors.h` | loading of `data/`, recording |
| `code/standalone.py`, `plan.py`, `building.py`, `description.py`, `run_folder.py`, `failure.py` | what `run.py` uses |

## Time

Brian2 counts steps here: one second of its clock stands for one step of {step} ms. Step j makes stamp j + 1, and a spike of
step j has stamp j + 1. A step runs: arrivals at synapses (`synapses`), neurons (`groups`), `thresholds`, `resets`, recording
(`end`). A delay has an axonal part a (to the synapse) and a dendritic part b (to the soma). Everything at a synapse runs late
by b, so the delay of the pathway `pre` is a + b - 1 steps and that of `post` is 2 b (2 b - 1 where post spikes come first);
`tv` is the stamp of an event at the synapse. So the weight that is transmitted is the one the synapse had when the spike
reached it.

## Numbers

Compiled with `{flags}`: no contraction, no reordering. Weights are multiples of a power of two wherever they are
summed, so that no sum depends on its order.
"""


def readme(program: Program, flags: tuple[str, ...]) -> str:
    """Return the text of README.md.

    Parameters
    ----------
    program : Program
        Whose tree it is.
    flags : tuple of str
        Of the compiler.
    """
    return _TEXT.format(name=program.name, step=program.step, flags=" ".join(flags))
