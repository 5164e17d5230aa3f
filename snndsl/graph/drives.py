"""Numbers of computed stimuli: Poisson counts, one of many, currents; one value for each neuron that they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions import tree
from snndsl.expressions.functions import DRAWS
from snndsl.expressions.walk import names_in
from snndsl.graph.neurons import one_or_all
from snndsl.graph.stimuli import flat_port, per_element, weights_of
from snndsl.graph.times import scalar
from snndsl.model.checked import CheckedModel
from snndsl.model.selection import Selection
from snndsl.model.stimulus import Current, OneOf, Rate, Stimulus
from snndsl.model.text import Term, first_term
from snndsl.numerics import stream_key

__all__ = ["Drive", "computed_drives"]

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A Poisson, one_of or current stimulus into one port of one population.

    Parameters
    ----------
    name, kind : str
        Of the stimulus.
    population, port : str
        Whom it reaches; the flat name of the port.
    expression : tree or None
        Rate or current if it varies during the run; else it is the value ``mean`` or ``value``.
    size : int
        Elements of the selection.
    delay : int
        In steps.
    during : tuple of int or None
        First step (or stamp) and the one after the last.
    period : int
        Of ``one_of``, in steps.
    frozen : bool
        The same draws in every trial.
    values : mapping of str to float or ndarray, shape (population,)
        Weights, means, limits, keys of draws, constants that the expression reads; internal units.
    whole : bool
        Whether it reaches every neuron of the population.
    largest : float
        Magnitude of its weight.
    """

    name: str
    kind: str
    population: str
    port: str
    expression: tree.Expression | None
    size: int
    delay: int
    during: tuple[int, int] | None
    period: int
    frozen: bool
    values: Mapping[str, float | Real]
    whole: bool
    largest: float


def _varies(node: tree.Expression) -> bool:
    """Tell whether an expression changes during a run: it reads the time or the trial, or draws."""
    if isinstance(node, tree.Name):
        return node.text in ("t", "trial")
    if isinstance(node, tree.Call) and (node.function in DRAWS or node.function in ("tick", "phase", "begins")):
        return True
    return any(_varies(child) for child in tree.children(node))


def computed_drives(model: CheckedModel, stimulus: Stimulus) -> Iterator[Drive]:
    """Yield the drives of a Poisson, one_of or current stimulus, by target population."""
    targets = stimulus.targets
    assert targets is not None
    expression, shared, weights, faults = None, dict[str, Any](), None, list[Fault]()
    with collected(faults):
        expression, shared = _expression(model, stimulus)
    with collected(faults):
        weights = None if isinstance(stimulus.what, Current) else weights_of(model, stimulus)
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
            kind=stimulus.kind,
            population=population,
            port=flat_port(model, population, stimulus.port),
            expression=expression,
            size=targets.size,
            delay=stimulus.delay,
            during=stimulus.during,
            period=stimulus.what.every if isinstance(stimulus.what, OneOf) else 1,
            frozen=stimulus.frozen,
            values=values,
            whole=whole,
            largest=0.0 if weights is None else float(np.abs(weights).max(initial=0.0)),
        )


def _elements(targets: Selection, population: str, size: int) -> tuple[Real, bool]:
    """Return for each neuron its place in the selection, -1 for those outside, and whether none is outside."""
    element = np.full(size, -1.0)
    first = 0
    for block in targets.blocks:
        if block.population == population:
            element[block.start : block.stop] = np.arange(first, first + block.size)
        first += block.size
    return element, bool((element >= 0).all())


def _expression(model: CheckedModel, stimulus: Stimulus) -> tuple[tree.Expression | None, dict[str, Any]]:
    """Return what must be computed in every step (or None), and the values that are known now, one an element."""
    shared: dict[str, Any] = {}
    if model.seeds.input is not None:
        key = stream_key(model.seeds.input, stimulus.stream)
        shared |= {"key_0": float(key[0]), "key_1": float(key[1])}
    if stimulus.during is not None:
        shared |= {"from": float(stimulus.during[0]), "until": float(stimulus.during[1])}
    what = stimulus.what
    if not isinstance(what, Current | Rate):
        return None, shared
    terms = what.value if isinstance(what, Current) else what.rate
    if isinstance(terms, Term) and _varies(terms.tree):
        for node in names_in(terms.tree):
            if node.text in model.constants:
                shared[node.text] = scalar(model, Term(node, terms.place, terms.line), node.text)
        return terms.tree, shared
    values = per_element(model, stimulus, terms, stimulus.kind)
    if isinstance(what, Current):
        shared["value"] = values
        return None, shared
    if np.any(values < 0):
        raise ModelError(first_term(terms).problem("rate-negative", "a negative rate", "at least 0 Hz"))
    shared["mean"] = values * float(model.step)
    return None, shared
