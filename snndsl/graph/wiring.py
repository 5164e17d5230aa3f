"""Numbers of one projection that its connect rule asks for: of pairs, of the rows of a rule, and which pairs are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.numbers import FileNumbers
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.model.projection import Projection
from snndsl.model.selection import Selection
from snndsl.model.services import Rows
from snndsl.model.text import Place, Term
from snndsl.model.wiring import Allowed, Wiring
from snndsl.numerics import stream_key

__all__ = ["NumbersOfWiring"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NumbersOfWiring(FileNumbers):
    """See `snndsl.model.services.WiringNumbers`.

    Parameters
    ----------
    model : CheckedModel
        The file.
    projection : Projection
        Of the file.
    populations : mapping of str to PopulationValues
        By population.
    """

    projection: Projection
    populations: Mapping[str, PopulationValues]

    @property
    def sources(self) -> Selection:
        """Side of the sources."""
        return self.projection.sources

    @property
    def targets(self) -> Selection:
        """Side of the targets."""
        return self.projection.targets

    @property
    def own(self) -> bool | None:
        """Whether a neuron may contact itself."""
        return self.projection.own

    @property
    def multiple(self) -> bool | None:
        """Whether a pair may have several synapses."""
        return self.projection.multiple

    @property
    def conditional(self) -> bool:
        """Whether there is a condition on pairs."""
        return self.projection.where is not None

    @property
    def without_self(self) -> bool:
        """Whether pairs of a neuron with itself are left out of those that a rule chooses among."""
        return self.own is False and self.projection.connect.among_all

    def place(self, *path: str | int) -> Place:
        """Return a place below ``connect``."""
        return self.projection.place.inner("connect", *path)

    def key(self, text: str) -> tuple[int, int]:
        """Return the key of a random stream of the projection."""
        seed = self.model.seeds.wiring
        return (0, 0) if seed is None else stream_key(seed, f"{self.projection.stream}/{text}")

    def value(self, term: Term, what: str, sides: Rows) -> Any:
        """Return a number, or one for each row."""
        n, m = self.sources.size, self.targets.size
        scope: dict[str, Any] = {"N_from": float(n), "N_to": float(m)}
        if sides != "none":
            i, j = np.arange(n, dtype=np.int64), np.arange(m, dtype=np.int64)
            i, j = (i[:, None], j[None, :]) if sides == "pairs" else (i, j)
            if sides != "targets":
                scope |= self.side("pre", i) | {"i": i.astype(np.float64)}
            if sides != "sources":
                scope |= self.side("post", j) | {"j": j.astype(np.float64)}
        evaluator = Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)
        return finite(evaluate_term(term, evaluator, what), term, what)

    def allowed(self, *, without_self: bool = False) -> Allowed | None:
        """Return which pairs meet the condition, and are of two neurons if asked; None: all."""
        term = self.projection.where
        if term is None and not without_self:
            return None
        pre, post = (self._identities(side) for side in (self.sources, self.targets))

        def allowed(i: Index, j: Index) -> NDArray[np.bool_]:
            kept = np.ones(len(i), np.bool_)
            if term is not None:
                scope = {
                    "i": i.astype(np.float64),
                    "j": j.astype(np.float64),
                    "row": np.arange(len(i), dtype=np.float64),
                    "N_from": float(self.sources.size),
                    "N_to": float(self.targets.size),
                }
                scope |= self.side("pre", i) | self.side("post", j)
                evaluator = Evaluator(model_names(self.model, scope, len(i)), self.model.step, self.model.data)
                kept &= np.asarray(evaluate_term(term, evaluator, "where"), np.bool_)
            if without_self:
                kept &= pre[i] != post[j]
            return kept

        return allowed

    def wiring(self, value: Any) -> Wiring:
        """Return what a rule of such a number draws from."""
        allowed, multiple = self.allowed(without_self=self.without_self), self.multiple is not False
        return Wiring(self.sources.size, self.targets.size, value, allowed, multiple, self.key("connect"))

    def partners(self, of: Literal["sources", "targets"]) -> Index:
        """Return how many partners each row may have, the condition left aside."""
        pre, post = (self._identities(side) for side in (self.sources, self.targets))
        rows, others = (post, pre) if of == "targets" else (pre, post)
        if not self.without_self:
            return np.full(len(rows), len(others))
        neuron, count = np.unique(others, return_counts=True)
        place = np.minimum(np.searchsorted(neuron, rows), len(neuron) - 1)
        return len(others) - np.where(neuron[place] == rows, count[place], 0)

    def side(self, side: Literal["pre", "post"], index: Index) -> dict[str, Any]:
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

    def _identities(self, side: Selection) -> Index:
        """Return a number for each neuron of a selection that is the same wherever the neuron is selected."""
        offsets, total = {}, 0
        for name, size in self.model.sizes.items():
            offsets[name] = total
            total += size
        parts = [np.arange(block.start, block.stop, dtype=np.int64) + offsets[block.population] for block in side.blocks]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _blocks(selection: Selection) -> Real:
    return np.repeat(np.arange(len(selection.blocks), dtype=np.float64), [block.size for block in selection.blocks])
