"""Numbers of one projection that its connect rule asks for: of pairs, of the rows of a rule, and which pairs are allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.numbers import FileNumbers
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.model.projection import Projection
from snndsl.model.selection import Selection, Sides
from snndsl.model.services import Rows
from snndsl.model.text import Place, Term
from snndsl.model.wiring import Allowed, Kernel, Wiring
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
    sides : Sides
        What the rule is applied to.
    """

    projection: Projection
    populations: Mapping[str, PopulationValues]
    sides: Sides
    columns_of: dict[tuple[str, str], Real] = field(default_factory=dict)

    @property
    def sources(self) -> Selection:
        """Side of the sources."""
        return self.sides.sources

    @property
    def targets(self) -> Selection:
        """Side of the targets."""
        return self.sides.targets

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
        """Return the key of a random stream of the projection; each pair of blocks but the first has streams of its own."""
        seed, block = self.model.seeds.wiring, self.sides.block
        own = "" if block in (None, (0, 0)) else f"/{self.sides.block[0]}.{self.sides.block[1]}"  # type: ignore[index]
        return (0, 0) if seed is None else stream_key(seed, f"{self.projection.stream}/{text}{own}")

    def value(self, term: Term, what: str, sides: Rows) -> Any:
        """Return a number, or one for each row; for pairs a number or a kernel."""
        n, m = self.sources.size, self.targets.size
        if sides == "pairs":
            return self._of_pairs(term, what)
        i = np.arange(n, dtype=np.int64) if sides == "sources" else None
        j = np.arange(m, dtype=np.int64) if sides == "targets" else None
        shape = {"sources": (n,), "targets": (m,), "none": ()}[sides]
        value = self._evaluated(term, what, self.names(i, j), shape, lambda values: values)
        return finite(value, term, what)

    def _of_pairs(self, term: Term, what: str) -> float | Kernel:
        shape = (self.sources.size, self.targets.size)

        def kernel(i: Index, j: Index) -> Real:
            value = self._evaluated(term, what, self.names(i, j), shape, lambda values: values[i, j])
            numbers = np.asarray(value, np.float64)
            bad = ~np.isfinite(numbers)
            if bad.any():
                wide = np.broadcast_to(numbers, (i.size, j.size))
                row, column = np.argwhere(~np.isfinite(wide))[0]
                pair = f" from {int(i[row, 0])} to {int(j[0, column])}" if numbers.ndim else ""
                said = f"{what} is {wide[row, column]}{pair}"
                raise ModelError(term.problem("not-finite", said, "a finite number"))
            return numbers

        first = kernel(np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64))
        return kernel if first.ndim else float(first)

    def _evaluated(
        self, term: Term, what: str, scope: Mapping[str, Any], shape: tuple[int, ...], taken: Callable[[Any], Any]
    ) -> Any:
        """Evaluate an expression; of an array without an index, which has this shape, that is taken which it is for."""
        names = model_names(self.model, scope, None)

        def named(name: str) -> Any:
            value = names(name)
            if name not in self.model.data or name in scope or name in self.model.constants:
                return value
            if value.shape != shape:
                have, want = (" x ".join(map(str, item)) for item in (value.shape, shape))
                index = "" if value.ndim > 1 else f"{name}({'j' if 'j' in scope else 'i' if 'i' in scope else 0})"
                wanted = f"{want} values" if want else "one value"
                raise ModelError(term.problem("list-length", f"{what}: {name} has {have} values", wanted, index))
            return taken(value)

        return evaluate_term(term, Evaluator(named, self.model.step, self.model.data), what)

    def allowed(self, *, without_self: bool = False) -> Allowed | None:
        """Return which pairs meet the condition, and are of two neurons if asked; None: all."""
        term = self.projection.where
        if term is None and not without_self:
            return None
        pre, post = (self._identities(side) for side in (self.sources, self.targets))
        rows = self.projection.connect.rows

        def allowed(i: Index, j: Index) -> NDArray[np.bool_]:
            kept = np.ones(len(i), np.bool_)
            if term is not None:
                scope = self.names(i, j) | ({"row": np.arange(len(i), dtype=np.float64)} if rows else {})
                shape = (len(i),) if rows else (self.sources.size, self.targets.size)
                value = self._evaluated(term, "where", scope, shape, lambda values: values if rows else values[i, j])
                kept &= np.asarray(value, np.bool_)
            if without_self:
                kept &= pre[i] != post[j]
            return kept

        return allowed

    def wiring(self, value: Any) -> Wiring:
        """Return what a rule of such a number draws from."""
        allowed, multiple = self.allowed(without_self=self.without_self), self.multiple is not False
        apart = None
        if self.without_self and not self.conditional:
            apart = self._identities(self.sources), self._identities(self.targets)
        return Wiring(self.sources.size, self.targets.size, value, allowed, multiple, self.key("connect"), apart=apart)

    def partners(self, of: Literal["sources", "targets"]) -> Index:
        """Return how many partners each row may have, the condition left aside."""
        pre, post = (self._identities(side) for side in (self.sources, self.targets))
        rows, others = (post, pre) if of == "targets" else (pre, post)
        if not self.without_self:
            return np.full(len(rows), len(others))
        neuron, count = np.unique(others, return_counts=True)
        place = np.minimum(np.searchsorted(neuron, rows), len(neuron) - 1)
        return len(others) - np.where(neuron[place] == rows, count[place], 0)

    def names(self, i: Index | None, j: Index | None) -> dict[str, Any]:
        """Return what wiring reads of sources and targets at these places, each computed when it is asked for.

        Parameters
        ----------
        i, j : ndarray of int64 or None
            Places of sources and of targets, of shapes that broadcast; None: nothing of this side.
        """
        scope: dict[str, Any] = {"N_from": float(self.sources.size), "N_to": float(self.targets.size)}
        if self.sides.block is not None:
            scope |= {f"{side}.block": float(place) for side, place in zip(("pre", "post"), self.sides.block, strict=True)}
        for side, name, index in (("pre", "i", i), ("post", "j", j)):
            if index is not None:
                scope[name] = partial(index.astype, np.float64)
                scope |= self._side(side, index)
        if i is not None and j is not None:
            scope["distance"] = cache(lambda: self._distance(i, j))
        return scope

    def _side(self, side: str, index: Index) -> dict[str, Any]:
        """Return pre.x or post.x for all that every population of the side has."""
        selection = self.sources if side == "pre" else self.targets
        scope: dict[str, Any] = {}
        if self.sides.block is None:
            scope[f"{side}.block"] = lambda: selection.block[index].astype(np.float64)
        if all(name in self.populations for name in selection.populations):
            known = [self.populations[name].readable for name in selection.populations]
            for name in known[0]:
                if all(name in item for item in known):
                    scope[f"{side}.{name}"] = lambda name=name: self._column(side, name)[index]
        return scope

    def _column(self, side: str, name: str) -> Real:
        """Return one value for each neuron of a side."""
        if (side, name) not in self.columns_of:
            parts = []
            for block in (self.sources if side == "pre" else self.targets).blocks:
                value = np.asarray(self.populations[block.population].readable[name], np.float64)
                parts.append(np.broadcast_to(value, (self.model.sizes[block.population],))[block.start : block.stop])
            self.columns_of[side, name] = np.concatenate(parts)
        return self.columns_of[side, name]

    def _distance(self, i: Index, j: Index) -> Real:
        """Return how far sources are from targets, along the shorter way where an axis closes on itself."""
        name = self.sources.blocks[0].population
        space = (self.model.populations[name] if name in self.model.populations else self.model.stimuli[name]).space
        total: Any = 0.0
        for axis in space.positions:
            along = self._column("pre", axis)[i] - self._column("post", axis)[j]
            if axis in space.period:
                along = along - space.period[axis] * np.floor(along / space.period[axis] + 0.5)
            total = total + along * along
        return np.asarray(np.sqrt(total), np.float64)

    def _identities(self, side: Selection) -> Index:
        """Return a number for each neuron of a selection that is the same wherever the neuron is selected."""
        offsets, total = {}, 0
        for name, size in self.model.sizes.items():
            offsets[name] = total
            total += size
        parts = [np.arange(block.start, block.stop, dtype=np.int64) + offsets[block.population] for block in side.blocks]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)
