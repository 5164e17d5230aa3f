"""A checked model as numbers: of every population, projection and stimulus, or every fault that only numbers show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from snndsl.errors import Fault, ModelError
from snndsl.graph.drives import Drive, computed_drives
from snndsl.graph.neurons import DerivedValues, derived_values
from snndsl.graph.observations import observation_faults
from snndsl.graph.plastic import PlasticValues, plastic_values
from snndsl.graph.play import played_events
from snndsl.graph.refuse import out_of_reach
from snndsl.graph.settled import most_synapses, settled
from snndsl.graph.spike_lists import Listed, listed_events, source_table
from snndsl.graph.synapses import SynapseRows, synapse_rows
from snndsl.graph.times import collected
from snndsl.graph.values import PopulationValues, population_values
from snndsl.ir import Table
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.selection import Selection, resolve

__all__ = ["MANY", "Elaboration", "elaborate"]

MANY = 1_000_000
"""Neurons or synapses that are made to judge a model that will not be run."""


@dataclass(eq=False)
class Elaboration:
    """The numbers of a model.

    Parameters
    ----------
    model : CheckedModel
        What it was made from.
    values : dict of str to PopulationValues
        By population.
    derived : dict of str to DerivedValues
        By population.
    rows : dict of str to SynapseRows
        By projection.
    plastic : dict of str to PlasticValues
        By plastic projection.
    sources : dict of str to Table
        Spikes by source.
    drives : list of Drive
        Computed stimuli.
    events : list of Listed
        Events of listed and played spikes.
    warnings : list of Fault
        What is allowed but odd.
    waiting : list of str
        What is too large to be judged without a run.
    complete : bool
        Whether all numbers are there.
    """

    model: CheckedModel
    values: dict[str, PopulationValues] = field(default_factory=dict)
    derived: dict[str, DerivedValues] = field(default_factory=dict)
    rows: dict[str, SynapseRows] = field(default_factory=dict)
    plastic: dict[str, PlasticValues] = field(default_factory=dict)
    sources: dict[str, Table] = field(default_factory=dict)
    drives: list[Drive] = field(default_factory=list)
    events: list[Listed] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    complete: bool = True


def elaborate(model: CheckedModel, *, judge: bool = False, alike: bool = True) -> Elaboration:
    """Return the numbers of a model.

    Parameters
    ----------
    model : CheckedModel
        Without faults.
    judge : bool
        Only find out whether it is right: what is larger than `MANY` is left to a run (`Elaboration.waiting`), and so are parts
        that cannot be simulated yet.
    alike : bool
        When judging, make one synapse of a projection where that shows all that could be wrong with it.

    Raises
    ------
    ModelError
        With every fault that only numbers show: an index out of range, a delay off the grid, a value that is not finite.
    """
    return _Work(Elaboration(model), judge, judge and alike, out_of_reach(model) if judge else frozenset()).run()


@dataclass(eq=False)
class _Work:
    found: Elaboration
    judge: bool
    alike: bool
    skipped: frozenset[tuple[str, str]]
    faults: list[Fault] = field(default_factory=list)

    @property
    def model(self) -> CheckedModel:
        return self.found.model

    def run(self) -> Elaboration:
        for name in self.model.elements:
            with collected(self.faults):
                self._population(name)
        for name in self.model.spec.projections:
            if ("projections", name) not in self.skipped:
                with collected(self.faults):
                    self._projection(name)
        for name in sorted(self.model.spec.stimuli):
            if ("stimuli", name) not in self.skipped:
                with collected(self.faults):
                    self._stimulus(name)
        self.faults += observation_faults(self.model)
        if self.faults:
            raise ModelError(sorted(dict.fromkeys(self.faults), key=lambda fault: (fault.file, fault.line, fault.column)))
        self.found.complete = self.found.complete and not self.skipped and not self.found.waiting
        return self.found

    def _population(self, name: str) -> None:
        if self.judge and self.model.sizes[name] > MANY:
            self.found.waiting.append(f"the values of {self.model.sizes[name]:,} neurons of {name!r}")
            return
        self.found.values[name] = population_values(self.model, name)
        self.found.derived[name] = derived_values(self.model, name, self.found.values[name])

    def _projection(self, name: str) -> None:
        spec, found = self.model.spec.projections[name], self.found
        sources, targets = (
            resolve(items, self.model.sizes, self.model.spec.groups, self.model.place("projections", name, key), "")
            for key, items in (("from", spec.from_), ("to", spec.to))
        )
        if not self._known(sources, targets):
            found.complete = False
            return
        one = self.alike and settled(self.model, name, sources, targets)
        most = most_synapses(self.model, name, sources, targets)
        if self.judge and not one and most > MANY:
            found.waiting.append(f"weights and delays of up to {most:,.0f} synapses of {name!r}")
            return
        if one:
            found.complete = False
            try:
                self._wire(name, one=True)
                return
            except ModelError:
                if most > MANY:
                    raise  # else all are made, to name the one that a run names
        self._wire(name)

    def _wire(self, name: str, *, one: bool = False) -> None:
        found = self.found
        rows = synapse_rows(self.model, name, found.values, one=one)
        if name in self.model.rules:
            found.plastic[name] = plastic_values(self.model, name, rows)
        found.rows[name] = rows
        if not len(rows.i):
            fault = self.model.place("projections", name).problem("empty-projection", f"projection {name!r} has no synapses")
            found.warnings.append(replace(fault, severity="warning"))

    def _known(self, *sides: Selection) -> bool:
        """Tell whether the numbers of all populations are there; if not, that was said already."""
        return all(name in self.found.values or name not in self.model.elements for side in sides for name in side.populations)

    def _stimulus(self, name: str) -> None:
        spec, found = self.model.spec.stimuli[name], self.found
        if spec.kind == "play":
            found.events += played_events(self.model, name, found.warnings)
        elif spec.into is None:
            found.sources[name] = source_table(self.model, name, found.warnings)
        elif spec.kind == "spikes":
            found.events += listed_events(self.model, name, found.warnings)
        else:
            found.drives += computed_drives(self.model, name)
