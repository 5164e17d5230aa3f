"""The command ``export``: runs and catalogues in files that other programs read."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from snndsl.cli.filters import (
    Avalanches,
    GroupId,
    Inhibitory,
    MaxPath,
    MaxSize,
    MaxSpan,
    MinPath,
    MinSize,
    MinSpan,
    Mothers,
    Neurons,
    chosen_groups,
)
from snndsl.cli.options import Force, Json
from snndsl.cli.parsing import Argument, Option
from snndsl.errors import Fault, ModelError

__all__ = ["export"]


class Form(StrEnum):
    """Formats of files."""

    CSV = "csv"
    PARQUET = "parquet"
    NPZ = "npz"
    SONATA = "sonata"
    NIX = "nix"
    NWB = "nwb"
    GRAPHML = "graphml"


_NO_CONDITION: dict[str, Any] = {
    **dict.fromkeys(("group", "max_path", "max_size", "min_span", "max_span", "neurons", "mothers", "inhibitory")),
    **dict.fromkeys(("min_path", "min_size"), 0),
    "avalanches": True,
}
"""The conditions that all groups meet."""


def export(
    what: Annotated[Path, Argument(metavar="RUN|CATALOGUE")],
    out: Annotated[
        Path, Option("-o", "--out", metavar="PATH", help="file for npz, nix, nwb and one group as graphml, else a folder")
    ],
    form: Annotated[
        Form, Option("--format", help="tables (csv, parquet), arrays (npz), a network (sonata), Neo (nix, nwb), graphml")
    ],
    group: GroupId = None,
    min_path: MinPath = 0,
    max_path: MaxPath = None,
    min_size: MinSize = 0,
    max_size: MaxSize = None,
    min_span: MinSpan = None,
    max_span: MaxSpan = None,
    neurons: Neurons = None,
    mothers: Mothers = None,
    inhibitory: Inhibitory = None,
    avalanches: Avalanches = True,
    force: Force = False,
    as_json: Json = False,
) -> int:
    """Write a run, or a catalogue or those of its groups that meet all conditions, for data frames and other programs."""
    from snndsl.drawing import of_folder
    from snndsl.exports import export as write
    from snndsl.polychrony.catalogue import Catalogue

    found = of_folder(what)
    conditions: dict[str, Any] = {
        "group": group,
        "min_path": min_path,
        "max_path": max_path,
        "min_size": min_size,
        "max_size": max_size,
        "min_span": min_span,
        "max_span": max_span,
        "neurons": neurons,
        "mothers": mothers,
        "inhibitory": inhibitory,
        "avalanches": avalanches,
    }
    single = None
    if isinstance(found, Catalogue):
        found = chosen_groups(found, **conditions)
        single = 0 if group is not None and form is Form.GRAPHML else None
    elif given := [name for name, value in conditions.items() if value != _NO_CONDITION[name]]:
        option = f"--{given[0].replace('_', '-')}"
        raise ModelError(Fault("usage", f"{option} chooses groups; {what} is no catalogue", expected="a catalogue"))
    files = write(found, out, form.value, group=single, force=force)
    if as_json:
        counted = {"groups": len(found)} if isinstance(found, Catalogue) else {}
        print(json.dumps(counted | {"files": [str(file) for file in files]}, indent=1))
    else:
        print(out)
    return 0
