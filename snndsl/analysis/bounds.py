"""What an expectation says: its bounds and listed spikes as numbers, and whether measured values keep to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.expectation import Expectation, ListedSpikes
from snndsl.model.text import Term, ValueTerm, first_term

__all__ = ["Bounds", "spike_codes"]


class Bounds:
    """The bounds of one expectation.

    Parameters
    ----------
    model : CheckedModel
        That says it.
    expectation : Expectation
        What it says.
    """

    def __init__(self, model: CheckedModel, expectation: Expectation) -> None:
        self.model, self.expectation = model, expectation

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
        numbers = {
            key: [self._number(value, scope, len(found), key) for value in values]
            for key, values in self.expectation.bounds.items()
        }
        [within] = numbers.get("within", [np.zeros(())])
        met = []
        if "between" in numbers:
            low, high = numbers["between"]
            met.append((found >= low) & (found <= high))
        met += [np.abs(found - wanted) <= within for key in ("near", "equals") for wanted in numbers.get(key, [])]
        met += [found >= least for least in numbers.get("at_least", [])]
        met += [found <= most for most in numbers.get("at_most", [])]
        if not met or not len(found):
            raise ModelError(
                self.expectation.place.problem(
                    "key-missing", f"expectation {self.expectation.name!r} says no value", "between, near, equals .."
                )
            )
        return bool(all(np.all(item) for item in met))

    def listed(self, spikes: ListedSpikes, first: int, last: int) -> NDArray[np.int64]:
        """Return the listed spikes of stamps first < stamp <= last as numbers, see `spike_codes`, shape (spikes,).

        Parameters
        ----------
        spikes : ListedSpikes
            As written.
        first, last : int
            Stamps.
        """
        terms: dict[str, ValueTerm] = {"i": spikes.i, "t": spikes.t}
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
            raise ModelError(spikes.place.problem("list-length", what, "as many neurons as times"))
        neuron, time = np.broadcast_arrays(*columns)
        if spikes.where is not None:
            kept = np.broadcast_to(np.asarray(self._value(spikes.where, evaluator, "where"), np.bool_), neuron.shape)
            neuron, time = neuron[kept], time[kept]
        if not len(time):
            return np.zeros(0, np.int64)
        step = to_steps(np.asarray(time, np.float64), self.model.step, None, first_term(spikes.t), "a spike time")
        inside = (step > first) & (step <= last)
        return spike_codes(step[inside], neuron[inside].astype(np.int64))

    def value(self, node: Any, scope: Mapping[str, Any]) -> Any:
        """Return an expression of the model file on the names of `scope`; KeyError of a name that there is not."""
        return self._evaluator(scope)(node)

    def _evaluator(self, scope: Mapping[str, Any]) -> Evaluator:
        return Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)

    def _value(self, term: Term, evaluator: Evaluator, key: str) -> Any:
        try:
            return evaluate_term(term, evaluator, key)
        except KeyError as error:
            what = f"{key!r} of expectation {self.expectation.name!r} reads {error.args[0]!r}"
            raise ModelError(term.problem("name-unknown", what, "a constant or an array of data")) from None

    def _number(self, value: ValueTerm, scope: Mapping[str, Any], size: int, key: str) -> NDArray[np.float64]:
        evaluator, terms = self._evaluator(scope), value if isinstance(value, tuple) else (value,)
        numbers = [np.asarray(self._value(term, evaluator, key), np.float64) for term in terms]
        number = np.array(numbers, np.float64) if isinstance(value, tuple) else numbers[0]
        if number.shape not in ((), (size,)):
            what = f"{key!r} of expectation {self.expectation.name!r} has {number.size} values, found are {size}"
            place = self.expectation.place.inner(key)
            raise ModelError(place.problem("list-length", what, f"one value, or {size}"))
        return number


def spike_codes(step: NDArray[np.int64], neuron: NDArray[Any]) -> NDArray[np.int64]:
    """Return step * 2**31 + neuron: one number a spike, in the order of spikes."""
    return np.asarray(step, np.int64) * 2**31 + np.asarray(neuron, np.int64)
