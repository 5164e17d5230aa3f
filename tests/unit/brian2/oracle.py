"""A program run neuron by neuron and synapse by synapse, as plainly as the text of the execution model reads.

Slow, scalar, with nothing of any backend in it: what the tests of the Brian2 backend compare with.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from snndsl import numerics
from snndsl.ir import Block, Call, Const, Expr, Program, Ref, Rule, Synapses

__all__ = ["Oracle", "Run"]

_TWO = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: np.float64(x) / y,
    "lt": lambda x, y: x < y, "le": lambda x, y: x <= y, "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y, "ne": lambda x, y: x != y, "and": lambda x, y: x and y, "or": lambda x, y: x or y,
}  # fmt: skip


@dataclass
class Run:
    """What an oracle saw: spikes (stamp, neuron) by population, states and snapshots by name."""

    spikes: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    states: dict[tuple[str, str, str], list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    snapshots: dict[tuple[str, str, int], np.ndarray] = field(default_factory=dict)


class Machine:
    """One synapse: its own values, and what it has seen."""

    def __init__(self, synapses: Synapses, rule: Rule | None, k: int) -> None:
        columns = synapses.rows
        self.synapses, self.rule = synapses, rule
        self.pre, self.post, self.a, self.b, self.row = (
            int(columns[c][k]) for c in ("pre", "post", "axonal", "dendritic", "row")
        )
        names = (*rule.params, *rule.states) if rule else ("weight",)
        self.values = {name: float(columns[name][k]) if name in columns else synapses.values[name] for name in names}


class Oracle:
    """Runs a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.samples = {sample.name: sample.values for sample in program.samples}
        self.values: dict[str, list[dict[str, float]]] = {}
        self.spiked: dict[str, dict[int, set[int]]] = {p.name: defaultdict(set) for p in program.populations}
        for population in program.populations:
            if population.spikes is not None:
                for stamp, neuron in zip(population.spikes["stamp"], population.spikes["neuron"]):
                    self.spiked[population.name][int(stamp)].add(int(neuron))
            self.values[population.name] = [
                {name: float(np.broadcast_to(value, population.size)[i]) for name, value in population.values.items()}
                for i in range(population.size)
            ]
        self.machines = [
            Machine(s, program.rule(s.rule) if s.rule else None, k) for s in program.synapses for k in range(s.rows.rows)
        ]
        self.ports: dict[tuple[str, str, int, int], float] = defaultdict(float)  # population, port, neuron, soma stamp
        self.run = Run()

    def go(self) -> Run:
        """Run all steps, and as many more as late synapses need."""
        program = self.program
        for injection in program.injections:
            for step, neuron, amount in zip(*(injection.events[c] for c in ("step", "neuron", "amount"))):
                self.ports[injection.target, injection.port, int(neuron), int(step) + 1] += float(amount)
        self._states(0)
        late = max((machine.b for machine in self.machines), default=0)
        for j in range(program.steps + late + 1):
            for machine in self.machines:
                self._synapse(machine, j + 1 - machine.b)
            if j < program.steps:
                self._neurons(j)
                self._states(j + 1)
        return self.run

    def _synapse(self, machine: Machine, stamp: int) -> None:
        """Run what a synapse does at a stamp before the neurons of stamp + b: late post spikes, pre, ticks."""
        if stamp < 0 or (stamp == 0 and machine.b == 0):
            return
        rule = machine.rule
        first = rule is not None and rule.order == "post_first"
        if not first and stamp > 0:
            self._post(machine, stamp - 1)
            self._snapshot(machine, stamp - 1)
        if first:
            self._post(machine, stamp)
        if machine.pre in self.spiked[machine.synapses.source][stamp - machine.a]:
            local = self._block(rule.on_pre, machine.values, self._built(machine, stamp)) if rule else {}
            if rule is None or rule.deliver:
                name = rule.deliver if rule else "weight"
                where = (machine.synapses.target, machine.synapses.port, machine.post, stamp + machine.b)
                self.ports[where] += local[name] if name in local else machine.values[name]
        for tick in rule.every if rule else ():
            if stamp > 0 and stamp % tick.period == 0:
                self._block(tick.block, machine.values, self._built(machine, stamp))
        if first:
            self._snapshot(machine, stamp)

    def _post(self, machine: Machine, stamp: int) -> None:
        if machine.rule is not None and machine.post in self.spiked[machine.synapses.target][stamp - machine.b]:
            self._block(machine.rule.on_post, machine.values, self._built(machine, stamp))

    def _built(self, machine: Machine, stamp: int) -> dict[str, float]:
        return {"tv": float(stamp), "row": float(machine.row), "trial": float(self.program.trial)}

    def _snapshot(self, machine: Machine, stamp: int) -> None:
        for record in self.program.synapse_records:
            if record.projection == machine.synapses.projection and stamp in record.stamps:
                for name in record.variables:
                    rows = self.program.projection(record.projection).rows
                    array = self.run.snapshots.setdefault((record.projection, name, stamp), np.full(rows, math.nan))
                    array[machine.row] = machine.values[name if machine.rule else "weight"]

    def _neurons(self, j: int) -> None:
        for population in self.program.populations:
            if population.neuron is None:
                fired = sorted(self.spiked[population.name][j + 1])
            else:
                neuron = self.program.neuron(population.neuron)
                fired = []
                for i, values in enumerate(self.values[population.name]):
                    built = {"i": float(i), "step": float(j), "trial": float(self.program.trial)}
                    inputs = {port: self.ports[population.name, port, i, j + 1] for port in neuron.ports}
                    local = self._block(neuron.update, values, built | inputs)
                    if neuron.fires and local[neuron.fires]:
                        fired.append(i)
                        self._block(neuron.reset, values, built | inputs)
                self.spiked[population.name][j + 1] = set(fired)
            self.run.spikes[population.name] += [(j + 1, i) for i in fired]

    def _states(self, stamp: int) -> None:
        for record in self.program.state_records:
            if record.first <= stamp <= record.last and (stamp - record.first) % record.period == 0:
                for name in record.variables:
                    key = record.population, record.name, name
                    self.run.states[key].append([self.values[record.population][i][name] for i in record.neurons])

    def _block(self, block: Block, values: dict[str, float], built: dict[str, float]) -> dict[str, float]:
        local: dict[str, float] = {}
        for name, tree in block.lets:
            local[name] = self._value(tree, {**built, **values, **local})
        scope = {**built, **values, **local}
        values.update({state: scope[name] for state, name in block.writes})
        return local

    def _value(self, tree: Expr, scope: dict[str, float]) -> float:
        match tree:
            case Const(value):
                return value
            case Ref(name):
                return scope[name]
            case Call("sample", (argument,), key):
                return float(self.samples[key][math.floor(self._value(argument, scope))])
            case Call("select", (condition, yes, no), _):
                x, y = self._value(yes, scope), self._value(no, scope)
                return x if self._value(condition, scope) else y
            case Call(op, arguments, _):
                values = [self._value(argument, scope) for argument in arguments]
        if op in _TWO:
            with np.errstate(all="ignore"):
                return _TWO[op](*values)
        simple = {"neg": lambda x: -x, "not": lambda x: not x, "floor": np.floor, "abs": abs, "sqrt": math.sqrt}
        if op in simple:
            return simple[op](*values)
        with np.errstate(all="ignore"):
            return float(np.asarray(getattr(numerics, op)(*(np.float64(value) for value in values))))
