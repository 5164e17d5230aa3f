"""The polychronous groups of the recorded network of 2006, compared with the published search, and with shuffled networks.

    python scripts/groups_of_2006.py [--shuffles 5] [--nulls weights delays rewired] [--workers 2] [--modes original corrected]

Searches the state after 17,901 s that the published program left (tests/data/polychrony): as that program does, row for row,
with its defects mended, and in networks shuffled in one respect. Prints each number beside the recorded one. Five numbers
are least value, quartiles and greatest value. Exit status 1 if a recorded number was not met.

E. M. Izhikevich, Polychronization: computation with spikes, Neural Computation 18 (2006) 245-282.
R. Pauli, P. Weidel, S. Kunkel, A. Morrison, Reproducing polychronization, Frontiers in Neuroinformatics 12 (2018) 46.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.polychrony import Catalogue, SynapseTable, discover, significance
from snndsl.polychrony.nulls import NULLS

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "polychrony"
NETWORK = DATA / "state_17901s.npz"
GROUPS = DATA / "groups_state_17901s.csv.gz"
MODES: dict[str, tuple[dict[str, Any], int]] = {
    "original": ({"mode": "original"}, 3938),
    "corrected": ({"mode": "corrected"}, 3941),
    "late_answers": ({"mode": "corrected", "parameters": {"late_answers": True}}, 3996),
    "links_by_spike": ({"mode": "corrected", "parameters": {"links_by_spike": True}}, 3896),
    "both": ({"mode": "corrected", "parameters": {"late_answers": True, "links_by_spike": True}}, 3951),
}
"""What a search is given, and the groups it finds (see `snndsl.polychrony.Izhikevich2006`)."""


def network() -> SynapseTable:
    """The network of 2006, seed 0, after 17,901 s."""
    with np.load(NETWORK) as state:
        columns = {"pre": state["pre"], "post": state["post"], "weight": state["weight"], "delay": state["delay_ms"]}
    return SynapseTable.from_columns(columns, inhibitory=np.arange(1000) >= 800)


def recorded(mothers: np.ndarray) -> np.ndarray:
    """Rows of the published search: mother, spikes, longest path, last step, and anchor and step three times."""
    with gzip.open(GROUPS, "rt") as stream:
        rows = np.array([[int(cell) for cell in row] for row in list(csv.reader(stream))[1:]])
    return rows[np.isin(rows[:, 0], mothers)]


def as_recorded(groups: Catalogue) -> np.ndarray:
    """A catalogue in the columns of `recorded`."""
    table = groups.table
    anchors = np.stack([table["anchors"], table["anchor_steps"]], axis=2).reshape(len(groups), 6)
    return np.column_stack([table[name] for name in ("mother", "size", "longest_path", "last_step")] + [anchors])


def quartiles(values: np.ndarray) -> str:
    """Return least value, quartiles and greatest value."""
    return " / ".join(f"{value:,.0f}" for value in np.percentile(values, (0, 25, 50, 75, 100)))


def compare_modes(table: SynapseTable, modes: list[str], mothers: np.ndarray | None, workers: int) -> bool:
    """Search as is; return whether every number is the recorded one."""
    met = True
    published = recorded(np.arange(table.neurons) if mothers is None else mothers)
    print(f"{'search':<16}{'groups':>8}{'recorded':>10}{'size':>29}{'path':>25}{'span / ms':>29}{'time / s':>10}")
    for name in modes:
        begun = time.monotonic()
        groups = discover(table, mothers=mothers, workers=workers, **MODES[name][0])
        seconds = time.monotonic() - begun
        expected = len(published) if name == "original" else MODES[name][1] if mothers is None else None
        met = met and expected in (None, len(groups))
        shape = [quartiles(groups.table[column]) if len(groups) else "-" for column in ("size", "longest_path", "span")]
        told = "-" if expected is None else f"{expected:,}"
        print(f"{name:<16}{len(groups):>8,}{told:>10}{shape[0]:>29}{shape[1]:>25}{shape[2]:>29}{seconds:>10.1f}", flush=True)
        if name == "original":
            equal = np.array_equal(as_recorded(groups), published)
            met = met and equal
            print(f"  rows of the published search: {'all equal, in its order' if equal else 'DIFFERENT'}")
    return met


def tell(done: int, wanted: int) -> None:
    """Say now and then how far it is."""
    if done % 20 == 0:
        print(f"  {done} of {wanted}", file=sys.stderr, flush=True)


def compare_nulls(table: SynapseTable, nulls: list[str], shuffles: int, mothers: np.ndarray | None, workers: int) -> None:
    """Search shuffled networks; print their counts and p-values."""
    print(f"{'shuffled':<16}{'times':>8}{'groups: least / quartiles / greatest':>42}{'p':>9}{'Holm':>9}{'time / s':>10}")
    for null in nulls:
        begun = time.monotonic()
        search = {"mode": "original", "mothers": mothers, "workers": workers}
        found = significance(table, null=null, repetitions=shuffles, progress=tell, **search)
        counts = quartiles(found.shuffled["groups"])
        seconds = time.monotonic() - begun
        p, adjusted = found.p["groups"], found.adjusted["groups"]
        print(f"{null:<16}{shuffles:>8}{counts:>42}{p:>9.4f}{adjusted:>9.4f}{seconds:>10.0f}", flush=True)
        for name in ("longest_path", "size", "span"):
            what = f"greatest {name}: observed {found.observed[name]:,.0f}, shuffled {quartiles(found.shuffled[name])}"
            print(f"  {what}, p = {found.p[name]:.4f}, Holm {found.adjusted[name]:.4f}")


def main() -> int:
    """Search, compare, print."""
    parser = argparse.ArgumentParser(description="The polychronous groups of the recorded network of 2006.")
    parser.add_argument("--modes", nargs="*", choices=list(MODES), default=list(MODES))
    parser.add_argument("--nulls", nargs="*", choices=list(NULLS), default=list(NULLS))
    parser.add_argument("--shuffles", type=int, default=5, help="shuffled networks of each kind")
    parser.add_argument("--mothers", type=int, help="only the first so many neurons as mothers")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    table = network()
    mothers = None if options.mothers is None else np.arange(options.mothers)
    met = compare_modes(table, options.modes, mothers, options.workers)
    if options.nulls and options.shuffles:
        compare_nulls(table, options.nulls, options.shuffles, mothers, options.workers)
    print("every recorded number was met" if met else "NOT every recorded number was met")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
