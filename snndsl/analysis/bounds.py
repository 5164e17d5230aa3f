"""What an expectation says: its bounds and listed spikes as numbers, and whether measured values keep to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions import TextFault
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, model_names
from snndsl.schema.observation import ExpectSpec, TargetSpec
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.element import value_terms
from snndsl.semantics.terms import Term, parse_term

__all__ = ["Bounds", "spike_codes"]


class Bounds:
    """The bounds of one expectation.

    Parameters
    ----------
    model : CheckedModel
        That says it.
    name : str
        Of the expectation.
    spec : ExpectSpec
        What it says.
    """

    def __init__(self, model: CheckedModel, name: str, spec: ExpectSpec) -> None:
        self.model, self.name, self.spec = model, name, spec
        self.place = model.place("expect", name)

    def met(self, found: NDArray[np.float64], scope: Mapping[str, Any]) -> bool:
        """Tell whether every bound that is given holds for all values.

        Parameters
        ----------
        found : ndarray, shape (values,)
            Internal units; at least one.
        scope : mapping
            Further names that bounds may read, each an array of shape (values,).

        Raises
        ------
        ModelError
            key-missing: there is no bound. list-length: a bound has another number of values.
        """
        spec, met = self.spec, []
        if spec.between is not None:
            low, high = (self._number(text, scope, len(found), "between", k) for k, text in enumerate(spec.between))
            met.append((found >= low) & (found <= high))
        within = 0.0 if spec.within is None else self._number(spec.within, scope, len(found), "within")
        if spec.near is not None:
            met.append(np.abs(found - self._number(spec.near, scope, len(found), "near")) <= within)
        if spec.equals is not None and spec.equals.value is not None:
            met.append(np.abs(found - self._number(spec.equals.value, scope, len(found), "equals")) <= within)
        if spec.at_least is not None:
            met.append(found >= self._number(spec.at_least, scope, len(found), "at_least"))
        if spec.at_most is not None:
            met.append(found <= self._number(spec.at_most, scope, len(found), "at_most"))
        if not met or not len(found):
            raise ModelError(
                self.place.problem("key-missing", f"expectation {self.name!r} says no value", "between, near, equals ..")
            )
        return bool(all(np.all(item) for item in met))

    def listed(self, target: TargetSpec, key: str, first: int, last: int) -> NDArray[np.int64]:
        """Return the listed spikes of stamps first < stamp <= last as numbers, see `spike_codes`, shape (spikes,).

        Parameters
        ----------
        target : TargetSpec
            With i and t.
        key : str
            ``equals`` or ``against``.
        first, last : int
            Stamps.
        """
        path = ("expect", self.name, key)
        for part in ("i", "t"):
            if getattr(target, part) is None:
                what = f"the spikes of expectation {self.name!r} have no {part!r}"
                raise ModelError(self.model.place(*path).problem("key-missing", what, "i: [..] and t: [..]"))
        terms: dict[str, Any] = {part: value_terms(getattr(target, part), self.model.place(*path, part)) for part in ("i", "t")}
        rows = row_count(self.model, terms)
        evaluator = self._evaluator({} if rows is None else {"row": np.arange(rows, dtype=np.float64)})
        columns = []
        for part, term in terms.items():
            items = term if isinstance(term, tuple) else (term,)
            values = [np.atleast_1d(np.asarray(self._value(item, evaluator, part), np.float64)) for item in items]
            columns.append(np.concatenate([*values, np.zeros(0)]))
        sizes = {len(column) for column in columns} - {1}
        if len(sizes) > 1:
            what = f"{len(columns[0])} neurons and {len(columns[1])} times are listed"
            raise ModelError(self.model.place(*path).problem("list-length", what, "as many neurons as times"))
        neuron, time = np.broadcast_arrays(*columns)
        if target.where is not None:
            condition = parse_term(str(target.where), self.model.place(*path, "where"))
            kept = np.broadcast_to(np.asarray(self._value(condition, evaluator, "where"), np.bool_), neuron.shape)
            neuron, time = neuron[kept], time[kept]
        if not len(time):
            return np.zeros(0, np.int64)
        moment = terms["t"][0] if isinstance(terms["t"], tuple) else terms["t"]
        step = to_steps(np.asarray(time, np.float64), self.model.step, None, moment, "a spike time")
        inside = (step > first) & (step <= last)
        return spike_codes(step[inside], neuron[inside].astype(np.int64))

    def text(self) -> str:
        """Return the bounds in words, as written."""
        spec = self.spec
        parts = [f"{spec.between[0]} .. {spec.between[1]}"] if spec.between is not None else []
        parts += [f"{spec.near} +- {spec.within or 0}"] if spec.near is not None else []
        if spec.equals is not None:
            parts.append(_written(spec.equals.value) if spec.equals.value is not None else "the listed spikes")
            parts += [f"within {spec.within}"] if spec.within is not None else []
        parts += [f"at least {spec.at_least}"] if spec.at_least is not None else []
        parts += [f"at most {spec.at_most}"] if spec.at_most is not None else []
        return ", ".join(parts)

    def value(self, node: Any, scope: Mapping[str, Any]) -> Any:
        """Return an expression of the model file on the names of `scope`; KeyError of a name that there is not."""
        return self._evaluator(scope)(node)

    def _evaluator(self, scope: Mapping[str, Any]) -> Evaluator:
        return Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)

    def _value(self, term: Term, evaluator: Evaluator, key: str) -> Any:
        try:
            return evaluate_term(term, evaluator, key)
        except KeyError as error:
            what = f"{key!r} of expectation {self.name!r} reads {error.args[0]!r}"
            raise ModelError(term.problem("name-unknown", what, "a constant or an array of data")) from None

    def _number(self, value: Any, scope: Mapping[str, Any], size: int, *key: str | int) -> NDArray[np.float64]:
        place = self.model.place("expect", self.name, *key)
        try:
            terms = value_terms(value, place)
        except TextFault as error:
            raise ModelError(place.fault(error)) from None
        evaluator, said = self._evaluator(scope), str(key[0])
        if isinstance(terms, tuple):
            number = np.array([np.asarray(self._value(term, evaluator, said), np.float64) for term in terms], np.float64)
        else:
            number = np.asarray(self._value(terms, evaluator, said), np.float64)
        if number.shape not in ((), (size,)):
            what = f"{said!r} of expectation {self.name!r} has {number.size} values, found are {size}"
            raise ModelError(place.problem("list-length", what, f"one value, or {size}"))
        return number


def spike_codes(step: NDArray[np.int64], neuron: NDArray[Any]) -> NDArray[np.int64]:
    """Return step * 2**31 + neuron: one number a spike, in the order of spikes."""
    return np.asarray(step, np.int64) * 2**31 + np.asarray(neuron, np.int64)


def _written(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
