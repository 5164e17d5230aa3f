"""The command ``detect``: groups of a catalogue in the spikes of a run, against shifted trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import read_catalogue
from snndsl.polychrony.detect import detect, motif_of, shifted, trains_of
from snndsl.polychrony.nulls import permutation_p
from snndsl.results import read_run

__all__ = ["occurrences"]


def occurrences(
    catalogue: Path, run: Path, chosen: list[int], tolerance: int, fraction: float, shifts: int, seed: int
) -> dict[str, Any]:
    """Return how often groups occur in a run, and in the same run with shifted trains.

    Parameters
    ----------
    catalogue, run : Path
        Folders.
    chosen : list of int
        Groups; empty: all.
    tolerance : int
        Steps.
    fraction : float
        Of a group's spikes that must be there.
    shifts, seed : int
        Number of shifted recordings, and the seed of their shifts.
    """
    groups, recording = read_catalogue(catalogue), read_run(run)
    unknown = [number for number in chosen if not 0 <= number < len(groups)]
    if unknown:
        raise ModelError(Fault("group-unknown", f"there is no group {unknown[0]}", expected=f"0 .. {len(groups) - 1}"))
    numbers = chosen or list(range(len(groups)))
    motifs = [motif_of(groups[number]) for number in numbers]
    trains = trains_of(recording)
    found = detect(motifs, trains, tolerance=tolerance, fraction=fraction)
    counts = np.bincount(found.motif, minlength=len(numbers))
    other = [
        len(detect(motifs, shifted(trains, np.random.default_rng([seed, k])), tolerance=tolerance, fraction=fraction))
        for k in range(shifts)
    ]
    return {
        "occurrences": len(found),
        "found": int(np.count_nonzero(counts)),
        "counts": dict(zip(map(int, numbers), counts.tolist(), strict=True)),
        "first": [[numbers[m], int(s), int(n)] for m, s, n in zip(found.motif[:100], found.step, found.spikes, strict=False)],
        "shifted": other,
        "p": permutation_p(len(found), other) if other else None,
    }
