"""What a rule does once before the run, on the initial values of all synapses of a projection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.drawn import Drawer
from snndsl.expressions.meanings import INFIX
from snndsl.expressions.statements import Assignment
from snndsl.graph.neurons import one_or_all
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.values import evaluate_term, finite
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Instruction
from snndsl.model.projection import Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Term
from snndsl.numerics import stream_key

__all__ = ["changed_at_start", "summed"]


def changed_at_start(
    model: CheckedModel, projection: Projection, table: SynapseRows, values: dict[str, Any]
) -> dict[str, Term]:
    """Run the statements of ``on_start`` on `values`, one after the other, each on all synapses at once.

    Parameters
    ----------
    model, projection, table : CheckedModel, Projection, SynapseRows
        Whose rule it is, and its synapses.
    values : dict of str to float or ndarray
        Parameters and initial states by flat name; states are replaced.

    Returns
    -------
    dict of str to Term
        The right side that each state had its last value from.

    Raises
    ------
    ModelError
        not-finite, index-out-of-range, draw-too-rare.
    """
    assert projection.rule is not None
    return _Start(model, projection, table, values).run(projection.rule.rule.on_start)


def summed(values: Any, ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each synapse the sum over all that share its end, added in the order of the rows, from 0.0 on.

    Parameters
    ----------
    values : float or ndarray, shape (rows,)
        What is added up.
    ends : ndarray of int64, shape (rows,)
        Number of the neuron at that end.
    """
    full = np.ascontiguousarray(np.broadcast_to(np.asarray(values, np.float64), ends.shape))
    totals = np.bincount(ends, full).astype(np.float64)  # adds in order
    return totals[ends]


@dataclass(eq=False)
class _Start:
    model: CheckedModel
    projection: Projection
    table: SynapseRows
    values: dict[str, Any]

    def __post_init__(self) -> None:
        table = self.table
        self.local: dict[str, Any] = {}
        self.ends = {
            "sum_by_target": _neurons(table.targets)[table.j],
            "sum_by_source": _neurons(table.sources)[table.i],
        }
        numbers = {use.label: number for number, use in enumerate(self.projection.rules, start=1)}
        self.drawers = {label: self._drawer(number) for label, number in numbers.items()}

    def run(self, instructions: Iterable[Instruction]) -> dict[str, Term]:
        changed: dict[str, Term] = {}
        assert self.projection.rule is not None
        data = self.projection.rule.rule.data
        for instruction in instructions:
            statement, term = instruction.statement, instruction.term
            assert isinstance(statement, Assignment)
            target = statement.target
            apply = Evaluator(self.named, self.model.step, data, self.drawers[instruction.owner], sums=self.summed)
            value = evaluate_term(term, apply, repr(target))
            if statement.op != "=":
                with np.errstate(all="ignore"):
                    value = apply.apply(INFIX[statement.op[0]], self.named(target), value)
            if target in self.values:
                self.values[target] = one_or_all(finite(value, term, f"{target!r} after on_start"))
                changed[target] = term
            else:
                self.local[target] = value
        return changed

    def named(self, name: str) -> Any:
        return self.local[name] if name in self.local else self.values[name]

    def summed(self, function: str, value: Any) -> Any:
        return summed(value, self.ends[function])

    def _drawer(self, number: int) -> Drawer | None:
        """Return the draws of a rule: from a stream of its own beside that of the projection's values."""
        seed = self.model.seeds.wiring
        if seed is None:
            return None
        stream = f"{self.projection.stream}/on_start" + (f"/{number}" if number > 1 else "")
        return Drawer(stream_key(seed, stream), np.arange(len(self.table.i), dtype=np.float64))


def _neurons(side: Selection) -> NDArray[np.int64]:
    """Return a number for each member of a selection, equal for those that are the same neuron."""
    number, first = np.zeros(side.size, np.int64), 0
    for population in side.populations:
        index = side.index_in(population)
        number[index >= 0] = first + index[index >= 0]
        first += int(index.max(initial=0)) + 1
    return number
