"""The command ``wire``; `snndsl.cli.wire` does the work."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from snndsl.cli.options import Force, Json, Output, Quiet

if TYPE_CHECKING:
    from fractions import Fraction

    from snndsl.polychrony.wire import Heard

__all__ = ["wire"]


def wire(
    model: Annotated[Path, typer.Argument(metavar="MODEL")],
    motif: Annotated[str, typer.Argument(metavar="MOTIF", help="a motif of the model, with leads_to")],
    inputs: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="arrivals that make a spike")] = 3,
    weight: Annotated[str | None, typer.Option(metavar="W", help="as 7 or '900 pA'; one is chosen if absent")] = None,
    longest: Annotated[str | None, typer.Option(metavar="TIME", help="longest delay")] = None,
    port: Annotated[str | None, typer.Option(metavar="NAME", help="of the targets; needed where there are several")] = None,
    source: Annotated[
        list[str],
        typer.Option("--from", metavar="POPULATION", help="that drives; default: all of the motif that do not inhibit"),
    ] = [],
    out: Output = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Choose weights and delays that make a motif a polychronous group; print its projections, or write the model with them."""
    from snndsl.api import load
    from snndsl.cli.section_text import require_free, write_model
    from snndsl.cli.wire import wire_motif
    from snndsl.cli.wire_plan import Wish

    if out is not None:
        require_free(out, force)
    found = wire_motif(model, Wish(motif, inputs, weight, longest, port, tuple(source)))
    if out is not None:
        write_model(model, "projections", found.entries, out, force)
    if as_json:
        heard = {name: getattr(found.heard, name) for name in ("expected", "exact", "missing", "extra")}
        print(json.dumps({"projections": found.entries, "check": heard, "file": None if out is None else str(out)}, indent=1))
    else:
        print(found.text if out is None else f"{out}\n", end="")
    if not quiet:
        for line in (*found.lines, _verdict(found.heard, load(model).checked.step)):
            print(line, file=sys.stderr)
    return 0 if found.heard.whole else 1


def _verdict(heard: Heard, step: Fraction) -> str:
    """Return what came of the check in words."""

    def said(event: tuple[str, int, int]) -> str:
        return f"{event[0]}[{event[1]}] at {float(event[2] * step):.12g} ms"

    text = f"check      {heard.exact} of {heard.expected} spikes at their steps"
    text += f", first missing: {said(heard.missing[0])}" if heard.missing else ""
    others = "1 other" if len(heard.extra) == 1 else f"{len(heard.extra)} others, first"
    text += f", {others}: {said(heard.extra[0])}" if heard.extra else ", no other"
    return f"{text} (reference, at rest, without stimuli)"
