"""Comparison of two catalogues for the command ``compare``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from snndsl.errors import Fault, ModelError

__all__ = ["compare_groups"]

SHOWN = 10
"""Groups named in a line of text."""


def compare_groups(folders: Sequence[Path], as_json: bool) -> int:
    """Print which groups two catalogues share; return 1 if they differ.

    Parameters
    ----------
    folders : sequence of Path
        Two catalogues.
    as_json : bool
        With all ids, for programs.
    """
    from snndsl.polychrony.catalogue import read_catalogue
    from snndsl.polychrony.compare import compare_catalogues

    if len(folders) != 2:
        what = f"{len(folders)} paths were given, a catalogue among them"
        raise ModelError(Fault("usage", what, expected="two catalogues, or only runs"))
    first, second = (read_catalogue(folder) for folder in folders)
    found = compare_catalogues(first, second)
    ids = [catalogue.table["id"] for catalogue in (first, second)]
    same = len(found.same)
    lost, new = ids[0][found.lost].tolist(), ids[1][found.new].tolist()
    shifted = [
        {"first": int(ids[0][i]), "second": int(ids[1][j]), "overlap": float(share)}
        for (i, j), share in zip(found.shifted.tolist(), found.overlap)
    ]
    identical = not (shifted or lost or new)
    facts = {
        "identical": identical,
        "groups": [len(first), len(second)],
        "complete": [first.complete, second.complete],
        "same": same,
        "jaccard": found.jaccard,
        "shifted": shifted,
        "lost": lost,
        "new": new,
    }
    if as_json:
        print(json.dumps(facts, indent=1))
        return 0 if identical else 1
    print(f"{'the same groups' if identical else 'the groups differ'}: {len(first):,} and {len(second):,}")
    print(f"  same      {same:,}")
    print(f"  shifted   {len(shifted):,}  the same mother, and at least half of the spikes")
    print(f"  lost      {len(lost):,}{_named(lost, folders[0])}")
    print(f"  new       {len(new):,}{_named(new, folders[1])}")
    print(f"  Jaccard   {found.jaccard:.4f}")
    for folder, catalogue in zip(folders, (first, second)):
        if not catalogue.complete:
            print(f"  the search of {folder} was not complete")
    return 0 if identical else 1


def _named(ids: Sequence[int], folder: Path) -> str:
    if not ids:
        return ""
    more = ", ..." if len(ids) > SHOWN else ""
    return f"  ids in {folder}: {', '.join(map(str, ids[:SHOWN]))}{more}"
