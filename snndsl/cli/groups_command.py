"""The command ``groups``: the groups of a catalogue as a table, or their families."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from snndsl.cli.filters import (
    Avalanches,
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
from snndsl.cli.options import Json
from snndsl.cli.parsing import Argument, Option

__all__ = ["groups"]

ROWS = 20
"""Rows shown where no number is given."""


class Sort(StrEnum):
    """Orders of the table, largest first."""

    SIZE = "size"
    PATH = "path"
    SPAN = "span"


def groups(
    catalogue: Annotated[Path, Argument(metavar="CATALOGUE")],
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
    sort: Annotated[Sort | None, Option("--sort", help="largest first; default: as they were found")] = None,
    rows: Annotated[
        int | None, Option("-n", "--rows", min=0, metavar="N", help="rows shown (20; with --json all)")
    ] = None,
    in_families: Annotated[bool, Option("--families", help="put groups together that share most spikes")] = False,
    least_overlap: Annotated[
        float, Option("--least-overlap", metavar="F", help="Jaccard index from which groups are of one family")
    ] = 0.5,
    jitter: Annotated[
        int, Option(min=0, max=1000, metavar="STEPS", help="how far off a common spike may be, for --families")
    ] = 1,
    as_json: Json = False,
) -> int:
    """List the groups of a catalogue, those that meet all conditions."""
    from snndsl.polychrony.catalogue import read_catalogue

    whole = read_catalogue(catalogue)
    found = chosen_groups(
        whole,
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
    if in_families:
        entries, counted = _families(found, least_overlap, jitter, sort), "families"
    else:
        entries, counted = [_entry(found, k) for k in _order(found, sort)], "groups"
    shown = entries[: rows if rows is not None else None if as_json else ROWS]
    if as_json:
        facts = {"catalogue": str(catalogue), "status": whole.manifest["status"], "step_ms": whole.manifest.get("step_ms")}
        print(json.dumps(facts | {"groups": len(found), counted: len(entries), "rows": shown}, indent=1))
        return 0
    if shown:
        print("\n".join(_table(shown)))
    of = f" of {len(whole):,}" if len(found) < len(whole) else ""
    text = f"{len(found):,}{of} groups"
    text += f" in {len(entries):,} families" if in_families else ""
    if len(shown) < len(entries):
        text += f", {len(shown):,} {counted} shown"
    print(text if whole.complete else f"{text}; the search was not complete")
    return 0


def _order(found: Any, sort: Sort | None) -> list[int]:
    import numpy as np

    if sort is None:
        return list(range(len(found)))
    column = found.table["longest_path" if sort is Sort.PATH else sort.value].astype(np.int64)
    return [int(k) for k in np.argsort(-column, kind="stable")]


def _entry(found: Any, k: int) -> dict[str, Any]:
    """Row of the table of groups."""
    return {name: column[k].tolist() for name, column in found.table.items()}


def _families(found: Any, least_overlap: float, jitter: int, sort: Sort | None) -> list[dict[str, Any]]:
    import numpy as np

    from snndsl.polychrony.family import families

    divided = families(found, least_overlap, jitter)
    if sort is None:
        order = [int(k) for k in np.argsort(-divided.members, kind="stable")]
    else:
        order = _order(divided.catalogue, sort)
    ids = found.table["id"]
    by_family = np.argsort(divided.labels, kind="stable")
    first = np.concatenate([[0], np.cumsum(divided.members)])
    entries = []
    for k in order:
        rows = by_family[first[k] : first[k + 1]]
        members = {"members": int(divided.members[k]), "ids": ids[rows].tolist(), "overlap": divided.overlap[rows].tolist()}
        entries.append(_entry(divided.catalogue, k) | members)
    return entries


def _table(entries: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Lines of text, numbers right-aligned."""
    families = "members" in entries[0]
    head = ["group", *(["members"] if families else []), "mother", "spikes", "links", "path", "span", "anchors"]
    rows = [head]
    for entry in entries:
        names = ["id", *(["members"] if families else []), "mother", "size", "links", "longest_path", "span"]
        anchors = " ".join(f"{neuron}@{step}" for neuron, step in zip(entry["anchors"], entry["anchor_steps"]))
        rows.append([*(f"{entry[name]}" for name in names), anchors + ("  avalanche" if entry["avalanche"] else "")])
    width = [max(len(row[k]) for row in rows) for k in range(len(head) - 1)]
    return ["  ".join([*(cell.rjust(size) for cell, size in zip(row, width)), row[-1]]) for row in rows]
