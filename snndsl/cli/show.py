"""What a model amounts to, in words and numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import Model
from snndsl.backend.registry import backend, backend_names
from snndsl.errors import ModelError, UnsupportedByTarget
from snndsl.graph.network import NetworkGraph
from snndsl.graph.values import PopulationValues
from snndsl.ir import Program
from snndsl.ir.dump import neuron_lines, rule_lines
from snndsl.lowering.legalise import legalise
from snndsl.model.checked import CheckedModel, Seeds
from snndsl.model.selection import Selection
from snndsl.model.space import Space
from snndsl.semantics.sizes import expected_synapses

_MANY_PARTS = 500
_MANY_PRODUCTS = 5000
_ROLE = {"population": "", "signal": "signal", "source": " (source)"}
"""What is said of something that neurons or signals belong to."""
_HZ = 10.0
_BASE = 150_000_000

__all__ = ["description", "draw_graph", "equations", "lines"]


def description(model: Model) -> dict[str, Any]:
    """Return the facts of a model as plain data; those that take long to find are left out, and ``waits`` says which."""
    checked = model.checked
    facts: dict[str, Any] = {
        "name": model.name,
        "step_ms": float(checked.step),
        "steps": checked.steps,
        **({"trials": checked.trials} if checked.trials > 1 else {}),
        "populations": dict(_populations(checked)),
        "projections": {name: _projection(model, name) for name in checked.projections},
        "stimuli": {
            name: {"kind": stimulus.kind, "into": _parts(stimulus.targets, checked.sizes), "port": stimulus.port}
            for name, stimulus in checked.stimuli.items()
            if stimulus.targets is not None
        },
    }
    waits = [*model.waiting]
    if not waits and sum(len(facts[part]) for part in ("populations", "projections", "stimuli")) > _MANY_PARTS:
        waits = ["the numbers of so many parts"]
    if not waits:
        graph = model.graph
        for name in checked.projections:
            facts["projections"][name] |= _wired(graph, name)
        spaces = {name: population.space for name, population in checked.populations.items()}
        spaces |= {name: stimulus.space for name, stimulus in checked.stimuli.items()}
        for name, space in spaces.items():
            if space.positions:
                facts["populations"][name] |= _placed(space, graph.values[name])
        waits = list(_long(model))
    if waits:
        return facts | {"waits": waits}
    try:
        program = model.program
    except (ModelError, UnsupportedByTarget) as error:
        facts["runs_on"] = {}
        facts["refused"] = [fault.what for fault in error.faults]
        return facts
    facts["model"] = model.digest
    facts["table_bytes"] = _bytes(program)
    facts["state_bytes"] = sum(
        8 * len(record.variables) * len(record.neurons) * max(0, (record.last - record.first) // record.period + 1)
        for record in program.state_records
    )
    facts["estimate"] = _estimate(program, facts, checked.trials)
    facts["runs_on"] = {name: _runs(program, name) for name in backend_names()}
    return facts


def lines(model: Model) -> Iterator[str]:
    """Yield the description as text."""
    facts = description(model)
    seed = model.checked.seeds
    trials = f"   {facts['trials']:,} trials" if "trials" in facts else ""
    yield f"{facts['name']}   step {facts['step_ms']:g} ms   {facts['steps']:,} steps{trials}" + (
        f"   seed {_seed(seed)}" if seed != Seeds() else ""
    )
    for name, node in facts["populations"].items():
        yield f"  {name:<14} {node['size']:>9,}  {node['neuron']}" + _ROLE[node["kind"]] + _where(node)
    for name, item in facts["projections"].items():
        number = f"{item['synapses']:,} synapses" if "synapses" in item else "synapses not counted"
        number = f"about {item['expected']:,.0f} synapses" if "synapses" not in item and item["expected"] else number
        yield (
            f"  {name:<14} {item['from']} -> {item['to']}.{item['port']}   {item['connect']}   {number}   "
            f"{item['plasticity'] or 'static'}   {_delays(item, facts['step_ms'])}"
        ).rstrip()
    for name, item in facts["stimuli"].items():
        yield f"  {name:<14} -> {', '.join(item['into'])}.{item['port']}   {item['kind']}"
    plastic = any(item["plasticity"] for item in facts["projections"].values())
    before, after = ("arrivals (on_pre)", " -> on_post") if plastic else ("arrivals", "")
    yield f"  a step         {before} -> ports -> update -> threshold -> reset{after}"
    if "refused" in facts:
        for what in facts["refused"]:
            yield f"  refused        {what}"
        return
    if "waits" in facts:
        for what in facts["waits"]:
            yield f"  only a run finds {what}"
        return
    guess = facts["estimate"]
    times = ", ".join(f"{seconds:.0f} s on {name}" for name, seconds in guess["seconds"].items())
    needs = f"memory about {_size(guess['memory_bytes'])}   disk {_size(guess['disk_bytes'])}"
    yield f"  at {_HZ:g} Hz       {needs}   about {times}"
    yield "  runs on        " + "   ".join(f"{name} {'yes' if able else 'no'}" for name, able in facts["runs_on"].items())


def equations(program: Program) -> Iterator[str]:
    """Yield what neurons and rules do in a step, as executed."""
    for neuron in program.neurons:
        yield from neuron_lines(neuron)
    for rule in program.rules:
        yield from rule_lines(rule)


def draw_graph(model: Model, file: Path) -> None:
    """Draw populations, stimuli and projections into an svg, png or pdf file."""
    from snndsl.analysis.network_figure import network_figure
    from snndsl.analysis.saving import save

    graph = model.graph
    nodes = [(node.name, node.kind, node.size, node.what) for node in graph.nodes() if node.kind != "motif"]
    edges = [
        (source, target, edge.projection if edge else "", edge.synapses if edge else 0, bool(edge and edge.rule))
        for source, target, edge in graph.edges()
    ]
    save(network_figure(nodes, edges, model.name), file)


def _populations(checked: CheckedModel) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, population in checked.populations.items():
        yield name, {"kind": "population", "size": population.size, "neuron": population.element.name}
    for name in checked.signals:
        yield name, {"kind": "signal", "size": 1, "neuron": ""}
    for name, stimulus in checked.stimuli.items():
        if stimulus.size is not None:
            yield name, {"kind": "source", "size": stimulus.size, "neuron": stimulus.kind}


def _placed(space: Space, values: PopulationValues) -> dict[str, Any]:
    """Return where neurons are: the least and the greatest coordinate by axis, and periods, in um."""
    reach = {axis: [float(np.min(place)), float(np.max(place))] for axis, place in values.positions.items()}
    return {"positions_um": reach} | ({"period_um": dict(space.period)} if space.period else {})


def _where(node: Mapping[str, Any]) -> str:
    """Return the positions of a population as text."""
    period = node.get("period_um", {})
    axes = []
    for axis, (low, high) in node.get("positions_um", {}).items():
        reach = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        axes.append(f"{axis} {reach} um" + (f" of {period[axis]:g}" if axis in period else ""))
    return f"   at {', '.join(axes)}" if axes else ""


def _projection(model: Model, name: str) -> dict[str, Any]:
    projection, sizes = model.checked.projections[name], model.checked.sizes
    return {
        "from": ", ".join(_parts(projection.sources, sizes)),
        "to": ", ".join(_parts(projection.targets, sizes)),
        "port": projection.port,
        "connect": projection.connect.text + (", each pair of blocks" if projection.per_block else ""),
        "expected": expected_synapses(model.checked, projection),
        "plasticity": ", ".join(use.rule.name for use in projection.rules),
    }


def _wired(graph: NetworkGraph, name: str) -> dict[str, Any]:
    rows = graph.rows[name]
    return {"synapses": len(rows.i), "axonal": _range(rows.axonal), "dendritic": _range(rows.dendritic)}


def _long(model: Model) -> Iterator[str]:
    """Yield what would take long to work out: a matrix exponential for every neuron."""
    for name, values in model.elaborated.derived.items():
        for matrix in values.coefficients:
            order = 1 + max((row for row, _ in matrix), default=0)
            columns = [np.atleast_1d(np.asarray(value)) for value in matrix.values()]
            if max((len(np.unique(column)) for column in columns), default=1) * order**3 > _MANY_PRODUCTS:
                yield f"the propagators of {name!r}"


def _parts(selection: Selection, sizes: Mapping[str, int]) -> list[str]:
    """Return a selection as it is written: names, and slices where they are not whole populations."""
    return [
        block.population
        if block.size == sizes.get(block.population, 1)
        else f"{block.population}[{block.start}]"
        if block.size == 1
        else f"{block.population}[{block.start}:{block.stop}]"
        for block in selection.blocks
    ]


def _range(steps: Any) -> list[int]:
    return [int(np.min(steps)), int(np.max(steps))] if len(steps) else [0, 0]


def _delays(item: dict[str, Any], step: float) -> str:
    def one(side: str) -> str:
        low, high = item[side]
        return f"{side} {low * step:g} ms" if low == high else f"{side} {low * step:g}-{high * step:g} ms"

    if "synapses" not in item:
        return ""
    sides = [side for side in ("axonal", "dendritic") if any(item[side])]
    return "  ".join(one(side) for side in sides) or "no synapses"


def _seed(seed: Any) -> str:
    values = {family: number for family, number in dataclasses.asdict(seed).items() if number is not None}
    same = len(values) == 4 and len(set(values.values())) == 1
    return str(values["wiring"]) if same else ", ".join(f"{family} {number}" for family, number in values.items())


def _bytes(program: Program) -> int:
    tables = [item.rows for item in program.synapses] + [item.columns for item in program.projections]
    tables += [item.events for item in program.injections]
    return sum(column.nbytes for table in tables for column in table.columns.values())


def _estimate(program: Program, facts: dict[str, Any], trials: int) -> dict[str, Any]:
    """Return rough needs of a run in which every neuron spikes at `_HZ`: good to a factor of two or three."""
    neurons = sum(population.size for population in program.populations)
    seconds = program.steps * float(program.step) / 1000
    spikes = _HZ * seconds * neurons
    events = _HZ * seconds
    rates = [
        (2 * events if part.rule else program.steps if part.carry else events, part.rows.rows) for part in program.synapses
    ]
    arrivals = sum(rate * rows for rate, rows in rates)
    snapshots = sum(
        8 * len(record.variables) * len(record.stamps) * program.projection(record.projection).rows
        for record in program.synapse_records
    )
    return {
        "rate_hz": _HZ,
        "memory_bytes": _BASE + 4 * facts["table_bytes"],
        "disk_bytes": int(facts["table_bytes"] + trials * (facts["state_bytes"] + snapshots + 3 * spikes + program.steps)),
        "seconds": {
            name: trials * costs.seconds(program.steps, neurons, arrivals)
            for name in backend_names()
            if (costs := backend(name).target.costs) is not None
        },
    }


def _runs(program: Program, name: str) -> bool:
    try:
        legalise(program, backend(name).target)
    except UnsupportedByTarget:
        return False
    return True


def _size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} bytes"
