"""How fast is a model beside the script that its author would have written? ``python benchmarks/pairs.py [--full]``

Every row of `pairing.rows` is a pair: a model run by `snndsl`, and a script of `handwritten` for the same network. They are
first checked to be the same network; then they run by turns on one core, and what counts is processor time of the whole process
with its children. The loop is the difference of a run of twice the duration and one of the duration, on both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from pairing.measuring import CommandFailed, Measured, measure
from pairing.rows import Row, rows
from pairing.same import differences
from pairing.sides import Handwritten, Ours
from pairing.table import draw, facts, page

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "speed.md"


def measured(row: Row, rounds: int, folder: Path) -> Measured | str:
    """Build both sides, compare their spikes, and measure; or say why they are not the same network."""
    ours, theirs = Ours(row, folder / "ours"), Handwritten(row, folder / "theirs")
    try:
        first = ours.build(), theirs.build()
        wrong = differences(ours.spikes(), theirs.spikes(), row.check)
        return wrong or measure(ours, theirs, rounds, first)
    except CommandFailed as error:
        return " ".join(str(error).split())


def main() -> int:
    """Measure every row that was asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="rows; all if none is named")
    parser.add_argument("--full", action="store_true", help="the large networks, longer, and Brian2 without fast-math")
    parser.add_argument("--tiny", action="store_true", help="some milliseconds of each, to see that it works")
    parser.add_argument("--rounds", type=int, help="of which the least and the median are shown; 3, or 5 with --full")
    parser.add_argument("--list", action="store_true", help="name the rows")
    parser.add_argument("--page", type=Path, default=PAGE, help="Markdown file, its figure beside it")
    parser.add_argument("--json", type=Path, help="all numbers")
    options = parser.parse_args()
    chosen = rows("full" if options.full else "tiny" if options.tiny else "usual")
    unknown = sorted(set(options.names) - {row.name for row in chosen})
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(row.name for row in chosen)}")
    chosen = [row for row in chosen if row.name in options.names or not options.names]
    if options.list:
        print("\n".join(row.name for row in chosen))
        return 0
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ["OMP_NUM_THREADS"] = "1"
    rounds = options.rounds or (5 if options.full else 3)
    found: dict[str, Measured | str] = {}
    with tempfile.TemporaryDirectory() as name:
        for row in chosen:
            folder = Path(name) / row.name
            found[row.name] = measured(row, rounds, folder)
            shutil.rmtree(folder)
            print(f"{row.name}: {found[row.name]}", flush=True)
            if options.json:
                numbers = {key: value if isinstance(value, str) else value.numbers() for key, value in found.items()}
                options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(chosen, found, facts(rounds)), encoding="utf-8")
    draw(options.page.parent / "figures" / "speed.png", found)
    return 1 if any(isinstance(value, str) for value in found.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
