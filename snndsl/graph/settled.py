"""Projections that are right or wrong whoever is connected: what they say depends on no row, or stays within safe bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping

from snndsl.graph.ranges import Range, range_of
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import ByNumber, Projection
from snndsl.model.text import ValueTerm

__all__ = ["most_synapses", "settled"]

_LONGEST = 2.0**20


def settled(model: CheckedModel, projection: Projection) -> bool:
    """Tell whether one synapse of a projection shows all that could be wrong with it.

    Parameters
    ----------
    model : CheckedModel
        With the projection.
    projection : Projection
        To be judged.
    """
    connect = projection.connect
    starts = projection.rule is not None and projection.rule.rule.on_start
    if projection.where is not None or starts or not isinstance(connect, ByNumber):
        return False
    names = _names(projection)
    fixed: list[ValueTerm] = [] if connect.value is None else [connect.value]
    if projection.rules:
        fixed += [value for use in projection.rules for value in use.given.values()]
        fixed += [projection.weight, *projection.initial.values()]
    weight = _range(model, projection.weight, names)
    return weight is not None and all(_constant(model, value, names) for value in fixed) and _delays(model, projection, names)


def most_synapses(model: CheckedModel, projection: Projection) -> float:
    """Return how many rows the wiring of a projection has to look at, or draws: an upper bound."""
    connect = projection.connect
    if not isinstance(connect, ByNumber):
        return 0.0
    value = (0.0, 1.0) if connect.value is None else _range(model, connect.value, _names(projection))
    if value is None:
        return float(projection.sources.size) * float(projection.targets.size)
    sizes = [(float(part.sources.size), float(part.targets.size)) for part in projection.parts]
    return sum(connect.expected(sources, targets, value[1]) for sources, targets in sizes)


def _names(projection: Projection) -> Mapping[str, Range]:
    sizes = [(float(part.sources.size), float(part.targets.size)) for part in projection.parts]
    (n_least, n_most), (m_least, m_most) = ((min(side), max(side)) for side in zip(*sizes, strict=True))
    return {"N_from": (n_least, n_most), "N_to": (m_least, m_most), "i": (0.0, n_most - 1), "j": (0.0, m_most - 1)}


def _range(model: CheckedModel, value: ValueTerm, names: Mapping[str, Range]) -> Range | None:
    return None if isinstance(value, tuple) else range_of(model, value.tree, names)


def _constant(model: CheckedModel, value: ValueTerm, names: Mapping[str, Range]) -> bool:
    found = _range(model, value, names)
    return found is not None and found[0] == found[1]


def _delays(model: CheckedModel, projection: Projection, names: Mapping[str, Range]) -> bool:
    """Tell whether every delay is a constant, or is rounded and lies safely within what is allowed."""
    delay = projection.delay
    assert delay is not None
    ranges = [(0.0, 0.0) if text is None else _range(model, text, names) for text in (delay.axonal, delay.dendritic)]
    if any(found is None for found in ranges):
        return False
    known = [(low / float(model.step), high / float(model.step)) for low, high in ranges]  # type: ignore[misc]
    if all(low == high for low, high in known):
        return True
    up = {"nearest": 0.5, "up": 1.0, "down": 0.0}.get(str(delay.round))
    if up is None or any(low < 0 for low, _ in known):
        return False
    shortest = sum(math.floor(low + (0.5 if low == high else up - 1e-6)) for low, high in known)
    return shortest >= 1 and sum(high + 1 for _, high in known) < _LONGEST
