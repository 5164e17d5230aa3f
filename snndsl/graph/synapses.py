"""The synapses of a projection as rows: who, how strong, how late, in the one order that everything else relies on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, collected
from snndsl.expressions import to_text
from snndsl.graph.degrees import check_degree, excludes_itself, identities, partners, too_many
from snndsl.graph.motif_wiring import motif_pairs
from snndsl.graph.rows import row_count
from snndsl.graph.steps import to_steps
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.graph.wiring import Infeasible, Pairs, Wiring, wire
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import Connect, Listed, MotifWiring, Projection
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term, ValueTerm, first_term
from snndsl.numerics import stream_key
from snndsl.semantics.arithmetic import Drawer, Evaluator

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
    return _Work(model, projection, populations, one).rows()


class _Work:
    def __init__(
        self, model: CheckedModel, projection: Projection, populations: Mapping[str, PopulationValues], one: bool
    ) -> None:
        self.model, self.projection, self.populations, self.one = model, projection, populations, one
        self.sources, self.targets = projection.sources, projection.targets
        self.ids = identities(model, self.sources), identities(model, self.targets)

    def place(self, *path: str | int) -> Place:
        return self.projection.place.inner(*path)

    def rows(self) -> SynapseRows:
        pairs = self._pairs()
        scope = self._scope(pairs)
        faults: list[Fault] = []
        axonal, dendritic, weight = pairs.i, pairs.i, 0.0
        with collected(faults):
            axonal, dendritic = self._delays(pairs, scope)
        with collected(faults):
            weight = self._evaluate(self.projection.weight, "weight", pairs, scope)
        values = {}
        given = {key: value for use in self.projection.rules for key, value in use.given.items()}
        for section, terms in (("plasticity", given), ("initial", self.projection.initial)):
            for key, value in terms.items():
                with collected(faults):
                    values[key] = self._evaluate(value, f"{section}.{key}", pairs, scope)
        if faults:
            raise ModelError(faults)
        order = np.lexsort((np.arange(len(pairs.i)), dendritic, axonal, pairs.j, pairs.i))
        count = len(pairs.i)

        def sorted_(value: Any) -> Any:
            array = np.asarray(value, np.float64)
            return float(array) if array.ndim == 0 else array[order]

        full = np.ascontiguousarray(np.broadcast_to(np.asarray(weight, np.float64), (count,)))[order]
        return SynapseRows(
            self.sources,
            self.targets,
            pairs.i[order],
            pairs.j[order],
            axonal[order],
            dendritic[order],
            full,
            pairs.row[order],
            {key: sorted_(value) for key, value in values.items()},
        )

    # ---- who

    def _pairs(self) -> Pairs:
        connect = self.projection.connect
        if isinstance(connect, Listed):
            pairs = self._listed(connect)
        elif isinstance(connect, MotifWiring):
            pairs = self._motif()[0]
            if self.projection.multiple is False:
                self._no_repetition(pairs)
        else:
            value = self._rule_value(connect)
            check_degree(self.projection, self.ids, value, self.place("connect"))
            pairs = self._first(value) if self.one else self._wired(value)
        return self._copied(pairs)

    def _wired(self, value: Any) -> Pairs:
        rule, multiple = self.projection.connect.rule, self.projection.multiple is not False
        sizes = self.sources.size, self.targets.size
        try:
            return wire(Wiring(rule, *sizes, value, self._allowed(), multiple, self._key("connect")))
        except Infeasible as error:
            row, wanted, there = error.args
            raise ModelError(too_many(self.projection, row, wanted, there, self.place("connect"))) from None

    def _first(self, value: Any) -> Pairs:
        """Return the pair of the first source and the first target; none if the rule makes none."""
        connect = self.projection.connect
        none = isinstance(connect, Connect) and connect.value is not None and not np.any(value)
        none = none or not np.any(partners(self.projection, self.ids, "fixed_indegree"))
        zero = np.zeros(0 if none else 1, np.int64)
        return Pairs(zero, zero, zero, zero, zero)

    def _motif(self) -> tuple[Pairs, Index]:
        return motif_pairs(self.model, self.projection, self._allowed(with_self=False))

    def _listed(self, connect: Listed) -> Pairs:
        columns = []
        terms: dict[str, ValueTerm] = {"i": connect.i, "j": connect.j}
        count = row_count(self.model, terms)
        scope = {} if count is None else {"row": np.arange(count, dtype=np.float64)}
        evaluator = Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)
        for side, size in (("i", self.sources.size), ("j", self.targets.size)):
            found = terms[side]
            listed = found if isinstance(found, tuple) else (found,)
            parts = [np.atleast_1d(np.asarray(evaluate_term(item, evaluator, side), np.float64)) for item in listed]
            values = np.concatenate(parts)
            bad = (values != np.floor(values)) | (values < 0) | (values >= size)
            if bad.any():
                first = int(np.argmax(bad))
                term, what = listed[first if first < len(listed) else 0], f"{side} is {values[first]:g} in row {first}"
                raise ModelError(term.problem("index-out-of-range", what, f"whole numbers 0 .. {size - 1}"))
            columns.append(values.astype(np.int64))
        i, j = columns
        if len(i) != len(j):
            raise ModelError(
                self.place("connect").problem(
                    "list-length", f"{len(i)} sources and {len(j)} targets", "two columns of equal length"
                )
            )
        row = np.arange(len(i), dtype=np.int64)
        allowed = self._allowed(with_self=False)
        kept = allowed(i, j) if allowed is not None else np.ones(len(i), np.bool_)
        pairs = Pairs(i[kept], j[kept], i[kept], row[kept], row[kept])
        self._no_repetition(pairs)
        return pairs

    def _no_repetition(self, pairs: Pairs) -> None:
        if self.projection.multiple:
            return
        code = pairs.i * self.targets.size + pairs.j
        order = np.argsort(code, kind="stable")
        same = np.nonzero(code[order][1:] == code[order][:-1])[0]
        if len(same):
            first, second = int(pairs.row[order[same[0]]]), int(pairs.row[order[same[0] + 1]])
            what = f"rows {first} and {second} connect the same pair"
            raise ModelError(self.place("connect").problem("duplicate-pair", what, "each pair once", "multiple: true"))

    def _rule_value(self, connect: Connect) -> Any:
        rule, term = connect.rule, connect.value
        if term is None:
            return 0.0
        n, m = self.sources.size, self.targets.size
        scope: dict[str, Any] = {"N_from": float(n), "N_to": float(m)}
        if rule == "fixed_outdegree":
            scope |= self._side("pre", np.arange(n, dtype=np.int64)) | {"i": np.arange(n, dtype=np.float64)}
        elif rule == "fixed_indegree":
            scope |= self._side("post", np.arange(m, dtype=np.int64)) | {"j": np.arange(m, dtype=np.float64)}
        else:
            i, j = np.arange(n, dtype=np.int64)[:, None], np.arange(m, dtype=np.int64)[None, :]
            scope |= {"i": i.astype(np.float64), "j": j.astype(np.float64)} | self._side("pre", i) | self._side("post", j)
        evaluator = Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)
        value = finite(evaluate_term(term, evaluator, rule), term, rule)
        if rule == "bernoulli" and (np.any(value < 0) or np.any(value > 1)):
            raise ModelError(term.problem("probability", "a probability outside 0 .. 1", "numbers from 0 to 1"))
        if rule.startswith("fixed") and (np.any(value < 0) or np.any(value != np.floor(value))):
            raise ModelError(term.problem("not-a-whole-number", f"{rule} is not a whole number for some row", "whole numbers"))
        return value

    def _allowed(self, with_self: bool = True) -> Any:
        term = self.projection.where
        no_self = with_self and excludes_itself(self.projection)
        if term is None and not no_self:
            return None

        def allowed(i: Index, j: Index) -> NDArray[np.bool_]:
            kept = np.ones(len(i), np.bool_)
            if term is not None:
                scope: dict[str, Any] = {
                    "i": i.astype(np.float64),
                    "j": j.astype(np.float64),
                    "row": np.arange(len(i), dtype=np.float64),
                }
                scope |= {"N_from": float(self.sources.size), "N_to": float(self.targets.size)}
                scope |= self._side("pre", i) | self._side("post", j)
                evaluator = Evaluator(model_names(self.model, scope, len(i)), self.model.step, self.model.data)
                kept &= np.asarray(evaluate_term(term, evaluator, "where"), np.bool_)
            if no_self:
                kept &= self.ids[0][i] != self.ids[1][j]
            return kept

        return allowed

    def _copied(self, pairs: Pairs) -> Pairs:
        self.copy: Any = 0.0
        n = self.projection.copies
        if n == 1:
            return pairs
        self.copy = np.tile(np.arange(n, dtype=np.float64), len(pairs.i))
        return Pairs(*(np.repeat(column, n) for column in (pairs.i, pairs.j, pairs.owner, pairs.draw, pairs.row)))

    # ---- how

    def _scope(self, pairs: Pairs) -> dict[str, Any]:
        scope: dict[str, Any] = {
            "i": pairs.i.astype(np.float64),
            "j": pairs.j.astype(np.float64),
            "row": pairs.row.astype(np.float64),
            "rank": _ranks(pairs.i),
            "copy": self.copy,
            "N_from": float(self.sources.size),
            "N_to": float(self.targets.size),
        }
        return scope | self._side("pre", pairs.i) | self._side("post", pairs.j)

    def _side(self, side: str, index: Index) -> dict[str, Any]:
        """Return pre.x or post.x for every parameter that all populations of the side have; each computed when asked for."""
        selection = self.sources if side == "pre" else self.targets
        known = [self.populations[name].parameters for name in selection.populations if name in self.populations]
        shared = (
            set.intersection(*(set(item) for item in known)) if known and len(known) == len(selection.populations) else set()
        )
        scope: dict[str, Any] = {f"{side}.block": lambda: _blocks(selection)[index]}
        for parameter in sorted(shared):
            scope[f"{side}.{parameter}"] = lambda parameter=parameter: self._column(selection, parameter)[index]
        return scope

    def _column(self, selection: Selection, parameter: str) -> Real:
        parts = []
        for block in selection.blocks:
            value = np.asarray(self.populations[block.population].parameters[parameter], np.float64)
            parts.append(np.broadcast_to(value, (self.model.sizes[block.population],))[block.start : block.stop])
        return np.concatenate(parts)

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
            draw = Drawer(self._key(stream), pairs.owner.astype(np.float64), pairs.draw.astype(np.float64), self.copy)
        value = evaluate_term(term, Evaluator(named, self.model.step, self.model.data, draw), stream)
        return finite(value, term, stream)

    def _delays(self, pairs: Pairs, scope: dict[str, Any]) -> tuple[Index, Index]:
        delay, count = self.projection.delay, len(pairs.i)
        if delay is None:
            return self._motif()[1][pairs.row], np.zeros(count, np.int64)
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
            what = f"the synapse from {int(pairs.i[bad])} to {int(pairs.j[bad])} has a delay of {int(total[bad])} steps"
            raise ModelError(self.place("delay").problem("delay-below-step", what, "parts >= 0, together at least one step"))
        if count and int(total.max()) >= 2**20:
            raise ModelError(
                self.place("delay").problem("delay-too-long", f"a delay of {int(total.max())} steps", "below 1048576 steps")
            )
        return parts[0], parts[1]

    def _key(self, text: str) -> tuple[int, int]:
        seed = self.model.seeds.wiring
        return (0, 0) if seed is None else stream_key(seed, f"{self.projection.stream}/{text}")


def _rounding(terms: ValueTerm) -> str:
    """Return what says that a delay is rounded: a key beside its part, or the delay as a part."""
    first = first_term(terms)
    if any(part in ("axonal", "dendritic") for part in first.place.path[3:]):
        return "round: nearest"
    text = ", ".join(to_text(term.tree) for term in (terms if isinstance(terms, tuple) else (terms,)))
    value = f"[{text}]" if isinstance(terms, tuple) else f'"{text}"' if "," in text else text
    return f"delay: {{axonal: {value if len(value) <= 80 else '..'}, round: nearest}}"


def _blocks(selection: Selection) -> Real:
    return np.repeat(np.arange(len(selection.blocks), dtype=np.float64), [block.size for block in selection.blocks])


def _ranks(owner: Index) -> Real:
    """Return the place of each row among the rows of its source, in drawing order."""
    order = np.argsort(owner, kind="stable")
    ranks = np.empty(len(owner), np.float64)
    starts = np.searchsorted(owner[order], owner[order], side="left")
    ranks[order] = np.arange(len(owner)) - starts
    return ranks
