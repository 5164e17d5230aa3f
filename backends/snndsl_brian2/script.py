"""run.py: the network as a Brian2 user would write it down, from top to bottom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np

from snndsl.backend.names import free_names
from snndsl.ir import Population, Program, Read, Synapses
from snndsl.ir.remarks import Remarks, harmless
from snndsl_brian2.carries import CarryCode, carry_code, states_kept
from snndsl_brian2.neurons import NeuronCode, neuron_code, neuron_model, states_read
from snndsl_brian2.rules import RuleCode, RuleContext, rule_code, tick_orders
from snndsl_brian2.words import object_reserved

__all__ = ["script"]

_HEAD = '''"""{title} on Brian2 (C++ standalone), written by snndsl.

    python run.py [--out DIR] [--steps N] [--build DIR] [--threads N]

writes the run folder DIR (results by default). README.md says what a step is, and where the numbers are. Code stands statement
by statement in the order in which it is computed; a name such as v__2 is the second value that v gets in a step.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "code"))

import standalone  # noqa: E402


def network():
    """Describe the network; called only where nothing is compiled yet."""
    from brian2 import {imports}
    from description import Arrays, functions

    # --- Settings -----------------------------------------------------------------------------------------------------
    # Brian2 counts steps: one second of its clock stands for one step ({step} ms of the model).
    defaultclock.dt = 1 * second
    size = standalone.sizes(HERE)  # neurons in each population, from settings.json
    arrays = Arrays(HERE)  # what the compiled program fills from data/ when it starts: no number is compiled in
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
{carried}    recorder.run_regularly("done = snn_record(t_in_timesteps)", when="end", name="recording")
{sums}    arrays.start()

    # --- Run ----------------------------------------------------------------------------------------------------------
    # A step: arrivals at synapses, neurons, thresholds, resets, recording. The recorder ends the run.
    everything = Network(recorder, *population.values(), *synapses.values())
    everything.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    everything.run((2**31 - 1) * second, namespace=functions())
    return arrays


if __name__ == "__main__":
    sys.exit(standalone.main(HERE, network))
"""

_CARRIED = """\
    recorder.run_regularly("done = snn_carried(t_in_timesteps)", when="synapses", order=1, name="carried")
"""
"""What is carried is added up to the ports, synapse by synapse."""

_SUMS = ("# Ticks wait for the sums over the synapses of a projection, which are added in the order of its rows.",)

WIDTH = 116
"""Characters of a line of the script, without its indentation."""

_SOURCE = frozenset({"neuron_index", "spike_time", "spike_number"})


def script(program: Program, keys: dict[float, int]) -> str:
    """Return the text of run.py.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    keys : dict of float to int
        Filled with the key words of draws, which settings.json holds.
    """
    return _Script(program, keys).text()


class _Script:
    """Texts that belong together: the neurons, and the rules by the places where they are used."""

    def __init__(self, program: Program, keys: dict[float, int]) -> None:
        self.program, self.keys, self.remarks = program, keys, Remarks(program.comments)
        self.samples = {sample.name: number for number, sample in enumerate(program.samples)}
        self.numbers = numbers = states_read(program)
        self.neurons = {
            neuron.name: neuron_code(neuron, self.samples, keys, numbers, self.remarks.of("neurons", neuron.name))
            for neuron in program.neurons
        }
        self.models: dict[str, dict[tuple[str, ...], str]] = {name: {} for name in self.neurons}
        self.model_of = {item.name: self._model(item) for item in program.populations if item.neuron}
        things = [*(item.name for item in program.populations), *(item.name for item in program.synapses)]
        self.objects = free_names(things, object_reserved)
        self.rules: dict[tuple[str, RuleCode], str] = {}
        self.carries: dict[tuple[str, tuple[str, ...], tuple[str, ...]], str] = {}
        self.kept = {state: number for number, state in enumerate(states_kept(program))}

    def text(self) -> str:
        program = self.program
        sources = any(item.neuron is None for item in program.populations)
        used = ["Network", "NeuronGroup", *["SpikeGeneratorGroup"] * sources, *["Synapses"] * bool(program.synapses)]
        imports = ", ".join([*used, "defaultclock", "second"])
        parts = [_HEAD.format(title=harmless(program.name), step=program.step, imports=imports)]
        if program.neurons:
            parts.append(_heading("Neurons"))
        parts += [_joined(self._neuron(name, code)) for name, code in self.neurons.items()]
        parts.append(_heading("Populations"))
        parts += [_joined(self._population(item)) for item in program.populations]
        if program.synapses:
            parts += [_heading("Synapses"), _SYNAPSES]
        parts += [_joined(self._synapses(item)) for item in program.synapses]
        sums = list(self._sums())
        recording = _RECORDING.replace("{carried}", _CARRIED if program.carries else "")
        return "".join(parts) + recording.replace("{sums}", _joined([*_SUMS, *sums]) if sums else "")

    def _neuron(self, name: str, code: NeuronCode) -> Iterator[str]:
        yield from _commented(self.remarks.above("neurons", name))
        for lines, label in self.models[name].items():
            yield from _text(label, lines)
        yield from _text(f"{name}_update", code.update)
        if code.reset:
            yield from _text(f"{name}_reset", code.reset)

    def _model(self, population: Population) -> str:
        """Return the label of the equations of a population: parameters that are one number there are no arrays."""
        neuron, known = self.program.neuron(str(population.neuron)), self.models[str(population.neuron)]
        same = [name for name, value in population.values.items() if not isinstance(value, np.ndarray)]
        lines = neuron_model(neuron, same, self.neurons[neuron.name].names, self.remarks.of("neurons", neuron.name))
        return known.setdefault(lines, self._label(f"{neuron.name}_model", known.values()))

    def _population(self, population: Population) -> Iterator[str]:
        yield from _commented(self.remarks.above("populations", population.name))
        here, name = f'population["{population.name}"]', self.objects[population.name]
        if population.neuron is None:
            yield f'{here} = SpikeGeneratorGroup(size["{population.name}"], [], [] * second, name="{name}")'
            yield f'arrays.source("{population.name}", {here})'
            return
        neuron, code = population.neuron, self.neurons[population.neuron]
        reset = f", reset={neuron}_reset" if code.reset else ""
        group = f'size["{population.name}"], {self.model_of[population.name]}, threshold="fires"{reset}, name="{name}"'
        yield f"{here} = NeuronGroup({group})"
        yield f'{here}.run_regularly({neuron}_update, when="groups", name="{name}_update")'
        yield f'arrays.population("{population.name}", {here}{_renamed(code.names)})'

    def _synapses(self, synapses: Synapses) -> Iterator[str]:
        ends = f'population["{synapses.source}"], population["{synapses.target}"]'
        here, name = f'synapses["{synapses.name}"]', self.objects[synapses.name]
        delays = "part.pre.order = -1  # delay: axonal + dendritic - 1 steps"
        if synapses.carry is not None:
            yield from self._carrying(synapses)
            return
        if synapses.rule is None:
            port = self._variables(synapses.target)[synapses.port]
            yield from _commented(self.remarks.above("synapses", synapses.name))
            code = f'"weight : 1 (constant)", on_pre="{port}_post += weight"'
            yield from _call(f"part = {here} = Synapses", f'{ends}, {code}, name="{name}"')
            yield from (delays, f'arrays.synapses("{synapses.name}", part)')
            return
        rule = self.program.rule(synapses.rule)
        used, label = self._rule(synapses)
        if label not in self.rules.values():
            self.rules[synapses.rule, used] = label
            yield from _commented(self.remarks.above("rules", rule.name))
            yield from _text(f"{label}_synapse", used.model)
            for kind, lines in (("pre", used.on_pre), ("post", used.on_post)):
                if lines:
                    yield from _text(f"{label}_on_{kind}", lines)
            for tick in used.every:
                for summed, lines in tick.sums:
                    yield from _text(f"{label}_{summed}", lines)
                yield from _text(f"{label}_every_{tick.period}", tick.lines)
        yield from _commented(self.remarks.above("synapses", synapses.name))
        events = "".join(
            f", on_{kind}={label}_on_{kind}" for kind, lines in (("pre", used.on_pre), ("post", used.on_post)) if lines
        )
        yield from _call(f"part = {here} = Synapses", f'{ends}, {label}_synapse{events}, name="{name}"')
        yield delays
        if used.on_post:
            yield f"part.post.order = -3  # delay: 2 dendritic{' - 1' if rule.order == 'post_first' else ''} steps"
        for tick, (order, sums) in zip(used.every, tick_orders(rule), strict=True):
            runs = [
                (f"{label}_{summed}", f"{name}_{summed}", place - 1) for (summed, _), place in zip(tick.sums, sums, strict=True)
            ]
            for code, runner, place in [*runs, (f"{label}_every_{tick.period}", f"{name}_every_{tick.period}", order)]:
                ordered = f", order={place}" if place else ""
                yield from _call("tick = part.run_regularly", f'{code}, when="synapses"{ordered}, name="{runner}"')
                yield f'arrays.tick("{synapses.name}", {tick.period}, tick)'
        yield f'arrays.synapses("{synapses.name}", part{_renamed(dict(used.names))})'

    def _carrying(self, synapses: Synapses) -> Iterator[str]:
        """Yield the lines of synapses that carry a value: each computes it, and the recorder adds up."""
        here, name = f'synapses["{synapses.name}"]', self.objects[synapses.name]
        code = self._carry(synapses)
        known = (str(synapses.carry), code.model, code.code)
        if known not in self.carries:
            label = self.carries[known] = self._label(str(synapses.carry), {*self.carries.values(), *self.rules.values()})
            yield from _commented(self.remarks.above("carries", str(synapses.carry)))
            yield from _text(f"{label}_carrying", code.model)
            yield from _text(f"{label}_every_step", code.code)
        label, port = self.carries[known], self._variables(synapses.target)[synapses.port]
        yield from _commented(self.remarks.above("synapses", synapses.name))
        ends = f'population["{synapses.source}"], population["{synapses.target}"]'
        yield from _call(f"part = {here} = Synapses", f'{ends}, {label}_carrying, name="{name}"')
        yield f'part.run_regularly({label}_every_step, when="synapses", name="{name}_carrying")'
        yield f'arrays.carrying("{synapses.name}", part, "{port}"{_renamed(code.names)})'

    def _carry(self, synapses: Synapses) -> CarryCode:
        carry = self.program.carry(str(synapses.carry))
        source, target = self._variables(synapses.source), self._variables(synapses.target)
        reads = {item.local: self._read(item, synapses) for item in carry.reads if item.of != "pre"}
        kept = {item.local: self.kept[synapses.source, item.state] for item in carry.reads if item.of == "pre"}
        reads |= {local: f"snn_past({number}, i, lag)" for local, number in kept.items()}
        same, taken = frozenset(synapses.values), frozenset({"fires", *source.values(), *target.values()})
        return carry_code(carry, reads, same, taken, self.remarks.of("carries", carry.name))

    def _sums(self) -> Iterator[str]:
        """Yield the objects that add up what synapses have written down, one for each sum of a projection."""
        number = 0
        for projection in self.program.projections:
            parts = [item for item in self.program.synapses if item.projection == projection.name and item.rule]
            rule = self.program.rule(parts[0].rule or "") if parts else None
            for tick, (_, orders) in zip(rule.every, tick_orders(rule), strict=True) if rule else ():
                for item, order in zip(tick.sums, orders, strict=True):
                    code = f'"done = snn_total({number}, t_in_timesteps)", when="synapses", order={order}, name="sum_{number}"'
                    yield from _call("recorder.run_regularly", code)
                    names = ", ".join(f'"{part.name}"' for part in parts)
                    yield from _call("arrays.total", f'[{names}], "{item.local}", {tick.period}, "{item.over}"')
                    number += 1

    def _rule(self, synapses: Synapses) -> tuple[RuleCode, str]:
        """Return the code of a rule where it is used, and its label in the script."""
        rule = self.program.rule(synapses.rule or "")
        same = frozenset(synapses.values) & frozenset(rule.params)
        taken = frozenset({"fires", *self._variables(synapses.source).values(), *self._variables(synapses.target).values()})
        ports = tuple(self._variables(synapses.target)[port] for port in synapses.receiving(rule))
        reads = {item.local: self._read(item, synapses) for item in rule.reads}
        context = RuleContext(ports, same, taken, self.samples, self.keys, reads)
        code = rule_code(rule, context, self.remarks.of("rules", rule.name))
        known = self.rules.get((rule.name, code))
        if known is not None:
            return code, known
        others = {*self.rules.values(), *(item.name for item in self.program.rules if item.name != rule.name)}
        return code, self._label(rule.name, others)

    def _label(self, name: str, others: Collection[str]) -> str:
        """Return a name that no other text of the script has."""
        label, number = name, 1
        while label in others:
            number += 1
            label = f"{name}_{number}"
        return label

    def _read(self, read: Read, synapses: Synapses) -> str:
        """Return abstract code of a state that a rule reads: Brian2 has those of both sides at hand."""
        if read.of not in ("pre", "post"):
            return f"snn_read({self.numbers[read.of, read.state]})"
        population = synapses.source if read.of == "pre" else synapses.target
        return f"{self._variables(population)[read.state]}_{read.of}"

    def _variables(self, population: str) -> Mapping[str, str]:
        """Return the variables of a population by their name in the program."""
        neuron = self.program.population(population).neuron
        return {name: name for name in _SOURCE} if neuron is None else self.neurons[neuron].names


def _renamed(names: Mapping[str, str]) -> str:
    """Return the argument that says which names Brian2 cannot have."""
    other = {name: variable for name, variable in names.items() if name != variable}
    pairs = ", ".join(f'"{name}": "{variable}"' for name, variable in other.items())
    return f", renamed={{{pairs}}}" if other else ""


def _call(function: str, arguments: str) -> list[str]:
    """Return a call on one line, or on three where it is long."""
    line = f"{function}({arguments})"
    return [line] if len(line) <= WIDTH else [f"{function}(", f"    {arguments},", ")"]


def _heading(title: str) -> str:
    return f"\n    # --- {title} {'-' * (111 - len(title))}\n"


def _text(name: str, lines: Iterable[str]) -> list[str]:
    return [f'{name} = """', *(f"    {line}" for line in lines), '"""']


def _commented(lines: Iterable[str]) -> list[str]:
    return [f"# {line}" for line in lines]


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
