"""The synapses of a projection as rows: who, how strong, how late, in the one order that everything else relies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions import to_text
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.drawn import Drawer
from snndsl.graph.steps import to_steps
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.graph.wiring import NumbersOfWiring
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import ByNumber, Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm, first_term
from snndsl.model.wiring import Pairs

__all__ = ["SynapseRows", "synapse_rows"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SynapseRows:
    """Synapses sorted by (pre, post, axonal, dendritic, drawing rank).

    Parameters
    ----------
    sources, targets : Selection
        The two sides; `i` and `j` count through them.
    i, j : ndarray of int64, shape (rows,)
        Source and target.
    axonal, dendritic : ndarray of int64, shape (rows,)
        Steps.
    weight : ndarray of float64, shape (rows,)
        Internal units.
    row : ndarray of int64, shape (rows,)
        Row of the table of pairs, before ``where``; else the place in drawing order.
    values : mapping of str to float or ndarray
        Parameters and initial states of the rule that the projection gives.
    """

    sources: Selection
    targets: Selection
    i: Index
    j: Index
    axonal: Index
    dendritic: Index
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
    axonal: Index
    dendritic: Index
    weight: Any
    values: Mapping[str, Any]


def _sorted(projection: Projection, parts: Sequence[_Columns]) -> SynapseRows:
    """Return the synapses of all parts in one order."""
    counts = [len(part.pairs.i) for part in parts]
    i, j, axonal, dendritic = (
        np.concatenate(columns)
        for columns in zip(*((part.pairs.i, part.pairs.j, part.axonal, part.dendritic) for part in parts), strict=True)
    )
    order = np.lexsort((np.arange(len(i)), dendritic, axonal, j, i))

    def full(values: Sequence[Any]) -> Real:
        """Return a value of each part, or of each of its synapses, as one for each synapse."""
        wide = [np.broadcast_to(np.asarray(value, np.float64), (count,)) for value, count in zip(values, counts, strict=True)]
        found: Real = np.concatenate(wide)[order]
        return found

    def one_or_each(values: Sequence[Any]) -> float | Real:
        alike = all(np.ndim(value) == 0 and value == values[0] for value in values)
        return float(values[0]) if alike else full(values)

    return SynapseRows(
        projection.sources,
        projection.targets,
        i[order],
        j[order],
        axonal[order],
        dendritic[order],
        full([part.weight for part in parts]),
        np.concatenate([*_rows(parts)])[order],
        {key: one_or_each([part.values[key] for part in parts]) for key in parts[0].values},
    )


def _rows(parts: Sequence[_Columns]) -> Iterator[Index]:
    """Yield the rows of each part, counted on from those of the parts before it."""
    first = 0
    for part in parts:
        yield part.pairs.row + first
        first += int(part.pairs.row.max(initial=-1)) + 1


class _Part:
    def __init__(self, numbers: NumbersOfWiring, one: bool) -> None:
        self.model, self.projection, self.numbers, self.one = numbers.model, numbers.projection, numbers, one

    def place(self, *path: str | int) -> Place:
        return self.projection.place.inner(*path)

    def columns(self) -> _Columns:
        """Return the synapses in drawing order; i and j count through the selections of the projection."""
        pairs = self._pairs()
        scope = self._scope(pairs)
        faults: list[Fault] = []
        axonal, dendritic, weight = pairs.i, pairs.i, 0.0
        with collected(faults):
            axonal, dendritic = self._delays(pairs, scope)
        with collected(faults):
            weight = self._evaluate(self.projection.weight, "weight", pairs, scope)
        values = {}
        given = {} if self.projection.rule is None else self.projection.rule.given
        for section, terms in (("plasticity", given), ("initial", self.projection.initial)):
            for key, value in terms.items():
                with collected(faults):
                    values[key] = self._evaluate(value, f"{section}.{key}", pairs, scope)
        if faults:
            raise ModelError(faults)
        i, j = self.numbers.sides.first
        return _Columns(replace(pairs, i=pairs.i + i, j=pairs.j + j), axonal, dendritic, weight, values)

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

    def _scope(self, pairs: Pairs) -> dict[str, Any]:
        scope = self.numbers.names(pairs.i, pairs.j)
        return scope | {"row": pairs.row.astype(np.float64), "rank": _ranks(pairs.i), "copy": self.copy}

    def _evaluate(self, terms: ValueTerm, stream: str, pairs: Pairs, scope: dict[str, Any]) -> Any:
        if isinstance(terms, tuple):
            if len(terms) != len(pairs.i):
                raise ModelError(
                    terms[0].problem("list-length", f"{len(terms)} values for {len(pairs.i)} synapses", f"{len(pairs.i)}")
                )
            return np.array([float(self._one(term, stream, pairs, scope)) for term in terms])
        return self._one(terms, stream, pairs, scope)

    def _one(self, term: Term, stream: str, pairs: Pairs, scope: dict[str, Any]) -> Any:
        names = model_names(self.model, scope, None)

        def named(name: str) -> Any:
            value = names(name)
            if name in self.model.data and name not in scope and name not in self.model.constants:
                if len(value) <= int(pairs.row.max(initial=-1)):
                    what = f"{name} has {len(value)} values for {int(pairs.row.max()) + 1} rows"
                    raise ModelError(term.problem("list-length", what, "one value a row"))
                return value[pairs.row]
            return value

        draw = None
        if self.model.seeds.wiring is not None:
            draw = Drawer(self.numbers.key(stream), pairs.owner.astype(np.float64), pairs.draw.astype(np.float64), self.copy)
        value = evaluate_term(term, Evaluator(named, self.model.step, self.model.data, draw), stream)
        return finite(value, term, stream)

    def _delays(self, pairs: Pairs, scope: dict[str, Any]) -> tuple[Index, Index]:
        delay, count = self.projection.delay, len(pairs.i)
        if delay is None:
            assert pairs.delay is not None
            return pairs.delay, np.zeros(count, np.int64)
        parts = []
        for side, terms in (("axonal", delay.axonal), ("dendritic", delay.dendritic)):
            if terms is None:
                parts.append(np.zeros(count, np.int64))
                continue
            values = np.asarray(self._evaluate(terms, f"delay.{side}", pairs, scope), np.float64)
            times = np.broadcast_to(values, (count,))
            parts.append(to_steps(times, self.model.step, delay.round, first_term(terms), "a delay", _rounding(terms)))
        total = parts[0] + parts[1]
        if count and (int(total.min()) < 1 or int(min(parts[0].min(), parts[1].min())) < 0):
            bad = int(np.argmin(np.minimum(total - 1, np.minimum(*parts))))
            i, j = (int(of[bad]) + first for of, first in zip((pairs.i, pairs.j), self.numbers.sides.first, strict=True))
            what = f"the synapse from {i} to {j} has a delay of {int(total[bad])} steps"
            raise ModelError(self.place("delay").problem("delay-below-step", what, "parts >= 0, together at least one step"))
        if count and int(total.max()) >= 2**20:
            raise ModelError(
                self.place("delay").problem("delay-too-long", f"a delay of {int(total.max())} steps", "below 1048576 steps")
            )
        return parts[0], parts[1]


def _rounding(terms: ValueTerm) -> str:
    """Return what says that a delay is rounded: a key beside its part, or the delay as a part."""
    first = first_term(terms)
    if any(part in ("axonal", "dendritic") for part in first.place.path[3:]):
        return "round: nearest"
    text = ", ".join(to_text(term.tree) for term in (terms if isinstance(terms, tuple) else (terms,)))
    value = f"[{text}]" if isinstance(terms, tuple) else f'"{text}"' if "," in text else text
    return f"delay: {{axonal: {value if len(value) <= 80 else '..'}, round: nearest}}"


def _ranks(owner: Index) -> Real:
    """Return the place of each row among the rows of its source, in drawing order."""
    order = np.argsort(owner, kind="stable")
    ranks = np.empty(len(owner), np.float64)
    starts = np.searchsorted(owner[order], owner[order], side="left")
    ranks[order] = np.arange(len(owner)) - starts
    return ranks
