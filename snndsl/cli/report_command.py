"""The command ``report``: a catalogue, or one group, as a page in HTML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from snndsl.cli.actions import parsed_settings
from snndsl.cli.options import Output, Settings
from snndsl.cli.parsing import Argument, Option
from snndsl.errors import Fault, ModelError

__all__ = ["report"]


def report(
    catalogue: Annotated[Path, Argument(metavar="CATALOGUE")],
    out: Output = None,
    group: Annotated[int | None, Option("--group", metavar="K", help="a page about this group alone")] = None,
    source: Annotated[
        Path | None, Option("--in", metavar="RUN|TABLE|MODEL", help="what was searched, to tell weights")
    ] = None,
    at: Annotated[
        str | None, Option("--at", metavar="TIME", help="time of the weights of a run; default: the last")
    ] = None,
    settings: Settings = [],  # noqa: B006
) -> int:
    """Write a page in HTML about a catalogue, or one group, whose drawings answer to the pointer."""
    from fractions import Fraction

    from snndsl.groups.sources import network_of
    from snndsl.polychrony.catalogue import read_catalogue
    from snndsl.polychrony.network.same import check_network
    from snndsl.report import catalogue_page, group_page

    file = out or catalogue / ("catalogue.html" if group is None else f"group-{group}.html")
    if file.suffix.lower() not in (".html", ".htm") or file.is_dir():
        raise ModelError(Fault("page-format", f"{file} is no page", expected="a file .html", try_="-o groups.html"))
    found = read_catalogue(catalogue)
    network = None
    if source is not None:
        step_ms = Fraction(found.manifest.get("step_ms", 1.0)).limit_denominator(1_000_000)  # of a table in ms
        network = network_of(source, at=at, settings=parsed_settings(settings), step_ms=step_ms)
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
