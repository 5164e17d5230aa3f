"""run.py: the network as a PyNEST user would write it down, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill

from snndsl.ir import Carry, Neuron, Population, Program, Rule, Synapses

__all__ = ["script"]

_ROOM = 70
"""Characters of a line of a comment that names may take."""

SLICE = 16
"""Steps that NEST makes at once, at most."""
CARRIED = 256
"""Steps that NEST carries a spike, at most: its work in a slice grows with this."""

WIDTH = 128
"""Characters of a line."""

_HEAD = '''"""{title} on NEST, written by snndsl.

    python run.py [--out DIR] [--steps N] [--build DIR] [--threads N]

writes the run folder DIR (results by default). README.md says what a step is, and where the numbers are.
"""

import sys
from pathlib import Path

import nest{numpy}

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "code"))

from simulation import Simulation  # noqa: E402

nodes, recorders = {{}}, {{}}

with Simulation(HERE) as simulation:  # the command line, settings.json, data/, and the run folder
'''
_SETTINGS = """    # One millisecond of NEST stands for one step ({step} ms of the model).{long}
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=1.0, min_delay={least:.1f}, max_delay={most:.1f}, local_num_threads=simulation.threads)
    nest.Install(simulation.models())  # compiles code/runtime.cpp and code/kernels.c if need be
"""
_LONG = """
    # NEST carries a spike for at most max_delay, and the target waits for the rest: NEST's work in a slice grows with it."""
_READS = """
    # It goes on in steps of min_delay; here it is one step: states of others are read as they were before it."""
_SUMS = """
    # It goes on in steps of min_delay; here it is one step: in between, sums over synapses are made."""
_RUN = """    simulation.start(nodes, recorders)
    nest.Prepare()
    for steps in simulation.pieces():  # what is complete is written in between
        nest.Run(steps)
    nest.Cleanup()

sys.exit(simulation.status)
"""


def script(program: Program) -> str:
    """Return the text of run.py.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    """
    delays = [synapses.delays for synapses in program.synapses if synapses.rows.rows and synapses.carry is None]
    shortest, longest = min((pair[0] for pair in delays), default=SLICE), max((pair[1] for pair in delays), default=SLICE)
    long, chosen = longest > CARRIED, any(record.neurons is not None for record in program.spike_records)
    readers: list[Neuron | Rule | Carry] = [*program.neurons, *program.rules, *program.carries]
    reads = any(item.reads for item in readers)
    sums = any(tick.sums for rule in program.rules for tick in rule.every)
    least, most = 1 if reads or sums else min(shortest, SLICE), min(longest, CARRIED)
    lines = [_HEAD.format(title=plain(program.name), numpy="\nimport numpy as np" if long or chosen else "")]
    said = (_LONG if long else "") + (_READS if reads else "") + (_SUMS if sums else "")
    lines += [_section("Settings"), _SETTINGS.format(step=program.step, long=said, least=least, most=most)]
    if program.neurons:
        lines += ["\n", _section("Neurons (in code/kernels.c)")]
    for neuron in program.neurons:
        lines += _neuron(program, neuron)
    lines += ["\n", _section("Populations")]
    for population in program.populations:
        lines += _population(program, population)
    if program.rules:
        lines += ["\n", _section("Plasticity (in code/kernels.c)")]
    for rule in program.rules:
        lines += _rule(program, rule)
    if any(synapses.rows.rows for synapses in program.synapses):
        lines += ["\n", _section("Synapses")]
    for synapses in program.synapses:
        lines += _synapses(program, synapses)
    lines += _inputs(program)
    lines += _recording(program)
    lines += ["\n", _section("Run"), _RUN]
    return "".join(lines)


def plain(text: str) -> str:
    """Return text that can neither end a comment nor a docstring."""
    return "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"""', "'''")


def _neuron(program: Program, neuron: Neuron) -> Iterator[str]:
    path = f"neurons.{neuron.name}"
    yield from _model(program, f"snn_neuron_{neuron.name}", path, {"params": neuron.params, "states": neuron.states})
    yield from _listed("receptors", [f"{number} {port}" for number, port in enumerate(neuron.ports)])
    if neuron.reads:
        yield from _listed("reads", [f"{read.of}.{read.state}" for read in neuron.reads])


def _rule(program: Program, rule: Rule) -> Iterator[str]:
    yield from _model(program, f"snn_rule_{rule.name}", f"rules.{rule.name}", {"params": rule.params, "states": rule.states})
    if rule.reads:
        yield from _listed("reads", [f"{read.of}.{read.state}" for read in rule.reads])
    sums = [f"{item.local} by {item.over} every {_steps(tick.period)}" for tick in rule.every for item in tick.sums]
    if sums:
        yield from _listed("sums", sums)


def _model(program: Program, name: str, path: str, lists: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield a model's name, the user's text, its parameters and states, and what those mean that the compiler has made."""
    yield from _commented(f"{name}:")
    yield from _commented(program.comments.get(path, ""), "  ")
    for kind, names in lists.items():
        yield from _listed("parameters" if kind == "params" else kind, names)
        meanings = {item: program.comments.get(f"{path}.{kind}.{item}", "") for item in names}
        yield from _commented("\n".join(f"{item}: {meaning}" for item, meaning in meanings.items() if meaning), "    ")


def _listed(title: str, names: Sequence[str]) -> list[str]:
    return _commented(fill(f"{title}: {', '.join(names) or 'none'}", 112, subsequent_indent="  ", break_long_words=False), "  ")


def _population(program: Program, population: Population) -> Iterator[str]:
    name, size = population.name, str(population.size)
    yield from _commented(program.comments.get(f"populations.{name}", ""))
    if population.neuron:
        arguments = (f'"snn_neuron_{population.neuron}"', size, f'simulation.values("{name}")')
    else:
        arguments = ('"snn_source"', size, f'simulation.spike_trains("{name}")')
    yield _call(f'nodes["{name}"] = nest.Create', arguments)


def _synapses(program: Program, synapses: Synapses) -> Iterator[str]:
    if not synapses.rows.rows:
        return
    name, target, long = synapses.name, program.population(synapses.target), synapses.delays[1] > CARRIED
    yield from _commented(program.comments.get(f"synapses.{name}", ""))
    if synapses.carry:
        yield from _commented(f"carried in every step, from {synapses.source}: snn_carry_{synapses.carry} in code/kernels.c")
        yield _call(
            "simulation.carry", (f'"{name}"', f'nodes["{target.name}"]'), f"  # {synapses.rows.rows}, to {synapses.port}"
        )
        return
    ends = (f'"{name}"', f'nodes["{synapses.source}"]', f'nodes["{synapses.target}"]')
    if synapses.rule:
        model, own = f"synapses_{name}", {"row": "synapses.row"}
        table = f'{{"table": simulation.table("{name}")}}'
        yield _call("nest.CopyModel", (f'"snn_rule_{synapses.rule}"', f'"{model}"', table))
    else:
        model, own = "snn_delayed_synapse" if long else "static_synapse", {"weight": "synapses.weight"}
    how = {"synapse_model": f'"{model}"'} | own
    how["delay"] = "np.minimum(synapses.delay, nest.max_delay)" if long else "synapses.delay"
    if long and not synapses.rule:
        how["further"] = "np.maximum(synapses.delay - nest.max_delay, 0)"
    how["receptor_type"] = str(program.neuron(target.neuron or "").ports.index(synapses.port))
    items = [f'"{key}": {value}' for key, value in how.items()]
    flat = f"{{{', '.join(items)}}}"
    spread = "{\n" + "".join(f"                {item},\n" for item in items) + "            }"
    spec = flat if len(flat) <= WIDTH - 13 else spread
    comment = f"  # {synapses.rows.rows}, to {synapses.port}"
    yield _call("for synapses in simulation.synapses", ends, comment, end=":")
    yield _call("nest.Connect", ("synapses.pre", "synapses.post", '"one_to_one"', spec), depth=2)


def _call(function: str, arguments: tuple[str, ...], comment: str = "", depth: int = 1, end: str = "") -> str:
    """Return a statement: in one line if it fits, else one argument a line."""
    space = "    " * depth
    line = f"{space}{function}({', '.join(arguments)}){end}"
    if len(line + comment) <= WIDTH and "\n" not in line:
        return f"{line}{comment}\n"
    listed = "".join(f"{space}    {argument},\n" for argument in arguments)
    return f"{space}{function}({comment}\n{listed}{space}){end}\n"


def _inputs(program: Program) -> Iterator[str]:
    if program.injections:
        yield "\n" + _section("Inputs (listed events; what is computed step by step is part of the neurons)")
    for injection in program.injections:
        yield from _commented(program.comments.get(f"injections.{injection.name}", ""))
        yield f'    simulation.inject("{injection.name}", nodes["{injection.target}"])'
        yield f"  # {injection.events.rows} events, to {injection.port}\n"


def _recording(program: Program) -> Iterator[str]:
    yield "\n" + _section("Recording")
    for record in program.spike_records:
        name, nodes = record.population, f'nodes["{record.population}"]'
        if record.neurons is not None:
            nodes += f'[np.load(HERE / "data" / "records" / "spikes" / "{name}.npy")]'
        yield _call(f'recorders["{name}"] = nest.Create', ('"spike_recorder"', 'params={"time_in_steps": True}'))
        yield _call("nest.Connect", (nodes, f'recorders["{name}"]', 'syn_spec={"delay": nest.min_delay}'))
    kept = [
        f"{_few(record.variables)} of {len(record.neurons)} in {record.population}, every {_steps(record.period)}"
        for record in program.state_records
    ]
    kept += [f"{_few(item.variables)} of {item.projection}, {len(item.stamps)} times" for item in program.synapse_records]
    if kept:
        yield from _commented("\n".join(["The runtime keeps states and synapses (code/recording.py):", *kept]))


def _steps(count: int) -> str:
    return "step" if count == 1 else f"{count} steps"


def _section(title: str) -> str:
    return f"    # --- {title} ".ljust(120, "-") + "\n"


def _commented(text: str, indent: str = "") -> list[str]:
    return [f"    # {indent}{plain(line)}".rstrip() + "\n" for line in text.splitlines() if line.strip()]


def _few(names: Sequence[str]) -> str:
    """Return names for a line of a comment: of many the first, and how many more there are."""
    shown = 1
    while shown < len(names) and len(", ".join(names[: shown + 1])) <= _ROOM:
        shown += 1
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest else "")
