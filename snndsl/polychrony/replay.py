"""Groups played back: their anchors as motifs in a network, and what the network answers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.group import Group
from snndsl.results import Recording

__all__ = ["Answer", "Schedule", "answers", "group_motifs", "replay_sections", "schedule"]

_REST = 500
"""Steps of silence after a group, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When which group is played.

    Parameters
    ----------
    groups : tuple of Group
        In the order in which they are played.
    starts : tuple of int
        Stamp of the first anchor of each.
    steps : int
        Length of the run.
    """

    groups: tuple[Group, ...]
    starts: tuple[int, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network made of a group.

    Parameters
    ----------
    group : int
        Its number in the catalogue.
    spikes : tuple of (int, int, int or None)
        Of every spike of the group that is no anchor: neuron, step after the first anchor at which it was expected, and the
        nearest step within the tolerance at which it came; None if it did not.
    extra : int
        Spikes of the network in the time of the group that are not its own.
    """

    group: int
    spikes: tuple[tuple[int, int, int | None], ...]
    extra: int

    @property
    def expected(self) -> int:
        """Spikes of the group that are not anchors."""
        return len(self.spikes)

    @property
    def exact(self) -> int:
        """Of these, how many came at their step."""
        return sum(came == step for _, step, came in self.spikes)

    @property
    def near(self) -> int:
        """How many came within the tolerance."""
        return sum(came is not None for _, _, came in self.spikes)

    @property
    def first_missing(self) -> tuple[int, int] | None:
        """Neuron and step of the first spike that did not come."""
        return next(((neuron, step) for neuron, step, came in self.spikes if came is None), None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        names = ("group", "expected", "exact", "near", "extra", "first_missing", "spikes")
        return {name: getattr(self, name) for name in names}


def schedule(groups: Sequence[Group], rest: int = _REST) -> Schedule:
    """Put groups one after the other, with silence between them.

    Parameters
    ----------
    groups : sequence of Group
        To be played.
    rest : int
        Steps of silence after each.
    """
    if not groups:
        raise ModelError(Fault("nothing-to-replay", "no group to play", expected="at least one group"))
    starts, now = [], 10
    for group in groups:
        starts.append(now)
        now += int(group.span) + rest
    return Schedule(tuple(groups), tuple(starts), now)


def replay_sections(plan: Schedule, first: Mapping[str, int]) -> dict[str, Any]:
    """Return the sections ``motifs`` and ``stimuli`` that play the anchors, for a model file.

    Parameters
    ----------
    plan : Schedule
        What and when.
    first : mapping of str to int
        Number of the first neuron of each population.
    """
    play = [{"motif": f"group_{g.id}", "at": [f"{start} step"]} for g, start in zip(plan.groups, plan.starts, strict=True)]
    return {"motifs": group_motifs(plan.groups, first), "stimuli": {"replay": {"play": play}}}


def group_motifs(groups: Sequence[Group], first: Mapping[str, int]) -> dict[str, Any]:
    """Return groups as the section ``motifs`` of a model file: anchors as spikes, all others as what they lead to.

    Parameters
    ----------
    groups : sequence of Group
        Any.
    first : mapping of str to int
        Number of the first neuron of each population.
    """
    names = sorted(first, key=first.__getitem__)
    bounds = [first[name] for name in names]

    def times(neurons: Any, steps: Any, zero: int) -> dict[str, list[str]]:
        """Return the times of each neuron, as a motif has them."""
        found: dict[str, list[str]] = {}
        for number, step in zip(neurons.tolist(), steps.tolist(), strict=True):
            place = bisect_right(bounds, number) - 1
            found.setdefault(f"{names[place]}[{number - bounds[place]}]", []).append(f"{step - zero} step")
        return found

    motifs = {}
    for group in groups:
        zero, own = int(group.anchor_steps.min()), np.arange(len(group)) >= len(group.anchors)
        spikes = times(group.anchors, group.anchor_steps, zero)
        motifs[f"group_{group.id}"] = {"spikes": spikes, "leads_to": times(group.neuron[own], group.step[own], zero)}
    return motifs


def answers(plan: Schedule, recording: Recording, first: Mapping[str, int], tolerance: int = 1) -> list[Answer]:
    """Compare what the network did with the groups.

    Parameters
    ----------
    plan : Schedule
        As it was played.
    recording : Recording
        Spikes of all populations.
    first : mapping of str to int
        Number of the first neuron of each population.
    tolerance : int
        Steps.
    """
    step, neuron = _all_spikes(recording, first)
    found = []
    for group, start in zip(plan.groups, plan.starts, strict=True):
        zero = int(group.anchor_steps.min())
        own = np.arange(len(group)) >= len(group.anchors)
        wanted = list(zip((group.step[own].astype(np.int64) - zero).tolist(), group.neuron[own].tolist(), strict=True))
        begin, end = np.searchsorted(step, (start, start + int(group.span) + tolerance + 1))
        there = list(zip((step[begin:end] - start).tolist(), neuron[begin:end].tolist(), strict=True))
        heard: dict[int, list[int]] = {}
        for when, who in there:
            heard.setdefault(who, []).append(when)
        spikes = tuple((who, when, _nearest(when, heard.get(who, []), tolerance)) for when, who in wanted)
        anchors = set(zip((group.anchor_steps - zero).tolist(), group.anchors.tolist(), strict=True))
        mine = anchors | {(when + d, who) for when, who in wanted for d in range(-tolerance, tolerance + 1)}
        found.append(Answer(group.id, spikes, sum(event not in mine for event in there)))
    return found


def _nearest(step: int, heard: Sequence[int], tolerance: int) -> int | None:
    """Return the step nearest to one, the earlier of two; None if all are further than the tolerance."""
    close = [other for other in heard if abs(step - other) <= tolerance]
    return min(close, key=lambda other: (abs(step - other), other), default=None)


def _all_spikes(recording: Recording, first: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    steps, neurons = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for name in recording.spikes:
        steps.append(recording.spikes[name].step)
        neurons.append(recording.spikes[name].neuron.astype(np.int64) + first[name])
    step, neuron = np.concatenate(steps), np.concatenate(neurons)
    order = np.lexsort((neuron, step))
    return step[order], neuron[order]
