"""The synapses of a projection as rows: who, how strong, how late, in the one order that everything else relies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions import to_text
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.drawn import Drawer
from snndsl.graph.order import joined, ordered
from snndsl.graph.steps import to_steps
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.graph.wiring import NumbersOfWiring
from snndsl.ir.table import same, span, span_of_sum, taken
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import ByNumber, Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Rounding, Term, ValueTerm, first_term
from snndsl.model.wiring import Pairs, Whole

__all__ = ["SynapseRows", "synapse_rows"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]
TOGETHER = 2**18
"""Of so many synapses values are computed together: what they are does not depend on it."""


@dataclass(frozen=True, slots=True, eq=False)
class SynapseRows:
    """Synapses sorted by (pre, post, axonal, dendritic, drawing rank).

    Parameters
    ----------
    sources, targets : Selection
        The two sides; `i` and `j` count through them.
    i, j : ndarray of int32, shape (rows,)
        Source and target.
    axonal, dendritic : ndarray of int32, shape (rows,)
        Steps; a column of `same` where they are equal for all.
    weight : ndarray of float64, shape (rows,)
        Internal units; likewise.
    row : ndarray of int64, shape (rows,)
        Row of the table of pairs, before ``where``; else the place in drawing order.
    values : mapping of str to float or ndarray
        Parameters and initial states of the rule that the projection gives.
    """

    sources: Selection
    targets: Selection
    i: Whole
    j: Whole
    axonal: Whole
    dendritic: Whole
    weight: Real
    row: Index
    values: Mapping[str, float | Real]


def synapse_rows(
    model: CheckedModel, projection: Projection, populations: Mapping[str, PopulationValues], *, one: bool = False
) -> SynapseRows:
    """Wire a projection.

    Parameters
    ----------
    model : CheckedModel
        With the projection.
    projection : Projection
        To be wired.
    populations : mapping of str to PopulationValues
        By population.
    one : bool
        Make at most one synapse, from the first source to the first target: enough to judge a projection that is `settled`.

    Returns
    -------
    SynapseRows
        In the order that everything else relies on.

    Raises
    ------
    ModelError
        index-out-of-range, duplicate-pair, degree-too-large, off-grid, delay-below-step, not-finite ...
    """
    numbers = [NumbersOfWiring(model, projection, populations, sides) for sides in projection.parts]
    return _sorted(projection, [_columns(part, one) for part in numbers])


def _columns(numbers: NumbersOfWiring, one: bool) -> _Columns:
    """Return the synapses of a projection, or of one pair of blocks, which a fault then names."""
    try:
        return _Part(numbers, one).columns()
    except ModelError as error:
        block = numbers.sides.block
        if block is None:
            raise
        where = f"pre.block {block[0]}, post.block {block[1]}"
        raise ModelError([replace(fault, what=f"{fault.what} ({where})") for fault in error.faults]) from None


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Synapses in drawing order."""

    pairs: Pairs
    axonal: Whole
    dendritic: Whole
    weight: Any
    values: Mapping[str, Any]


def _sorted(projection: Projection, parts: list[_Columns]) -> SynapseRows:
    """Return the synapses of all parts in one order, and take them out of `parts`: no column is there longer than needed."""
    counts = [len(part.pairs.i) for part in parts]
    values = {key: [part.values[key] for part in parts] for key in parts[0].values}
    columns: dict[str, list[Any]] = {key: [getattr(part.pairs, key) for part in parts] for key in ("i", "j")}
    columns |= {key: [getattr(part, key) for part in parts] for key in ("axonal", "dendritic", "weight")}
    columns["row"] = [*_rows(parts)]
    parts.clear()
    whole = {key: joined(columns.pop(key), counts, np.int32) for key in ("i", "j", "axonal", "dendritic")}
    order = ordered([whole[key] for key in ("dendritic", "axonal", "j", "i")])

    def put(column: NDArray[Any]) -> Any:
        """Return a column in the order of the synapses."""
        return column if order is None else taken(column, order)

    def one_or_each(items: Sequence[Any]) -> float | Real:
        alike = all(np.ndim(value) == 0 and value == items[0] for value in items)
        return float(items[0]) if alike else np.array(put(joined(items, counts, np.float64)))

    return SynapseRows(
        projection.sources,
        projection.targets,
        i=put(whole.pop("i")),
        j=put(whole.pop("j")),
        axonal=put(whole.pop("axonal")),
        dendritic=put(whole.pop("dendritic")),
        weight=put(joined(columns.pop("weight"), counts, np.float64)),
        row=put(_stacked(columns.pop("row"))).astype(np.int64, copy=False),
        values={key: one_or_each(items) for key, items in values.items()},
    )


def _stacked(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def _rows(parts: Sequence[_Columns]) -> Iterator[Whole]:
    """Yield the rows of each part, counted on from those of the parts before it."""
    first = 0
    for part in parts:
        row = part.pairs.row
        yield row if not first else row.astype(np.int64) + first
        first += int(row.max(initial=-1)) + 1


class _Part:
    def __init__(self, numbers: NumbersOfWiring, one: bool) -> None:
        self.model, self.projection, self.numbers, self.one = numbers.model, numbers.projection, numbers, one

    def place(self, *path: str | int) -> Place:
        return self.projection.place.inner(*path)

    def columns(self) -> _Columns:
        """Return the synapses in drawing order; i and j count through the selections of the projection."""
        pairs = self.pairs = self._pairs()
        faults: list[Fault] = []
        axonal, dendritic, weight = pairs.i, pairs.i, 0.0
        with collected(faults):
            axonal, dendritic = self._delays()
        with collected(faults):
            weight = self._evaluate(self.projection.weight, "weight")
        values = {}
        given = {} if self.projection.rule is None else self.projection.rule.given
        for section, terms in (("plasticity", given), ("initial", self.projection.initial)):
            for key, value in terms.items():
                with collected(faults):
                    values[key] = self._evaluate(value, f"{section}.{key}")
        if faults:
            raise ModelError(faults)
        if self.numbers.sides.first != (0, 0):
            i, j = self.numbers.sides.first
            pairs = replace(pairs, i=pairs.i + i, j=pairs.j + j)
        return _Columns(pairs, axonal, dendritic, weight, values)

    # ---- who

    def _pairs(self) -> Pairs:
        connect, copies = self.projection.connect, self.projection.copies
        pairs = self._first(connect) if self.one and isinstance(connect, ByNumber) else connect.pairs(self.numbers)
        self.copy: Any = 0.0
        if copies == 1:
            return pairs
        self.copy = np.tile(np.arange(copies, dtype=np.float64), len(pairs.i))
        return pairs.repeated(copies)

    def _first(self, connect: ByNumber) -> Pairs:
        """Return the pair of the first source and the first target; none if the rule makes none."""
        value = connect.number(self.numbers)
        value = value(*np.zeros((2, 1, 1), np.int64)) if callable(value) else value
        none = (connect.value is not None and not np.any(value)) or not np.any(self.numbers.partners("targets"))
        zero = np.zeros(0 if none else 1, np.int64)
        return Pairs(zero, zero, zero, zero, zero)

    # ---- how

    @cached_property
    def _ranks(self) -> Real:
        """The place of each row among the rows of its source, in drawing order."""
        owner = self.pairs.i
        order = np.argsort(owner, kind="stable")
        ranks = np.empty(len(owner), np.float64)
        starts = np.searchsorted(owner[order], owner[order], side="left")
        ranks[order] = np.arange(len(owner)) - starts
        return ranks

    @cached_property
    def _end(self) -> int:
        """How many values an array has at least that gives one for each row."""
        return int(self.pairs.row.max(initial=-1)) + 1

    def _scope(self, some: slice) -> dict[str, Any]:
        """Return the names that the values of some synapses read."""
        pairs = self.pairs
        return self.numbers.names(pairs.i[some], pairs.j[some]) | {
            "row": lambda: pairs.row[some].astype(np.float64),
            "rank": lambda: self._ranks[some],
            "copy": self.copy[some] if np.ndim(self.copy) else self.copy,
        }

    def _evaluate(self, terms: ValueTerm, stream: str) -> Any:
        count = len(self.pairs.i)
        if isinstance(terms, tuple):
            if len(terms) != count:
                raise ModelError(terms[0].problem("list-length", f"{len(terms)} values for {count} synapses", f"{count}"))
            return np.array([float(self._one(term, stream)) for term in terms])
        return self._one(terms, stream)

    def _one(self, term: Term, stream: str) -> Any:
        """Return one value, or one for each synapse: of some synapses after others."""
        count, value = len(self.pairs.i), self._of(slice(0, TOGETHER), term, stream)
        if count <= TOGETHER or np.ndim(value) == 0:
            return finite(value, term, stream)
        found = np.empty(count)
        for start in range(0, count, TOGETHER):
            some = slice(start, start + TOGETHER)
            found[some] = self._of(some, term, stream) if start else value
        return finite(found, term, stream)

    def _of(self, some: slice, term: Term, stream: str) -> Any:
        """Return the value of some synapses."""
        scope, pairs = self._scope(some), self.pairs
        names = model_names(self.model, scope, None)

        def named(name: str) -> Any:
            value = names(name)
            if name in self.model.data and name not in scope and name not in self.model.constants:
                if len(value) < self._end:
                    what = f"{name} has {len(value)} values for {self._end} rows"
                    raise ModelError(term.problem("list-length", what, "one value a row"))
                return value[pairs.row[some]]
            return value

        draw = None
        if self.model.seeds.wiring is not None:
            identity = (pairs.owner[some].astype(np.float64), pairs.draw[some].astype(np.float64), scope["copy"])
            draw = Drawer(self.numbers.key(stream), *identity)
        value = evaluate_term(term, Evaluator(named, self.model.step, self.model.data, draw), stream)
        scope.clear()  # `names` refers to itself: what it holds would stay until the next collection of garbage
        return value

    def _delays(self) -> tuple[Whole, Whole]:
        delay, count = self.projection.delay, len(self.pairs.i)
        if delay is None:
            assert self.pairs.delay is not None
            return self.pairs.delay, same(0, count, np.int32)
        axonal, dendritic = (self._steps(getattr(delay, side), side, delay.round) for side in ("axonal", "dendritic"))
        if not count:
            return axonal, dendritic
        shortest, longest = span_of_sum(axonal, dendritic)
        if shortest < 1 or min(int(span(part)[0]) for part in (axonal, dendritic)) < 0:
            total = axonal + dendritic
            bad = int(np.argmin(np.minimum(total - 1, np.minimum(axonal, dendritic))))
            sides = zip((self.pairs.i, self.pairs.j), self.numbers.sides.first, strict=True)
            i, j = (int(of[bad]) + first for of, first in sides)
            what = f"the synapse from {i} to {j} has a delay of {int(total[bad])} steps"
            raise ModelError(self.place("delay").problem("delay-below-step", what, "parts >= 0, together at least one step"))
        if longest >= 2**20:
            raise ModelError(
                self.place("delay").problem("delay-too-long", f"a delay of {longest} steps", "below 1048576 steps")
            )
        return axonal, dendritic

    def _steps(self, terms: ValueTerm | None, side: str, rounding: Rounding | None) -> Whole:
        """Return a part of the delays in steps."""
        count = len(self.pairs.i)
        if terms is None:
            return same(0, count, np.int32)
        times = np.asarray(self._evaluate(terms, f"delay.{side}"), np.float64)
        if not count:
            return same(0, count, np.int32)
        several = [times[k : k + TOGETHER] for k in range(0, count, TOGETHER)] if times.ndim else [times.reshape(1)]
        how = (self.model.step, rounding, first_term(terms), "a delay", _rounding(terms))
        steps = [_narrow(to_steps(part, *how)) for part in several]
        return np.concatenate(steps) if times.ndim else same(steps[0][0], count, steps[0].dtype)


def _narrow(steps: Index) -> Whole:
    """Return steps as numbers of 32 bits, unless they are far too long."""
    return steps.astype(np.int32) if int(np.abs(steps).max(initial=0)) < 2**30 else steps


def _rounding(terms: ValueTerm) -> str:
    """Return what says that a delay is rounded: a key beside its part, or the delay as a part."""
    first = first_term(terms)
    if any(part in ("axonal", "dendritic") for part in first.place.path[3:]):
        return "round: nearest"
    text = ", ".join(to_text(term.tree) for term in (terms if isinstance(terms, tuple) else (terms,)))
    value = f"[{text}]" if isinstance(terms, tuple) else f'"{text}"' if "," in text else text
    return f"delay: {{axonal: {value if len(value) <= 80 else '..'}, round: nearest}}"
