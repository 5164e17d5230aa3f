"""Groups that share most of their spikes, put together: each family has a representative, its largest group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.engine.overlaps import most_similar
from snndsl.polychrony.group import Group

__all__ = ["Families", "families"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """Groups of a catalogue, divided into families.

    Parameters
    ----------
    catalogue : Catalogue
        The representatives, one a family, largest group first.
    labels : ndarray of int64, shape (groups,)
        Family of every group of the catalogue that was divided, in its order; family k has representative k.
    representatives : ndarray of int64, shape (families,)
        Positions of the representatives in that catalogue.
    members : ndarray of int64, shape (families,)
        Groups of each family, its representative included.
    overlap : ndarray of float64, shape (groups,)
        Jaccard index of the spikes of each group and of its representative, best aligned in time; 1 for a representative.
    """

    catalogue: Catalogue
    labels: Ints
    representatives: Ints
    members: Ints
    overlap: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.representatives)

    def __repr__(self) -> str:
        largest = int(self.members.max(initial=0))
        return f"<Families: {len(self)} of {len(self.labels)} groups, the largest of {largest}>"


def families(catalogue: Catalogue, least_overlap: float = 0.5, jitter: int = 1) -> Families:
    """Divide the groups of a catalogue into families.

    Groups are taken from the largest to the smallest. One whose spikes have a Jaccard index of at least `least_overlap` with
    those of a representative joins the most similar one (of equally similar ones, the one taken first); any other becomes a
    representative. So members share spikes with their representative, not by way of each other. Two groups are aligned in time
    so that they share most spikes. The order of groups in the catalogue and the times at which they begin do not matter; of
    groups with the same spikes, the first in the catalogue is the representative.

    Parameters
    ----------
    catalogue : Catalogue
        May be filtered.
    least_overlap : float
        Above 0, at most 1.
    jitter : int
        Steps by which the times of a common spike may differ once the groups are aligned.

    Returns
    -------
    Families
        Every group in one family.

    Raises
    ------
    snndsl.errors.ModelError
        families-parameter.
    """
    if not 0 < least_overlap <= 1:
        raise ModelError(Fault("families-parameter", f"least_overlap is {least_overlap}", expected="above 0, at most 1"))
    if jitter < 0:
        raise ModelError(Fault("families-parameter", f"jitter is {jitter}", expected="0 steps or more"))
    spikes = [_sorted(group) for group in catalogue]
    order = sorted(range(len(spikes)), key=lambda k: (-len(spikes[k][0]), spikes[k][1].tobytes(), spikes[k][0].tobytes(), k))
    starts = np.cumsum([0] + [len(spikes[k][0]) for k in order])
    neuron, step = (np.concatenate([np.zeros(0, np.int64), *(spikes[k][part] for k in order)]) for part in (0, 1))
    feature, first, posting = _index(neuron, starts)
    size = np.diff(starts)
    scratch = np.zeros(2 * int(step.max(initial=0)) + 3, np.int64)
    leader = np.zeros(len(order), bool)
    found, share = np.arange(len(order)), np.ones(len(order))
    for k in range(len(order)):
        names = feature[starts[k] : starts[k + 1]]
        common = np.bincount(np.concatenate([posting[first[f] : first[f + 1]] for f in names]), minlength=k + 1)[:k]
        least = least_overlap / (1 + least_overlap) * (size[k] + size[:k])
        candidates = np.flatnonzero(leader[:k] & (common >= least - 1e-9))
        best, matched = most_similar(neuron, step, starts, k, candidates, least_overlap, jitter, scratch)
        if best < 0:
            leader[k] = True
        else:
            found[k], share[k] = best, matched / (size[k] + size[best] - matched)
    kept = np.flatnonzero(leader)
    place = np.asarray(order, np.int64)
    labels, shares = np.zeros(len(order), np.int64), np.ones(len(order))
    labels[place], shares[place] = np.searchsorted(kept, found), share
    members = np.bincount(labels, minlength=len(kept))
    return Families(catalogue.select(place[kept]), labels, place[kept], members, shares)


def _sorted(group: Group) -> tuple[Ints, Ints]:
    """Neurons and steps since the first spike, in order of both."""
    step = group.step.astype(np.int64)
    order = np.lexsort((step, group.neuron))
    return group.neuron[order].astype(np.int64), step[order] - step.min()


def _index(neuron: Ints, starts: Ints) -> tuple[Ints, Ints, Ints]:
    """For every spike its feature, the k-th spike of a neuron; for every feature the groups that have it.

    The features that two groups have in common are at least the spikes that they share at any alignment.
    """
    group = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    new = np.ones(len(neuron), bool)
    new[1:] = (neuron[1:] != neuron[:-1]) | (group[1:] != group[:-1])
    rank = np.arange(len(neuron)) - np.maximum.accumulate(np.where(new, np.arange(len(neuron)), 0))
    pairs = neuron * (int(rank.max(initial=0)) + 1) + rank
    names, feature = np.unique(pairs, return_inverse=True)
    order = np.argsort(feature, kind="stable")
    first = np.searchsorted(feature[order], np.arange(len(names) + 1))
    return feature.astype(np.int64), first.astype(np.int64), group[order]
