"""models/masquelier2008 for 450 s, as published, with a pattern and times of its own for every seed.

    python scripts/masquelier2008.py [--seeds 1 2 3] [--seconds 450] [--backend brian2] [--out DIR]

A run succeeds if, in its last third, more than 98 % of the patterns are hit, no spike is outside of them, and the mean latency
is below 10 ms; the pattern counts as found at the last spike outside of it before the first ten seconds without one. A run that
is in the folder already is not made again. 450 s take some minutes of a processor.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
from pathlib import Path
from typing import Any

import numpy as np

import snndsl

MODEL = Path(__file__).resolve().parents[1] / "models" / "masquelier2008"
SLOT = 0.05
"""Length of the pattern in s."""


def made(folder: Path, seed: int, seconds: int) -> snndsl.Model:
    """Return the model with the data of a seed, written into a folder; seed 1 has the pattern of the shipped model."""
    spec = importlib.util.spec_from_file_location("make_data", MODEL / "make_data.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(MODEL / "model.yaml", folder)
    module.write(folder, 2007 + seed, round(seconds / SLOT))
    return snndsl.load(folder, {"constants.judged": "0 s"}, seed=seed, duration=f"{seconds} s")


def judged(run: Any, seconds: int) -> dict[str, float]:
    """Return what became of a run: hit rate, false alarms and latency in its last third, and when the pattern was found."""
    counts = {name: run.signals["judge"][name].value[:, 0] for name in ("shows", "hits", "latency", "false_alarms")}
    late = {name: float(value[-1] - value[len(value) - 1 - seconds // 3]) for name, value in counts.items()}
    alarms = np.flatnonzero(np.diff(counts["false_alarms"])) + 1
    quiet = np.flatnonzero(np.diff([*alarms, seconds]) >= 10)
    return {
        "hits": late["hits"] / late["shows"],
        "false_alarms": late["false_alarms"],
        "latency": late["latency"] / late["hits"] if late["hits"] else np.nan,
        "found": float(alarms[quiet[0]]) if len(quiet) else np.nan,
    }


def main() -> None:
    """Run every seed, print what became of each, and how many succeed."""
    parser = argparse.ArgumentParser(description="the pattern is found in 450 s")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=int, default=450)
    parser.add_argument("--backend", default="brian2")
    parser.add_argument("--out", type=Path, default=Path("runs") / "masquelier2008")
    given = parser.parse_args()
    successes = 0
    print("seed   hits  false alarms  latency/ms  found after/s")
    for seed in given.seeds:
        folder = given.out / str(seed)
        if (folder / "run" / "manifest.json").exists():
            run: Any = snndsl.read_run(folder / "run")
        else:
            run = snndsl.run(made(folder, seed, given.seconds), given.backend, out=folder / "run")
        found = judged(run, given.seconds)
        successes += found["hits"] > 0.98 and found["false_alarms"] == 0 and found["latency"] < 10
        row = f"{found['hits']:6.3f}  {found['false_alarms']:12g}  {found['latency']:10.2f}  {found['found']:13g}"
        print(f"{seed:4d} {row}", flush=True)
    print(f"{successes} of {len(given.seeds)} succeed")


if __name__ == "__main__":
    main()
