"""Motifs in many spikes: ``python benchmarks/polychrony_detect.py [MOTIFS]``; the time of 10,000 motifs is extrapolated."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect

SPIKES, NEURONS, STEPS, LENGTH, ALL = 10_000_000, 1000, 3_000_000, 27, 10_000
WANTED = 300
"""s for all motifs."""


def main() -> None:
    """Measure."""
    rng = np.random.default_rng(0)
    trains = SpikeTrains.from_events(rng.integers(0, STEPS, SPIKES), rng.integers(0, NEURONS, SPIKES), NEURONS, STEPS)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    motifs = []
    for _ in range(count):
        step = np.sort(rng.integers(0, 80, LENGTH))
        motifs.append(Motif(rng.permutation(NEURONS)[:LENGTH].astype(np.int64), step - step[0]))
    detect(motifs[:1], trains)
    begun = time.process_time()
    found = detect(motifs, trains, tolerance=1, fraction=0.8)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{SPIKES:,} spikes, {count:,} motifs of {LENGTH}: {seconds:.1f} s of processor time, {len(found)} by chance")
    extrapolated = seconds * ALL / count
    print(
        f"{ALL:,} motifs: {extrapolated:.0f} s extrapolated, wanted {WANTED} s on two cores, ratio {extrapolated / WANTED:.2f}"
    )
    print(f"memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
