"""The program of a trial: that of trial 0 with another number, and with the events that are drawn before the run."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

from snndsl.graph.elaboration import Elaboration
from snndsl.ir import Program
from snndsl.lowering.grid import port_grid
from snndsl.lowering.injections import injections

__all__ = ["of_trial"]


def of_trial(program: Program, found: Elaboration, trial: int) -> Program:
    """Return the program of a trial.

    Parameters
    ----------
    program : Program
        Of trial 0.
    found : Elaboration
        The numbers of the trial.
    trial : int
        Its number.
    """
    events = injections(found, port_grid(found)) if found.events else []
    return replace(
        program,
        trial=trial,
        populations=tuple(
            replace(item, spikes=found.sources[item.name]) if item.name in found.sources else item
            for item in program.populations
        ),
        injections=tuple(sorted(events, key=attrgetter("name"))),
    )
