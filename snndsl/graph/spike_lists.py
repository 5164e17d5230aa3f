"""Events that are known before the run: spikes of sources, events and forced spikes in ports, motifs that are played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected, listed, nearest
from snndsl.graph.stimuli import NumbersOfStimulus, flat_port
from snndsl.ir import Table
from snndsl.model.stimulus import Playing, Spiking
from snndsl.model.text import Place, Term

__all__ = ["Listed", "expected_events", "listed_events", "played_events", "source_table"]

Real = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Events of one stimulus in one port of one population: step, neuron and weight, before the grid.

    The largest magnitude is that of what may come: it is the same whatever was drawn.
    """

    stimulus: str
    population: str
    port: str
    step: Index
    neuron: Index
    weight: Real
    largest: float


def source_table(numbers: NumbersOfStimulus, what: Spiking, warnings: list[Fault]) -> Table:
    """Return the spikes of a source: stamps 0 .. steps, each neuron at most once a step.

    Raises
    ------
    ModelError
        index-out-of-range, off-grid, spike-outside-run, duplicate-spike, list-length ...
    """
    neuron, stamp = _events(numbers, what)
    neuron, stamp = _once(numbers, what, neuron, stamp, warnings)
    return Table({"stamp": stamp.astype(np.int64), "neuron": neuron.astype(np.int32)})


def listed_events(numbers: NumbersOfStimulus, what: Spiking, warnings: list[Fault]) -> Iterator[Listed]:
    """Yield the events of an injection, by target population.

    An event of stamp s enters in step s + D - 1; into the port ``spike`` it forces a spike of stamp s, that is in step s - 1.

    Raises
    ------
    ModelError
        As `source_table`.
    """
    stimulus = numbers.stimulus
    assert stimulus.targets is not None
    neuron = stamp = np.zeros(0, np.int64)
    weights, faults = np.zeros(stimulus.targets.size), list[Fault]()
    with collected(faults):
        neuron, stamp = _events(numbers, what)
    with collected(faults):
        weights = numbers.weights()
    if faults:
        raise ModelError(faults)
    if what.repeats != "add":
        neuron, stamp = _once(numbers, what, neuron, stamp, warnings)
    step = stamp + (0 if stimulus.port == "spike" else stimulus.delay) - 1
    first = 0
    for block in stimulus.targets.blocks:
        mine = (neuron >= first) & (neuron < first + block.size)
        yield Listed(
            stimulus.name,
            block.population,
            flat_port(numbers.model, block.population, stimulus.port),
            step[mine],
            neuron[mine] - first + block.start,
            weights[neuron[mine]],
            float(np.abs(weights[neuron[mine]]).max(initial=0.0)),
        )
        first += block.size


def played_events(numbers: NumbersOfStimulus, what: Playing, warnings: list[Fault]) -> Iterator[Listed]:
    """Yield the events of a stimulus that chooses its neurons, by target population.

    Into the port ``spike`` (the default) an event is a spike of its neuron, with its own stamp; into any other port it enters
    a delay later.

    Raises
    ------
    ModelError
        off-grid, spike-outside-run, probability, key-missing ...
    """
    stimulus = numbers.stimulus
    name, port = stimulus.name, stimulus.port or "spike"
    found, weight = _played(numbers, what)
    delay = 0 if port == "spike" else stimulus.delay
    dropped, played = 0, 0
    for population in dict.fromkeys(item[0] for item in found):
        neuron = np.concatenate([item[1] for item in found if item[0] == population])
        stamp = np.concatenate([item[2] for item in found if item[0] == population])
        kept = (stamp >= (1 if port == "spike" else 0)) & numbers.acts(stamp)
        width = int(neuron.max(initial=0)) + 1
        pairs = np.sort(stamp[kept] * width + neuron[kept])  # as one number: pairs take ten times as long to sort
        if port == "spike":
            pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        dropped, played = dropped + int(kept.sum()) - len(pairs), played + int(kept.sum())
        step, who = pairs // width + delay - 1, pairs % width
        flat, weights = flat_port(numbers.model, population, port), np.full(len(step), weight)
        yield Listed(name, population, flat, step, who, weights, abs(weight))
    if dropped:
        warnings.append(_merged(numbers.place(), name, dropped, played))


def _events(numbers: NumbersOfStimulus, what: Spiking) -> tuple[Index, Index]:
    """Return the events within the window and the run, in order."""
    neuron, stamp = what.events(numbers)
    kept = numbers.acts(stamp) & (stamp >= numbers.earliest) & (stamp <= numbers.horizon)
    neuron, stamp = neuron[kept], stamp[kept]
    order = np.lexsort((neuron, stamp))
    return neuron[order], stamp[order]


def _once(
    numbers: NumbersOfStimulus, what: Spiking, neuron: Index, stamp: Index, warnings: list[Fault]
) -> tuple[Index, Index]:
    """Return the spikes, each neuron at most once a step: more are a fault, or merged with a warning that counts them."""
    same = np.zeros(len(stamp), np.bool_)
    same[1:] = (stamp[1:] == stamp[:-1]) & (neuron[1:] == neuron[:-1])
    if not same.any():
        return neuron, stamp
    if what.repeats == "error":
        row = int(np.argmax(same))
        said = f"neuron {int(neuron[row])} has two spikes in step {int(stamp[row])}"
        fault = numbers.place().problem("duplicate-spike", said, "one spike a neuron and step", "duplicates: merge")
        raise ModelError(fault)
    warnings.append(_merged(numbers.place(), numbers.stimulus.name, int(same.sum()), len(stamp)))
    return neuron[~same], stamp[~same]


def _merged(place: Place, name: str, dropped: int, listed: int) -> Fault:
    """Return the warning that spikes of one neuron in one step have become one."""
    what = f"{dropped:,} of {listed:,} spikes of {name!r} are dropped: their neuron has another in the same step"
    return replace(place.problem("spikes-merged", what), severity="warning")


def expected_events(numbers: NumbersOfStimulus, what: Playing) -> float:
    """Return how many events of a stimulus that chooses its neurons are drawn.

    Raises
    ------
    ModelError
        As `played_events`, without drawing any.
    """
    number, names, faults = 0.0, dict[str, None](), list[Fault]()
    with collected(faults):
        number = what.expected(numbers)
        names = dict.fromkeys(name for motif in what.motifs for name in numbers.motif(motif).population)
    with collected(faults):
        _played_weight(numbers)
    for population in names:
        faults += _port_faults(numbers, population)
    if faults:
        raise ModelError(faults)
    return number


def _played(numbers: NumbersOfStimulus, what: Playing) -> tuple[list[tuple[str, Index, Index]], float]:
    """Return neurons and stamps by population, and the weight; every fault together."""
    found: list[tuple[str, Index, Index]] = []
    faults: list[Fault] = []
    weight = 1.0
    with collected(faults):
        found = what.played(numbers)
    with collected(faults):
        weight = _played_weight(numbers)
    for population in dict.fromkeys(item[0] for item in found):
        faults += _port_faults(numbers, population)
    if faults:
        raise ModelError(faults)
    return found, weight


def _played_weight(numbers: NumbersOfStimulus) -> float:
    weight = numbers.stimulus.weight
    return numbers.scalar(weight, "weight") if isinstance(weight, Term) else 1.0


def _port_faults(numbers: NumbersOfStimulus, population: str) -> Iterator[Fault]:
    """Yield the fault of neurons that have not the port that is played into."""
    stimulus, model = numbers.stimulus, numbers.model
    name, port = stimulus.name, stimulus.port or "spike"
    if population not in model.populations:
        what = f"{name!r} plays into the source {population!r}"
        yield numbers.place().problem("source-has-no-input", what, "motifs of populations")
    elif port != "spike" and port not in model.populations[population].element.port_names:
        known = [*model.populations[population].element.port_names, "spike"]
        what = f"stimulus {name!r}: {population!r} has no port {port!r}"
        yield stimulus.place.inner("port").problem("port-unknown", what, listed(known), nearest(port, known))
