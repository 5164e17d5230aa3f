"""The step cycle: arrivals, ports, neurons, spikes, ticks and post arrivals, recording; nothing else knows the order."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.backend.failure import carry_failure, sample_failure, state_failure
from snndsl.backend.synapse_tables import synapse_table
from snndsl.ir import Synapses
from snndsl_reference.tree.blocks import SampleError
from snndsl_reference.tree.carrying import CarryingSynapses, Past
from snndsl_reference.tree.failure import CarryFailure, Failure
from snndsl_reference.tree.groups import NeuronGroup, SourceGroup
from snndsl_reference.tree.loading import LoadedProgram
from snndsl_reference.tree.sums import Attempts, JointTicks
from snndsl_reference.tree.synapses import PlasticSynapses, StaticSynapses

__all__ = ["Machine", "simulate"]

Index = NDArray[np.int64]


class Machine:
    """A network that can be advanced step by step.

    Parameters
    ----------
    program : LoadedProgram
        What `loading` read from a tree.
    """

    def __init__(self, program: LoadedProgram) -> None:
        self.program = program
        depth = program.depth()
        self.before: dict[str, dict[str, NDArray[np.float64]]] = {}
        self.neurons: dict[str, NeuronGroup] = {}
        self.sources: dict[str, SourceGroup] = {}
        for item in program.populations:
            if item.neuron is None:
                assert item.spikes is not None
                self.sources[item.name] = SourceGroup(item.name, item.size, item.spikes)
            else:
                neuron = program.neurons[item.neuron]
                self.neurons[item.name] = NeuronGroup(
                    item.name, item.size, neuron, item.values, depth, program.samples, program.trial, self.before
                )
        self.read = sorted({read.of for neuron in program.neurons.values() for read in neuron.reads})
        self.static: dict[str, list[StaticSynapses]] = {item.name: [] for item in program.populations}
        self.plastic: list[tuple[str, PlasticSynapses]] = []
        self.by_projection: dict[str, list[PlasticSynapses]] = {}
        summing: dict[str, list[tuple[int, Synapses, PlasticSynapses]]] = {}
        sizes = {item.name: item.size for item in program.populations}
        self.past, self.carrying = Past(), list[CarryingSynapses]()
        for part in program.synapses:
            if part.carry is not None:
                self.carrying.append(CarryingSynapses(part, program.carries[part.carry], self.neurons, self.past))
                continue
            target = self.neurons[part.target]
            if part.rule is None:
                self.static[part.source].append(StaticSynapses(part.rows, sizes[part.source], target, part.port))
                continue
            rule = program.rules[part.rule]
            plastic = PlasticSynapses(
                part.name,
                rule,
                part.rows,
                part.values,
                sizes[part.source],
                target,
                part.receiving(rule),
                program.samples,
                program.trial,
                {**self.neurons, "post": target, **({"pre": self.neurons[part.source]} if part.source in self.neurons else {})},
            )
            if plastic.summing:
                summing.setdefault(part.projection, []).append((len(self.plastic), part, plastic))
            self.plastic.append((part.source, plastic))
            self.by_projection.setdefault(part.projection, []).append(plastic)
        self.joint = [JointTicks(parts) for parts in summing.values()]
        self.injections = [_Injection(item.target, item.port, item.events) for item in program.injections]
        self._emit(0, {name: source.spikes(0) for name, source in self.sources.items()})
        for _, synapses in self.plastic:
            synapses.arrivals(0)

    def step(self, j: int) -> dict[str, Index]:
        """Do step j; return the neurons of each population that spike with stamp j + 1."""
        stamp = j + 1
        self._begin(stamp)
        for injection in self.injections:
            neurons, amounts = injection.at(j)
            if len(neurons):
                self.neurons[injection.target].deliver_now(injection.port, stamp, neurons, amounts)
        self.past.note(j, self.neurons)
        for carrying in self.carrying:
            carrying.transmit(stamp)
        for name in self.read:
            self.before[name] = {state: values.copy() for state, values in self.neurons[name].states.items()}
        fired = {name: group.step(j) for name, group in self.neurons.items()}
        fired |= {name: source.spikes(stamp) for name, source in self.sources.items()}
        self._emit(stamp, fired)
        self._end(stamp)
        return fired

    def _begin(self, stamp: int) -> None:
        """Do what is due at synapses before the neurons of a stamp: arrivals, and ticks of rules that read neurons."""
        attempt = Attempts()
        for place, (_, synapses) in enumerate(self.plastic):
            attempt(place, partial(synapses.begin, stamp))
        for joint in self.joint:
            if joint.reads:
                joint.run(stamp, attempt)
        attempt.conclude()

    def _end(self, stamp: int) -> None:
        """Do what is due at synapses after the spikes of a stamp."""
        attempt = Attempts()
        for joint in self.joint:
            if not joint.reads:
                for place, synapses in joint.parts:
                    attempt(place, partial(synapses.arrivals, stamp))
                joint.run(stamp, attempt)
        for place, (_, synapses) in enumerate(self.plastic):
            attempt(place, partial(synapses.end, stamp))
        attempt.conclude()

    def snapshot(self, projection: str, variable: str, rows: int) -> NDArray[np.float64]:
        """Return a variable of all synapses of a projection, in the order of its rows."""
        values = np.zeros(rows)
        for synapses in self.by_projection.get(projection, []):
            values[synapses.row] = synapses.states[variable]
        for part in self.program.synapses:
            if part.projection == projection and part.rule is None:
                values[np.asarray(part.rows["row"], np.int64)] = part.rows["weight"]
        return values

    def _emit(self, stamp: int, fired: dict[str, Index]) -> None:
        for name, neurons in fired.items():
            if len(neurons):
                for static in self.static[name]:
                    static.spiked(stamp, neurons)
        for source, synapses in self.plastic:
            if len(fired.get(source, ())):
                synapses.presynaptic(stamp, fired[source])
            spiked = fired.get(synapses.target.name)
            if spiked is not None and len(spiked):
                synapses.postsynaptic(stamp, spiked)


class _Injection:
    def __init__(self, target: str, port: str, events: Any) -> None:
        self.target, self.port = target, port
        self.steps = np.asarray(events["step"], np.int64)
        self.neurons, self.amounts = np.asarray(events["neuron"], np.int64), np.asarray(events["amount"], np.float64)
        self.place = 0

    def at(self, j: int) -> tuple[Index, NDArray[np.float64]]:
        """Return what enters in step j; steps are asked for in order."""
        first = self.place
        while self.place < len(self.steps) and self.steps[self.place] <= j:
            self.place += 1
        return self.neurons[first : self.place], self.amounts[first : self.place]


def simulate(program: LoadedProgram, folder: Any, steps: int) -> None:
    """Run a program into a run folder (`run_folder.RunFolder`), chunk by chunk."""
    machine = Machine(program)
    recorder = _Recorder(program, machine, folder)
    last_told, total = time.monotonic(), 0
    done = 0
    try:
        for j in range(steps):
            fired = machine.step(j)
            done = j + 1
            total += recorder.note(done, fired)
            if done % program.chunk == 0 or done == steps or folder.stop_requested:
                recorder.commit(done)
            if folder.stop_requested and done < steps:
                folder.finish("interrupted")
                return
            if time.monotonic() - last_told > 0.2:
                folder.emit({"event": "progress", "step": done, "spikes": total})
                last_told = time.monotonic()
        if not steps:
            recorder.commit(0)
    except Failure as failure:
        recorder.commit(done)
        folder.fail(**state_failure(program.settings, *failure.args))
        return
    except CarryFailure as failure:
        recorder.commit(done)
        folder.fail(**carry_failure(program.settings, *failure.args))
        return
    except SampleError as error:
        name, index = error.args
        recorder.commit(done)
        folder.fail(**sample_failure(program.settings, name, index, done + 1))
        return
    folder.finish()


class _Recorder:
    """Keeps what was asked for until the end of the chunk."""

    def __init__(self, program: LoadedProgram, machine: Machine, folder: Any) -> None:
        self.program, self.machine, self.folder = program, machine, folder
        self.first = 1
        self.spikes: dict[str, list[tuple[int, Index]]] = {name: [] for name in program.spike_records}
        self.states: dict[int, list[dict[str, NDArray[np.float64]]]] = {k: [] for k in range(len(program.state_records))}
        for name in program.settings["projections"]:
            folder.synapses(name, synapse_table(program.tree, program.settings, name))
        for record in program.state_records:
            folder.state_neurons(record.population, record.variables, record.name, record.neurons)
        self._sample(0)

    def note(self, stamp: int, fired: dict[str, Index]) -> int:
        """Keep the spikes, states and snapshots of a stamp; return the number of spikes of the whole network."""
        for name, kept in self.spikes.items():
            chosen = self.program.spike_records[name]
            neurons = fired[name] if chosen is None else fired[name][np.isin(fired[name], chosen)]
            if len(neurons):
                kept.append((stamp, neurons))
        self._sample(stamp)
        for record in self.program.synapse_records:
            if stamp in record.stamps:
                rows = self.program.projections[record.projection]
                for variable in record.variables:
                    values = self.machine.snapshot(record.projection, variable, rows)
                    self.folder.weights(record.projection, variable, stamp, values)
        return sum(len(neurons) for neurons in fired.values())

    def commit(self, last: int) -> None:
        """Hand the chunk over."""
        for name, kept in self.spikes.items():
            stamps = np.concatenate([np.full(len(neurons), stamp) for stamp, neurons in kept] or [np.zeros(0, np.int64)])
            neurons = np.concatenate([neurons for _, neurons in kept] or [np.zeros(0, np.int64)])
            self.folder.spikes(name, self.first, last, stamps, neurons)
            kept.clear()
        for k, record in enumerate(self.program.state_records):
            for variable in record.variables:
                samples = [item[variable] for item in self.states[k]]
                self.folder.states(record.population, variable, record.name, np.array(samples).reshape(-1, len(record.neurons)))
            self.states[k].clear()
        self.folder.commit(last)
        self.first = last + 1

    def _sample(self, stamp: int) -> None:
        for k, record in enumerate(self.program.state_records):
            if record.first <= stamp <= record.last and (stamp - record.first) % record.period == 0:
                states = self.machine.neurons[record.population].states
                self.states[k].append({variable: states[variable][record.neurons] for variable in record.variables})
