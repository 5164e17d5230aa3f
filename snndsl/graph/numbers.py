"""Numbers of a file before a run, as the kinds of stimuli and the connect rules ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.graph.motifs import motif_part, motif_spikes
from snndsl.graph.rows import ListedColumns, listed_columns
from snndsl.graph.steps import to_steps
from snndsl.graph.times import moment, moments, scalar
from snndsl.model.checked import CheckedModel
from snndsl.model.motif import MotifSpikes
from snndsl.model.text import Rounding, Term, ValueTerm

__all__ = ["FileNumbers"]

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

    def moments(self, term: Term, what: str) -> Index:
        """Return times in steps: one, or all of an array of data."""
        return moments(self.model, term, what)

    def columns(self, terms: Mapping[str, ValueTerm]) -> ListedColumns:
        """Return columns of a table."""
        return listed_columns(self.model, terms)

    def stamps(self, times: Real, rounding: Rounding | None, term: Term, what: str) -> Index:
        """Return times in ms as steps."""
        return to_steps(times, self.model.step, rounding, term, what)

    def motif(self, name: str, part: Literal["spikes", "arrive", "leads_to"] = "spikes") -> MotifSpikes:
        """Return a part of a motif."""
        return motif_spikes(self.model, name) if part == "spikes" else motif_part(self.model, name, part)
