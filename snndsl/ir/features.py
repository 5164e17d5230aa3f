"""Abilities that not every simulator has: what each is called, and which programs need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from snndsl.deferred import dataclass
from snndsl.ir.program import Program, Synapses

__all__ = ["FEATURES", "Feature"]


@dataclass(frozen=True, slots=True)
class Feature:
    """An ability of a simulator.

    Parameters
    ----------
    name : str
        As in `Target.features`.
    words : str
        What a program cannot have without it, in a sentence such as "nest cannot run ...".
    needed : callable
        Whether a program needs it.
    """

    name: str
    words: str
    needed: Callable[[Program], bool]


def _plastic(program: Program) -> Iterator[Synapses]:
    return (synapses for synapses in program.synapses if synapses.rule is not None)


def _spikes_at_0(program: Program) -> set[str]:
    return {item.name for item in program.populations if item.spikes is not None and np.any(item.spikes["stamp"] == 0)}


FEATURES = (
    Feature("plastic", "plastic synapses", lambda program: any(_plastic(program))),
    Feature(
        "dendritic_delay",
        "plastic synapses with a dendritic delay",
        lambda program: any(np.any(synapses.rows["dendritic"]) for synapses in _plastic(program)),
    ),
    Feature(
        "post_first",
        "rules with 'order: post_first'",
        lambda program: any(rule.order == "post_first" for rule in program.rules),
    ),
    Feature(
        "deliver_ports",
        "rules that deliver to other ports than that of their projection",
        lambda program: any(port for rule in program.rules for port, _ in rule.deliver),
    ),
    Feature("ticks", "rules with 'every'", lambda program: any(rule.every for rule in program.rules)),
    Feature(
        "sums",
        "sums over synapses in 'every'",
        lambda program: any(tick.sums for rule in program.rules for tick in rule.every),
    ),
    Feature(
        "ranges",
        "states with a 'range'",
        lambda program: any(neuron.ranges for neuron in program.neurons) or any(rule.ranges for rule in program.rules),
    ),
    Feature("reads", "states that other populations read", lambda program: any(neuron.reads for neuron in program.neurons)),
    Feature("rule_reads", "rules that read states of neurons", lambda program: any(rule.reads for rule in program.rules)),
    Feature("carries", "values that synapses carry in every step", lambda program: bool(program.carries)),
    Feature("injections", "events from outside", lambda program: bool(program.injections)),
    Feature(
        "sources",
        "sources of listed spikes",
        lambda program: any(population.neuron is None for population in program.populations),
    ),
    Feature("samples", "arrays read by expressions", lambda program: bool(program.samples)),
    Feature("state_record", "records of states", lambda program: bool(program.state_records)),
    Feature("synapse_record", "records of synapses", lambda program: bool(program.synapse_records)),
    Feature(
        "plastic_source_stamp_0",
        "plastic synapses from a source that spikes at time 0",
        lambda program: not _spikes_at_0(program).isdisjoint(synapses.source for synapses in _plastic(program)),
    ),
)
"""Everything that a backend may lack."""
