"""Ticks that sum over all synapses of a projection, whichever populations they are between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import Synapses
from snndsl_reference.tree.blocks import SampleError
from snndsl_reference.tree.failure import Failure
from snndsl_reference.tree.synapses import PlasticSynapses

__all__ = ["Attempts", "JointTicks"]

Index = NDArray[np.int64]


class Attempts:
    """Has all synapses do what is due, and then raises what went wrong at the first of them."""

    def __init__(self) -> None:
        self.found: dict[int, Exception] = {}

    def __call__(self, place: int, act: Callable[[], object]) -> None:
        """Do something at the synapses of a place among all plastic ones."""
        try:
            act()
        except (Failure, SampleError) as problem:
            self.found.setdefault(place, problem)

    def conclude(self) -> None:
        """Raise the failure of the first place, if there is one."""
        if self.found:
            raise self.found[min(self.found)]


class JointTicks:
    """The ticks of the synapses of one projection, done together.

    Parameters
    ----------
    parts : sequence of (int, Synapses, PlasticSynapses)
        Their place among all plastic synapses, what joins which populations, and the synapses themselves.
    """

    def __init__(self, parts: Sequence[tuple[int, Synapses, PlasticSynapses]]) -> None:
        self.parts = [(place, synapses) for place, _, synapses in parts]
        first = parts[0][2]
        self.ticks, self.reads = [tick.period for tick in first.ticks], bool(first.reads)
        rows = np.concatenate([synapses.row for _, synapses in self.parts])
        self.order = np.argsort(rows, kind="stable")
        self.cuts = np.cumsum([len(synapses.row) for _, synapses in self.parts])[:-1]
        self.ends = {
            "source": _numbered([(item.source, synapses.pre) for _, item, synapses in parts]),
            "target": _numbered([(item.target, synapses.post) for _, item, synapses in parts]),
        }

    def run(self, stamp: int, attempt: Attempts) -> None:
        """Do what is due at a stamp, by growing period."""
        for k, period in enumerate(self.ticks):
            if stamp % period:
                continue
            sums: list[dict[str, NDArray[np.float64]]] = [{} for _ in self.parts]
            for name in self.parts[0][1].ticks[k].sums:
                self._sum(k, name, stamp, sums, attempt)
            for (place, synapses), known in zip(self.parts, sums, strict=True):
                attempt(place, partial(synapses.event, synapses.ticks[k].block, stamp, synapses.everyone, known))

    def _sum(self, k: int, name: str, stamp: int, sums: list[dict[str, NDArray[np.float64]]], attempt: Attempts) -> None:
        """Add a sum to those of each part."""
        terms = []
        for (place, synapses), known in zip(self.parts, sums, strict=True):
            over, block = synapses.ticks[k].sums[name]
            found = [np.zeros(len(synapses.row))]  # stays where an array is read out of its range, which ends the run
            attempt(place, lambda: found.append(synapses.term(block, stamp, known)))  # noqa: B023 - called at once
            terms.append(found[-1])
        ends = self.ends[over]
        with np.errstate(all="ignore"):
            totals = np.bincount(ends[self.order], np.concatenate(terms)[self.order]).astype(np.float64)  # adds in order
        for known, part in zip(sums, np.split(totals[ends], self.cuts), strict=True):
            known[name] = part


def _numbered(sides: Sequence[tuple[str, Index]]) -> Index:
    """Return a number for the neuron of every synapse, equal for the same neuron of the same population."""
    width = 1 + max((int(neurons.max(initial=0)) for _, neurons in sides), default=0)
    names = sorted({name for name, _ in sides})
    return np.concatenate([names.index(name) * width + neurons for name, neurons in sides])
