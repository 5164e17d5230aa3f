"""Numbers of computed stimuli: Poisson counts, one of many, currents; one value for each neuron that they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.expressions.functions import DRAWS
from snndsl.graph.neurons import one_or_all
from snndsl.graph.stimuli import drive_delay, drive_window, flat_port, per_element, targets_of, term_of, weights_of
from snndsl.graph.values import evaluate_term, model_names
from snndsl.numerics import stream_key
from snndsl.schema.stimulus import StimulusSpec
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel, whole_steps
from snndsl.semantics.element import value_terms
from snndsl.semantics.selection import Selection
from snndsl.semantics.terms import Term, names_in

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


def computed_drives(model: CheckedModel, name: str) -> Iterator[Drive]:
    """Yield the drives of a Poisson, one_of or current stimulus, by target population."""
    spec = model.spec.stimuli[name]
    targets = targets_of(model, name, spec)
    expression, shared = _expression(model, name, spec, targets)
    weights = None if spec.kind == "current" else weights_of(model, name, spec, targets)
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
            name=name,
            kind=spec.kind,
            population=population,
            port=flat_port(model, population, spec.port),
            expression=expression,
            size=targets.size,
            delay=drive_delay(model, name, spec),
            during=drive_window(model, name, spec),
            period=_period(model, name, spec),
            frozen=spec.frozen,
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


def _period(model: CheckedModel, name: str, spec: StimulusSpec) -> int:
    if spec.one_of is None:
        return 1
    return whole_steps(term_of(model, spec.one_of.every, "stimuli", name, "one_of", "every"), model.step, "the period")


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
    if isinstance(terms, Term) and _varies(terms.tree):
        for node in names_in(terms.tree):
            if node.text in model.constants:
                evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
                shared[node.text] = float(evaluate_term(Term(node, terms.place, terms.line), evaluator, node.text))
        return terms.tree, shared
    values = per_element(model, name, terms, targets, spec.kind)
    if spec.kind == "poisson":
        if np.any(values < 0):
            raise ModelError(
                (terms if isinstance(terms, Term) else terms[0]).problem("rate-negative", "a negative rate", "at least 0 Hz")
            )
        shared["mean"] = values * float(model.step)
    else:
        shared["value"] = values
    return None, shared
