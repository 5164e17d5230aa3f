"""Which groups two catalogues share: the same, shifted, lost, new."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group

__all__ = ["GroupComparison", "compare_catalogues", "jaccard"]

Events = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class GroupComparison:
    """What became of the groups of a first catalogue in a second one.

    Parameters
    ----------
    same : ndarray of int64, shape (n, 2)
        Positions in both of groups with equal mothers, neurons and times.
    shifted : ndarray of int64, shape (m, 2)
        Positions of groups with equal mothers and much the same spikes.
    overlap : ndarray of float64, shape (m,)
        Jaccard index of each shifted pair.
    lost, new : ndarray of int64
        Positions of the others in the first and in the second.
    """

    same: NDArray[np.int64]
    shifted: NDArray[np.int64]
    overlap: NDArray[np.float64]
    lost: NDArray[np.int64]
    new: NDArray[np.int64]

    @property
    def jaccard(self) -> float:
        """Jaccard index of the two sets of groups: same / (same + shifted or lost + shifted or new); 1 for two empty ones."""
        union = len(self.same) + 2 * len(self.shifted) + len(self.lost) + len(self.new)
        return len(self.same) / union if union else 1.0

    def __repr__(self) -> str:
        return (
            f"<GroupComparison: {len(self.same)} same, {len(self.shifted)} shifted, {len(self.lost)} lost, "
            f"{len(self.new)} new, Jaccard {self.jaccard:.3f}>"
        )


def jaccard(first: Events, second: Events, jitter: int = 0) -> float:
    """Share of spikes that two groups have in common.

    Parameters
    ----------
    first, second : frozenset of (int, int)
        Spikes as neuron and step, from `Group.events`.
    jitter : int
        Steps by which times of the same neuron may differ; each spike is matched once, in order of time.

    Returns
    -------
    float
        0 to 1; 1 for two empty ones.
    """
    if jitter == 0:
        common = len(first & second)
    else:
        times: dict[int, list[int]] = {}
        for neuron, step in sorted(second):
            times.setdefault(neuron, []).append(step)
        common = 0
        for neuron, step in sorted(first):
            left = times.get(neuron, [])
            while left and left[0] < step - jitter:
                left.pop(0)
            if left and left[0] <= step + jitter:
                left.pop(0)
                common += 1
    union = len(first) + len(second) - common
    return common / union if union else 1.0


def compare_catalogues(
    first: Catalogue, second: Catalogue, *, jitter: int = 2, least_overlap: float = 0.5, scale: tuple[int, int] = (1, 1)
) -> GroupComparison:
    """Match the groups of two catalogues.

    A group is *the same* if mother, neurons and times are. Of the rest, pairs with the same mother whose spikes have a Jaccard
    index of at least `least_overlap` are *shifted*, best pairs first, each group once.

    Parameters
    ----------
    first, second : Catalogue
        Of networks with the same neurons.
    jitter : int
        Steps by which the times of common spikes of shifted groups may differ.
    least_overlap : float
        Jaccard index of spikes from which groups are called shifted.
    scale : tuple of (int, int)
        Units of time in a step of the first and of the second, where their steps differ; `jitter` is in these units.

    Returns
    -------
    GroupComparison
        All groups of both, each once.
    """
    if first.manifest["neurons"] != second.manifest["neurons"]:
        counts = f"{first.manifest['neurons']} and {second.manifest['neurons']} neurons"
        raise ModelError(Fault("catalogues-of-other-networks", counts, expected="the same neurons"))
    same: list[tuple[int, int]] = []
    shifted: list[tuple[int, int]] = []
    overlap: list[float] = []
    mothers = [catalogue.table["mother"] for catalogue in (first, second)]
    for mother in np.intersect1d(mothers[0], mothers[1]):
        ours, theirs = (
            {int(k): _Spikes.of(catalogue[int(k)], units) for k in np.flatnonzero(column == mother)}
            for catalogue, column, units in zip((first, second), mothers, scale)
        )
        same += _equal(ours, theirs)
        for score, i, j in _similar(ours, theirs, jitter, least_overlap):
            shifted.append((i, j))
            overlap.append(score)
    pairs = np.array(sorted(same), np.int64).reshape(-1, 2)
    moved = np.array(shifted, np.int64).reshape(-1, 2)
    order = np.argsort(moved[:, 0], kind="stable")
    matched = np.concatenate([pairs, moved])
    return GroupComparison(
        pairs,
        moved[order],
        np.array(overlap)[order],
        np.setdiff1d(np.arange(len(first)), matched[:, 0]),
        np.setdiff1d(np.arange(len(second)), matched[:, 1]),
    )


class _Spikes(NamedTuple):
    """A group as it is compared."""

    anchors: tuple[int, ...]
    events: Events

    @classmethod
    def of(cls, group: Group, units: int) -> _Spikes:
        events = group.events()
        scaled = events if units == 1 else frozenset((neuron, step * units) for neuron, step in events)
        return cls(tuple(group.anchors.tolist()), scaled)


def _equal(ours: dict[int, _Spikes], theirs: dict[int, _Spikes]) -> list[tuple[int, int]]:
    """Pairs of equal groups, taken out of both."""
    known: dict[_Spikes, list[int]] = {}
    for j, group in theirs.items():
        known.setdefault(group, []).append(j)
    pairs = []
    for i, group in list(ours.items()):
        places = known.get(group)
        if places:
            j = places.pop(0)
            pairs.append((i, j))
            del ours[i], theirs[j]
    return pairs


def _similar(ours: dict[int, _Spikes], theirs: dict[int, _Spikes], jitter: int, least: float) -> list[tuple[float, int, int]]:
    """Pairs of similar groups, best first, each group once."""
    scores = []
    for i, group in ours.items():
        for j, other in theirs.items():
            small, large = sorted((len(group.events), len(other.events)))
            if small >= least * large:
                score = jaccard(group.events, other.events, jitter)
                if score >= least:
                    scores.append((score, i, j))
    result = []
    free, open_ = set(ours), set(theirs)
    for score, i, j in sorted(scores, key=lambda item: (-item[0], item[1], item[2])):
        if i in free and j in open_:
            free.remove(i)
            open_.remove(j)
            result.append((score, i, j))
    return result
