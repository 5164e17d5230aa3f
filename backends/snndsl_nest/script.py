"""run.py: the network as a PyNEST user would write it down, from top to bottom."""

from __future__ import annotations

from snndsl.ir import Program

__all__ = ["script"]

_HEAD = '''"""{title} on NEST, written by snndsl.

    python run.py [--out DIR] [--steps N] [--build DIR] [--threads N]

writes the run folder DIR (results by default). README.md says what a step is, and where the numbers are.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "code"))

import simulation  # noqa: E402


def network(engine):
    """Create and connect the nodes; one millisecond of NEST stands for one step ({step} ms of the model)."""
    create, connect = engine.create, engine.connect

    # --- Populations (code/kernels.c: what a neuron does; data/populations: its numbers) ----------------------------------
'''

_SYNAPSES = """
    # --- Synapses (data/synapses: pre, post, axonal and dendritic delay in steps, weights) --------------------------------
    # A spike reaches the synapse after the axonal part of its delay, and the soma after the dendritic part more.
"""

_TAIL = """

if __name__ == "__main__":
    sys.exit(simulation.main(HERE, network))
"""


def script(program: Program) -> str:
    """Return the text of run.py.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    """
    variables = {population.name: f"nodes_{number}" for number, population in enumerate(program.populations)}
    lines = [_HEAD.format(title=plain(program.name), step=program.step)]
    for population in program.populations:
        kind = f"{population.size} {plain(population.neuron)}" if population.neuron else f"{population.size} sources"
        lines += _commented(program.comments.get(f"populations.{population.name}", ""))
        lines.append(f'    {variables[population.name]} = create("{population.name}")  # {kind}\n')
    if program.synapses:
        lines.append(_SYNAPSES)
    for synapses in program.synapses:
        lines += _commented(program.comments.get(f"synapses.{synapses.name}", ""))
        ends = f"{variables[synapses.source]}, {variables[synapses.target]}"
        kind = f"{synapses.rows.rows} {synapses.rule or 'static'}, into port {synapses.port}"
        lines.append(f'    connect({ends}, "{synapses.name}")  # {kind}\n')
    return "".join(lines) + _TAIL


def plain(text: str) -> str:
    """Return text that can neither end a comment nor a docstring."""
    return "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"""', "'''")


def _commented(text: str) -> list[str]:
    return [f"    # {plain(line)}".rstrip() + "\n" for line in text.splitlines() if line.strip()]
