"""Numbers of stimuli: what a kind asks for, ports, and values for each neuron that they reach."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.drawn import Drawer
from snndsl.expressions.walk import names_in
from snndsl.graph.numbers import FileNumbers
from snndsl.graph.times import horizon
from snndsl.graph.values import PopulationValues, evaluate_term, finite, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.stimulus import Stimulus
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.numerics import stream_key

__all__ = ["NumbersOfStimulus", "flat_port", "source_values"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NumbersOfStimulus(FileNumbers):
    """See `snndsl.model.services.StimulusNumbers`; `repetition` is the number of the trial."""

    stimulus: Stimulus
    repetition: int = 0
    let: dict[str, Real] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for key, value in self.stimulus.let.items():  # each may read those before it
            self.let[key] = self.per_element(value, f"let.{key}")

    @property
    def trial(self) -> float:
        """Trial of the draws: 0 in all of them where the stimulus is frozen."""
        return 0.0 if self.stimulus.frozen else float(self.repetition)

    @property
    def size(self) -> int:
        """Neurons of a source, or targets of an injection."""
        targets = self.stimulus.targets
        return self.model.sizes[self.stimulus.name] if targets is None else targets.size

    @property
    def horizon(self) -> int:
        """Last stamp for which events are made."""
        return horizon(self.model)

    @property
    def earliest(self) -> int:
        """First stamp of an event."""
        return 1 if self.stimulus.port == "spike" else 0

    def place(self, *path: str | int) -> Place:
        """Return a place below the word of the stimulus."""
        return self.stimulus.place.inner(self.stimulus.kind, *path)

    def acts(self, stamp: Index) -> NDArray[np.bool_]:
        """Tell which stamps lie in ``during``."""
        during = self.stimulus.during
        return np.ones(len(stamp), np.bool_) if during is None else (stamp >= during[0]) & (stamp < during[1])

    def key(self, text: str) -> tuple[int, int]:
        """Return the key of a random stream of the stimulus."""
        seed = self.model.seeds.input
        return (0, 0) if seed is None else stream_key(seed, f"{self.stimulus.stream}/{text}")

    def read_by(self, term: Term) -> dict[str, float | Real]:
        """Return what an expression of each step reads that is known before: values of `let`, constants, arrays, places."""
        found: dict[str, float | Real] = {}
        for node in names_in(term.tree):
            if node.text in self.let or node.text in self.model.data or node.text == "block":
                found[node.text] = self.per_element(Term(node, term.place, term.line), self.stimulus.kind)
            elif node.text in self.model.constants:
                found[node.text] = self.scalar(Term(node, term.place, term.line), node.text)
        return found

    def per_element(self, terms: ValueTerm, what: str) -> Real:
        """Return one value an element; draws are made once, before the run."""
        size = self.size
        scope = {"i": np.arange(size, dtype=np.float64), "N": float(size), "block": self._block(), **self.let}
        drawer = None if self.model.seeds.input is None else Drawer(self.key(what), scope["i"])
        evaluator = Evaluator(model_names(self.model, scope, size), self.model.step, self.model.data, drawer)
        if isinstance(terms, tuple):
            if len(terms) != size:
                what, expected = f"{len(terms)} values for {size} neurons", f"{size} values"
                raise ModelError(terms[0].problem("list-length", what, expected))
            return np.array([float(evaluate_term(term, evaluator, what)) for term in terms])
        value = finite(evaluate_term(terms, evaluator, what), terms, what)
        return np.ascontiguousarray(np.broadcast_to(np.asarray(value, np.float64), (size,)))

    def _block(self) -> Real:
        """Return for each element the place of its population in the list of targets; a source is no list."""
        targets = self.stimulus.targets
        return np.zeros(self.size) if targets is None else targets.block.astype(np.float64)

    def at(self, term: Term, what: str, elements: Index, stamps: Index) -> Real:
        """Return an expression of a run for some elements and steps; what it draws is drawn in each.

        Outside the window of the stimulus it is read at the nearest step within.

        Raises
        ------
        ModelError
            index-out-of-range, not-finite (with neuron and time).
        """
        during = self.stimulus.during
        stamps = stamps if during is None else np.clip(stamps, during[0], during[1] - 1)
        place, stamp = elements.astype(np.float64)[:, None], stamps.astype(np.float64)[None, :]
        scope = {"i": place, "N": float(self.size), "trial": self.trial, "block": 0.0}
        scope |= {key: value[elements][:, None] for key, value in self.let.items()}
        known = model_names(self.model, scope, self.size)

        def value(name: str) -> Any:
            found = known(name)
            return found[elements][:, None] if name in self.model.data and name not in scope else found

        drawer = None if self.model.seeds.input is None else Drawer(self.key(what), place, stamp, self.trial)
        evaluator = Evaluator(value, self.model.step, self.model.data, drawer, stamp)
        shape = (len(elements), len(stamps))
        found: Real = np.broadcast_to(np.asarray(evaluate_term(term, evaluator, what), np.float64), shape)
        if not np.isfinite(found).all():
            row, column = np.unravel_index(int(np.argmin(np.isfinite(found))), shape)
            said = f"{what} is {found[row, column]} for neuron {elements[row]} at {self.time(int(stamps[column]))}"
            raise ModelError(term.problem("not-finite", said, "a finite number"))
        return found

    def time(self, stamp: int) -> str:
        """Return the time of a stamp as a user reads it."""
        return f"{float(stamp * self.model.step):.12g} ms"

    def weights(self) -> Real:
        """Return the weight of each element of an injection; 1 where none is written."""
        weight = self.stimulus.weight
        return np.ones(self.size) if weight is None else self.per_element(weight, "weight")


def source_values(numbers: NumbersOfStimulus) -> PopulationValues:
    """Return what projections read of the neurons of a source."""
    positions = numbers.stimulus.space.positions
    where = {axis: numbers.per_element(value, f"positions.{axis}") for axis, value in positions.items()}
    return PopulationValues({}, {}, numbers.let, where)


def flat_port(model: CheckedModel, population: str, port: str | None) -> str:
    """Return the name of a port in the program."""
    return "spike" if port == "spike" else model.elements[population].element.port_names[str(port)]
