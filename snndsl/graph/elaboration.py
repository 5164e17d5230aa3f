"""A checked model as numbers: of every population, projection and stimulus, or every fault that only numbers show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, collected
from snndsl.graph.drives import Drive, computed_drives, drawn_source
from snndsl.graph.neurons import DerivedValues, derived_values
from snndsl.graph.plastic import PlasticValues, plastic_values
from snndsl.graph.recorded import chosen_rows
from snndsl.graph.refuse import out_of_reach
from snndsl.graph.settled import most_synapses, settled
from snndsl.graph.spike_lists import Listed, expected_events, listed_events, played_events, source_table
from snndsl.graph.stimuli import NumbersOfStimulus, source_values
from snndsl.graph.synapses import SynapseRows, synapse_rows
from snndsl.graph.unread import unread_ports
from snndsl.graph.values import PopulationValues, population_values
from snndsl.ir import Table
from snndsl.model.checked import CheckedModel
from snndsl.model.population import Population
from snndsl.model.projection import Projection
from snndsl.model.selection import Selection
from snndsl.model.stimulus import Driving, Playing, Spiking, Stimulus

__all__ = ["MANY", "Elaboration", "elaborate"]

MANY = 1_000_000
"""Neurons or synapses that are made to judge a model that will not be run."""
_RATES = 10
"""So many rates that change are computed in the time of a neuron or synapse."""
_DRAWN = 5
"""A spike of a motif that is drawn takes the time of so many neurons or synapses."""


@dataclass(eq=False)
class Elaboration:
    """The numbers of a model.

    Parameters
    ----------
    model : CheckedModel
        What it was made from.
    values : dict of str to PopulationValues
        By population, and by source of whose neurons projections read something.
    derived : dict of str to DerivedValues
        By population.
    rows : dict of str to SynapseRows
        By projection.
    plastic : dict of str to PlasticValues
        By plastic projection.
    sources : dict of str to Table
        Spikes by source, where they are known before the run.
    drawn : dict of str to Drive
        The other sources: their rate reads a signal.
    drives : list of Drive
        Computed stimuli.
    events : list of Listed
        Events of listed and played spikes.
    chosen : dict of str to ndarray of int64
        Rows of projections that a record chooses by a condition.
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
    drawn: dict[str, Drive] = field(default_factory=dict)
    drives: list[Drive] = field(default_factory=list)
    events: list[Listed] = field(default_factory=list)
    chosen: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    warnings: list[Fault] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    complete: bool = True


def elaborate(
    model: CheckedModel, *, judge: bool = False, alike: bool = True, begun: Elaboration | None = None
) -> Elaboration:
    """Return the numbers of a model, but for projections and stimuli that need a part that no backend can simulate yet.

    Parameters
    ----------
    model : CheckedModel
        Without faults.
    judge : bool
        Only find out whether it is right: what is larger than `MANY` is left to a run (`Elaboration.waiting`).
    alike : bool
        When judging, make one synapse of a projection where that shows all that could be wrong with it.
    begun : Elaboration, optional
        Of the same model: the populations and projections in it are not made again.

    Raises
    ------
    ModelError
        With every fault that only numbers show: an index out of range, a delay off the grid, a value that is not finite.
    """
    return _Work(Elaboration(model), begun or Elaboration(model), judge, judge and alike, out_of_reach(model)).run()


@dataclass(eq=False)
class _Work:
    found: Elaboration
    begun: Elaboration
    judge: bool
    alike: bool
    skipped: frozenset[tuple[str, str]]
    faults: list[Fault] = field(default_factory=list)
    made: float = 0.0

    @property
    def model(self) -> CheckedModel:
        return self.found.model

    def run(self) -> Elaboration:
        for population in self.model.elements.values():
            with collected(self.faults):
                self._population(population)
        for stimulus in self.model.stimuli.values():
            if stimulus.offers:
                with collected(self.faults):
                    self._source(stimulus)
        for name, projection in self.model.projections.items():
            if ("projections", name) not in self.skipped:
                with collected(self.faults):
                    self._projection(projection)
        for name, stimulus in sorted(self.model.stimuli.items()):
            if ("stimuli", name) not in self.skipped:
                with collected(self.faults):
                    self._stimulus(stimulus)
        self.found.warnings += unread_ports(self.model)
        if self.faults:
            raise ModelError(sorted(dict.fromkeys(self.faults), key=lambda fault: (fault.file, fault.line, fault.column)))
        self.found.complete = self.found.complete and not self.skipped and not self.found.waiting
        return self.found

    def _population(self, population: Population) -> None:
        name = population.name
        if not self._may_make(population.size):
            self.found.waiting.append(f"the values of {population.size:,} neurons of {name!r}")
            return
        if name in self.begun.derived:
            self.found.values[name], self.found.derived[name] = self.begun.values[name], self.begun.derived[name]
            return
        self.found.values[name] = population_values(self.model, population)
        self.found.derived[name] = derived_values(self.model, name, self.found.values[name])

    def _source(self, source: Stimulus) -> None:
        name, size = source.name, self.model.sizes[source.name]
        if not self._may_make(size):
            self.found.waiting.append(f"the values of {size:,} neurons of {name!r}")
        elif name in self.begun.values:
            self.found.values[name] = self.begun.values[name]
        else:
            self.found.values[name] = source_values(NumbersOfStimulus(self.model, source))

    def _projection(self, projection: Projection) -> None:
        name, found = projection.name, self.found
        if not self._known(projection.sources, projection.targets):
            found.complete = False
            return
        one = self.alike and settled(self.model, projection)
        most = most_synapses(self.model, projection)
        if not one and not self._may_make(most):
            found.waiting.append(f"weights and delays of up to {most:,.0f} synapses of {name!r}")
            return
        if one:
            found.complete = False
            try:
                self._try(projection)
                return
            except ModelError:
                if most > MANY:
                    raise  # else all are made, to name the one that a run names
        self._wire(projection)

    def _wire(self, projection: Projection) -> None:
        name, found = projection.name, self.found
        if name in self.begun.rows:
            found.rows[name] = self.begun.rows[name]
            if projection.rule is not None:
                found.plastic[name] = self.begun.plastic[name]
        else:
            found.rows[name] = synapse_rows(self.model, projection, found.values)
            if projection.rule is not None:
                found.plastic[name] = plastic_values(self.model, projection, found.rows[name])
                weight = np.broadcast_to(np.asarray(found.plastic[name].values["w"]), found.rows[name].weight.shape)
                found.rows[name] = replace(found.rows[name], weight=weight)  # after on_start
        for record in self.model.records.synapses:
            if record.projection == name and record.where is not None:
                found.chosen[name] = chosen_rows(self.model, projection, found.rows[name], found.values, record.where)
        if not len(found.rows[name].i):
            found.warnings.append(_empty(projection))

    def _try(self, projection: Projection) -> None:
        """Make one synapse of a projection, to judge it."""
        rows = synapse_rows(self.model, projection, self.found.values, one=True)
        if projection.rule is not None:
            plastic_values(self.model, projection, rows)
        if not len(rows.i):
            self.found.warnings.append(_empty(projection))

    def _may_make(self, number: float) -> bool:
        """Tell whether so many more neurons or synapses are made; a judge makes `MANY` in all."""
        if self.judge and self.made + number > MANY:
            return False
        self.made += number
        return True

    def _known(self, *sides: Selection) -> bool:
        """Tell whether the numbers of all populations are there; if not, that was said already."""
        names = {name for side in sides for name in side.populations}
        silent = {name for name, stimulus in self.model.stimuli.items() if not stimulus.offers}
        return all(name in self.found.values or name in silent for name in names)

    def _stimulus(self, stimulus: Stimulus) -> None:
        found = self.found
        reached = 0 if stimulus.targets is None else stimulus.targets.size
        if self.judge and reached > MANY:
            found.waiting.append(f"what {stimulus.name!r} adds to {reached:,} neurons")
            return
        numbers, what = NumbersOfStimulus(self.model, stimulus), stimulus.what
        rate = stimulus.reading(self.model.signals)
        match what:
            case Spiking() if rate is not None:
                found.drawn[stimulus.name] = drawn_source(numbers, what, rate)
            case Playing() if self.judge and (number := expected_events(numbers, what)) > MANY / _DRAWN:
                found.waiting.append(f"{number:,.0f} spikes that {stimulus.name!r} draws")
            case Playing():
                found.events += played_events(numbers, what, found.warnings)
            case Driving() if stimulus.targets is not None:
                found.drives += computed_drives(numbers, what)
            case Spiking() if self.judge and what.moving is not None and numbers.size * numbers.horizon > _RATES * MANY:
                found.waiting.append(f"{numbers.size * numbers.horizon:,} rates of {stimulus.name!r}")
            case Spiking() if self.judge and what.expected(numbers) > MANY:
                found.waiting.append(f"about {what.expected(numbers):,.0f} spikes of {stimulus.name!r}")
            case Spiking() if stimulus.targets is None:
                found.sources[stimulus.name] = source_table(numbers, what, found.warnings)
            case Spiking():
                found.events += listed_events(numbers, what, found.warnings)


def _empty(projection: Projection) -> Fault:
    fault = projection.place.problem("empty-projection", f"projection {projection.name!r} has no synapses")
    return replace(fault, severity="warning")
