"""Catalogues for other programs: csv tables, GraphML; several catalogues in one."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import networkx
import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.folder import FORMAT, TABLES, Chunk, Folder
from snndsl.polychrony.group import Group

__all__ = ["merge", "write_csv", "write_graphml"]

PART = 1_000
"""Groups in a chunk of a merged catalogue."""


def write_csv(catalogue: Catalogue, path: str | os.PathLike[str]) -> list[Path]:
    """Write a catalogue as three csv tables.

    Parameters
    ----------
    catalogue : Catalogue
        May be filtered; groups keep their ids.
    path : path
        Folder for ``groups.csv``, ``spikes.csv``, ``links.csv``; arrays become columns ``anchor1``, ``anchor_step1`` and so on.

    Returns
    -------
    list of Path
        The files.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.csv" for name in TABLES]
    table = catalogue.table
    head: list[str] = []
    for name in TABLES["groups"]:
        wide = table[name].ndim == 2
        head += [f"{name.removesuffix('s')}{k + 1}" for k in range(table[name].shape[1])] if wide else [name]
    with files[0].open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        columns = [table[name].reshape(len(catalogue), -1).astype(np.int64) for name in TABLES["groups"]]
        writer.writerows(np.concatenate(columns, axis=1).tolist() if len(catalogue) else [])
    with files[1].open("w", newline="") as spikes, files[2].open("w", newline="") as links:
        writers = [csv.writer(stream, lineterminator="\n") for stream in (spikes, links)]
        for writer, name in zip(writers, ("spikes", "links")):
            writer.writerow(TABLES[name])
        for group in catalogue:
            writers[0].writerows(zip([group.id] * len(group), *(c.tolist() for c in (group.neuron, group.step, group.layer))))
            parts = (c.tolist() for c in (group.pre, group.post, group.delay, group.link_layer))
            writers[1].writerows(zip([group.id] * len(group.pre), *parts))
    return files


def write_graphml(group: Group, path: str | os.PathLike[str]) -> None:
    """Write a group as GraphML, for graph programs."""
    networkx.write_graphml(group.graph(), path)


def merge(catalogues: Sequence[Catalogue], out: str | os.PathLike[str]) -> Catalogue:
    """Write the groups of several catalogues into one, in the order given.

    Parameters
    ----------
    catalogues : sequence of Catalogue
        At least one; with the same neurons and number of anchors. Filtered ones give what is left of them.
    out : path
        Folder; must not hold a catalogue.

    Returns
    -------
    Catalogue
        Groups have new ids; the column ``definition`` says which of the definitions found each.
    """
    if not catalogues:
        raise ModelError(Fault("nothing-to-merge", "no catalogue", expected="at least one"))
    for key, values in {
        "neurons": {catalogue.manifest["neurons"] for catalogue in catalogues},
        "anchors": {definition["anchors"] for catalogue in catalogues for definition in catalogue.definitions},
    }.items():
        if len(values) > 1:
            raise ModelError(
                Fault("catalogues-differ", f"{key}: {', '.join(map(str, sorted(values)))}", expected=f"equal {key}")
            )
    folder = Folder(out)
    if folder.manifest:
        raise ModelError(Fault("catalogue-exists", "the folder holds a catalogue", file=str(out), try_="another folder"))
    definitions: list[dict[str, Any]] = []
    folder.manifest = {
        "format": FORMAT,
        "status": "complete" if all(catalogue.complete for catalogue in catalogues) else "interrupted",
        "definitions": definitions,
        "network": "+".join(dict.fromkeys(str(catalogue.manifest["network"]) for catalogue in catalogues)),
        "neurons": catalogues[0].manifest["neurons"],
        "probes": sum(catalogue.manifest["probes"] for catalogue in catalogues),
        "blocks": 0,
        "chunks": [],
    }
    folder.lock()
    try:
        first = 0
        for catalogue in catalogues:
            for definition in catalogue.definitions:
                if definition not in definitions:
                    definitions.append(definition)
            for begin in range(0, len(catalogue), PART):
                part = catalogue.select(np.arange(begin, min(begin + PART, len(catalogue))))
                folder.write_chunk(number := len(folder.manifest["chunks"]), chunk := _chunk(part, definitions, first))
                rows = {name: len(chunk[name][columns[0]]) for name, columns in TABLES.items()}
                folder.manifest["chunks"].append({"number": number} | rows)
                first += len(part)
        folder.write_manifest()
    finally:
        folder.unlock()
    return Catalogue(folder)


def _chunk(part: Catalogue, definitions: list[dict[str, Any]], first: int) -> Chunk:
    groups = list(part)
    ids = np.arange(first, first + len(groups))
    place = np.array([definitions.index(definition) for definition in part.definitions], np.int16)
    table = part.table
    spikes = {
        "group": np.repeat(ids, [len(group) for group in groups]),
        **{name: np.concatenate([getattr(group, name) for group in groups]) for name in ("neuron", "step", "layer")},
    }
    links = {
        "group": np.repeat(ids, [len(group.pre) for group in groups]),
        **{name: np.concatenate([getattr(group, name) for group in groups]) for name in ("pre", "post", "delay")},
        "layer": np.concatenate([group.link_layer for group in groups]),
    }
    return {"groups": table | {"id": ids, "definition": place[table["definition"]]}, "spikes": spikes, "links": links}
