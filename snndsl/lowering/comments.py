"""Where the parts of a program stand in the file, for the comments of generated code: no meaning, in no digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from snndsl.ir import Population, Synapses
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.terms import Place

__all__ = ["comments"]


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
        if population.neuron is not None and population.name in model.elements:
            element = model.elements[population.name]
            found.setdefault(f"neurons.{population.neuron}", _line(element.place))
    for part in synapses:
        found[f"synapses.{part.name}"] = _line(model.place("projections", part.projection))
        if part.rule is not None:
            rule = model.rules[part.projection]
            found.setdefault(f"rules.{part.rule}", _line(rule.place))
    return found


def _section(model: CheckedModel, name: str) -> tuple[str, str]:
    return ("populations" if name in model.spec.populations else "stimuli", name)


def _line(place: Place) -> str:
    """Return file and line of a key; the name of the file alone, wherever it lies."""
    where = place.locations.key(place.path)
    return f"{Path(where.file).name}:{where.line}" if where.line else ".".join(map(str, place.path))
