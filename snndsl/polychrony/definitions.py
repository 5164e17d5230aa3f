"""What counts as a polychronous group: one frozen set of numbers for each definition in the literature."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from snndsl.errors import Fault, ModelError

__all__ = ["Definition", "Izhikevich2006"]


def _need(condition: bool, what: str, expected: str) -> None:
    if not condition:
        raise ModelError(Fault("definition-parameter", what, expected=expected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Izhikevich2006:
    """Activity-triggered groups: strong inputs of a neuron fire so that they reach it together, the network at rest answers.

    Every combination of `anchors` strong excitatory inputs of every excitatory neuron (the mother) is tried. An anchor's spike
    travels over its strong synapses that are not faster than the one to the mother; any other excitatory spike over the
    strong synapses, an inhibitory one over all. A spike links to a later one if it arrives there within `latency` steps
    before it. A probe is a group if it has more than twice as many spikes as anchors, the longest path has at least `min_path`
    layers (anchors are layer 1) and no anchor has exactly one link to an excitatory neuron.

    Parameters
    ----------
    mode : str
        ``original`` gives what the published program gives, row for row, overrun of its arrays included. ``corrected`` is the
        same search with room for every arrival.
    anchors : int
        Anchors of a group.
    threshold : float
        A synapse is strong if its weight is larger: an absolute weight, or with `fraction_of` a fraction of it.
    fraction_of : float or None
        The maximal weight, if `threshold` is a fraction.
    min_path : int
        Least number of layers.
    weak_to_inhibitory : bool
        Whether excitatory spikes also travel over weak synapses to inhibitory neurons (the authors' MATLAB version).
    latency : int
        Steps before a spike in which an arrival counts as its cause.
    max_delay : int
        A probe lasts at least ``2 max_delay + latency + 1`` steps.
    last_step : int
        No probe lasts longer.
    max_spikes : int
        A probe stops at this number: an avalanche.
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

    mode: Literal["original", "corrected"] = "original"
    anchors: int = 3
    threshold: float = 9.5
    fraction_of: float | None = None
    min_path: int = 7
    weak_to_inhibitory: bool = False
    latency: int = 20
    max_delay: int = 20
    last_step: int = 979
    max_spikes: int = 1000
    row: int = 1000
    late_answers: bool = False
    links_by_spike: bool = False
    name: str = "izhikevich2006"

    def __post_init__(self) -> None:
        _need(self.mode in ("original", "corrected"), f"mode is {self.mode!r}", "original or corrected")
        _need(2 <= self.anchors <= 6, f"{self.anchors} anchors", "2 to 6 anchors")
        _need(self.threshold >= 0, f"threshold is {self.threshold}", "a weight of at least 0")
        _need(self.min_path >= 2, f"min_path is {self.min_path}", "at least 2")
        _need(1 <= self.latency <= 1000, f"latency is {self.latency}", "1 to 1000 steps")
        _need(1 <= self.max_delay <= 1000, f"max_delay is {self.max_delay}", "1 to 1000 steps")
        _need(self.end <= self.last_step <= 2000, f"last_step is {self.last_step}", f"{self.end} to 2000")
        _need(2 * self.anchors < self.max_spikes <= 2000, f"max_spikes is {self.max_spikes}", f"{2 * self.anchors + 1} to 2000")
        _need(1 <= self.row <= 100_000, f"row is {self.row}", "1 to 100000")
        changed = self.late_answers or self.links_by_spike
        _need(not (changed and self.mode == "original"), "original mode with a defect mended", "mode corrected")

    @property
    def strong(self) -> float:
        """Weight above which a synapse is strong."""
        return self.threshold if self.fraction_of is None else self.threshold * self.fraction_of

    @property
    def end(self) -> int:
        """Steps that every probe lasts."""
        return 2 * self.max_delay + self.latency + 1

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters, for a manifest."""
        return asdict(self)


Definition = Izhikevich2006
