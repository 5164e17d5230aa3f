"""Seeds: required as soon as anything is drawn, by family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from snndsl.expressions import TextFault, parse_expression, tree
from snndsl.expressions.functions import DRAWS
from snndsl.semantics.element import Element

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_seeds", "draws"]

_DRAWN_RULES = ("bernoulli", "fixed_indegree", "fixed_outdegree", "fixed_total_number")
_DRAWN_STIMULI = ("bernoulli", "poisson", "pulse_packet", "one_of")


def check_seeds(model: CheckedModel) -> None:
    """Report families that are drawn from but have no seed."""
    seed = model.spec.seed
    for family, place in _needed(model):
        if seed is None or getattr(seed, family) is None:
            what = f"something is drawn here, and there is no seed for {family!r}"
            hint = "seed: 1" if seed is None else f"{family}: 1"
            model.faults.append(place.problem("seed-missing", what, "a whole number", hint))
            return


def _needed(model: CheckedModel) -> Iterator[tuple[str, Any]]:
    for name, population in model.spec.populations.items():
        for section, values in (("initial", population.initial), ("let", population.let), ("neuron", population.neuron.values)):
            for key, value in values.items():
                if draws(value):
                    yield "initial", model.place("populations", name, section, key)
        if name in model.elements:
            element = model.elements[name]
            yield from _in_a_run(element)
            values = {**element.states, **{key: item.default for key, item in element.parameters.items()}}
            for key, term in values.items():
                terms = term if isinstance(term, tuple) else (term,)
                given = key in population.initial or key in population.neuron.values
                if not given and any(item is not None and _tree_draws(item.tree) for item in terms):
                    yield "initial", next(item.place for item in terms if item is not None)
    for name, projection in model.spec.projections.items():
        if projection.connect.rule in _DRAWN_RULES:
            yield "wiring", model.place("projections", name, "connect")
        delay = (projection.delay.axonal, projection.delay.dendritic) if projection.delay is not None else ()
        for value in (projection.weight, *delay, *projection.initial.values()):
            if value is not None and draws(value):
                yield "wiring", model.place("projections", name)
        if name in model.rules:
            rule = model.rules[name]
            every = [instruction for _, instructions in rule.every for instruction in instructions]
            for instruction in (*rule.on_pre, *rule.on_post, *rule.on_start, *every):
                if _tree_draws(instruction.statement.value):
                    yield "input", instruction.place
    for name, entry in model.spec.discover.items():
        if entry.surrogates:
            yield "analysis", model.place("discover", name, "surrogates")
    for name, stimulus in model.spec.stimuli.items():
        if stimulus.kind in _DRAWN_STIMULI or draws(stimulus.current) or draws(stimulus.weight):
            yield "input", model.place("stimuli", name)


def _in_a_run(element: Element) -> Iterator[tuple[str, Any]]:
    """Yield what a neuron draws in its steps."""
    every = [instruction for _, instructions in element.every for instruction in instructions]
    for instruction in (*element.update, *every, *element.reset):
        if _tree_draws(instruction.statement.value):
            yield "input", instruction.place
    terms = [element.threshold, element.silent_while, *element.aliases.values(), *element.derivatives.values()]
    for term in terms:
        if term is not None and _tree_draws(term.tree):
            yield "input", term.place


def draws(value: Any) -> bool:
    """Tell whether a value of the schema draws random numbers."""
    if isinstance(value, tuple):
        return any(draws(item) for item in value)
    if value is None:
        return False
    try:
        return _tree_draws(parse_expression(str(value)))
    except TextFault:
        return False


def _tree_draws(node: tree.Expression) -> bool:
    match node:
        case tree.Call():
            return node.function in DRAWS or any(_tree_draws(argument) for argument in node.arguments)
        case tree.Unary():
            return _tree_draws(node.operand)
        case tree.Binary() | tree.Compare():
            return _tree_draws(node.left) or _tree_draws(node.right)
        case tree.Logic():
            return any(_tree_draws(operand) for operand in node.operands)
    return False
