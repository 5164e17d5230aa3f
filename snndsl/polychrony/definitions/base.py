"""What all definitions of a group share: anchors, strong synapses, and how long a probe lasts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError

__all__ = ["LONGEST", "Definition", "check_events", "need"]

LONGEST = 30_000
"""Steps that a probe may last; spikes are kept with 16 bits."""


def need(condition: bool, what: str, expected: str) -> None:
    """Refuse a number of a definition unless a condition holds."""
    if not condition:
        raise ModelError(Fault("definition-parameter", what, expected=expected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What all definitions share: combinations of strong inputs of a neuron (the mother) fire so that they reach it together.

    Parameters
    ----------
    anchors : int
        Anchors of a group.
    threshold : float
        A synapse is strong if its weight is larger: an absolute weight, or with `fraction_of` a fraction of it.
    fraction_of : float or None
        The maximal weight, if `threshold` is a fraction.
    min_path : int
        Least number of layers; anchors are layer 1.
    max_delay : int
        At least the longest delay of the network.
    last_step : int
        No probe lasts longer.
    max_spikes : int
        A probe stops at this number: an avalanche.
    weak_to_inhibitory : bool
        Whether excitatory spikes also travel over weak synapses to inhibitory neurons (the authors' MATLAB version).
    """

    TIMES: ClassVar[tuple[str, ...]] = ("max_delay", "last_step")
    EVENTS: ClassVar[tuple[str, ...]] = ()
    """Numbers of a rule by events, which looks at arrivals; none: the neurons answer."""
    name: ClassVar[str] = ""

    anchors: int = 3
    threshold: float = 9.5
    fraction_of: float | None = None
    min_path: int = 7
    max_delay: int = 20
    last_step: int = 979
    max_spikes: int = 1000
    weak_to_inhibitory: bool = False

    def __post_init__(self) -> None:
        need(2 <= self.anchors <= 6, f"{self.anchors} anchors", "2 to 6 anchors")
        need(self.threshold >= 0, f"threshold is {self.threshold}", "a weight of at least 0")
        need(self.min_path >= 2, f"min_path is {self.min_path}", "at least 2")
        need(1 <= self.max_delay <= 10_000, f"max_delay is {self.max_delay}", "1 to 10000 steps")
        need(self.end <= self.last_step <= LONGEST, f"last_step is {self.last_step}", f"{self.end} to {LONGEST}")
        need(2 * self.anchors < self.max_spikes <= 2000, f"max_spikes is {self.max_spikes}", f"{2 * self.anchors + 1} to 2000")

    @property
    def strong(self) -> float:
        """Weight above which a synapse is strong."""
        return self.threshold if self.fraction_of is None else self.threshold * self.fraction_of

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return 0

    @property
    def end(self) -> int:
        """Steps that every probe lasts."""
        return 2 * self.max_delay + self.answer + 1

    def to_dict(self) -> dict[str, Any]:
        """Return name and parameters, for a manifest."""
        return {"name": self.name} | asdict(self)


def check_events(coincident: int, jitter: int, quick: int, slow: int, inhibition: int, refractory: int) -> None:
    """Refuse numbers of a rule by events that are out of range."""
    need(2 <= coincident <= 20, f"coincident is {coincident}", "2 to 20 arrivals")
    need(0 <= jitter <= 1000, f"jitter is {jitter}", "0 to 1000 steps")
    need(0 <= quick <= slow <= 10_000, f"quick is {quick}, slow is {slow}", "0 <= quick <= slow <= 10000 steps")
    need(0 <= inhibition <= 10_000, f"inhibition is {inhibition}", "0 to 10000 steps")
    need(1 <= refractory <= 10_000, f"refractory is {refractory}", "1 to 10000 steps")
