"""The user's own lines and comments, for the comments of generated code: they have no meaning and enter no digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from snndsl.expressions import to_text
from snndsl.expressions.statements import Assignment
from snndsl.ir import Population, Synapses
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Element, Instruction
from snndsl.model.rule import PlasticityRule
from snndsl.model.text import Place

__all__ = ["comments", "harmless"]

_LONGEST = 200
_ENDS = re.compile(r"\*(?=/)|/(?=\*)|\?(?=\?)")  # of comments; trigraphs
_STANDS_FOR = str.maketrans({"\\": "/", '"': "`", "'": "`", "{": "(", "}": ")"})


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
        if population.neuron is not None:
            element = model.populations[population.name].element
            found.setdefault(f"neurons.{population.neuron}", "\n".join([_line(element.place), *_element(element)]))
    for part in synapses:
        found[f"synapses.{part.name}"] = _line(model.place("projections", part.projection))
        if part.rule is not None:
            rule = model.projections[part.projection].rules[0].rule
            found.setdefault(f"rules.{part.rule}", "\n".join([_line(rule.place), *_rule(rule)]))
    return found


def _section(model: CheckedModel, name: str) -> tuple[str, str]:
    return ("populations" if name in model.populations else "stimuli", name)


def _line(place: Place) -> str:
    """Return file and line of a key; the name of the file alone, wherever it lies."""
    where = place.locations.key(place.path)
    return f"{Path(where.file).name}:{where.line}" if where.line else ".".join(map(str, place.path))


def _element(element: Element) -> Iterator[str]:
    yield from (f"{name} = {to_text(term.tree)}{_remark(term.comment)}" for name, term in element.aliases.items())
    yield from (f"d{name}/dt = {to_text(term.tree)}{_remark(term.comment)}" for name, term in element.derivatives.items())
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
    for instruction in instructions:
        statement = instruction.statement
        remark = _remark(statement.comment)
        if isinstance(statement, Assignment):
            yield f"{statement.target} {statement.op} {to_text(statement.value)}{remark}"
        else:
            port = f", {statement.port}" if statement.port else ""
            yield f"deliver({to_text(statement.value)}{port}){remark}"


def _remark(comment: str) -> str:
    text = harmless(comment)
    return f"  # {text}" if text else ""


def harmless(comment: str) -> str:
    """Return a stranger's text as one line that ends no comment and no string of C, C++, Python or a template.

    Parameters
    ----------
    comment : str
        Anything.

    Returns
    -------
    str
        Printable characters, at most 200, without backslashes, quotes and braces.
    """
    line = "".join(character if character.isprintable() else " " for character in comment[:_LONGEST])
    line = _ENDS.sub(lambda found: f"{found[0]} ", line.translate(_STANDS_FOR))
    return " ".join(line.split())[:_LONGEST].strip()
