"""Catalogues for other programs: csv and Parquet tables, npz, GraphML; several catalogues in one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx
import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats import writers
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.folder import FORMAT, TABLES, Chunk, Folder
from snndsl.polychrony.group import Group

__all__ = ["columns", "merge", "write_csv", "write_graphml", "write_npz", "write_parquet"]

PART = 1_000
"""Groups in a chunk of a merged catalogue."""


def columns(catalogue: Catalogue) -> dict[str, dict[str, NDArray[Any]]]:
    """Return a catalogue as columns for tables of other programs; groups keep their ids.

    Returns
    -------
    dict of dict of ndarray
        ``groups`` (one row a group), ``spikes`` and ``links`` (one row each, with the id of the group in ``group``). Every
        column has one dimension: ``anchors`` of shape (groups, 3) becomes ``anchor1``, ``anchor2``, ``anchor3``.
    """
    groups: dict[str, NDArray[Any]] = {}
    for name in TABLES["groups"]:
        column = catalogue.table[name]
        if column.ndim == 2:
            groups |= {f"{name.removesuffix('s')}{k + 1}": column[:, k] for k in range(column.shape[1])}
        else:
            groups[name] = column
    parts = [_spikes_and_links(catalogue.select(rows)) for rows in _portions(len(catalogue))]
    result = {"groups": groups}
    for table in ("spikes", "links"):
        result[table] = {name: np.concatenate([part[table][name] for part in parts]) for name in TABLES[table]}
    return result


def _portions(groups: int) -> list[NDArray[np.int64]]:
    """Positions of few groups at a time, at least once: so that tables of no group have their types."""
    return [np.arange(begin, min(begin + PART, groups)) for begin in range(0, max(groups, 1), PART)]


def _spikes_and_links(part: Catalogue) -> Chunk:
    groups = list(part)
    ids = np.array([group.id for group in groups], np.int64)
    spikes: dict[str, NDArray[Any]] = {"group": np.repeat(ids, [len(group) for group in groups])}
    links: dict[str, NDArray[Any]] = {"group": np.repeat(ids, [len(group.pre) for group in groups])}
    for table, names in ((spikes, TABLES["spikes"][1:]), (links, TABLES["links"][1:])):
        for name in names:
            attribute = "link_layer" if table is links and name == "layer" else name
            none = np.zeros(0, np.int32 if name == "neuron" else np.int16)
            table[name] = np.concatenate([none, *(getattr(group, attribute) for group in groups)])
    return {"spikes": spikes, "links": links}


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
    tables = _tables(catalogue, path, "csv")
    for file, table in tables.items():
        writers.write_csv({name: column.astype(np.int64).tolist() for name, column in table.items()}, file)
    return list(tables)


def write_parquet(catalogue: Catalogue, path: str | os.PathLike[str]) -> list[Path]:
    """Write a catalogue as three Parquet tables, with the columns of `write_csv` and their types.

    Their metadata hold the manifest of the catalogue, under ``snndsl``.

    Raises
    ------
    snndsl.errors.ToolMissing
        pyarrow is not installed.
    """
    manifest = json.dumps({key: value for key, value in catalogue.manifest.items() if key != "chunks"}, sort_keys=True)
    tables = _tables(catalogue, path, "parquet")
    for file, table in tables.items():
        writers.write_parquet(table, file, metadata={"snndsl": manifest})
    return list(tables)


def _tables(catalogue: Catalogue, path: str | os.PathLike[str], suffix: str) -> dict[Path, Mapping[str, NDArray[Any]]]:
    """Return the tables of a catalogue by their files, in a folder that is made."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    return {folder / f"{name}.{suffix}": table for name, table in columns(catalogue).items()}


def write_npz(catalogue: Catalogue, path: str | os.PathLike[str]) -> Path:
    """Write a catalogue as one npz archive of plain arrays, called ``groups_id``, ``spikes_neuron`` and so on."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{table}_{name}": column for table, part in columns(catalogue).items() for name, column in part.items()}
    with file.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return file


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
    for key in ("inhibitory", "step_ms"):  # where all say the same
        known = [catalogue.manifest.get(key) for catalogue in catalogues]
        if known[0] is not None and all(value == known[0] for value in known):
            folder.manifest[key] = known[0]
    folder.lock()
    try:
        first = 0
        for catalogue in catalogues:
            for definition in catalogue.definitions:
                if definition not in definitions:
                    definitions.append(definition)
            for rows in _portions(len(catalogue)) if len(catalogue) else ():
                part = catalogue.select(rows)
                folder.append(len(folder.manifest["chunks"]), _chunk(part, definitions, first))
                first += len(part)
        folder.write_manifest()
    finally:
        folder.unlock()
    return Catalogue(folder)


def _chunk(part: Catalogue, definitions: list[dict[str, Any]], first: int) -> Chunk:
    ids = np.arange(first, first + len(part))
    chunk = _spikes_and_links(part)
    for name, rows in (("spikes", "size"), ("links", "links")):
        chunk[name]["group"] = np.repeat(ids, part.table[rows])
    place = np.array([definitions.index(definition) for definition in part.definitions], np.int16)
    table = part.table
    return {"groups": table | {"id": ids, "definition": place[table["definition"]]}, **chunk}
