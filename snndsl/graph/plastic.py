"""Numbers of a plastic projection: parameters, bound, trace constants, initial states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected, first_of_each_place
from snndsl.expressions import to_text
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.walk import names_in
from snndsl.graph.limits import Limits, check_start, limits_of
from snndsl.graph.neurons import one_or_all
from snndsl.graph.on_start import changed_at_start
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.values import evaluate_term, finite
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Projection
from snndsl.model.rule import RuleUse
from snndsl.model.text import Place, Term, ValueTerm, first_term
from snndsl.numerics import stream_key

__all__ = ["PlasticValues", "plastic_values"]

Value = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PlasticValues:
    """Parameters, initial states, ranges and keys of draws of the rule, by flat name; one value a row, or one for all."""

    values: Mapping[str, Value]
    ranges: Mapping[str, Limits]
    bound: Value | None

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
        require, not-finite, range-empty, initial-out-of-range, bound-missing, bounds-differ, weight-above-bound: one of each
        place.
    """
    return _Work(model, projection, table).run()


@dataclass(eq=False)
class _Work:
    model: CheckedModel
    projection: Projection
    table: SynapseRows
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, ModelError] = field(default_factory=dict)
    ranges: dict[str, Limits] = field(default_factory=dict)
    last: dict[str, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.projection.rule is not None
        self.use = self.projection.rule
        self.rule, self.name = self.use.rule, self.projection.name
        row = one_or_all(self.table.row.astype(np.float64))
        self.values: dict[str, Any] = {"w": one_or_all(self.table.weight), "row": row, **self.table.values}
        self.evaluator = Evaluator(self.named, self.model.step, self.rule.data)

    def run(self) -> PlasticValues:
        for key in self.rule.parameters:
            with collected(self.faults):
                self.named(key)
        for key, initial in self.rule.states.items():
            with collected(self.faults):
                self._state(key, initial)
        for key, (tau, to) in self.rule.traces.items():
            with collected(self.faults):
                self._trace(key, tau, to)
        sound = not self.faults
        if self.rule.on_start and sound:
            with collected(self.faults):
                self.last = changed_at_start(self.model, self.projection, self.table, self.values)
        for key in self.ranges if sound or not self.rule.on_start else ():
            with collected(self.faults):
                self._start(key)
        for term in self.rule.require:
            with collected(self.faults):
                self._require(term)
        bound = None
        with collected(self.faults):
            bound = self._bound()
        if np.any(self.table.dendritic):
            self.faults += [*self._late_reads(), *self._uneven_sums()]
        if self.faults:
            raise ModelError(first_of_each_place(self.faults))
        found = {key: one_or_all(value) for key, value in {**self.values, **self._keys()}.items()}
        return PlasticValues(found, self.ranges, bound)

    def _late_reads(self) -> list[Fault]:
        """Return the fault of a rule that reads neurons or signals though its synapses have a dendritic delay."""
        for name, place, line in self.use.names_of_a_run():
            owner, _, own = name.text.partition(".")
            side = {"pre": self.projection.sources, "post": self.projection.targets}.get(owner)
            fixed = side is not None and own in self.model.elements[side.populations[0]].element.parameters
            if not fixed and (side is not None or owner in self.model.signals):
                steps = int(self.table.dendritic.max())
                what = f"a rule of {self.name!r} reads {name.text}, and its synapses have a dendritic delay of {steps} steps"
                expected = "a delay that is axonal as a whole: what is read is there at the time of the soma"
                return [place.problem("needs-zero-dendritic-delay", what, expected, "", name.start, line)]
        return []

    def _uneven_sums(self) -> list[Fault]:
        """Return the fault of a rule that sums in a tick over synapses which run late by different dendritic delays."""
        least, most = (int(end) for end in (self.table.dendritic.min(), self.table.dendritic.max()))
        for call, place, line in self.use.sums_of_a_run() if least < most else ():
            what = f"a rule of {self.name!r} calls {call.function}() in a run, and dendritic delays are {least} to {most} steps"
            expected = "one dendritic delay for all synapses: those that differ do not reach a stamp at the same time"
            return [place.problem("sum-needs-one-dendritic-delay", what, expected, "", call.start, line)]
        return []

    def _keys(self) -> dict[str, float]:
        """Return the keys of what each rule draws: the first from the stream of the projection, the others from their own."""
        seed, stream, found = self.model.seeds.input, self.projection.stream, dict[str, float]()
        if seed is None:
            return found
        for number, use in enumerate(self.projection.rules, start=1):
            words = stream_key(seed, stream if number == 1 else f"{stream}/{number}")
            for place, word in enumerate(words):
                found[f"{use.label}.key__{place}" if use.label else f"key__{place}"] = float(word)
        return found

    def named(self, key: str) -> Any:
        """Return a parameter or state; one that is wrong is so wherever it is read."""
        if key in self.broken:
            raise self.broken[key]
        if key not in self.values:
            if key not in self.rule.parameters:
                raise KeyError(key)
            default = self.rule.parameters[key].default
            assert isinstance(default, Term)
            try:
                self.values[key] = self._finite(default, key, repr(key))
            except ModelError as error:
                self.broken[key] = error
                raise
        return self.values[key]

    def _finite(self, term: Term, key: str, what: str) -> Any:
        return finite(evaluate_term(term, self.evaluator, key), term, what)

    def _state(self, key: str, initial: ValueTerm) -> None:
        if key not in self.values:
            self.values[key] = self._finite(first_term(initial), key, repr(key))
        if key in self.rule.ranges:
            self.ranges[key] = limits_of(self.rule.ranges[key], self.evaluator, key)

    def _start(self, key: str) -> None:
        """Refuse a state that starts outside its range, at the place of the value that it starts with."""
        start = self.last.get(key, self.projection.initial.get(key, self.rule.states[key]))
        check_start(self.ranges[key], self.values[key], start, key, f"synapse {{}} of {self.name!r}", "")

    def _trace(self, key: str, tau: Term, to: Term) -> None:
        length = np.asarray(self._finite(tau, key, f"the time constant of {key!r}"), np.float64)
        if np.any(length <= 0):
            what = f"the time constant of the trace {key!r} is {float(length.min()):g} ms in projection {self.name!r}"
            raise ModelError(_given(self.use, tau).problem("require", what, "a positive time"))
        self.values[f"{key}__c"] = one_or_all(-float(self.model.step) / length)
        self.values[f"{key}__to"] = one_or_all(self._finite(to, key, f"where {key!r} relaxes to"))
        self.values.setdefault(key, self.values[f"{key}__to"])

    def _require(self, term: Term) -> None:
        met = np.asarray(self.evaluator(term.tree))
        if not met.all():
            row = int(np.argmin(met)) if met.ndim else 0
            raise ModelError(_unmet(self.projection, self.table, term, self.named, row))

    def _bound(self) -> Value | None:
        """Return the bound of the weights, which none of them exceeds when it starts; None if the rule has none."""
        weights = np.abs(self.values["w"])
        if not self.rule.bounds:
            if len(self.table.i) and not np.any(weights):
                rule = self.projection.rules[0].rule.name
                what = f"all initial weights of {self.name!r} are 0, so the rule {rule!r} needs 'bound'"
                raise ModelError(self.rule.place.problem("bound-missing", what, "bound: the largest |w| it may reach"))
            return None
        bound: Value
        bound, *others = (one_or_all(self._finite(term, "bound", "the bound")) for term in self.rule.bounds)
        if any(np.any(np.asarray(bound) != np.asarray(other)) for other in others):
            said = " and ".join(f"{np.max(np.asarray(value)):g}" for value in (bound, *others))
            what = f"the rules of projection {self.name!r} have bounds that differ: {said}"
            raise ModelError(self.use.place.problem("bounds-differ", what, "one bound, or equal ones"))
        self.values["bound__"] = bound
        if np.any(weights > np.abs(bound)):
            what, expected = "an initial weight is larger than the bound of its rule", f"at most {np.max(bound):g}"
            place = self.last["w"].place if "w" in self.last else self.projection.place.inner("weight")
            raise ModelError(place.problem("weight-above-bound", what, expected))
        return bound


def _given(use: RuleUse, term: Term) -> Place:
    """Return the place of the first value in a term that the projection gives; else that of its plasticity."""
    given = next((node.text for node in names_in(term.tree) if node.text in use.given), None)
    return use.place if given is None else use.place_of(given)


def _unmet(projection: Projection, table: SynapseRows, term: Term, named: Any, row: int) -> Fault:
    """Return the fault of a condition that a synapse does not meet."""
    names = dict.fromkeys(node.text for node in names_in(term.tree))
    count = len(table.i)
    shown = ", ".join(f"{key} {float(np.broadcast_to(np.asarray(named(key), np.float64), (count,))[row]):g}" for key in names)
    who = f"the synapse from {int(table.i[row])} to {int(table.j[row])}"
    use, rules = projection.rule, " and ".join(repr(use.rule.name) for use in projection.rules)
    assert use is not None
    what = f"{who} of {projection.name!r} has {shown}; {rules} requires {to_text(term.tree)}"
    return _given(use, term).problem("require", what, f"{to_text(term.tree)} for every synapse")
