"""Are two runs of the same network? Spikes that agree one by one, or rates of every population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCKS = 10
"""Pieces of the time, over which the rate varies."""


@dataclass(frozen=True)
class Spikes:
    """The spikes of a run; neurons are numbered through all populations."""

    step: Any
    neuron: Any
    sizes: list[int]
    synapses: int
    ms: float
    dt_ms: float


@dataclass(frozen=True)
class Identical:
    """Every spike of the steps before `until` is in both."""

    until: int


@dataclass(frozen=True)
class Rates:
    """The rates of each population differ by at most three standard errors, or a share `band` of the mean."""

    band: float


def differences(ours: Spikes, theirs: Spikes, check: Identical | Rates) -> str:
    """Say in which respect two runs are not of the same network; empty if they are."""
    if sum(ours.sizes) != sum(theirs.sizes):
        return f"other sizes: {sum(ours.sizes):,} and {sum(theirs.sizes):,}"
    if ours.dt_ms != theirs.dt_ms:
        return f"other steps: {ours.dt_ms} ms and {theirs.dt_ms} ms"
    if abs(ours.synapses - theirs.synapses) > 0.01 * theirs.synapses:
        return f"other numbers of synapses: {ours.synapses:,} and {theirs.synapses:,}"
    if not len(ours.step) or not len(theirs.step):
        return "no spikes to compare"
    return _unequal(ours, theirs, check.until) if isinstance(check, Identical) else _apart(ours, theirs, check.band)


def _unequal(ours: Spikes, theirs: Spikes, until: int) -> str:
    size = sum(ours.sizes)
    early = [(run.step[run.step < until].astype(np.int64), run.neuron[run.step < until]) for run in (ours, theirs)]
    keys = [np.sort(step * size + neuron) for step, neuron in early]
    other = np.setxor1d(*keys)
    if not len(other):
        return ""
    numbers = f"{len(other):,} of {len(keys[0]):,} and {len(keys[1]):,}"
    return f"{numbers} spikes are not in both, the first at step {other[0] // size}"


def _apart(ours: Spikes, theirs: Spikes, band: float) -> str:
    found = []
    for k in range(len(ours.sizes)):
        first, last = sum(ours.sizes[:k]), sum(ours.sizes[: k + 1])
        (a, error_a), (b, error_b) = _rate(ours, first, last), _rate(theirs, first, last)
        if abs(a - b) > max(3 * float(np.hypot(error_a, error_b)), band * (a + b) / 2):
            found.append(f"population {k} fires at {a:.2f} Hz and at {b:.2f} Hz")
    return "; ".join(found)


def _rate(run: Spikes, first: int, last: int) -> tuple[float, float]:
    """Return the rate of some neurons after the first fifth of the time, and its standard error, Hz."""
    times = run.step[(run.neuron >= first) & (run.neuron < last)] * run.dt_ms
    counts, _ = np.histogram(times, BLOCKS, (0.2 * run.ms, run.ms))
    rates = counts / ((last - first) * 0.8 * run.ms / BLOCKS / 1000)
    return float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(BLOCKS))
