"""Groups of spikes that are likely if each may come a step late."""

from __future__ import annotations

from typing import ClassVar

from snndsl.deferred import dataclass
from snndsl.polychrony.definitions.base import Definition, check_events, need

__all__ = ["Probabilistic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probabilistic(Definition):
    """Groups of spikes that are likely if each may come a step late: a spike has a probability, anchors have 1.

    A neuron that gets excitatory arrivals at a step (those that `EventTriggered` counts) fires there with the probability that
    at least `coincident` of the spikes sent exist, plus half the probability that exactly one less does and one of the step
    before helps (arrivals are taken as independent). Spikes more probable than `least` belong to the group and send on. The
    arrivals of both steps are the links to the spike. A neuron does not fire less than `refractory` steps after its last
    spike, an anchor not before its own. Inhibitory neurons send nothing. A probe is a group if it has more spikes than
    anchors and its longest path has `min_path` layers.

    Parameters
    ----------
    anchors, threshold, fraction_of, min_path, max_delay, last_step, max_spikes, weak_to_inhibitory
        See `Definition`.
    coincident : int
        Spikes that make a neuron fire.
    least : float
        Probability above which a spike belongs to the group.
    refractory : int
        Least distance in steps of two spikes of a neuron.

    References
    ----------
    B. Szatmary, E. M. Izhikevich (2010). Spike-timing theory of working memory. PLoS Computational Biology 6:e1000879; rule
    and numbers as in its re-implementations: weights above 8, two inputs, factor 1/2 for the step before, 0.2.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("max_delay", "last_step", "refractory")
    EVENTS: ClassVar[tuple[str, ...]] = ("coincident", "refractory", "least")
    name: ClassVar[str] = "probabilistic"

    threshold: float = 8.0
    min_path: int = 5
    coincident: int = 2
    least: float = 0.2
    refractory: int = 2

    def __post_init__(self) -> None:
        check_events(self.coincident, 1, 0, 0, 0, self.refractory)
        need(0 < self.least < 1, f"least is {self.least}", "a probability between 0 and 1")
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return 1
