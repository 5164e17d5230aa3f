"""What counts as a polychronous group: one frozen set of numbers for each definition in the literature.

Times are in steps. The published numbers, the defaults, are of steps of 1 ms; `definition_of` brings them to other steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

from snndsl.errors import Fault, ModelError, nearest

__all__ = [
    "DEFINITIONS",
    "Activated",
    "Definition",
    "EventTriggered",
    "Izhikevich2006",
    "Probabilistic",
    "Structural",
    "definition_of",
]

LONGEST = 30_000
"""Steps that a probe may last; spikes are kept with 16 bits."""


def _need(condition: bool, what: str, expected: str) -> None:
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
        _need(2 <= self.anchors <= 6, f"{self.anchors} anchors", "2 to 6 anchors")
        _need(self.threshold >= 0, f"threshold is {self.threshold}", "a weight of at least 0")
        _need(self.min_path >= 2, f"min_path is {self.min_path}", "at least 2")
        _need(1 <= self.max_delay <= 10_000, f"max_delay is {self.max_delay}", "1 to 10000 steps")
        _need(self.end <= self.last_step <= LONGEST, f"last_step is {self.last_step}", f"{self.end} to {LONGEST}")
        _need(2 * self.anchors < self.max_spikes <= 2000, f"max_spikes is {self.max_spikes}", f"{2 * self.anchors + 1} to 2000")

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
        _need(self.mode in ("original", "corrected"), f"mode is {self.mode!r}", "original or corrected")
        _need(1 <= self.latency <= 10_000, f"latency is {self.latency}", "1 to 10000 steps")
        _need(1 <= self.row <= 100_000, f"row is {self.row}", "1 to 100000")
        changed = self.late_answers or self.links_by_spike
        _need(not (changed and self.mode == "original"), "original mode with a defect mended", "mode corrected")
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.latency


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
    name: ClassVar[str] = "event_triggered"

    coincident: int = 2
    jitter: int = 2
    quick: int = 4
    slow: int = 8
    inhibition: int = 5
    refractory: int = 20

    def __post_init__(self) -> None:
        _check_events(self.coincident, self.jitter, self.quick, self.slow, self.inhibition, self.refractory)
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.slow + self.jitter


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
    name: ClassVar[str] = "structural"

    adapted: bool = True
    coincident: int = 3
    jitter: int = 1
    refractory: int = 2

    def __post_init__(self) -> None:
        _check_events(self.coincident, self.jitter, 0, 0, 0, self.refractory)
        Definition.__post_init__(self)

    @property
    def strong(self) -> float:
        """Weight above which a synapse counts."""
        return Definition.strong.fget(self) if self.adapted else 0.0  # type: ignore[attr-defined]

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return self.jitter


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
    name: ClassVar[str] = "probabilistic"

    threshold: float = 8.0
    min_path: int = 5
    coincident: int = 2
    least: float = 0.2
    refractory: int = 2

    def __post_init__(self) -> None:
        _check_events(self.coincident, 1, 0, 0, 0, self.refractory)
        _need(0 < self.least < 1, f"least is {self.least}", "a probability between 0 and 1")
        Definition.__post_init__(self)

    @property
    def answer(self) -> int:
        """Steps that an answer may take."""
        return 1


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
        _need(0 < self.fraction <= 1, f"fraction is {self.fraction}", "more than 0, at most 1")
        _need(0 <= self.tolerance <= 1000, f"tolerance is {self.tolerance}", "0 to 1000 steps")
        _need(self.times >= 1, f"times is {self.times}", "at least 1")
        Structural.__post_init__(self)


def _check_events(coincident: int, jitter: int, quick: int, slow: int, inhibition: int, refractory: int) -> None:
    _need(2 <= coincident <= 20, f"coincident is {coincident}", "2 to 20 arrivals")
    _need(0 <= jitter <= 1000, f"jitter is {jitter}", "0 to 1000 steps")
    _need(0 <= quick <= slow <= 10_000, f"quick is {quick}, slow is {slow}", "0 <= quick <= slow <= 10000 steps")
    _need(0 <= inhibition <= 10_000, f"inhibition is {inhibition}", "0 to 10000 steps")
    _need(1 <= refractory <= 10_000, f"refractory is {refractory}", "1 to 10000 steps")


DEFINITIONS: dict[str, type[Definition]] = {
    kind.name: kind for kind in (Izhikevich2006, EventTriggered, Structural, Probabilistic, Activated)
}


def definition_of(
    name: str, parameters: Mapping[str, Any] | None = None, *, step_ms: float = 1.0, longest: int = 0
) -> Definition:
    """Return a definition by name.

    Parameters
    ----------
    name : str
        One of `DEFINITIONS`.
    parameters : mapping, optional
        Numbers that differ from the published ones; times in steps.
    step_ms : float
        Length of a step; published times are brought to it.
    longest : int
        Longest delay of the network, steps; where it is above the published one, probes last longer.

    Returns
    -------
    Definition
        The definition.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter.
    """
    if name not in DEFINITIONS:
        near = nearest(name, DEFINITIONS)
        raise ModelError(Fault("definition-unknown", f"{name!r}", expected=", ".join(DEFINITIONS), try_=near))
    kind = DEFINITIONS[name]
    given = dict(parameters or {})
    known = [field.name for field in fields(kind)]
    unknown = [key for key in given if key not in known]
    if unknown:
        what, near = f"{name} has no parameter {unknown[0]!r}", nearest(unknown[0], known)
        raise ModelError(Fault("definition-parameter", what, expected=", ".join(known), try_=near))
    defaults: dict[str, Any] = {field.name: field.default for field in fields(kind)}
    for key in kind.TIMES:
        if step_ms != 1.0:
            defaults[key] = max(1, round(float(defaults[key]) / step_ms))
    chosen: dict[str, Any] = defaults | given
    if "max_delay" not in given:
        chosen["max_delay"] = max(longest, int(chosen["max_delay"]))
    for key, value in chosen.items():
        chosen[key] = _typed(name, key, value, defaults[key])
    if "last_step" not in given:
        answer = sum(int(chosen.get(key, 0)) for key in ("latency", "slow", "jitter"))
        chosen["last_step"] = min(LONGEST, max(int(chosen["last_step"]), 2 * int(chosen["max_delay"]) + answer + 2))
    return kind(**chosen)


def _typed(name: str, key: str, value: Any, default: Any) -> Any:
    """Return a parameter as the type that it has; text of a command line or a model file is read."""
    wanted: type = float if key == "fraction_of" else type(default)
    if value is None and key == "fraction_of":
        return None
    try:
        if wanted is bool:
            return {"true": True, "false": False}[str(value).lower()]
        if wanted is int:
            if float(value) != int(float(value)):
                raise ValueError
            return int(float(value))
        return wanted(value)
    except (KeyError, TypeError, ValueError, OverflowError):
        kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}
        raise ModelError(Fault("definition-parameter", f"{name}: {key} is {value!r}", expected=kinds[wanted])) from None
