"""A checked model: what a file means, with nothing left to be parsed or resolved."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from snndsl.deferred import dataclass
from snndsl.errors import Fault
from snndsl.locations import SourceMap
from snndsl.model.data import DataColumn
from snndsl.model.expectation import Expectation
from snndsl.model.motif import DeclaredMotif
from snndsl.model.population import Population
from snndsl.model.projection import Projection
from snndsl.model.record import Records
from snndsl.model.search import DeclaredSearch
from snndsl.model.stimulus import Stimulus
from snndsl.model.sweep import Objective, Setting
from snndsl.model.text import Place, Term

__all__ = ["CheckedModel", "Seeds", "time_missing"]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seeds by family; None: nothing may be drawn from it."""

    wiring: int | None = None
    initial: int | None = None
    input: int | None = None
    analysis: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CheckedModel:
    """A model whose every name, dimension, selection and literal time is known.

    Parameters
    ----------
    name : str
        Identifier of the model.
    locations : SourceMap
        Of its file.
    library : bool
        Whether the file holds definitions only, so that nothing in it can run.
    step : Fraction
        Length of a step in ms.
    steps, file_steps : int
        Length of the run, and of the one that the file describes.
    trials : int
        Repetitions with other inputs.
    seeds : Seeds
        By family.
    constants : mapping of str to Term
        Of the model file.
    data : mapping of str to DataColumn
        Of the model file; `data_digest` is a hash of the bytes of all data.
    sizes : mapping of str to int
        Of populations, sources and signals.
    populations, signals, stimuli, projections, motifs : mapping
        By name, in the order of the file; a signal is a population of one.
    records : Records
        What is kept.
    expectations : tuple of Expectation
        What will happen.
    searches : mapping of str to DeclaredSearch
        For polychronous groups.
    sweep : tuple of Setting or Objective
        Settings, grids and searches, each point of which is a run of its own.
    """

    name: str
    locations: SourceMap
    library: bool
    step: Fraction
    steps: int
    file_steps: int
    trials: int
    seeds: Seeds
    constants: Mapping[str, Term]
    data: Mapping[str, DataColumn]
    data_digest: str
    sizes: Mapping[str, int]
    populations: Mapping[str, Population]
    signals: Mapping[str, Population]
    stimuli: Mapping[str, Stimulus]
    projections: Mapping[str, Projection]
    motifs: Mapping[str, DeclaredMotif]
    records: Records
    expectations: tuple[Expectation, ...]
    searches: Mapping[str, DeclaredSearch]
    sweep: tuple[Setting | Objective, ...]

    @property
    def elements(self) -> Mapping[str, Population]:
        """Populations and signals: all that is advanced in a step."""
        return {**self.populations, **self.signals}

    def place(self, *path: str | int) -> Place:
        """Return a place of the model file."""
        return Place(self.locations, path)


def time_missing(place: Place) -> Fault:
    """Return the fault of a model without ``time``."""
    return place.problem("key-missing", "the file has no 'time'", "time: {step: 0.1 ms, duration: 1 s}")
