"""Projections that are right or wrong whoever is connected: what they say depends on no row, or stays within safe bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from snndsl.graph.ranges import Range, range_of
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.selection import Selection
from snndsl.semantics.terms import parse_term

__all__ = ["most_synapses", "settled"]

_LONGEST = 2.0**20
_LISTED = ("pairs", "motif")


def settled(model: CheckedModel, name: str, sources: Selection, targets: Selection) -> bool:
    """Tell whether one synapse of a projection shows all that could be wrong with it.

    Parameters
    ----------
    model : CheckedModel
        With the projection.
    name : str
        Of the projection.
    sources, targets : Selection
        Its two sides.
    """
    spec = model.spec.projections[name]
    if spec.where is not None or spec.connect.rule in _LISTED:
        return False
    names = _names(sources, targets)
    fixed: list[Any] = [] if spec.connect.value is None else [spec.connect.value]
    if spec.plasticity:
        rule = model.rules[name]
        fixed += [value for key, value in spec.plasticity[0].values.items() if key in rule.spec.parameters]
        fixed += [spec.weight, *spec.initial.values()]
    weight = _range(model, spec.weight, names)
    return weight is not None and all(_constant(model, value, names) for value in fixed) and _delays(model, name, names)


def most_synapses(model: CheckedModel, name: str, sources: Selection, targets: Selection) -> float:
    """Return how many rows the wiring of a projection has to look at, or draws: an upper bound."""
    connect = model.spec.projections[name].connect
    if connect.rule in _LISTED:
        return 0.0
    value = None if connect.value is None else _range(model, connect.value, _names(sources, targets))
    pairs = float(sources.size) * targets.size
    rows = {"fixed_indegree": float(targets.size), "fixed_outdegree": float(sources.size), "fixed_total_number": 1.0}
    if connect.rule == "one_to_one":
        return float(sources.size)
    return pairs if value is None else value[1] * rows.get(connect.rule, pairs)


def _names(sources: Selection, targets: Selection) -> Mapping[str, Range]:
    n, m = float(sources.size), float(targets.size)
    return {"N_from": (n, n), "N_to": (m, m), "i": (0.0, n - 1), "j": (0.0, m - 1)}


def _range(model: CheckedModel, value: Any, names: Mapping[str, Range]) -> Range | None:
    return None if isinstance(value, tuple) else range_of(model, parse_term(str(value), model.place()).tree, names)


def _constant(model: CheckedModel, value: Any, names: Mapping[str, Range]) -> bool:
    found = _range(model, value, names)
    return found is not None and found[0] == found[1]


def _delays(model: CheckedModel, name: str, names: Mapping[str, Range]) -> bool:
    """Tell whether every delay is a constant, or is rounded and lies safely within what is allowed."""
    delay = model.spec.projections[name].delay
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
