"""Trials: the network stays, and what stimuli draw before the run is drawn again."""

from __future__ import annotations

from dataclasses import replace

from snndsl.errors import Fault, ModelError, collected
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.spike_lists import Listed, listed_events, played_events, source_table
from snndsl.graph.stimuli import NumbersOfStimulus
from snndsl.model.stimulus import Driving, Playing, Spiking, Stimulus

__all__ = ["redrawn"]


def redrawn(found: Elaboration, trial: int) -> Elaboration:
    """Return the numbers of another trial: wiring, values and weights are those of trial 0, random events are its own.

    Parameters
    ----------
    found : Elaboration
        Of trial 0.
    trial : int
        Number of the trial, from 0.

    Raises
    ------
    ModelError
        Of events that cannot be in this trial.
    """
    sources, events, faults = dict(found.sources), list[Listed](), list[Fault]()
    for name, stimulus in sorted(found.model.stimuli.items()):
        if not trial or not _changes(stimulus) or name in found.drawn:
            events += [item for item in found.events if item.stimulus == name]
            continue
        numbers, what, warnings = NumbersOfStimulus(found.model, stimulus, trial), stimulus.what, list[Fault]()
        with collected(faults):
            if isinstance(what, Playing):
                events += played_events(numbers, what, warnings)
            elif isinstance(what, Spiking) and stimulus.targets is None:
                sources[name] = source_table(numbers, what, warnings)
            elif isinstance(what, Spiking):
                events += listed_events(numbers, what, warnings)
    if faults:
        raise ModelError(faults)
    return replace(found, sources=sources, events=events, warnings=[])


def _changes(stimulus: Stimulus) -> bool:
    """Tell whether what is known of a stimulus before the run is another in every trial."""
    what = stimulus.what
    if isinstance(what, Driving) and stimulus.targets is not None:
        return False  # each step computes it, from the number of the trial
    moving = isinstance(what, Spiking) and what.moving is not None
    return not stimulus.frozen and (what.draws or moving)
