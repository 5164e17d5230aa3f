"""Numbers of stimuli that their targets compute in each step: one value for each neuron that they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions import tree
from snndsl.graph.neurons import one_or_all
from snndsl.graph.stimuli import NumbersOfStimulus, flat_port
from snndsl.model.checked import CheckedModel
from snndsl.model.selection import Selection
from snndsl.model.stimulus import Driving, Spiking, Stimulus, StimulusKind
from snndsl.model.text import Term
from snndsl.numerics import stream_key

__all__ = ["OWN", "Drive", "computed_drives", "drawn_source", "parameter_of"]

OWN = {
    "weight": "weight",
    "element": "place in its selection, -1 outside",
    "from": "first step",
    "until": "step after its last",
    **dict.fromkeys(("key_0", "key_1"), "key of its random draws"),
    **dict.fromkeys(("spikes_0", "spikes_1"), "key of the draws of its spikes"),
}
"""Parameters of any stimulus that is computed in each step, and what they are."""

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A stimulus that is computed in each step: into one port of one population, or a source.

    Parameters
    ----------
    name : str
        Of the stimulus.
    what : StimulusKind
        What it does: `Driving`, or `Spiking` of a source.
    population, port : str
        Whom it reaches; the flat name of the port. A source is a population by itself, without a port.
    expression : tree or None
        What has to be computed in each step.
    size : int
        Elements of the selection, neurons of a source.
    delay : int
        In steps.
    during : tuple of int or None
        First step (or stamp) and the one after the last.
    frozen : bool
        The same draws in every trial.
    values : mapping of str to float or ndarray, shape (population,)
        Weights, limits, keys of draws, constants that the expression reads, numbers of the kind; internal units.
    whole : bool
        Whether it reaches every neuron of the population.
    largest : float
        Magnitude of its weight.
    """

    name: str
    what: StimulusKind
    population: str
    port: str
    expression: tree.Expression | None
    size: int
    delay: int
    during: tuple[int, int] | None
    frozen: bool
    values: Mapping[str, float | Real]
    whole: bool
    largest: float


def computed_drives(numbers: NumbersOfStimulus, what: Driving) -> Iterator[Drive]:
    """Yield the drives of a stimulus that its targets compute, by target population."""
    model, stimulus = numbers.model, numbers.stimulus
    targets = stimulus.targets
    assert targets is not None
    shared, weights, faults = dict[str, Any](), None, list[Fault]()
    with collected(faults):
        shared = _shared(model, stimulus)
        shared |= {} if what.varying is None else _read_by(numbers, what.varying)
        shared |= what.numbers(numbers)
    with collected(faults):
        weights = numbers.weights() if what.weighted else None
    if faults:
        raise ModelError(faults)
    for population in targets.populations:
        element, whole = _elements(targets, population, model.sizes[population])
        members = np.maximum(element, 0).astype(np.int64)
        values: dict[str, Any] = {
            key: one_or_all(np.asarray(value)[members] if np.ndim(value) else value) for key, value in shared.items()
        }
        if weights is not None:
            values["weight"] = one_or_all(weights[members])
        if len(targets.populations) > 1 or not np.array_equal(element, np.arange(len(element))):
            values["element"] = element
        yield Drive(
            name=stimulus.name,
            what=what,
            population=population,
            port=flat_port(model, population, stimulus.port),
            expression=None if what.varying is None else what.varying.tree,
            size=targets.size,
            delay=stimulus.delay,
            during=stimulus.during,
            frozen=stimulus.frozen,
            values=values,
            whole=whole,
            largest=0.0 if weights is None else float(np.abs(weights).max(initial=0.0)),
        )


def drawn_source(numbers: NumbersOfStimulus, what: Spiking, rate: Term) -> Drive:
    """Return a source whose rate reads a signal: its spikes are drawn during the run.

    Draws have the keys of a source that is known before: of its spikes, and of what its rate draws.
    """
    stimulus, values = numbers.stimulus, dict[str, Any]()
    for kind, key in (("spikes", numbers.key("spikes")), ("key", numbers.key("the rate"))):
        values |= {f"{kind}_{place}": float(word) for place, word in enumerate(key)}
    values |= {key: one_or_all(value) for key, value in _read_by(numbers, rate).items()} | _limits(stimulus)
    return Drive(
        name=stimulus.name,
        what=what,
        population=stimulus.name,
        port="",
        expression=rate.tree,
        size=numbers.size,
        delay=stimulus.delay,
        during=stimulus.during,
        frozen=stimulus.frozen,
        values=values,
        whole=True,
        largest=0.0,
    )


def parameter_of(what: StimulusKind, name: str) -> str:
    """Return the parameter that holds what a name of an expression stands for; the stimulus has parameters of its own."""
    return f"{name}__" if name in OWN or name in what.parameters else name


def _read_by(numbers: NumbersOfStimulus, term: Term) -> dict[str, float | Real]:
    """Return what an expression of each step reads that is known before, by parameter."""
    what = numbers.stimulus.what
    return {parameter_of(what, name): value for name, value in numbers.read_by(term).items()}


def _elements(targets: Selection, population: str, size: int) -> tuple[Real, bool]:
    """Return for each neuron its place in the selection, -1 for those outside, and whether none is outside."""
    element = np.full(size, -1.0)
    first = 0
    for block in targets.blocks:
        if block.population == population:
            element[block.start : block.stop] = np.arange(first, first + block.size)
        first += block.size
    return element, bool((element >= 0).all())


def _shared(model: CheckedModel, stimulus: Stimulus) -> dict[str, Any]:
    """Return the values that every kind may read: the key of its draws, and the limits of its window."""
    shared: dict[str, Any] = {}
    if model.seeds.input is not None:
        key = stream_key(model.seeds.input, stimulus.stream)
        shared |= {"key_0": float(key[0]), "key_1": float(key[1])}
    return shared | _limits(stimulus)


def _limits(stimulus: Stimulus) -> dict[str, float]:
    """Return the limits of the window of a stimulus, if it has one."""
    during = stimulus.during
    return {} if during is None else {"from": float(during[0]), "until": float(during[1])}
