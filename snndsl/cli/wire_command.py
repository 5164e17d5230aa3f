"""The command ``wire``: a motif as projections, printed or written into the model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from snndsl.cli.options import Force, Json, Output, Quiet
from snndsl.cli.parsing import Argument, Option

__all__ = ["wire"]


def wire(
    model: Annotated[Path, Argument(metavar="MODEL")],
    motif: Annotated[str, Argument(metavar="MOTIF", help="a motif of the model, with leads_to")],
    inputs: Annotated[int, Option(min=1, max=1000, metavar="N", help="arrivals that make a spike")] = 3,
    weight: Annotated[str | None, Option(metavar="W", help="as 7 or '900 pA'; one is chosen if absent")] = None,
    longest: Annotated[str | None, Option(metavar="TIME", help="longest delay")] = None,
    port: Annotated[str | None, Option(metavar="NAME", help="of the targets; needed where there are several")] = None,
    source: Annotated[
        list[str],
        Option("--from", metavar="POPULATION", help="that drives; default: all of the motif that do not inhibit"),
    ] = [],
    out: Output = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Choose weights and delays that make a motif a polychronous group; print its projections, or write the model with them."""
    from snndsl.groups.section_text import require_free
    from snndsl.groups.wire import wire as chosen

    if out is not None:
        require_free(out, force)
    found = chosen(model, motif, inputs, weight=weight, longest=longest, port=port, sources=source)
    if out is not None:
        found.write(out, force=force)
    if as_json:
        heard = {name: getattr(found.heard, name) for name in ("expected", "exact", "missing", "extra")}
        print(json.dumps({"projections": found.entries, "check": heard, "file": None if out is None else str(out)}, indent=1))
    else:
        print(found.text if out is None else f"{out}\n", end="")
    if not quiet:
        print("\n".join(found.lines), file=sys.stderr)
    return 0 if found.heard.whole else 1
