"""The user's own lines and comments, for the comments of generated code: they have no meaning and enter no digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from snndsl.expressions import to_text
from snndsl.expressions.statements import Assignment, Deliver
from snndsl.ir import Population, Synapses
from snndsl.ir.remarks import harmless
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Element, Instruction
from snndsl.model.rule import PlasticityRule
from snndsl.model.text import Place, Term

__all__ = ["comments", "equation_text", "statement_text"]


def comments(model: CheckedModel, populations: Iterable[Population], synapses: Iterable[Synapses]) -> Mapping[str, str]:
    """Return texts by the path of the thing in the program: ``neurons.lif``, ``rules.stdp``, ``populations.exc`` ...

    Parameters
    ----------
    model : CheckedModel
        That was lowered.
    populations, synapses : iterable
        Of the program.
    """
    found: dict[str, str] = {}
    for population in populations:
        found[f"populations.{population.name}"] = _line(model.place(*_section(model, population.name)))
        if population.name in model.stimuli and population.neuron is not None:
            found[f"neurons.{population.neuron}"] = found[f"populations.{population.name}"]
        elif population.neuron is not None:
            element = model.elements[population.name].element
            found.setdefault(f"neurons.{population.neuron}", "\n".join([_line(element.place), *_element(element)]))
    for part in synapses:
        found[f"synapses.{part.name}"] = _line(model.place("projections", part.projection))
        if part.rule is not None:
            rules = [use.rule for use in model.projections[part.projection].rules]
            lines = [line for rule in rules for line in (_line(rule.place), *_rule(rule))]
            found.setdefault(f"rules.{part.rule}", "\n".join(lines))
        carried = model.projections[part.projection].carries
        if part.carry is not None and carried is not None:
            found.setdefault(f"carries.{part.carry}", f"{_line(carried.place)}\ncarries: {to_text(carried.tree)}")
    return found


def _section(model: CheckedModel, name: str) -> tuple[str, str]:
    return ("populations" if name in model.populations else "signals" if name in model.signals else "stimuli", name)


def _line(place: Place) -> str:
    """Return file and line of a key; the name of the file alone, wherever it lies."""
    where = place.locations.key(place.path)
    return f"{Path(where.file).name}:{where.line}" if where.line else ".".join(map(str, place.path))


def _element(element: Element) -> Iterator[str]:
    yield from (equation_text(name, term) for name, term in element.aliases.items())
    yield from (equation_text(f"d{name}/dt", term) for name, term in element.derivatives.items())
    yield from _statements(element.update)
    for timer in element.every:
        yield from (f"every {to_text(timer.period.tree)}: {text}" for text in _statements(timer.instructions))
    if element.threshold is not None:
        yield f"threshold: {to_text(element.threshold.tree)}"
    yield from (f"reset: {text}" for text in _statements(element.reset))


def _rule(rule: PlasticityRule) -> Iterator[str]:
    yield from (f"on_pre: {text}" for text in _statements(rule.on_pre))
    yield from (f"on_post: {text}" for text in _statements(rule.on_post))
    for timer in rule.every:
        yield from (f"every {to_text(timer.period.tree)}: {text}" for text in _statements(timer.instructions))


def _statements(instructions: Iterable[Instruction]) -> Iterator[str]:
    yield from (statement_text(instruction.statement) for instruction in instructions)


def statement_text(statement: Assignment | Deliver) -> str:
    """Return a statement as the user wrote it, with the comment of its line."""
    if isinstance(statement, Assignment):
        return f"{statement.target} {statement.op} {to_text(statement.value)}{_remark(statement.comment)}"
    port = f", {statement.port}" if statement.port else ""
    return f"deliver({to_text(statement.value)}{port}){_remark(statement.comment)}"


def equation_text(left: str, right: Term) -> str:
    """Return an equation as the user wrote it, with the comment of its line."""
    return f"{left} = {to_text(right.tree)}{_remark(right.comment)}"


def _remark(comment: str) -> str:
    text = harmless(comment)
    return f"  # {text}" if text else ""
