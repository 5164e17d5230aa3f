"""Stimuli of a checked model: listed spikes as tables, computed drives as parameters of their targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.ir import Table
from snndsl.lowering.drives import ComputedDrive, varies
from snndsl.numerics import stream_key
from snndsl.schema.stimulus import StimulusSpec
from snndsl.semantics.arithmetic import Drawer, Evaluator
from snndsl.semantics.check import CheckedModel, whole_steps
from snndsl.semantics.element import value_terms
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import Term, names_in, parse_term

__all__ = [
    "Listed",
    "PlacedDrive",
    "computed_drives",
    "drive_delay",
    "drive_window",
    "flat_port",
    "listed_events",
    "source_table",
]

Real = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Events of one stimulus in one port of one population: step, neuron and weight, before the grid."""

    stimulus: str
    population: str
    port: str
    step: Index
    neuron: Index
    weight: Real


@dataclass(frozen=True, slots=True, eq=False)
class PlacedDrive:
    """A computed drive into one population, with the largest magnitude of its weight."""

    population: str
    drive: ComputedDrive
    largest: float


def source_table(model: CheckedModel, name: str) -> Table:
    """Return the spikes of a source: stamps 0 .. steps, each neuron at most once a step."""
    spec = model.spec.stimuli[name]
    neuron, stamp = _events(model, name, spec, model.sizes[name])
    neuron, stamp = _once(model, name, spec, neuron, stamp)
    return Table({"stamp": stamp.astype(np.int64), "neuron": neuron.astype(np.int32)})


def listed_events(model: CheckedModel, name: str) -> Iterator[Listed]:
    """Yield the events of an injection of listed spikes, by target population.

    An event of stamp s enters in step s + D - 1; into the port ``spike`` it forces a spike of stamp s, that is in step s - 1.
    """
    spec = model.spec.stimuli[name]
    targets = _targets(model, name, spec)
    neuron, stamp = _events(model, name, spec, targets.size)
    if spec.port == "spike" or _duplicates(spec) != "add":
        neuron, stamp = _once(model, name, spec, neuron, stamp)
    forced = spec.port == "spike"
    delay = 0 if forced else drive_delay(model, name, spec)
    if forced and len(stamp) and stamp.min() < 1:
        place = model.place("stimuli", name, "spikes", "t")
        raise ModelError(place.problem("spike-outside-run", "a forced spike of stamp 0", "stamps from 1 on"))
    weights = np.ones(targets.size) if spec.weight is None else _weights(model, name, spec, targets)
    step = stamp + delay - 1
    kept = step < model.steps
    neuron, step = neuron[kept], step[kept]
    first = 0
    for block in targets.blocks:
        mine = (neuron >= first) & (neuron < first + block.size)
        yield Listed(
            name,
            block.population,
            flat_port(model, block.population, spec.port),
            step[mine],
            neuron[mine] - first + block.start,
            weights[neuron[mine]],
        )
        first += block.size


def computed_drives(model: CheckedModel, name: str) -> Iterator[PlacedDrive]:
    """Yield the drives of a Poisson, one_of or current stimulus, by target population."""
    spec = model.spec.stimuli[name]
    targets = _targets(model, name, spec)
    expression, shared = _expression(model, name, spec, targets)
    weights = None if spec.kind == "current" else _weights(model, name, spec, targets)
    for population in targets.populations:
        element, whole = _elements(targets, population, model.sizes[population])
        members = np.maximum(element, 0).astype(np.int64)
        values: dict[str, Any] = {
            f"{name}__{key}": _scalar_or(np.asarray(value)[members] if np.ndim(value) else value)
            for key, value in shared.items()
        }
        if weights is not None:
            values[f"{name}__weight"] = _scalar_or(weights[members])
        if len(targets.populations) > 1 or not np.array_equal(element, np.arange(len(element))):
            values[f"{name}__element"] = element
        drive = ComputedDrive(
            name=name,
            kind=spec.kind,
            port=flat_port(model, population, spec.port),
            expression=expression,
            size=targets.size,
            delay=drive_delay(model, name, spec),
            during=drive_window(model, name, spec),
            period=_period(model, name, spec),
            frozen=spec.frozen,
            values={key.removeprefix(f"{name}__"): value for key, value in values.items()},
            whole=whole,
        )
        yield PlacedDrive(population, drive, 0.0 if weights is None else float(np.abs(weights).max(initial=0.0)))


def _targets(model: CheckedModel, name: str, spec: StimulusSpec) -> Selection:
    assert spec.into is not None
    return resolve(
        spec.into, model.sizes, model.spec.groups, model.place("stimuli", name, "into"), f"stimulus {name!r} goes into"
    )


def flat_port(model: CheckedModel, population: str, port: str | None) -> str:
    """Return the name of a port in the program."""
    return "spike" if port == "spike" else model.elements[population].port_names[str(port)]


def _elements(targets: Selection, population: str, size: int) -> tuple[Real, bool]:
    """Return for each neuron its place in the selection, -1 for those outside, and whether none is outside."""
    element = np.full(size, -1.0)
    first = 0
    for block in targets.blocks:
        if block.population == population:
            element[block.start : block.stop] = np.arange(first, first + block.size)
        first += block.size
    return element, bool((element >= 0).all())


def _scalar_or(value: Any) -> Any:
    array = np.asarray(value, np.float64)
    return float(array.flat[0]) if array.size and (array == array.flat[0]).all() else array


def _term(model: CheckedModel, text: Any, *path: str | int) -> Term:
    return parse_term(str(text), model.place(*path))


def drive_delay(model: CheckedModel, name: str, spec: StimulusSpec) -> int:
    """Return the delay of a stimulus in steps."""
    return 1 if spec.delay is None else whole_steps(_term(model, spec.delay, "stimuli", name, "delay"), model.step, "the delay")


def _period(model: CheckedModel, name: str, spec: StimulusSpec) -> int:
    if spec.one_of is None:
        return 1
    return whole_steps(_term(model, spec.one_of.every, "stimuli", name, "one_of", "every"), model.step, "the period")


def drive_window(model: CheckedModel, name: str, spec: StimulusSpec) -> tuple[int, int] | None:
    """Return the stamps between which a stimulus acts, None for always."""
    if spec.during is None:
        return None
    limits = []
    for k, text in enumerate(spec.during):
        term = _term(model, text, "stimuli", name, "during", k)
        value = np.array(
            [float(evaluate_term(term, Evaluator(model_names(model, {}, None), model.step, model.data), "during"))]
        )
        limits.append(int(to_steps(value, model.step, None, term, "a limit")[0]))
    return limits[0], limits[1]


def _expression(model: CheckedModel, name: str, spec: StimulusSpec, targets: Selection) -> tuple[Any, dict[str, Any]]:
    """Return what must be computed in every step (or None), and the values that are known now, one an element."""
    shared: dict[str, Any] = {}
    seed = model.spec.seed
    if seed is not None and seed.input is not None:
        key = stream_key(seed.input, spec.stream or f"stimuli.{name}")
        shared |= {"key_0": float(key[0]), "key_1": float(key[1])}
    during = drive_window(model, name, spec)
    if during is not None:
        shared |= {"from": float(during[0]), "until": float(during[1])}
    if spec.kind == "one_of":
        return None, shared
    path: tuple[str | int, ...] = (
        ("stimuli", name, "current") if spec.kind == "current" else ("stimuli", name, "poisson", "rate")
    )
    given = spec.current if spec.kind == "current" else spec.poisson.rate if spec.poisson is not None else None
    terms = value_terms(given, model.place(*path))
    if isinstance(terms, Term) and varies(terms.tree):
        for node in names_in(terms.tree):
            if node.text in model.constants:
                evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
                shared[node.text] = float(evaluate_term(Term(node, terms.place, terms.line), evaluator, node.text))
        return terms.tree, shared
    values = _per_element(model, name, terms, targets, spec.kind)
    if spec.kind == "poisson":
        if np.any(values < 0):
            raise ModelError(
                (terms if isinstance(terms, Term) else terms[0]).problem("rate-negative", "a negative rate", "at least 0 Hz")
            )
        shared["mean"] = values * float(model.step)
    else:
        shared["value"] = values
    return None, shared


def _per_element(model: CheckedModel, name: str, terms: Any, targets: Selection, what: str) -> Real:
    """Evaluate one value for each element of an injection; draws are made once, before the run."""
    size = targets.size
    scope = {
        "i": np.arange(size, dtype=np.float64),
        "N": float(size),
        "block": np.repeat(np.arange(len(targets.blocks), dtype=np.float64), [block.size for block in targets.blocks]),
    }
    seed, stream = model.spec.seed, model.spec.stimuli[name].stream or f"stimuli.{name}"
    drawer = None
    if seed is not None and seed.input is not None:
        drawer = Drawer(stream_key(seed.input, f"{stream}/{what}"), scope["i"])
    evaluator = Evaluator(model_names(model, scope, size), model.step, model.data, drawer)
    if isinstance(terms, tuple):
        if len(terms) != size:
            raise ModelError(terms[0].problem("list-length", f"{len(terms)} values for {size} neurons", f"{size} values"))
        return np.array([float(evaluate_term(term, evaluator, what)) for term in terms])
    value = finite(evaluate_term(terms, evaluator, what), terms, what)
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, np.float64), (size,)))


def _weights(model: CheckedModel, name: str, spec: StimulusSpec, targets: Selection) -> Real:
    return _per_element(model, name, value_terms(spec.weight, model.place("stimuli", name, "weight")), targets, "weight")


# ---- listed spikes


def _duplicates(spec: StimulusSpec) -> str:
    inner = spec.spikes.duplicates if spec.spikes is not None else None
    return inner or spec.duplicates


def _events(model: CheckedModel, name: str, spec: StimulusSpec, size: int) -> tuple[Index, Index]:
    assert spec.spikes is not None
    path = ("stimuli", name, "spikes")
    columns: dict[str, Any] = {}
    terms = {key: value_terms(getattr(spec.spikes, key), model.place(*path, key)) for key in ("i", "t")}
    rows = row_count(model, terms)
    scope = {"row": np.arange(rows, dtype=np.float64)} if rows is not None else {}
    evaluator = Evaluator(model_names(model, scope, None), model.step, model.data)
    for key, term in terms.items():
        if isinstance(term, tuple):
            columns[key] = np.array([float(evaluate_term(item, evaluator, key)) for item in term])
        else:
            columns[key] = np.atleast_1d(np.asarray(evaluate_term(term, evaluator, key), np.float64))
    neuron, time = (
        np.broadcast_arrays(columns["i"], columns["t"])
        if 1 in (len(columns["i"]), len(columns["t"]))
        else (columns["i"], columns["t"])
    )
    if len(neuron) != len(time):
        place = model.place(*path)
        raise ModelError(place.problem("list-length", f"{len(neuron)} neurons and {len(time)} times", "lists of equal length"))
    if spec.spikes.where is not None:
        term = _term(model, spec.spikes.where, *path, "where")
        kept = np.broadcast_to(np.asarray(evaluate_term(term, evaluator, "where"), np.bool_), neuron.shape)
        neuron, time = neuron[kept], time[kept]
    first = terms["i"] if isinstance(terms["i"], Term) else terms["i"][0]
    bad = (neuron != np.floor(neuron)) | (neuron < 0) | (neuron >= size)
    if bad.any():
        row = int(np.argmax(bad))
        raise ModelError(
            first.problem("index-out-of-range", f"i is {neuron[row]:g} in row {row}", f"whole numbers 0 .. {size - 1}")
        )
    moment = terms["t"] if isinstance(terms["t"], Term) else terms["t"][0]
    stamp = to_steps(np.asarray(time, np.float64), model.step, spec.spikes.round or spec.round, moment, "a spike time")
    return _inside(model, name, spec, moment, neuron.astype(np.int64), stamp)


def _inside(model: CheckedModel, name: str, spec: StimulusSpec, term: Term, neuron: Index, stamp: Index) -> tuple[Index, Index]:
    during = drive_window(model, name, spec)
    if during is not None:
        kept = (stamp >= during[0]) & (stamp < during[1])
        neuron, stamp = neuron[kept], stamp[kept]
    if len(stamp) and stamp.min() < 0:
        raise ModelError(
            term.problem("spike-outside-run", f"a spike at {float(stamp.min() * model.step)!r} ms", "times from 0 ms on")
        )
    last = model.file_steps
    if len(stamp) and stamp.max() > last:
        late = float(stamp.max() * model.step)
        raise ModelError(
            term.problem(
                "spike-outside-run", f"a spike at {late!r} ms", f"at most the duration, {float(last * model.step)!r} ms"
            )
        )
    kept = stamp <= model.steps
    neuron, stamp = neuron[kept], stamp[kept]
    order = np.lexsort((neuron, stamp))
    return neuron[order], stamp[order]


def _once(model: CheckedModel, name: str, spec: StimulusSpec, neuron: Index, stamp: Index) -> tuple[Index, Index]:
    same = np.zeros(len(stamp), np.bool_)
    same[1:] = (stamp[1:] == stamp[:-1]) & (neuron[1:] == neuron[:-1])
    if same.any() and _duplicates(spec) == "error":
        row = int(np.argmax(same))
        what = f"neuron {int(neuron[row])} has two spikes in step {int(stamp[row])}"
        place = model.place("stimuli", name, "spikes")
        raise ModelError(place.problem("duplicate-spike", what, "one spike a neuron and step", "duplicates: merge"))
    return neuron[~same], stamp[~same]
