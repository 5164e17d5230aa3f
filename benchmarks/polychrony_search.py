"""How fast the search for polychronous groups is: the fast engine against the original algorithm, in the same run.

The original algorithm (`snndsl.polychrony.engine.literal`, compiled likewise) is timed on combinations drawn at random from
all of them; its time for the whole search is the mean times their number. Both take turns, and processor time counts, so that
other programs on the machine disturb the comparison less.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np

from snndsl.polychrony import Izhikevich2006, SynapseTable, discover
from snndsl.polychrony.blocks import Searcher, triples
from snndsl.polychrony.engine.literal import literal_probe, rows
from snndsl.polychrony.network.sources import read_network

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "polychrony" / "state_17901s.npz"
GROUPS, FASTER = 3938, 80
"""What the published program finds; how much faster the documents say that the engine is."""


def network() -> SynapseTable:
    """The network of 2006 after 17,901 s."""
    with np.load(DATA) as state:
        columns = {"pre": state["pre"], "post": state["post"], "weight": state["weight"], "delay": state["delay_ms"]}
    return SynapseTable.from_columns(columns, inhibitory=np.arange(1000) >= 800)


def literal_seconds(table: SynapseTable, sample: int, seed: int) -> float:
    """Mean time of a probe of the original algorithm, s."""
    definition = Izhikevich2006()
    searcher = Searcher(table, definition)
    arrivals = rows(table.neurons, searcher.rule, definition.max_delay)
    given, rng = searcher.given, np.random.default_rng(seed)
    counts = np.array(triples(table, definition), float)
    mothers = rng.choice(len(counts), sample + 1, p=counts / counts.sum())
    began = 0.0
    for k, mother in enumerate(mothers):
        first, last = int(given.start[mother]), int(given.start[mother + 1])
        chosen = np.sort(rng.choice(np.arange(first, last), 3, replace=False))
        if k == 1:  # the first one compiled
            began = time.process_time()
        literal_probe(searcher.net, arrivals, searcher.rule, searcher.large, given.pre[chosen], given.delay[chosen])
    return (time.process_time() - began) / sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=5_000, help="probes of the original algorithm")
    parser.add_argument("--repeats", type=int, default=3, help="fast searches; the median counts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--network", type=Path, help="run folder or table; default: the recorded network of 2006")
    arguments = parser.parse_args()
    table = network() if arguments.network is None else read_network(arguments.network).table
    probes = sum(triples(table, Izhikevich2006()))
    discover(table, parameters={"threshold": 9.99})  # compiles
    wall, processor, original, two = [], [], [], []
    for k in range(arguments.repeats):
        began, used = time.perf_counter(), time.process_time()
        groups = len(discover(table))
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
        began = time.perf_counter()
        discover(table, workers=2)
        two.append(time.perf_counter() - began)
        original.append(literal_seconds(table, arguments.sample // arguments.repeats, arguments.seed + k))
    literal, fast = float(np.mean(original)), float(np.median(processor))
    faster = literal * probes / fast
    print(
        json.dumps(
            {
                "probes": probes,
                "groups": groups,
                "search_wall_s": [round(value, 2) for value in wall],
                "search_processor_s": [round(value, 2) for value in processor],
                "two_processes_wall_s": [round(value, 2) for value in two],
                "microseconds_per_probe": round(fast / probes * 1e6, 2),
                "original_microseconds_per_probe": round(literal * 1e6, 1),
                "original_s_extrapolated": round(literal * probes, 1),
                "times_faster": round(faster, 1),
                "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            },
            indent=1,
        )
    )
    if arguments.network is None:
        print(f"groups: {groups:,} measured, {GROUPS:,} recorded, ratio {groups / GROUPS:g}")
        told = f"{faster:.0f} measured, {FASTER} documented, ratio {faster / FASTER:.2f}"
        print(f"times faster than the original algorithm: {told}")


if __name__ == "__main__":
    main()
