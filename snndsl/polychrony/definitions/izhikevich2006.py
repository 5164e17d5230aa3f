"""Groups of 2006: the network at rest answers to the anchors."""

from __future__ import annotations

from typing import ClassVar, Literal

from snndsl.deferred import dataclass
from snndsl.polychrony.definitions.base import Definition, need

__all__ = ["Izhikevich2006"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Izhikevich2006(Definition):
    """Activity-triggered groups: the network at rest answers to the anchors, neuron by neuron as in a simulation.

    An anchor's spike travels over its strong synapses that are not faster than the one to the mother; any other excitatory
    spike over the strong synapses, an inhibitory one over all. A spike links to a later one if it arrives there within
    `latency` steps before it. A probe is a group if it has more than twice as many spikes as anchors, the longest path has at
    least `min_path` layers and no anchor has exactly one link to an excitatory neuron.

    Parameters
    ----------
    anchors, threshold, fraction_of, min_path, max_delay, last_step, max_spikes, weak_to_inhibitory
        See `Definition`. A probe lasts at least ``2 max_delay + latency + 1`` steps.
    mode : str
        ``original`` gives what the published program gives, row for row, overrun of its arrays included; only for neurons that
        are its map. ``corrected`` is the same search with room for every arrival.
    latency : int
        Steps before a spike in which an arrival counts as its cause.
    row : int
        Arrivals per step that the original's tables hold (``original``).
    late_answers : bool
        Whether a probe lasts `latency` steps after the last arrival. In the original it ends with that arrival.
    links_by_spike : bool
        Whether an arrival links the one spike that sent it, and all links to a spike have its layer. In the original, links
        go by neuron: all earlier spikes of the sender count for the layer, and a link has the layer reached so far.

    Notes
    -----
    Defects of the original and how they are mended, with the number of groups in the recorded network after 17,901 s
    (3,938 in ``original`` mode):

    =================================================  ====================================  ================
    original                                           mended by                             groups
    =================================================  ====================================  ================
    more than `row` arrivals in a step overrun         ``corrected``                         3,941
    an answer after the last arrival is lost           ``corrected`` and `late_answers`      3,996
    a neuron that fires twice lifts foreign layers     ``corrected`` and `links_by_spike`    3,896
    both of the last                                   ``corrected`` and both                3,951
    979 steps at most, a by-product of array sizes     `last_step`                           no effect there
    =================================================  ====================================  ================

    References
    ----------
    E. M. Izhikevich (2006). Polychronization: computation with spikes. Neural Computation 18, 245-282.
    R. Pauli, P. Weidel, S. Kunkel, A. Morrison (2018). Reproducing polychronization. Frontiers in Neuroinformatics 12:46.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("max_delay", "last_step", "latency")
    name: ClassVar[str] = "izhikevich2006"

    mode: Literal["original", "corrected"] = "original"
    latency: int = 20
    row: int = 1000
    late_answers: bool = False
    links_by_spike: bool = False

    def __post_init__(self) -> None:
        need(self.mode in ("original", "corrected"), f"mode is {self.mode!r}", "original or corrected")
        need(1 <= self.latency <= 10_000, f"latency is {self.latency}", "1 to 10000 steps")
        need(1 <= self.row <= 100_000, f"row is {self.row}", "1 to 100000")
        changed = self.late_answers or self.links_by_spike
        need(not (changed and self.mode == "original"), "original mode with a defect mended", "mode corrected")
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.latency
