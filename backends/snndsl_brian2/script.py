"""run.py: the network as a Brian2 user would write it down, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from snndsl.ir import Population, Program, Synapses
from snndsl_brian2.neurons import NeuronCode, neuron_code
from snndsl_brian2.rules import RuleCode, rule_code, static_code
from snndsl_brian2.tree.names import object_name

__all__ = ["script"]

_HEAD = '''"""{title} on Brian2 (C++ standalone), written by snndsl.

    python run.py [--out DIR] [--steps N] [--build DIR] [--threads N]

writes the run folder DIR (results by default). README.md says what a step is, and where the numbers are.
Names of neurons end in _n, names of synapses in _s; the code of both is written statement by statement in the order in which
it is computed, so that Brian2 does not rearrange it.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "code"))

import standalone  # noqa: E402


def network():
    """Describe the network; called only where nothing is compiled yet."""
    from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, defaultclock, second
    from description import Arrays, functions

    # --- Settings -----------------------------------------------------------------------------------------------------
    # Brian2 counts steps: one second of its clock stands for one step ({step} ms of the model).
    defaultclock.dt = 1 * second
    size = standalone.sizes(HERE)  # neurons in each population, from settings.json
    arrays = Arrays()  # what the compiled program fills from data/ when it starts: no number is compiled in
    population, synapses = {{}}, {{}}
'''

_SYNAPSES = """\
    # A spike reaches the synapse after the axonal part of its delay, and the soma after the dendritic part more. All of
    # a synapse runs late by its dendritic part: the weight that is transmitted is that of the synapse's own time.
"""

_RECORDING = """
    # --- Inputs and recording -----------------------------------------------------------------------------------------
    # Written in C++ (code/recorder.h): events of data/injections, snapshots of synapses, spikes and states of every step.
    recorder = NeuronGroup(1, "done : 1", name="recorder")
    recorder.run_regularly("done = snn_inject(t_in_timesteps)", when="start", name="injections")
    recorder.run_regularly("done = snn_snapshot(t_in_timesteps)", when="synapses", order=-2, name="snapshots")
    recorder.run_regularly("done = snn_record(t_in_timesteps)", when="end", name="recording")
    arrays.start()

    # --- Run ----------------------------------------------------------------------------------------------------------
    # A step: arrivals at synapses, neurons, thresholds, resets, recording. The recorder ends the run.
    everything = Network(recorder, *population.values(), *synapses.values())
    everything.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    everything.run((2**31 - 1) * second, namespace=functions())
    return arrays


if __name__ == "__main__":
    sys.exit(standalone.main(HERE, network))
"""


def script(program: Program, keys: dict[float, int]) -> str:
    """Return the text of run.py.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    keys : dict of float to int
        Filled with the key words of draws, which settings.json holds.
    """
    samples = {sample.name: number for number, sample in enumerate(program.samples)}
    parts = [_HEAD.format(title=_comment(program.name), step=program.step)]
    parts.append(_heading("Neurons"))
    for neuron in program.neurons:
        parts.append(_neuron(neuron.name, neuron_code(neuron, samples, keys), program.comments))
    parts.append(_heading("Populations"))
    parts += [_population(program, population) for population in program.populations]
    if program.synapses:
        parts.append(_heading("Synapses"))
        parts.append(_SYNAPSES)
    names: dict[tuple[str, RuleCode], str] = {}
    for synapses in program.synapses:
        parts.append(_synapses(program, synapses, _synapse_code(program, synapses, samples, keys), names))
    return "".join(parts) + _RECORDING


def _synapse_code(program: Program, synapses: Synapses, samples: Mapping[str, int], keys: dict[float, int]) -> RuleCode:
    if synapses.rule is None:
        return static_code(synapses.port)
    rule = program.rule(synapses.rule)
    return rule_code(rule, synapses.port, frozenset(synapses.values) & frozenset(rule.params), samples, keys)


def _neuron(name: str, code: NeuronCode, comments: Mapping[str, str]) -> str:
    lines = [*_commented(comments.get(f"neurons.{name}", "")), f"    neuron_{name} = dict("]
    lines += [_text("model", code.model, 8, ","), '        threshold="fires",']
    lines += [_text("reset", code.reset, 8, ",")] if code.reset else []
    lines += ["    )", _text(f"update_{name}", code.update, 4)]
    return "\n".join(lines) + "\n"


def _population(program: Program, population: Population) -> str:
    lines = _commented(program.comments.get(f"populations.{population.name}", ""))
    here, name = f'population["{population.name}"]', object_name(population.name, "population")
    if population.neuron is None:
        lines += [
            f'    {here} = SpikeGeneratorGroup(size["{population.name}"], [], [] * second, name="{name}")',
            f'    arrays.source("{population.name}", {here})',
        ]
    else:
        neuron = program.neuron(population.neuron)
        variables = " ".join((*neuron.params, *neuron.states, *neuron.ports))
        lines += [
            f'    {here} = NeuronGroup(size["{population.name}"], name="{name}", **neuron_{neuron.name})',
            f'    {here}.run_regularly(update_{neuron.name}, when="groups", name="{name}_update")',
            f'    arrays.population("{population.name}", {here}, "{variables}")',
        ]
    return "\n".join(lines) + "\n"


def _synapses(program: Program, synapses: Synapses, code: RuleCode, names: dict[tuple[str, RuleCode], str]) -> str:
    lines = []
    kind = synapses.rule or "static"
    if (kind, code) not in names:
        taken = sum(known == kind for known, _ in names)
        name = names[kind, code] = f"rule_{kind}_{taken}" if synapses.rule else f"static_{taken}"
        lines += _commented(program.comments.get(f"rules.{kind}", ""))
        lines.append(f"    {name} = dict(")
        lines += [
            _text(key, text, 8, ",")
            for key, text in (("model", code.model), ("on_pre", code.on_pre), ("on_post", code.on_post))
            if text
        ]
        lines.append("    )")
        lines += [_text(f"{name}_every_{period}", text, 4) for period, text in code.every]
    lines += _commented(program.comments.get(f"synapses.{synapses.name}", ""))
    return "\n".join([*lines, *_connection(program, synapses, code, names[kind, code])]) + "\n"


def _connection(program: Program, synapses: Synapses, code: RuleCode, kind: str) -> list[str]:
    here, name = f'synapses["{synapses.name}"]', object_name(synapses.name, "synapses")
    lines = [
        f'    {here} = Synapses(population["{synapses.source}"], population["{synapses.target}"], name="{name}", **{kind})',
        *([f"    {here}.pre.order = -1  # delay: axonal + dendritic - 1 steps"] if code.on_pre else []),
    ]
    if synapses.rule is None:
        return [*lines, f'    arrays.synapses("{synapses.name}", {here}, "weight")']
    rule = program.rule(synapses.rule)
    first = rule.order == "post_first"
    if code.on_post:
        lines.append(f"    {here}.post.order = -3  # delay: 2 dendritic{' - 1' if first else ''} steps")
    same = [parameter for parameter in rule.params if parameter in synapses.values]
    each = ["dendritic", *(["row"] if "row : integer (constant)" in code.model else [])]
    each += [parameter for parameter in rule.params if parameter not in same]
    options = ", post_first=True" if first else ""
    options += f', bound=("w", "{rule.bound}")' if rule.bound else ""
    for period, _ in code.every:
        lines += [
            f'    tick = {here}.run_regularly({kind}_every_{period}, when="synapses", name="{name}_every_{period}")',
            f'    arrays.tick("{synapses.name}", {period}, tick)',
        ]
    names = f'"{" ".join(each)}", "{" ".join(rule.states)}", same="{" ".join(same)}"'
    return [*lines, f'    arrays.synapses("{synapses.name}", {here}, {names}{options})']


def _heading(title: str) -> str:
    return f"\n    # --- {title} {'-' * (111 - len(title))}\n"


def _text(name: str, lines: Iterable[str], indent: int, end: str = "") -> str:
    pad = " " * indent
    sign = "=" if end else " = "
    return "\n".join([f'{pad}{name}{sign}"""', *(f"{pad}{line}" for line in lines), f'{pad}"""{end}'])


def _commented(text: str) -> list[str]:
    return [f"    # {_comment(line)}".rstrip() for line in text.splitlines() if line.strip()]


def _comment(text: str) -> str:
    """Return text that can neither end a comment nor a docstring."""
    return "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"""', "'''")
