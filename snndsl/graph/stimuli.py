"""Numbers of stimuli: what a kind asks for, ports, and values for each neuron that they reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions.walk import names_in
from snndsl.graph.motifs import motif_part, motif_spikes
from snndsl.graph.rows import ListedColumns, listed_columns
from snndsl.graph.steps import to_steps
from snndsl.graph.times import horizon, moment, scalar
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.motif import MotifSpikes
from snndsl.model.stimulus import Stimulus
from snndsl.model.text import Place, Rounding, Term, ValueTerm
from snndsl.numerics import stream_key
from snndsl.semantics.arithmetic import Drawer, Evaluator

__all__ = ["FileNumbers", "NumbersOfStimulus", "flat_port"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FileNumbers:
    """See `snndsl.model.services.Numbers`."""

    model: CheckedModel

    @property
    def step(self) -> Fraction:
        """Length of a step in ms."""
        return self.model.step

    @property
    def steps(self) -> int:
        """Length of the run that the file describes."""
        return self.model.file_steps

    @property
    def sizes(self) -> Mapping[str, int]:
        """Neurons of each population and source."""
        return self.model.sizes

    def scalar(self, term: Term, what: str) -> float:
        """Return a number."""
        return scalar(self.model, term, what)

    def moment(self, term: Term, what: str) -> int:
        """Return a time in steps."""
        return moment(self.model, term, what)

    def columns(self, terms: Mapping[str, ValueTerm]) -> ListedColumns:
        """Return columns of a table."""
        return listed_columns(self.model, terms)

    def stamps(self, times: Real, rounding: Rounding | None, term: Term, what: str) -> Index:
        """Return times in ms as steps."""
        return to_steps(times, self.model.step, rounding, term, what)

    def motif(self, name: str, part: Literal["spikes", "arrive", "leads_to"] = "spikes") -> MotifSpikes:
        """Return a part of a motif."""
        return motif_spikes(self.model, name) if part == "spikes" else motif_part(self.model, name, part)


@dataclass(frozen=True, slots=True, eq=False)
class NumbersOfStimulus(FileNumbers):
    """See `snndsl.model.services.StimulusNumbers`."""

    stimulus: Stimulus

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

    def constants(self, term: Term) -> dict[str, float]:
        """Return the constants that an expression reads."""
        known = self.model.constants
        nodes = [node for node in names_in(term.tree) if node.text in known]
        return {node.text: self.scalar(Term(node, term.place, term.line), node.text) for node in nodes}

    def per_element(self, terms: ValueTerm, what: str) -> Real:
        """Return one value an element; draws are made once, before the run."""
        blocks, size = () if self.stimulus.targets is None else self.stimulus.targets.blocks, self.size
        scope = {
            "i": np.arange(size, dtype=np.float64),
            "N": float(size),
            "block": np.repeat(np.arange(len(blocks), dtype=np.float64), [block.size for block in blocks]),
        }
        drawer = None if self.model.seeds.input is None else Drawer(self.key(what), scope["i"])
        evaluator = Evaluator(model_names(self.model, scope, size), self.model.step, self.model.data, drawer)
        if isinstance(terms, tuple):
            if len(terms) != size:
                what, expected = f"{len(terms)} values for {size} neurons", f"{size} values"
                raise ModelError(terms[0].problem("list-length", what, expected))
            return np.array([float(evaluate_term(term, evaluator, what)) for term in terms])
        value = finite(evaluate_term(terms, evaluator, what), terms, what)
        return np.ascontiguousarray(np.broadcast_to(np.asarray(value, np.float64), (size,)))

    def weights(self) -> Real:
        """Return the weight of each element of an injection; 1 where none is written."""
        weight = self.stimulus.weight
        return np.ones(self.size) if weight is None else self.per_element(weight, "weight")


def flat_port(model: CheckedModel, population: str, port: str | None) -> str:
    """Return the name of a port in the program."""
    return "spike" if port == "spike" else model.populations[population].element.port_names[str(port)]
