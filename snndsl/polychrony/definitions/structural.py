"""Groups that the delays, or delays and weights, support."""

from __future__ import annotations

from typing import ClassVar

from snndsl.deferred import dataclass
from snndsl.polychrony.definitions.base import Definition, check_events

__all__ = ["Structural"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structural(Definition):
    """Groups that the delays support: enough spikes that arrive together make another one, at that moment.

    The rule is that of `EventTriggered` without latency and without inhibition. *Supported* groups depend on the delays alone
    (``adapted=False``): every excitatory synapse counts. *Adapted* groups depend on the weights, too: strong synapses count.
    A probe is a group if it has more spikes than anchors and its longest path has `min_path` layers.
    All excitatory neurons that receive at least `anchors` such inputs are tried as mothers, so the number of combinations can
    be very large for supported groups; choose mothers.

    Parameters
    ----------
    anchors, threshold, fraction_of, min_path, max_delay, last_step, max_spikes, weak_to_inhibitory
        See `Definition`; `anchors` are the triggering neurons.
    adapted : bool
        Whether only strong synapses count.
    coincident : int
        Arrivals that make a neuron fire.
    jitter : int
        Steps by which they may differ.
    refractory : int
        Least distance in steps of two spikes of a neuron.

    References
    ----------
    R. Martinez, H. Paugam-Moisy (2009). Algorithms for structural and dynamical polychronous groups detection. ICANN 2009,
    Lecture Notes in Computer Science 5769, 75-84. (Definitions as given in the abstract; s-triggered groups.)
    """

    TIMES: ClassVar[tuple[str, ...]] = ("max_delay", "last_step", "jitter", "refractory")
    EVENTS: ClassVar[tuple[str, ...]] = ("coincident", "refractory", "jitter")
    name: ClassVar[str] = "structural"

    adapted: bool = True
    coincident: int = 3
    jitter: int = 1
    refractory: int = 2

    def __post_init__(self) -> None:
        check_events(self.coincident, self.jitter, 0, 0, 0, self.refractory)
        Definition.__post_init__(self)

    @property
    def strong(self) -> float:
        """Weight above which a synapse counts."""
        return Definition.strong.fget(self) if self.adapted else 0.0  # type: ignore[attr-defined]

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.jitter
