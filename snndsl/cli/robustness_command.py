"""The command ``robustness``: the same search with another step, integrator, threshold or seed."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from snndsl.cli.actions import parsed_settings, step_ms_of
from snndsl.cli.discover_command import At, Definition, Inhibitory, Mode, Parameters, TableStep, Threshold, Workers
from snndsl.cli.options import Json, Output, Quiet, Settings
from snndsl.cli.parsing import Argument, Option

if TYPE_CHECKING:
    from snndsl.groups.robustness import Survival

__all__ = ["robustness"]


def robustness(
    source: Annotated[Path, Argument(metavar="RUN|TABLE|MODEL", help="as for `discover`")],
    vary: Annotated[
        list[str],
        Option(
            metavar="NAME=VALUE,VALUE", help="step='0.5 ms,0.1 ms', integrator=heun,rk4, threshold=9,9.8, seed=1,2, or -p names"
        ),
    ] = [],
    definition: Definition = None,
    mode: Mode = None,
    threshold: Threshold = None,
    parameter: Parameters = [],
    mothers: Annotated[str | None, Option(metavar="NEURONS", help="as 3,5,10:20; default: all")] = None,
    inhibitory: Inhibitory = [],
    at: At = None,
    table_step: TableStep = None,
    jitter: Annotated[float, Option(min=0.0, metavar="MS", help="by which spikes of shifted groups may differ")] = 2.0,
    workers: Workers = 1,
    out: Output = None,
    settings: Settings = [],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Search again with one thing changed at a time, and count the groups that survive."""
    from snndsl.cli.discover import pairs_of
    from snndsl.groups.robustness import robustness as searched

    given: dict[str, Any] = {"mode": mode, "threshold": threshold} | pairs_of(parameter, "--parameter")
    found = searched(
        source,
        {name: [item.strip() for item in values.split(",")] for name, values in pairs_of(vary, "--vary").items()},
        definition or "izhikevich2006",
        parameters={name: value for name, value in given.items() if value is not None},
        mothers=mothers,
        inhibitory=inhibitory,
        at=at,
        step_ms=step_ms_of(table_step),
        settings=parsed_settings(settings),
        jitter_ms=jitter,
        workers=workers,
        out=out,
        progress=None if as_json else _show,
    )
    table, picture = found.folder / "robustness.csv", found.folder / "robustness.png"
    found.write_csv(table)
    found.draw().savefig(picture, dpi=150)
    if as_json:
        print(json.dumps(found.to_dict(), indent=1))
    elif not quiet:
        print(f"  table {table}    picture {picture}", file=sys.stderr)
    return 2 if any(row.problem for row in found.rows) else 0


def _show(row: Survival) -> None:
    name = f"{row.axis} {row.value}".strip()
    if row.problem:
        print(f"  {name:<22} not searched: {row.problem}", flush=True)
    elif row.axis == "base":
        print(f"  {name:<22} {row.groups:>7,} groups", flush=True)
    else:
        counts = f"{row.same:,} same, {row.shifted:,} shifted, {row.lost:,} lost, {row.new:,} new"
        share = "" if math.isnan(row.survived) else f"   {row.survived:>6.1%} survive"
        print(f"  {name:<22} {row.groups:>7,} groups{share}   {counts}", flush=True)
