"""What a simulator can do, as data: legalisation, estimates and the printed support table read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from snndsl.deferred import dataclass
from snndsl.ir.features import FEATURES
from snndsl.ir.operations import OPERATIONS

__all__ = ["EVERYTHING", "EVERY_OPERATION", "Costs", "Target"]

EVERYTHING = frozenset(feature.name for feature in FEATURES)
"""All features."""

EVERY_OPERATION = frozenset(OPERATIONS)
"""All operations."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a run takes, in seconds on one core: good to a factor of two or three.

    Parameters
    ----------
    start : float
        Before the first step, without building.
    step : float
        A step, however small the network.
    update : float
        A neuron in a step.
    arrival : float
        A spike at a synapse.
    """

    start: float
    step: float
    update: float
    arrival: float

    def seconds(self, steps: int, neurons: int, arrivals: float) -> float:
        """Return the time of a run.

        Parameters
        ----------
        steps, neurons : int
            Of the run and the network.
        arrivals : float
            Spikes at synapses in the whole run.
        """
        return self.start + steps * (self.step + neurons * self.update) + arrivals * self.arrival


@dataclass(frozen=True, slots=True)
class Target:
    """Abilities, limits and costs of a backend.

    Parameters
    ----------
    name : str
        Of the backend.
    operations : frozenset of str
        Operations of `snndsl.ir.OPERATIONS` that it prints.
    features : frozenset of str
        Names of `snndsl.ir.features.FEATURES`.
    max_states, max_ports, max_delay : int
        Limits of a neuron and of a delay in steps; 0: none.
    needs : tuple of str
        Tools it needs, for ``snndsl doctor``: ``c++``, ``make``, ``boost``, ``ltdl``, ``brian2``, ``nest``.
    costs : Costs or None
        For estimates; None: not known.
    late_failures : bool
        Whether it does what happens at a synapse only after the dendritic part of the delay. A run that such an event stops
        is then some steps longer than elsewhere; the reason is the same.
    failing_cases : mapping of str to str
        Cases of the conformance suite (`snndsl.testing`) that it runs and fails, with the reason.
    """

    name: str
    operations: frozenset[str]
    features: frozenset[str]
    max_states: int = 0
    max_ports: int = 0
    max_delay: int = 0
    needs: tuple[str, ...] = ()
    costs: Costs | None = None
    late_failures: bool = False
    failing_cases: Mapping[str, str] = field(default_factory=dict)
