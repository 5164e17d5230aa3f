"""Searches that a model or options describe, as arguments: definitions fitted to the network, nulls, expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.values import evaluate_term, model_names
from snndsl.ir import Program
from snndsl.model.checked import CheckedModel
from snndsl.model.search import Surrogate
from snndsl.polychrony.definitions import Definition, Izhikevich2006
from snndsl.polychrony.definitions.fitting import fitted, placed
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.neurons import NeuronModel
from snndsl.semantics.definition_numbers import read_numbers

__all__ = ["Search", "chosen_definition", "judge", "search_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A search as a model or a command line describes it.

    Parameters
    ----------
    definition : Definition
        With its numbers.
    mothers : ndarray of int64 or None
        Neurons of the network; None: all.
    nulls : dict of str to int
        How often each null is drawn.
    rows : dict of str to ndarray of bool, shape (synapses,)
        Synapses that a null shuffles; where it is not said, all.
    """

    definition: Definition
    mothers: NDArray[np.int64] | None
    nulls: dict[str, int]
    rows: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


def search_of(checked: CheckedModel, program: Program, name: str, network: Network) -> Search:
    """Return the search that an entry of a model's section describes, in the network of its program.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter, at their place in the file.
    """
    wanted = checked.searches[name]
    definition = placed(wanted, _scale(network), **_mode(wanted.kind, network))
    mothers = None
    if wanted.mothers is not None:
        parts = [np.arange(block.start, block.stop) + network.first[block.population] for block in wanted.mothers.blocks]
        mothers = np.unique(np.concatenate(parts))
    nulls = {surrogate.null: surrogate.times for surrogate in wanted.surrogates}
    rows = {surrogate.null: _rows(checked, program, wanted.projection, surrogate) for surrogate in wanted.surrogates}
    return Search(definition, mothers, nulls, rows)


def _rows(checked: CheckedModel, program: Program, projection: str, surrogate: Surrogate) -> NDArray[np.bool_]:
    """Return which synapses a surrogate shuffles: those of the projection that meet its condition."""
    parts = []
    for synapses in program.synapses:
        mine = np.zeros(synapses.rows.rows, np.bool_)
        if synapses.projection == projection:
            mine[:] = True
            if surrogate.of is not None:
                columns, row = program.projection(projection).columns, np.asarray(synapses.rows["row"])
                scope = {"i": np.asarray(columns["pre"], np.float64)[row], "j": np.asarray(columns["post"], np.float64)[row]}
                evaluator = Evaluator(model_names(checked, scope, None), checked.step, checked.data)
                mine &= np.asarray(evaluate_term(surrogate.of, evaluator, "of"), np.bool_)
        parts.append(mine)
    return np.concatenate([*parts, np.zeros(0, np.bool_)])


def chosen_definition(name: str, parameters: Mapping[str, Any], network: Network) -> Definition:
    """Return a definition for a network: times brought to its step, mode as its neurons allow.

    Parameters
    ----------
    name : str
        Of the definition.
    parameters : mapping
        What differs from the published numbers: numbers, text that is read as such, times such as ``"2 ms"``, and
        ``threshold`` or ``fraction_of`` in the unit of the weights, such as ``"0.5 mV"``.
    network : Network
        To be searched.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter.
    """
    given = _mode(name, network) | read_numbers(parameters, network.step_ms, network.weight_units)
    return fitted(name, given, *_scale(network))


def _scale(network: Network) -> tuple[float, int, tuple[str, ...]]:
    """Return the length of a step in ms, the longest delay and the units of the weights."""
    return float(network.step_ms), int(network.table.delay.max(initial=1)), network.weight_units


def _mode(name: str, network: Network) -> dict[str, str]:
    """Return the mode of a definition that its neurons allow, where nothing is said."""
    return {"mode": "corrected"} if name == Izhikevich2006.name and isinstance(network.neurons, NeuronModel) else {}


def judge(expect: Mapping[str, Any], facts: Mapping[str, float]) -> Iterator[tuple[bool, str]]:
    """Yield for each expectation of a search (``groups`` or ``p``) whether the facts meet it, and in words."""
    for name, bounds in expect.items():
        value = facts[name]
        wanted = bounds if isinstance(bounds, Mapping) else {"equals": bounds}
        for how, bound in wanted.items():
            yield _met(value, str(how), bound), f"{name} {value:g}, {how} {bound}"


def _met(value: float, how: str, bound: Any) -> bool:
    match how:
        case "equals":
            return value == float(bound)
        case "at_least":
            return value >= float(bound)
        case "at_most":
            return value <= float(bound)
        case _:
            return float(bound[0]) <= value <= float(bound[1])
