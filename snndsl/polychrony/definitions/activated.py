"""Structural groups that a recording shows."""

from __future__ import annotations

from typing import ClassVar

from snndsl.deferred import dataclass
from snndsl.polychrony.definitions.base import need
from snndsl.polychrony.definitions.structural import Structural

__all__ = ["Activated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated(Structural):
    """Structural groups that a recording shows: enough of a group's spikes are there, each within a tolerance.

    Parameters
    ----------
    anchors, threshold, fraction_of, min_path, max_delay, last_step, max_spikes, weak_to_inhibitory, adapted, coincident, jitter
        See `Structural`.
    refractory : int
        As there.
    fraction : float
        Of the spikes of a group, anchors included, that must be there.
    tolerance : int
        Steps that a spike may be early or late, relative to the others.
    times : int
        Least number of occurrences.

    References
    ----------
    Martinez and Paugam-Moisy (2009), dynamical groups; half of the spikes within 1 ms: R. J. Crossen's program.
    """

    TIMES: ClassVar[tuple[str, ...]] = (*Structural.TIMES, "tolerance")
    name: ClassVar[str] = "activated"

    fraction: float = 0.5
    tolerance: int = 1
    times: int = 1

    def __post_init__(self) -> None:
        need(0 < self.fraction <= 1, f"fraction is {self.fraction}", "more than 0, at most 1")
        need(0 <= self.tolerance <= 1000, f"tolerance is {self.tolerance}", "0 to 1000 steps")
        need(self.times >= 1, f"times is {self.times}", "at least 1")
        Structural.__post_init__(self)
