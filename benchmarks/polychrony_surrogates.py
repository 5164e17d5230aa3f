"""Surrogates of many spikes: ``python benchmarks/polychrony_surrogates.py [NEURONS]``; processor time of each null."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.polychrony.recordings.surrogates import SURROGATES

SPIKES, STEPS, WIDTH = 10_000_000, 3_000_000, 15


def main() -> None:
    """Measure."""
    neurons = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = np.random.default_rng(0)
    cells = rng.permutation(np.unique(rng.integers(0, neurons * STEPS, SPIKES + SPIKES // 20)))[:SPIKES]
    trains = SpikeTrains.from_events(cells % STEPS, cells // STEPS, neurons, STEPS - 1)
    few = SpikeTrains.from_events([1, 5, 9, 3], [0, 0, 0, 1], 2, 20)
    for name, null in SURROGATES.items():
        null(few, np.random.default_rng(0), width=3)
        begun = time.process_time()
        made = null(trains, np.random.default_rng([0, 0]), width=WIDTH)
        seconds = time.process_time() - begun
        print(f"{name:<10} {len(made.step):,} spikes of {neurons:,} neurons: {seconds:.2f} s of processor time")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
