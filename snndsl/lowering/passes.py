"""The passes from the numbers of a model to its program, in their order: each takes what the ones before it returned.

============ ======================================== ========================================================
pass         takes                                    returns
============ ======================================== ========================================================
samples      the arrays that texts call               `ProgramSamples`: their names in the program, equal ones once
grid         weights, bounds, drives, events          q of every port: amounts that reach it are multiples of it
populations  elements, values, drives                 `LoweredPopulations`: neurons, and the tables of populations
rules        plasticity rules                         `LoweredRules`: by projection
carries      what projections carry in every step     `LoweredCarries`: by projection
synapses     rows of projections                      projections and synapses, by pair of populations
injections   events of listed and played spikes       amounts by step and neuron
records      selections, times                        what is kept, as indices and stamps
comments     what the user wrote                      texts by the path of the thing that they explain
============ ======================================== ========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar

from snndsl.graph.elaboration import Elaboration
from snndsl.graph.times import horizon
from snndsl.ir import Program
from snndsl.lowering.carries import lower_carries
from snndsl.lowering.comments import comments
from snndsl.lowering.grid import port_grid
from snndsl.lowering.injections import injections
from snndsl.lowering.populations import lower_populations
from snndsl.lowering.record import records
from snndsl.lowering.rules import lower_rules
from snndsl.lowering.samples import program_samples
from snndsl.lowering.synapses import projections, synapses

__all__ = ["lower"]

Named = TypeVar("Named")


def lower(found: Elaboration) -> Program:
    """Return the program of an elaborated model, whose events reach to the end of the file's run or of a longer one.

    `snndsl.lowering.length.until` makes the program of a run of it.

    Parameters
    ----------
    found : Elaboration
        All numbers of the model.
    """
    model = found.model
    samples = program_samples(found)
    grid = port_grid(found)
    populations = lower_populations(found, grid, samples)
    rules = lower_rules(found, samples)
    carries = lower_carries(found, samples)
    joined = synapses(found, grid, rules, carries)
    kept = records(found)
    return Program(
        name=model.name,
        step=model.step,
        steps=horizon(model),
        chunk=1,
        neurons=_by_name(populations.neurons),
        rules=_by_name(rules.rules),
        carries=_by_name(carries.carries),
        populations=_by_name(populations.populations),
        projections=_by_name(projections(found)),
        synapses=_by_name(joined),
        injections=_by_name(injections(found, grid)),
        samples=_by_name(samples.samples),
        spike_records=kept.spikes,
        state_records=kept.states,
        synapse_records=kept.synapses,
        count_records=kept.counts,
        comments={
            **comments(model, populations.populations, joined),
            **populations.origins,
            **rules.origins,
            **carries.origins,
        },
    )


def _by_name(items: Iterable[Named]) -> tuple[Named, ...]:
    return tuple(sorted(items, key=attrgetter("name")))
