"""Polychronous groups while the network of 2006 learns: trained, its weights kept at some times, each state searched.

    python scripts/groups_over_training.py [--duration 5h] [--at 1min 1h 5h] [--backend brian2] [--seed 1] [--out DIR]

Without options ten minutes of model time. Prints a table with a row for each state, and writes it (table.csv), the catalogues
(groups/) and a figure (figure.png) into the folder. A folder that holds the run already is searched again without training.

The columns: mean rates since the state before, share of the synapses among excitatory neurons that are strong, share of the
strong ones of the state before that still are, groups, groups with shuffled weights (median), mothers, medians of a group's
spikes, layers of its longest path and span in ms, and how many groups are the same as in the state before, shifted, lost, new.

E. M. Izhikevich, Polychronization: computation with spikes, Neural Computation 18 (2006) 245-282.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import snndsl
from snndsl.api import usable_backends
from snndsl.polychrony import compare_catalogues, discover
from snndsl.polychrony.network.sources import network_from_run
from snndsl.polychrony.nulls import shuffle_weights
from snndsl.polychrony.pictures.counts import draw_counts
from snndsl.results import Recording, read_run

MODEL = Path(__file__).resolve().parents[1] / "models" / "izhikevich2006"
SECONDS = {"s": 1, "min": 60, "h": 3600}
RATES = {"exc": 80, "inh": 20}
"""Neurons of each population whose spikes are kept, for the mean rates."""
STRONG = 9.5
ROUND = [60, 120, 180, 300, 600, 1200, 1800, *range(3600, 100 * 3600, 1800)]
"""Times of states, s."""
COLUMNS = (
    ("time_s", "time / s", 8),
    ("exc_hz", "exc / Hz", 9),
    ("inh_hz", "inh / Hz", 9),
    ("strong", "strong E-E", 11),
    ("kept", "kept", 7),
    ("groups", "groups", 8),
    ("shuffled", "shuffled", 9),
    ("mothers", "mothers", 8),
    ("size", "size", 6),
    ("longest_path", "path", 6),
    ("span", "span", 6),
    ("same", "same", 6),
    ("shifted", "shifted", 8),
    ("lost", "lost", 7),
    ("new", "new", 7),
)


def seconds(text: str) -> int:
    """Read a time such as 5h, 10min or 90s."""
    number = text.strip().rstrip("hmins ")
    unit = text.strip()[len(number) :].strip()
    value = float(number) * SECONDS[unit]
    if value != int(value) or value < 1:
        raise ValueError(text)
    return int(value)


def schedule(duration: int) -> list[int]:
    """Return the times of states, s: round ones, a minute before the end, and the end."""
    return sorted({moment for moment in [*ROUND, duration - 60] if 0 < moment < duration} | {duration})


def train(folder: Path, backend: str, duration: int, moments: list[int], seed: int, force: bool) -> Recording:
    """Return the run of the network, which is in the folder or is made now."""
    record = {
        "spikes": [f"{name}[0:{count}]" for name, count in RATES.items()],
        "synapses": {"exc_all": {"of": ["w"], "at": [f"{moment} s" for moment in moments]}},
    }
    model = snndsl.load(MODEL, set={"record": record}, seed=seed, duration=f"{duration} s")
    if (folder / "manifest.json").exists() and not force:
        run = read_run(folder)
        stamps = run.weights["exc_all"]["w"].step.tolist()
        if run.manifest["model"] != model.digest or any(1000 * moment not in stamps for moment in moments):
            raise SystemExit(f"{folder} holds another run; --force replaces it")
        print(f"{folder}: {run.steps_done / 1000:,.0f} s, trained on {run.backend} before")
        return run
    begun = time.monotonic()
    told = [begun]

    def tell(event: Any) -> None:
        if event["event"] == "progress" and time.monotonic() - told[0] > 60:
            told[0] = time.monotonic()
            print(f"  trained for {event['step'] / 1000:,.0f} s", flush=True)

    run = snndsl.run(model, backend, out=folder, force=force, progress=tell)
    print(f"{duration:,} s of training on {backend}: {time.monotonic() - begun:.0f} s")
    return run


def rates(run: Recording, moments: list[int]) -> dict[str, np.ndarray]:
    """Return the mean rate of each population before each moment, since the moment before, Hz."""
    edges = np.array([0, *moments])
    return {
        name: np.histogram(run.spikes[name].step, 1000 * edges + 0.5)[0] / count / np.diff(edges)
        for name, count in RATES.items()
    }


def search(run: Recording, moment: int, out: Path, options: argparse.Namespace) -> tuple[dict[str, Any], Any, Any]:
    """Return a row of the table, the catalogue of the state, and which excitatory synapses are strong."""
    network = network_from_run(run, 1000 * moment)
    table = network.table
    given = {"mode": options.mode, "neurons": network.neurons, "workers": options.workers}
    groups = discover(table, out=out / f"{options.mode}-{moment}s", resume=True, **given)
    counts = [
        len(discover(shuffle_weights(table, np.random.default_rng([options.seed, k])), **given))
        for k in range(options.shuffled)
    ]
    strong = table.weight[~table.inhibitory[table.pre] & ~table.inhibitory[table.post]] > STRONG
    row: dict[str, Any] = {
        "strong": float(np.mean(strong)),
        "groups": len(groups),
        "shuffled": float(np.median(counts)) if counts else float("nan"),
        "mothers": len(np.unique(groups.table["mother"])),
        "counts": counts,
    }
    for name in ("size", "longest_path", "span"):
        row[name] = float(np.median(groups.table[name])) if len(groups) else float("nan")
    return row, groups, strong


def shown(name: str, value: float) -> str:
    """Return a number as the table shows it."""
    if np.isnan(value):
        return "-"
    return f"{value:.3f}" if name in ("strong", "kept") else f"{value:.1f}" if name.endswith("_hz") else f"{value:,.0f}"


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw counts, what is kept between states, and strong synapses over training time."""
    figure = Figure(figsize=(8.0, 8.0), layout="constrained")
    counts, kept, strong = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 2))
    column = {name: np.array([row[name] for row in rows]) for name, _, _ in COLUMNS}
    moment = column["time_s"]
    shuffled = [row["counts"] for row in rows] if any(row["counts"] for row in rows) else None
    draw_counts(moment, column["groups"].tolist(), null=shuffled, null_name="E-E weights shuffled", axes=counts)
    before = np.maximum(np.append(np.nan, column["groups"][:-1]), 1)
    shares = (
        (column["kept"], "o", "tab:green", "strong E-E synapses"),
        ((column["same"] + column["shifted"]) / before, "D", "tab:cyan", "groups, the same or shifted"),
        (column["same"] / before, "o", "tab:blue", "groups, the same"),
    )
    late = len(rows) > 3 and moment[-1] - moment[-2] <= 60 < moment[-2] - moment[-3]  # the last interval is a short one
    long = slice(None, -1) if late else slice(None)
    for values, marker, colour, label in shares:
        kept.plot(moment[long], values[long], marker + "-", ms=4, color=colour, label=label)
        if late:
            kept.plot(moment[-1:], values[-1:], marker, ms=7, mfc="none", color=colour)
    if late:
        kept.plot([], [], "o", ms=7, mfc="none", color="0.4", label=f"within the last {moment[-1] - moment[-2]:.0f} s")
    kept.set_ylabel("kept since the state before")
    kept.set_ylim(-0.03, 1)
    kept.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 0.12))
    strong.plot(moment, column["strong"], "o-", ms=4, color="tab:green")
    strong.set_ylabel(f"share of E-E synapses\nabove {STRONG:g}")
    strong.set_ylim(0, None)
    strong.set_xlabel(counts.get_xlabel())
    counts.set_xlabel("")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Train, search, print, draw."""
    parser = argparse.ArgumentParser(description="Polychronous groups over training time.")
    parser.add_argument("--duration", type=seconds, default=seconds("10min"), help="5h, 10min, 90s")
    parser.add_argument("--at", type=seconds, nargs="+", help="times of the states; default: round ones up to the duration")
    parser.add_argument("--backend", help="default: brian2 if it is installed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=("original", "corrected"), default="original")
    parser.add_argument("--shuffled", type=int, default=1, help="shuffled networks searched for each state")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/groups_over_training"))
    parser.add_argument("--force", action="store_true", help="train again")
    options = parser.parse_args()
    moments = sorted(set(options.at or schedule(options.duration)))
    backend = options.backend or usable_backends(("brian2", "nest", "reference"))[0]
    run = train(options.out / "run", backend, max(options.duration, moments[-1]), moments, options.seed, options.force)
    if options.force:
        shutil.rmtree(options.out / "groups", ignore_errors=True)
    mean = rates(run, moments)
    print("".join(f"{title:>{width}}" for _, title, width in COLUMNS))
    rows: list[dict[str, Any]] = []
    before = None
    begun = time.monotonic()
    for k, moment in enumerate(moments):
        found, groups, strong = search(run, moment, options.out / "groups", options)
        row = {"time_s": float(moment), "exc_hz": mean["exc"][k], "inh_hz": mean["inh"][k]} | found
        names = ("same", "shifted", "lost", "new")
        if before is None:
            row |= dict.fromkeys(("kept", *names), float("nan"))
        else:
            fate = compare_catalogues(before[0], groups)
            row |= {name: float(len(getattr(fate, name))) for name in names}
            row["kept"] = float(np.mean(strong[before[1]]))
        rows.append(row)
        before = groups, strong
        print("".join(f"{shown(name, row[name]):>{width}}" for name, _, width in COLUMNS), flush=True)
    print(f"searched in {time.monotonic() - begun:.0f} s")
    with (options.out / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([name for name, _, _ in COLUMNS])
        writer.writerows([f"{row[name]:g}" for name, _, _ in COLUMNS] for row in rows)
    draw(rows, options.out / "figure.png")
    print(f"{options.out / 'table.csv'}, {options.out / 'figure.png'}")


if __name__ == "__main__":
    main()
