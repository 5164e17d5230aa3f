"""The command ``sweep``: a model at every point of its settings and grids, in one table."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

from snndsl.backend import REFERENCE
from snndsl.cli.actions import parsed_settings
from snndsl.cli.options import Duration, Force, Json, Output, Quiet, Seed, Settings
from snndsl.cli.parsing import Option

__all__ = ["sweep"]

_SHOWN = 20
"""Rows that are printed."""


def sweep(
    model: Path,
    grid: Annotated[
        list[str],
        Option("--grid", metavar="PATH=VALUES", help="[1, 2, 5], {range: [FROM, TO, BY]} or {linspace: [FROM, TO, N]}"),
    ] = [],
    objective: Annotated[
        str | None,
        Option(metavar="{..}", help="{maximise: NAME, between: {PATH: [FROM, TO]}, method: cma-es, evaluations: 100}"),
    ] = None,
    backend: Annotated[str, Option("-b", "--backend", metavar="NAME")] = REFERENCE,
    out: Output = None,
    settings: Settings = [],
    seed: Seed = None,
    duration: Duration = None,
    workers: Annotated[int, Option(min=1, max=1024, metavar="N", help="processes")] = 1,
    scheduler: Annotated[str | None, Option(metavar="ADDRESS", help="of a Dask cluster, which does it instead")] = None,
    table: Annotated[Path | None, Option(metavar="FILE", help="the table as csv or Parquet")] = None,
    plot: Annotated[Path | None, Option(metavar="FILE", help="what was measured, drawn (svg, png, pdf)")] = None,
    keep: Annotated[bool, Option("--keep", help="keep the run folder of every point")] = False,
    retry: Annotated[bool, Option("--retry", help="run points once more that failed")] = False,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Run every point of the section `sweep`, or of --grid, once (exit status 1 if a point failed)."""
    from snndsl.sweeps import sweep as run_sweep

    told = _Told(quiet)
    found = run_sweep(
        model,
        parsed_settings(grid, "--grid") if grid else None,
        objective=None if objective is None else parsed_settings([f"objective={objective}"], "--objective")["objective"],
        set=parsed_settings(settings),
        seed=seed,
        duration=duration,
        backend=backend,
        out=out,
        workers=workers,
        scheduler=scheduler,
        keep=keep,
        force=force,
        retry=retry,
        progress=told,
    )
    if table is not None:
        found.write(table)
    if plot is not None:
        _draw(found, plot)
    if as_json:
        print(json.dumps({"folder": str(found.path), "points": found.rows}, indent=1))
    else:
        print("\n".join([*_lines(found), *_best(found)]))
        for file in (table, plot, found.path):
            if file is not None:
                print(file)
    for row in found.failed:
        print(f"failed: {row['why']}", file=sys.stderr)
    return 1 if found.failed else 0


def _draw(found: Any, file: Path) -> None:
    from snndsl.analysis.saving import save
    from snndsl.drawing import plot_sweep

    save(plot_sweep(found), file)


class _Told:
    """Says how many points are done and how long the others will take."""

    def __init__(self, quiet: bool) -> None:
        from snndsl.cli.progress import Line

        self.line, self.begun, self.there = Line(quiet), time.monotonic(), -1

    def __call__(self, done: int, total: int, failed: int) -> None:
        from snndsl.cli.progress import duration

        if self.there < 0:
            self.there = done
        made = done - self.there
        left = f"  {duration((time.monotonic() - self.begun) / made * (total - done))} left" if made and done < total else ""
        known = f"  {self.there:,} known" if self.there else ""
        self.line(f"sweep  {done:,} of {total:,} points{known}{f'  {failed:,} failed' if failed else ''}{left}", done == total)


def _lines(found: Any) -> list[str]:
    """Return the table as text, its first rows."""
    table = {name: [_shown(cell) for cell in column] for name, column in found.table.items()}
    if len(set(table["setting"])) == 1:
        del table["setting"]
    widths = [max(map(len, (name, *column[:_SHOWN]))) for name, column in table.items()]
    rows = [list(table), *(list(cells) for cells in list(zip(*table.values(), strict=True))[:_SHOWN])]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    more = len(found) - _SHOWN
    return [*lines, *([f"{more:,} more: --table FILE"] if more > 0 else [])]


def _best(found: Any) -> list[str]:
    """Return the best point of every search in words."""
    lines = []
    for name, (goal, value) in found.objectives.items():
        if not any(row["setting"] == name and "mean" in row["values"].get(value, {}) for row in found.rows):
            lines.append(f"{name}: no point has a value of {value}")
            continue
        row = found.best(value, goal, name)
        said = ", ".join(f"{path}={given}" for path, given in row["settings"].items())
        measured = row["values"][value]
        lines.append(f"{name}: {value} is {'least' if goal == 'minimise' else 'largest'}, {measured['found']}, at {said}")
    return lines


def _shown(cell: Any) -> str:
    match cell:
        case None:
            return "-"
        case bool():
            return "yes" if cell else "no"
        case float():
            return f"{cell:.6g}"
    return str(cell)
