"""Every shipped model on every installed backend: how many spikes, states and weights there are, and how many differ.

    python scripts/exactness.py [MODEL ...] [--backends NAME ...] [--short] [--out DIR] [--table FILE]

Runs each model on all simulators for as long as `LONG` says (else as long as its file says), and on the reference, which is
slow, for as long as `REFERENCE_RUNS` says; every run of a pair is compared with the first of it, without tolerance. A run that
is complete in DIR (``runs/exactness``) is not made again. Prints one line a comparison and the sum; ``--table`` writes the same
as Markdown. ``--short`` leaves out what is above the length of the file. Exit status 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import snndsl
from snndsl.analysis.comparison import compare
from snndsl.api import Model, load, run_model, usable_backends
from snndsl.backend import REFERENCE
from snndsl.results import single

MODELS = Path(__file__).resolve().parents[1] / "models"

LONG = {
    "balanced_lif": "20 s",
    "brette_coba": "100 s",
    "brette_cuba": "40 s",
    "izhikevich2006": "600 s",
    "masquelier2008": "10 s",
    "reward2007": "60 s",
    "vogels2011": "10 s",
}
"""How long the simulators run of models that fire much, so that all have more than 1e7 spikes, and of those that take long."""

REFERENCE_RUNS = {
    "balanced_lif": "100 ms",
    "brette_coba": "50 ms",
    "brette_cuba": "100 ms",
    "brette_hh": "10 ms",
    "diehl_cook2015": "1 s",
    "izhikevich2006": "3 s",
    "jeffress": "30 ms",
    "masquelier2008": "60 ms",
    "reliability1995": "100 ms",
    "reservoir2004": "200 ms",
    "reward2007": "2 s",
    "song2000": "1 s",
    "vogels2011": "20 ms",
    "wang2002": "10 ms",
}
"""How long the reference runs of large models; of the others as long as their files say."""

KINDS = ("spikes", "samples of states", "values of synapses")


@dataclass(frozen=True)
class Line:
    """One comparison: the backends, what they were compared on, and what differs first."""

    model: str
    duration: str
    backends: tuple[str, ...]
    spikes: int
    states: int
    weights: int
    differs: str
    seconds: float

    def cells(self) -> list[str]:
        """Return it as the cells of a table."""
        numbers = [f"{value:,}" for value in (self.spikes, self.states, self.weights)]
        return [self.model, self.duration, ", ".join(self.backends), *numbers, self.differs or "0"]


PAGE = """# Exactness

Every shipped model on every backend. All spikes, recorded states and weights of a row are compared with those of the first
backend, bit for bit: the last column says what differs first, or 0. The reference takes whole runs where they are short; the
simulators also run for long. `make exactness` computes it anew, which takes hours.

"""

HEAD = ["model", "duration", "backends", *KINDS, "differing"]


def durations(model: Model, name: str, short: bool) -> Iterator[tuple[str | None, bool]]:
    """Yield how long a model runs, None: as its file says, and whether the reference runs that long."""
    long = None if short else LONG.get(name)
    if name in REFERENCE_RUNS:
        yield REFERENCE_RUNS[name], True
        yield long, False
    else:
        yield long, long is None


def compared(model: Model, name: str, backends: Sequence[str], out: Path) -> Line:
    """Run a model on backends and compare all trials of all runs with those of the first."""
    begun = time.monotonic()
    length = f"{model.checked.steps * float(model.checked.step):g} ms"
    runs = []
    for backend in backends:
        folder = out / f"{name}-{length.replace(' ', '')}-{backend}"
        recording = snndsl.read_run(folder) if folder.exists() else None
        if recording is None or any(trial.status != "complete" for trial in recording.trials):
            print(f"  {name}, {length}, {backend} ...", file=sys.stderr, flush=True)
            recording = run_model(model, backend, folder, force=folder.exists()).recording
        runs.append(recording.trials)
    counts, differs = dict.fromkeys(KINDS, 0), ""
    for trials in zip(*runs, strict=True):
        found = compare(*map(single, trials))
        counts = {kind: counts[kind] + found.compared[kind] for kind in KINDS}
        differs = differs or (found.lines()[0] if not found.identical else "")
    return Line(name, length, tuple(backends), *counts.values(), differs, round(time.monotonic() - begun, 1))


def main() -> int:
    """Run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--backends", nargs="+", default=[], metavar="NAME", help="else all that are installed")
    parser.add_argument("--short", action="store_true", help="nothing runs longer than its file says")
    parser.add_argument("--out", type=Path, default=Path("runs") / "exactness")
    parser.add_argument("--table", type=Path, metavar="FILE", help="Markdown, in the place of what is in it")
    given = parser.parse_args()
    known = sorted(path.parent.name for path in MODELS.glob("*/model.yaml"))
    unknown = sorted({*given.models} - {*known})
    if unknown:
        parser.error(f"no model {', '.join(unknown)}; there are {', '.join(known)}")
    others = [name for name in usable_backends(given.backends) if name != REFERENCE]
    given.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for name in given.models or known:
        whole = load(MODELS / name)
        for duration, all_backends in durations(whole, name, given.short):
            backends = [REFERENCE, *others] if all_backends else others
            if len(backends) < 2:
                continue
            lines.append(compared(whole.with_duration(duration), name, backends, given.out))
            print("  ".join(lines[-1].cells()), f"  {lines[-1].seconds:g} s", flush=True)
    total = ["all", "", "", *(f"{sum(getattr(line, key) for line in lines):,}" for key in ("spikes", "states", "weights"))]
    total.append(str(sum(bool(line.differs) for line in lines)))
    print("  ".join(total))
    (given.out / "lines.json").write_text(json.dumps([asdict(line) for line in lines], indent=1), encoding="utf-8")
    if given.table is not None:
        rows = [HEAD, ["---"] * len(HEAD), *(line.cells() for line in lines), total]
        text = PAGE + "".join(f"| {' | '.join(row)} |\n" for row in rows)
        given.table.write_text(text, encoding="utf-8")
    return 1 if any(line.differs for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
