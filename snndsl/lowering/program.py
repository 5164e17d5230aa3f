"""A checked model as a program: the passes in their order, each a function of what the ones before it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.graph.elaboration import Elaboration, elaborate
from snndsl.graph.neurons import one_or_all
from snndsl.graph.plastic import PlasticValues
from snndsl.graph.propagators import propagators
from snndsl.graph.refuse import refuse_unsupported
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.times import horizon
from snndsl.ir import Injection, Neuron, Population, Program, Projection, Range, Rule, Sample, Synapses, Table
from snndsl.lowering.comments import comments
from snndsl.lowering.drives import ComputedDrive
from snndsl.lowering.grid import on_grid, quantum
from snndsl.lowering.integrate import propagator
from snndsl.lowering.length import until
from snndsl.lowering.neuron import LoweredNeuron, ir_name, lower_neuron
from snndsl.lowering.record import records
from snndsl.lowering.rule import LoweredRule, lower_rule
from snndsl.model.checked import CheckedModel
from snndsl.model.data import DataColumn
from snndsl.model.equations import Group
from snndsl.numerics import stream_key

__all__ = ["lower", "lower_elaborated"]

Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]
Value = float | NDArray[np.float64]


def lower_elaborated(found: Elaboration) -> Program:
    """Return the program of an elaborated model, whose events reach to the end of the file's run or of a longer one.

    `snndsl.lowering.length.until` makes the program of a run of it.
    """
    return _Lowering(found).run()


def lower(model: CheckedModel) -> Program:
    """Return the program of a checked model: what cannot run is refused first, then it is elaborated and lowered.

    Raises
    ------
    ModelError
        As `elaborate`.
    UnsupportedByTarget
        For parts of the language that cannot be simulated yet.
    """
    refuse_unsupported(model)
    return until(lower_elaborated(elaborate(model)), model.steps)


@dataclass(eq=False)
class _Lowering:
    found: Elaboration
    samples: dict[str, Sample] = field(default_factory=dict)
    neurons: list[Neuron] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    grid: dict[tuple[str, str], float] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> CheckedModel:
        return self.found.model

    def run(self) -> Program:
        model = self.model
        self._grid()
        populations = [self._population(name) for name in model.populations]
        populations += [
            Population(name, stimulus.size, None, {}, self.found.sources[name])
            for name, stimulus in model.stimuli.items()
            if stimulus.size is not None
        ]
        synapses, projections = self._synapses()
        spikes, states, weights = records(model)
        return Program(
            name=model.name,
            step=model.step,
            steps=horizon(model),
            chunk=1,
            neurons=tuple(sorted(self.neurons, key=lambda item: item.name)),
            rules=tuple(sorted(self.rules, key=lambda item: item.name)),
            populations=tuple(sorted(populations, key=lambda item: item.name)),
            projections=tuple(sorted(projections, key=lambda item: item.name)),
            synapses=tuple(sorted(synapses, key=lambda item: item.name)),
            injections=tuple(sorted(self._injections(), key=lambda item: item.name)),
            samples=tuple(sorted(self.samples.values(), key=lambda item: item.name)),
            spike_records=spikes,
            state_records=states,
            synapse_records=weights,
            comments={**comments(model, populations, synapses), **self.origins},
        )

    # ---- stimuli and grid

    def _grid(self) -> None:
        """Find q of every (population, port): as written, else from the largest magnitude that may arrive."""
        largest: dict[tuple[str, str], float] = {}

        def note(population: str, port: str, magnitude: float) -> None:
            key = (population, port)
            largest[key] = max(largest.get(key, 0.0), magnitude)

        for name, table in self.found.rows.items():
            port = self.model.projections[name].port
            owner = _owners(table.targets)
            for population in table.targets.populations:
                flat = self._flat_port(population, port)
                mine = np.isin(
                    owner[table.j], [k for k, block in enumerate(table.targets.blocks) if block.population == population]
                )
                weight = float(np.abs(table.weight[mine]).max(initial=0.0))
                plastic = self.found.plastic.get(name)
                note(population, flat, weight if plastic is None else plastic.largest(weight, mine))
        for drive in self.found.drives:
            note(drive.population, drive.port, drive.largest)
        for events in self.found.events:
            note(events.population, events.port, float(np.abs(events.weight).max(initial=0.0)))
        for (population, port), magnitude in largest.items():
            written = self.found.derived[population].quanta.get(port)
            self.grid[population, port] = quantum(magnitude) if written is None else written

    def _flat_port(self, population: str, port: str) -> str:
        return "spike" if port == "spike" else self.model.populations[population].element.port_names[port]

    def _injections(self) -> list[Injection]:
        """Sum the events of a port by step and neuron; several stimuli stay apart."""
        injections: list[Injection] = []
        for events in self.found.events:
            amount = on_grid(events.weight, self.grid[events.population, events.port])
            code = events.step * self.model.sizes[events.population] + events.neuron
            unique, inverse = np.unique(code, return_inverse=True)
            total = np.bincount(inverse, amount, len(unique)) if len(unique) else np.zeros(0)
            table = {
                "step": unique // self.model.sizes[events.population],
                "neuron": (unique % self.model.sizes[events.population]).astype(np.int32),
                "amount": total,
            }
            name = f"{events.stimulus}__{events.population}"
            known = [item.name for item in injections]
            while name in known:
                name += "_"
            injections.append(Injection(name, events.population, ir_name(events.port), Table(table)))
        return injections

    # ---- populations

    def _population(self, name: str) -> Population:
        model, element, values = self.model, self.model.populations[name].element, self.found.values[name]
        drives = [ComputedDrive(drive, self._samples(model.data)) for drive in self.found.drives if drive.population == name]
        samples = self._samples(element.data)
        forced = any(events.population == name and events.port == "spike" for events in self.found.events)
        forced = forced or any(
            projection.port == "spike" and name in projection.targets.populations
            for projection in model.projections.values()
        )
        lowered = lower_neuron(element, model.step, name, drives, forced, samples)
        neuron = self._shared(replace(lowered.neuron, ranges=_ranges(self.found.derived[name].ranges)))
        self.origins |= {f"neurons.{neuron.name}.{path}": text for path, text in lowered.origins.items()}
        table: dict[str, Any] = {ir_name(key): value for key, value in values.parameters.items()}
        table |= {ir_name(key): value for key, value in values.states.items()}
        table |= lowered.initial
        table |= self._derived(lowered, name)
        for drive in (computed.drive for computed in drives):
            for key, value in drive.values.items():
                if key == "weight":
                    value = one_or_all(on_grid(value, self.grid[name, drive.port]))
                table[f"{drive.name}__{key}"] = value
        kept = {key: table[key] for key in (*neuron.params, *neuron.states)}
        undriven = lower_neuron(element, model.step, name, [], False, samples).neuron
        return Population(name, model.sizes[name], neuron.name, kept, undriven=undriven)

    def _derived(self, lowered: LoweredNeuron, name: str) -> dict[str, Any]:
        """Return what the lowering needs beside parameters and states: propagators, periods, refractory steps, keys."""
        model, derived = self.model, self.found.derived[name]
        table: dict[str, Any] = {"N__": float(model.sizes[name])}
        exact = [group for group in lowered.groups if group.method == "exact"]
        for group, matrix in zip(exact, derived.coefficients, strict=True):
            table |= _propagators(group, matrix, float(model.step))
        table |= lowered.periods
        if lowered.refractory:
            table[lowered.refractory] = derived.refractory
        if lowered.drawn:
            assert model.seeds.input is not None
            words = stream_key(model.seeds.input, model.populations[name].stream)
            table["key__0"], table["key__1"] = (float(word) for word in words)
        return table

    def _shared(self, neuron: Neuron) -> Neuron:
        """Return the neuron under a name that belongs to this text alone."""
        name, number = neuron.name, 1
        while True:
            candidate = replace(neuron, name=name if number == 1 else f"{name}__{number}")
            same = next((item for item in self.neurons if item.name == candidate.name), None)
            if same is None:
                self.neurons.append(candidate)
                return candidate
            if same == candidate:
                return same
            number += 1

    def _samples(self, data: Mapping[str, DataColumn]) -> Samples:
        """Return how an array that a text calls is entered among those of the program: equal ones once."""

        def sample(called: str, arguments: int) -> tuple[str, tuple[int, ...]]:
            values = data[called].values
            name = called.replace(".", "__").replace(":", "__")
            while name in self.samples and not np.array_equal(self.samples[name].values, values.ravel()):
                name += "_"
            self.samples[name] = Sample(name, np.ascontiguousarray(values.ravel()))
            return name, values.shape

        return sample

    # ---- synapses

    def _synapses(self) -> tuple[list[Synapses], list[Projection]]:
        synapses: list[Synapses] = []
        projections: list[Projection] = []
        plastic = self.found.plastic
        for name, table in self.found.rows.items():
            projections.append(_projection(name, table))
            lowered = self._rule(name) if name in plastic else None
            for source in table.sources.populations:
                for target in table.targets.populations:
                    part = self._part(name, table, source, target, lowered, plastic.get(name))
                    if part is not None:
                        synapses.append(part)
        return synapses, projections

    def _rule(self, name: str) -> LoweredRule:
        lowered = lower_rule(self.model.projections[name].rules[0].rule, self.model.step)
        number, rule = 1, replace(lowered.rule, ranges=_ranges(self.found.plastic[name].ranges))
        while True:
            candidate = replace(rule, name=rule.name if number == 1 else f"{rule.name}__{number}")
            same = next((item for item in self.rules if item.name == candidate.name), None)
            if same is None:
                self.rules.append(candidate)
            if same is None or same == candidate:
                self.origins |= {f"rules.{candidate.name}.{path}": text for path, text in lowered.origins.items()}
                return replace(lowered, rule=candidate)
            number += 1

    def _part(
        self,
        name: str,
        table: SynapseRows,
        source: str,
        target: str,
        lowered: LoweredRule | None,
        plastic: PlasticValues | None,
    ) -> Synapses | None:
        pre, post = _places(table.sources, source), _places(table.targets, target)
        chosen = np.nonzero((pre[table.i] >= 0) & (post[table.j] >= 0))[0]
        if not len(chosen):
            return None
        port = self._flat_port(target, self.model.projections[name].port)
        q = self.grid[target, port]
        columns: dict[str, Any] = {
            "pre": pre[table.i[chosen]].astype(np.int32),
            "post": post[table.j[chosen]].astype(np.int32),
            "axonal": table.axonal[chosen].astype(np.int32),
            "dendritic": table.dendritic[chosen].astype(np.int32),
            "row": chosen.astype(np.int64),
        }
        label = f"{name}__{source}__{target}"
        if lowered is None or plastic is None:
            columns["weight"] = on_grid(table.weight[chosen], q)
            return Synapses(label, name, source, target, ir_name(port), None, Table(columns), {})
        values: dict[str, float] = {}
        for key in (*lowered.rule.params, *lowered.rule.states):
            value = q if key == "q__" else lowered.added.get(key, plastic.values.get(key))
            if key in ("key__0", "key__1"):
                value = plastic.key[int(key[-1])]
            if isinstance(value, np.ndarray):
                columns[key] = value[chosen]
            else:
                assert value is not None, key
                values[key] = float(value)
        return Synapses(label, name, source, target, ir_name(port), lowered.rule.name, Table(columns), values)


def _ranges(limits: Mapping[str, tuple[float, float]]) -> tuple[Range, ...]:
    return tuple(Range(ir_name(state), low, high) for state, (low, high) in limits.items())


def _places(selection: Any, population: str) -> NDArray[np.int64]:
    """Return for each place of a selection the index in the population, -1 for places in others."""
    parts = [
        np.arange(block.start, block.stop) if block.population == population else np.full(block.size, -1)
        for block in selection.blocks
    ]
    return np.concatenate(parts).astype(np.int64)


def _owners(selection: Any) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(selection.blocks)), [block.size for block in selection.blocks])


def _projection(name: str, table: SynapseRows) -> Projection:
    populations = tuple(dict.fromkeys((*table.sources.populations, *table.targets.populations)))

    def place(selection: Any, index: NDArray[np.int64]) -> NDArray[np.int16]:
        of_block = np.array([populations.index(block.population) for block in selection.blocks], np.int16)
        return of_block[_owners(selection)[index]]

    columns: dict[str, NDArray[np.generic]] = {
        "pre": table.i.astype(np.int32),
        "post": table.j.astype(np.int32),
        "pre_population": place(table.sources, table.i),
        "post_population": place(table.targets, table.j),
        "row": table.row,
    }
    return Projection(name, len(table.i), Table(columns), populations)


def _propagators(group: Group, matrix: Mapping[tuple[int, int], Value], h: float) -> dict[str, Any]:
    states = list(group.states)
    p, q = propagators(matrix, len(states), h)
    table: dict[str, Any] = {}
    for row in states:
        for column in states:
            for kind, block in (("P", p), ("Q", q)):
                table[propagator(kind, row, column)] = one_or_all(block[:, states.index(row), states.index(column)])
    return table
