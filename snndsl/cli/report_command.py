"""The command ``report``: a catalogue, or one group, as a page in HTML."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from snndsl.cli.actions import parsed_settings, steps_of
from snndsl.cli.options import Output, Settings
from snndsl.errors import Fault, ModelError

__all__ = ["report"]


def report(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    out: Output = None,
    group: Annotated[int | None, typer.Option("--group", metavar="K", help="a page about this group alone")] = None,
    source: Annotated[
        Path | None, typer.Option("--in", metavar="RUN|TABLE|MODEL", help="what was searched, to tell weights")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="time of the weights of a run; default: the last")
    ] = None,
    settings: Settings = [],  # noqa: B006
) -> int:
    """Write a page in HTML about a catalogue, or one group, whose drawings answer to the pointer."""
    from snndsl.polychrony.catalogue import read_catalogue
    from snndsl.polychrony.network.same import check_network
    from snndsl.report import catalogue_page, group_page

    file = out or catalogue / ("catalogue.html" if group is None else f"group-{group}.html")
    if file.suffix.lower() not in (".html", ".htm") or file.is_dir():
        raise ModelError(Fault("page-format", f"{file} is no page", expected="a file .html", try_="-o groups.html"))
    found = read_catalogue(catalogue)
    network = None if source is None else _network(source, at, found.manifest.get("step_ms", 1.0), parsed_settings(settings))
    if network is not None and not check_network(found, [], network, str(source)):
        print("note: the weights told are not, to the bit, of the network that was searched", file=sys.stderr)
    if group is None:
        page = catalogue_page(found, network=network)
    else:
        page = group_page(found, group, network=network)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, encoding="utf-8")
    print(file)
    return 0


def _network(source: Path, at: str | None, step_ms: Any, settings: dict[str, Any]) -> Any:
    """Return the network of a model, a run folder or a table; a table in ms has the step of the catalogue."""
    from snndsl.cli import discover as groups
    from snndsl.results import read_run

    if groups.is_model(source):
        return groups.network_of_model(source, settings, [])
    step = None if at is None else steps_of(at, read_run(source).step_length)
    return groups.network_of(source, step, Fraction(step_ms).limit_denominator(1_000_000), None, [])
