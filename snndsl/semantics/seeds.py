"""Seeds: required as soon as anything is drawn, by family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from snndsl.errors import Fault
from snndsl.expressions import tree
from snndsl.expressions.functions import DRAWS
from snndsl.expressions.walk import calls_in
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Element, Instruction
from snndsl.model.population import Population
from snndsl.model.projection import Projection
from snndsl.model.text import Place, Term, ValueTerm

__all__ = ["seed_faults"]


def seed_faults(model: CheckedModel) -> list[Fault]:
    """Return the fault of the first family that is drawn from and has no seed."""
    for family, place in _needed(model):
        if getattr(model.seeds, family) is None:
            what = f"something is drawn here, and there is no seed for {family!r}"
            given = {name: seed for name, seed in asdict(model.seeds).items() if seed is not None}
            families = ", ".join(f"{name}: {seed}" for name, seed in {**given, family: 1}.items())
            hint = f"seed: {{{families}}}" if given else "seed: 1"
            return [place.problem("seed-missing", what, "a whole number", hint)]
    return []


def _needed(model: CheckedModel) -> Iterator[tuple[str, Place]]:
    for population in model.elements.values():
        yield from _of_population(population)
        yield from _in_a_run(population.element)
    for projection in model.projections.values():
        yield from _of_projection(projection)
    for search in model.searches.values():
        if search.surrogates:
            yield "analysis", model.place("discover", search.name, "surrogates")
    for stimulus in model.stimuli.values():
        own = (stimulus.weight, *stimulus.let.values(), *stimulus.space.positions.values())
        if stimulus.what.draws or any(map(_draws, own)):
            yield "input", stimulus.place


def _of_population(population: Population) -> Iterator[tuple[str, Place]]:
    """Yield what a population draws before a run: the values it gives, and those of its neuron that it leaves."""
    sections = (
        ("initial", population.initial), ("let", population.let), ("positions", population.space.positions),
        ("neuron", population.given),
    )  # fmt: skip
    for section, values in sections:
        for key, value in values.items():
            if _draws(value):
                yield "initial", population.place.inner(section, key)
    element = population.element
    own = {**element.states, **{key: item.default for key, item in element.parameters.items()}}
    for key, default in own.items():
        if default is not None and key not in population.initial and key not in population.given and _draws(default):
            yield "initial", (default[0] if isinstance(default, tuple) else default).place


def _of_projection(projection: Projection) -> Iterator[tuple[str, Place]]:
    if projection.connect.draws:
        yield "wiring", projection.place.inner("connect")
    delay = () if projection.delay is None else (projection.delay.axonal, projection.delay.dendritic)
    given = [value for use in projection.rules for value in use.given.values()]
    if any(_draws(value) for value in (projection.weight, *delay, *given, *projection.initial.values())):
        yield "wiring", projection.place
    for use in projection.rules:
        rule = use.rule
        every = [instruction for timer in rule.every for instruction in timer.instructions]
        yield from _instructions((*rule.on_pre, *rule.on_post, *every))
        yield from (("wiring", place) for _, place in _instructions(rule.on_start))


def _in_a_run(element: Element) -> Iterator[tuple[str, Place]]:
    """Yield what a neuron draws in its steps."""
    every = [instruction for timer in element.every for instruction in timer.instructions]
    yield from _instructions((*element.update, *every, *element.reset))
    terms = [element.threshold, element.silent_while, *element.aliases.values(), *element.derivatives.values()]
    for term in terms:
        if _draws(term):
            assert term is not None
            yield "input", term.place


def _instructions(instructions: Iterable[Instruction]) -> Iterator[tuple[str, Place]]:
    for instruction in instructions:
        if _tree_draws(instruction.statement.value):
            yield "input", instruction.place


def _draws(value: ValueTerm | None) -> bool:
    """Tell whether a value draws random numbers."""
    terms: tuple[Term, ...] = () if value is None else value if isinstance(value, tuple) else (value,)
    return any(_tree_draws(term.tree) for term in terms)


def _tree_draws(node: tree.Expression) -> bool:
    return any(call.function in DRAWS for call in calls_in(node))
