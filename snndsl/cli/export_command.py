"""The command ``export``: groups of a catalogue in files that other programs read."""

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


class Format(StrEnum):
    """Formats of catalogues."""

    CSV = "csv"
    PARQUET = "parquet"
    GRAPHML = "graphml"
    NPZ = "npz"


def export(
    catalogue: Annotated[Path, Argument(metavar="CATALOGUE")],
    out: Annotated[
        Path, Option("-o", "--out", metavar="PATH", help="file for npz and for one group as graphml, else a folder")
    ],
    form: Annotated[Format, Option("--format", help="three tables (csv, parquet), graphs (graphml), arrays (npz)")],
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
    """Write a catalogue, or those of its groups that meet all conditions, for data frames and graph programs."""
    from snndsl.polychrony.catalogue import read_catalogue

    found = chosen_groups(
        read_catalogue(catalogue),
        group=group,
        min_path=min_path,
        max_path=max_path,
        min_size=min_size,
        max_size=max_size,
        min_span=min_span,
        max_span=max_span,
        neurons=neurons,
        mothers=mothers,
        inhibitory=inhibitory,
        avalanches=avalanches,
    )
    single = form is Format.NPZ or (form is Format.GRAPHML and group is not None)
    _free(out, single, force)
    try:
        files = _write(found, out, form, single)
    except OSError as error:
        what = f"{out} cannot be written: {error.strerror or error}"
        raise ModelError(Fault("file-unwritable", what, expected="a place to write to")) from None
    if as_json:
        print(json.dumps({"groups": len(found), "files": [str(file) for file in files]}, indent=1))
    else:
        print(out)
    return 0


def _free(out: Path, single: bool, force: bool) -> None:
    """Refuse to write over what is there."""
    if single and out.is_dir():
        raise ModelError(Fault("file-exists", f"{out} is a folder", expected="a file"))
    if not single and out.exists() and not out.is_dir():
        raise ModelError(Fault("folder-exists", f"{out} is a file", expected="a folder"))
    if not force and out.exists() and (single or any(out.iterdir())):
        kind, what = ("file", "is there") if single else ("folder", "is not empty")
        raise ModelError(Fault(f"{kind}-exists", f"{out} {what}", expected=f"a new {kind}", try_="--force"))


def _write(found: Any, out: Path, form: Format, single: bool) -> list[Path]:
    from snndsl.polychrony.export import write_csv, write_graphml, write_npz, write_parquet

    if form is Format.CSV:
        return write_csv(found, out)
    if form is Format.PARQUET:
        return write_parquet(found, out)
    if form is Format.NPZ:
        return [write_npz(found, out)]
    if single:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_graphml(found[0], out)
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("group-*.graphml"):
        old.unlink()
    files = [out / f"group-{group_id}.graphml" for group_id in found.table["id"].tolist()]
    for group, file in zip(found, files):
        write_graphml(group, file)
    return files
