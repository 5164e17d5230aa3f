"""Groups of the older rule: coincident arrivals fire a neuron after a fixed time."""

from __future__ import annotations

from typing import ClassVar

from snndsl.deferred import dataclass
from snndsl.polychrony.definitions.base import Definition, check_events

__all__ = ["EventTriggered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTriggered(Definition):
    """The older rule: neurons without a state, which fire a fixed time after enough strong arrivals came together.

    At every step at which an excitatory spike arrives, a neuron counts the excitatory arrivals of this step and of the `jitter`
    steps before: those over strong synapses and, with `weak_to_inhibitory`, over weak ones to inhibitory neurons. With
    `coincident` of them it will fire `slow` steps later, with more `quick` steps later. A neuron has one such plan at a time:
    only an earlier moment replaces it, and it is gone when its moment has come. Then the neuron does not fire if an inhibitory
    spike arrived within the `inhibition` steps up to and with this one, or if it fired less than `refractory` steps before.
    The arrivals counted for the plan are the links to the spike. Anchors and their spikes are as in `Izhikevich2006`, but an
    anchor fires neither before its own spike nor less than `refractory` steps after it. A probe is a group under the same
    conditions, links going by spike.

    Parameters
    ----------
    anchors, threshold, fraction_of, min_path, max_delay, last_step, max_spikes, weak_to_inhibitory
        See `Definition`.
    coincident : int
        Strong arrivals that make a neuron fire.
    jitter : int
        Steps by which they may differ.
    quick, slow : int
        Steps from the last of them to the spike, with more than `coincident` arrivals and with exactly as many.
    inhibition : int
        Steps for which an inhibitory spike keeps a neuron from firing; 0: never.
    refractory : int
        Least distance in steps of two spikes of a neuron.

    References
    ----------
    The definition that the program of 2006 keeps beside its own (see `Izhikevich2006`): two coincident spikes within 2 ms,
    4 ms to the spike, 8 ms with two inputs only, 5 ms of inhibition, 20 ms between spikes. Where that text leaves a choice,
    the paragraph above is the definition.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("max_delay", "last_step", "jitter", "quick", "slow", "inhibition", "refractory")
    EVENTS: ClassVar[tuple[str, ...]] = ("coincident", "refractory", "jitter", "quick", "slow", "inhibition")
    name: ClassVar[str] = "event_triggered"

    coincident: int = 2
    jitter: int = 2
    quick: int = 4
    slow: int = 8
    inhibition: int = 5
    refractory: int = 20

    def __post_init__(self) -> None:
        check_events(self.coincident, self.jitter, self.quick, self.slow, self.inhibition, self.refractory)
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.slow + self.jitter
