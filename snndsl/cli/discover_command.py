"""The command ``discover``: which network, which definition, which options; `snndsl.cli.discover` does the search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from snndsl.cli.actions import parsed_settings, step_ms_of
from snndsl.cli.options import Json, Output, Quiet, Settings
from snndsl.cli.parsing import Argument, Option

__all__ = ["discover"]

Definition = Annotated[
    str | None,
    Option(
        "--definition",
        metavar="NAME",
        help="izhikevich2006, event_triggered, structural, probabilistic, activated",
    ),
]
Mode = Annotated[str | None, Option(metavar="MODE", help="original or corrected")]
Threshold = Annotated[str | None, Option(metavar="W", help="weight above which a synapse is strong, as 9.5 or '0.5 mV'")]
Parameters = Annotated[
    list[str], Option("-p", "--parameter", metavar="NAME=VALUE", help="of the definition: jitter='2 ms', coincident=3")
]
Inhibitory = Annotated[
    list[str], Option("--inhibitory", metavar="POPULATION", help="default: neurons with negative weights")
]
Nulls = Annotated[list[str], Option("--null", metavar="NAME=TIMES", help="weights, delays or rewired")]
At = Annotated[str | None, Option("--at", metavar="TIME", help="time of the weights of a run; default: the last")]
TableStep = Annotated[str | None, Option("--step", metavar="TIME", help="step of a table whose delays are in ms")]
SonataPopulation = Annotated[str | None, Option("--population", metavar="NAME", help="of SONATA edges; default: all")]
Workers = Annotated[int, Option(min=1, max=1024, metavar="N", help="processes")]


def discover(
    source: Annotated[
        Path, Argument(metavar="RUN|TABLE|MODEL", help="run folder; csv, npz, Parquet or SONATA table; or a model")
    ],
    definition: Definition = None,
    mode: Mode = None,
    threshold: Threshold = None,
    anchors: Annotated[int | None, Option(metavar="N", help="anchors of a group (3)")] = None,
    parameter: Parameters = [],
    mothers: Annotated[str | None, Option(metavar="NEURONS", help="as 3,5,10:20; default: all")] = None,
    inhibitory: Inhibitory = [],
    min_path: Annotated[int | None, Option("--min-path", metavar="N", help="least layers of the longest path")] = None,
    null: Nulls = [],
    at: At = None,
    table_step: TableStep = None,
    population: SonataPopulation = None,
    workers: Workers = 1,
    scheduler: Annotated[
        str | None, Option(metavar="ADDRESS", help="of a Dask scheduler, whose workers search instead")
    ] = None,
    limit: Annotated[float, Option(metavar="HOURS", help="a search predicted to take longer is refused")] = 24.0,
    out: Output = None,
    resume: Annotated[Path | None, Option("--resume", metavar="DIR", help="go on with a search that was stopped")] = None,
    seed: Annotated[
        int | None, Option(min=0, metavar="N", help="of the nulls; default: the model's own for analyses, else 0")
    ] = None,
    settings: Settings = [],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Search a network for polychronous groups; a model's own section needs no options."""
    from snndsl.cli import discover as groups
    from snndsl.groups.sources import free_catalogue, is_model, network_of

    how = groups.How(workers, scheduler, seed, quiet, resume is not None, limit * 3600)
    named = {"mode": mode, "threshold": threshold, "anchors": anchors, "min_path": min_path}
    given = named | groups.pairs_of(parameter, "--parameter")
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    of_table = not (of_model := is_model(source)) and not source.is_dir()
    wrong = {
        "--out beside --resume": resume is not None and out is not None,
        "--set without a model": bool(settings) and not of_model,
        "--step without a table": table_step is not None and not of_table,
        "--population without a table": population is not None and not of_table,
        "--inhibitory for a table": bool(inhibitory) and of_table,
        "--at without a run": at is not None and not (source / "manifest.json").exists(),
    }
    groups.check_options(source, resume, limit, wrong)
    if of_model and definition is None and groups.has_section(source, parsed_settings(settings)):
        if chosen or null or mothers:
            raise groups.section_and_options()
        return groups.own_searches(source, parsed_settings(settings), resume or out, how, as_json)
    table = {"step_ms": step_ms_of(table_step), "population": population}
    network = network_of(source, at=at, inhibitory=inhibitory, settings=parsed_settings(settings), **table)
    plan = groups.plan_of(network, definition or "izhikevich2006", chosen, mothers, null)
    found = groups.search(network, plan, resume or out or free_catalogue(source), how, groups.trains_for(plan, source, network))
    facts = groups.print_search(found, quiet=as_json)
    if as_json:
        print(json.dumps(facts, indent=1))
    return 0
