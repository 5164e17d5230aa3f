"""Numbers of a plastic projection: parameters, bound, trace constants, initial states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.expressions import to_text
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.walk import names_in
from snndsl.graph.neurons import one_or_all
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.values import evaluate_term, finite
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Projection
from snndsl.model.rule import RuleUse
from snndsl.model.text import Place, Term
from snndsl.numerics import stream_key

__all__ = ["PlasticValues", "plastic_values"]

Value = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PlasticValues:
    """Parameters and initial states of the rule, by name of the program; one value a row, or one for all."""

    values: Mapping[str, Value]
    bound: Value | None
    key: tuple[float, float]

    def largest(self, weight: float, rows: NDArray[np.bool_]) -> float:
        """Return W: the largest magnitude the rule may reach, else 16 times the largest initial one."""
        if self.bound is None:
            return 16.0 * weight
        bound = np.asarray(self.bound, np.float64)
        return float(np.abs(bound[rows] if bound.ndim else bound).max(initial=0.0))


def plastic_values(model: CheckedModel, projection: Projection, table: SynapseRows) -> PlasticValues:
    """Evaluate the rule of a projection.

    Raises
    ------
    ModelError
        require, not-finite, bound-missing, weight-above-bound.
    """
    [use] = projection.rules
    rule, name = use.rule, projection.name
    values: dict[str, Any] = {"w": one_or_all(table.weight), **table.values}
    pending: list[str] = []

    def named(key: str) -> Any:
        if key in values:
            return values[key]
        if key in pending or key not in rule.parameters:
            raise KeyError(key)
        pending.append(key)
        default = rule.parameters[key].default
        assert isinstance(default, Term)
        values[key] = finite(evaluate_term(default, evaluator, key), default, repr(key))
        return values[key]

    evaluator = Evaluator(named, model.step)
    for key in rule.parameters:
        named(key)
    for key, initial in rule.states.items():
        if key not in values:
            term = initial if isinstance(initial, Term) else initial[0]
            values[key] = finite(evaluate_term(term, evaluator, key), term, repr(key))
    for key, (tau, to) in rule.traces.items():
        length = np.asarray(finite(evaluate_term(tau, evaluator, key), tau, f"the time constant of {key!r}"), np.float64)
        if np.any(length <= 0):
            what = f"the time constant of the trace {key!r} is {float(length.min()):g} ms in projection {name!r}"
            raise ModelError(_given(use, tau).problem("require", what, "a positive time"))
        values[f"{key}__c"] = one_or_all(-float(model.step) / length)
        values[f"{key}__to"] = one_or_all(finite(evaluate_term(to, evaluator, key), to, f"where {key!r} relaxes to"))
        values.setdefault(key, values[f"{key}__to"])
    for term in rule.require:
        met = np.asarray(evaluator(term.tree))
        if not met.all():
            raise ModelError(_unmet(projection, table, term, named, int(np.argmin(met)) if met.ndim else 0))
    bound = None
    if rule.bound is not None:
        bound = one_or_all(finite(evaluate_term(rule.bound, evaluator, "bound"), rule.bound, "the bound"))
    if bound is None and not np.any(table.weight):
        what = f"all initial weights of {name!r} are 0, so the rule {rule.name!r} needs 'bound'"
        raise ModelError(rule.place.problem("bound-missing", what, "bound: the largest |w| it may reach"))
    if bound is not None:
        values["bound__"] = bound
        if np.any(np.abs(table.weight) > np.abs(bound)):
            place = projection.place.inner("weight")
            raise ModelError(
                place.problem(
                    "weight-above-bound", "an initial weight is larger than the bound of its rule", f"at most {np.max(bound):g}"
                )
            )
    words = (0, 0) if model.seeds.input is None else stream_key(model.seeds.input, projection.stream)
    found = {key: one_or_all(value) for key, value in values.items()}
    return PlasticValues(found, bound, (float(words[0]), float(words[1])))


def _given(use: RuleUse, term: Term) -> Place:
    """Return the place of the first value in a term that the projection gives; else that of its plasticity."""
    given = next((node.text for node in names_in(term.tree) if node.text in use.given), None)
    return use.place.inner(*(() if given is None else (given,)))


def _unmet(projection: Projection, table: SynapseRows, term: Term, named: Any, row: int) -> Fault:
    """Return the fault of a condition that a synapse does not meet."""
    names = dict.fromkeys(node.text for node in names_in(term.tree))
    count = len(table.i)
    shown = ", ".join(f"{key} {float(np.broadcast_to(np.asarray(named(key), np.float64), (count,))[row]):g}" for key in names)
    who = f"the synapse from {int(table.i[row])} to {int(table.j[row])}"
    [use] = projection.rules
    what = f"{who} of {projection.name!r} has {shown}; {use.rule.name!r} requires {to_text(term.tree)}"
    return _given(use, term).problem("require", what, f"{to_text(term.tree)} for every synapse")
