"""Catalogues of polychronous groups: read, filtered, counted; spikes and links are read when a group is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.errors import Fault, ModelError
from snndsl.pictured import Pictured
from snndsl.polychrony.folder import TABLES, Chunk, Folder
from snndsl.polychrony.group import Group

__all__ = ["Catalogue", "read_catalogue"]

QUARTERS = (0, 25, 50, 75, 100)


class Catalogue(Pictured):
    """Groups found by one search, or several.

    Parameters
    ----------
    folder : Folder
        Where they are.
    keep : TemporaryDirectory, optional
        Kept as long as the catalogue if the folder is a temporary one.
    rows : ndarray of int64, optional
        Groups selected.

    See Also
    --------
    read_catalogue : reads a folder.
    snndsl.polychrony.search.discover : makes one.
    """

    def __init__(
        self, folder: Folder, keep: TemporaryDirectory[str] | None = None, rows: NDArray[np.int64] | None = None
    ) -> None:
        self.folder = folder
        self._keep = keep
        self._sizes = np.cumsum([0] + [chunk["groups"] for chunk in self.manifest["chunks"]])
        self._rows = np.arange(self._sizes[-1]) if rows is None else rows
        self._open: tuple[int, Chunk] | None = None

    @property
    def path(self) -> Path:
        """Folder."""
        return self.folder.path

    @property
    def manifest(self) -> dict[str, Any]:
        """What the folder says about itself: definitions, network, status, probes."""
        return self.folder.manifest

    @property
    def complete(self) -> bool:
        """Whether the search came to its end."""
        return bool(self.manifest["status"] == "complete")

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """Definitions used, with all their numbers."""
        return list(self.manifest["definitions"])

    @property
    def nulls(self) -> dict[str, dict[str, Any]]:
        """What searches of shuffled networks gave (`Significance.to_dict`), by the name of the null; empty if none was run."""
        return self.folder.nulls()

    @property
    def ended(self) -> dict[str, int]:
        """How many probes of the search ended how, without a group; empty if the catalogue does not say.

        ``silent``: nothing fired but the anchors, ``few``: too few spikes, ``short``: too short a path (``longest`` is the
        longest of them), ``lonely``: an anchor with one link only, ``inert``: an anchor changed nothing, or came twice,
        ``absent``: a group that the recording does not show.
        """
        return dict(self.manifest.get("ended", {}))

    @cached_property
    def table(self) -> dict[str, NDArray[Any]]:
        """One row a group.

        Columns are ``id``, ``mother``, ``anchors`` (n, anchors), ``anchor_steps`` (n, anchors), ``size``, ``links``,
        ``longest_path``, ``last_step``, ``span``, ``avalanche``, ``definition``.
        """
        columns = {}
        for name in TABLES["groups"]:
            parts = [self.folder.column("groups", name, k) for k in range(len(self.manifest["chunks"]))]
            width = {"anchors", "anchor_steps"} & {name}
            empty = np.zeros((0, 3) if width else 0, np.int32)
            columns[name] = np.concatenate(parts)[self._rows] if parts else empty
        return columns

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, k: int) -> Group:
        if not -len(self) <= k < len(self):
            raise IndexError(f"group {k} of {len(self)}")
        row = int(self._rows[k])
        chunk = int(np.searchsorted(self._sizes, row, side="right")) - 1
        local = row - int(self._sizes[chunk])
        columns = self._chunk(chunk)
        spike, link = columns["starts"]["spikes"], columns["starts"]["links"]
        group = {name: column[local] for name, column in columns["groups"].items()}
        spikes, links = (
            {name: np.array(column[first[local] : first[local + 1]]) for name, column in columns[table].items()}
            for table, first in (("spikes", spike), ("links", link))
        )
        links["link_layer"] = links.pop("layer")
        return Group(
            id=int(group["id"]),
            mother=int(group["mother"]),
            anchors=np.array(group["anchors"]),
            anchor_steps=np.array(group["anchor_steps"]),
            longest_path=int(group["longest_path"]),
            avalanche=bool(group["avalanche"]),
            definition=self.definitions[int(group["definition"])],
            network=str(self.manifest["network"]),
            **spikes,
            **links,
        )

    def _chunk(self, chunk: int) -> Chunk:
        """Columns of a chunk, and where the spikes and links of each group start; the last one used is kept."""
        if self._open is None or self._open[0] != chunk:
            columns: Chunk = {}
            for table, names in TABLES.items():
                kept = names if table == "groups" else names[1:]
                columns[table] = {name: self.folder.column(table, name, chunk) for name in kept}
            sizes = {"spikes": columns["groups"]["size"], "links": columns["groups"]["links"]}
            columns["starts"] = {name: np.append(0, np.cumsum(size, dtype=np.int64)) for name, size in sizes.items()}
            self._open = chunk, columns
        return self._open[1]

    def __iter__(self) -> Iterator[Group]:
        return (self[k] for k in range(len(self)))

    def select(self, rows: ArrayLike) -> Catalogue:
        """Return the groups at these positions, or where a mask is true."""
        return Catalogue(self.folder, self._keep, self._rows[np.asarray(rows)])

    def filter(
        self,
        *,
        min_path: int = 0,
        max_path: int | None = None,
        min_size: int = 0,
        max_size: int | None = None,
        min_span: int = 0,
        max_span: int | None = None,
        mothers: ArrayLike | None = None,
        neurons: ArrayLike | None = None,
        avalanches: bool = True,
        inhibitory: bool | None = None,
    ) -> Catalogue:
        """Return the groups that meet all conditions.

        Parameters
        ----------
        min_path, max_path : int
            Layers of the longest path, both included.
        min_size, max_size : int
            Spikes.
        min_span, max_span : int
            Steps from the first anchor to the last spike.
        mothers : array-like of int, optional
            The mother is one of these.
        neurons : array-like of int, optional
            All of these fire in the group.
        avalanches : bool
            Whether groups that were stopped because of their many spikes are kept.
        inhibitory : bool, optional
            True: an inhibitory neuron fires in the group. False: none does.

        Returns
        -------
        Catalogue
            Over the same folder.

        Raises
        ------
        snndsl.errors.ModelError
            inhibitory-unknown: the catalogue does not say which neurons are inhibitory.
        """
        limits = {"longest_path": (min_path, max_path), "size": (min_size, max_size), "span": (min_span, max_span)}
        kept = self._within(limits)
        if mothers is not None:
            kept &= np.isin(self.table["mother"], np.asarray(mothers))
        if not avalanches:
            kept &= ~self.table["avalanche"].astype(bool)
        for neuron in np.unique(np.asarray([] if neurons is None else neurons, np.int64)).tolist():
            kept &= np.isin(self.table["id"], self._with([neuron]))
        if inhibitory is not None:
            kept &= np.isin(self.table["id"], self._with(self._inhibitory())) == inhibitory
        return self.select(kept)

    def _within(self, limits: Mapping[str, tuple[int, int | None]]) -> NDArray[np.bool_]:
        """Return which groups have numbers from the least to the greatest allowed."""
        kept = np.ones(len(self), np.bool_)
        for name, (least, most) in limits.items():
            kept &= self.table[name] >= least
            if most is not None:
                kept &= self.table[name] <= most
        return kept

    def _inhibitory(self) -> list[int]:
        known = self.manifest.get("inhibitory")
        if not isinstance(known, list):
            what = "the catalogue does not say which neurons are inhibitory"
            raise ModelError(Fault("inhibitory-unknown", what, file=str(self.path), try_="search the network again"))
        return known

    def _with(self, neurons: list[int]) -> NDArray[np.int64]:
        """Ids of the groups in which one of these neurons fires."""
        parts = [
            self.folder.column("spikes", "group", k)[np.isin(self.folder.column("spikes", "neuron", k), neurons)]
            for k in range(len(self.manifest["chunks"]))
        ]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)

    def summary(self) -> dict[str, Any]:
        """Return the number of groups, mothers and avalanches, and quartiles of size, longest path and span."""
        table = self.table
        numbers: dict[str, Any] = {
            "groups": len(self),
            "mothers": len(np.unique(table["mother"])),
            "avalanches": int(np.count_nonzero(table["avalanche"])),
            "probes": int(self.manifest["probes"]),
        }
        for name in ("size", "longest_path", "span"):
            numbers[name] = np.percentile(table[name], QUARTERS).tolist() if len(self) else []
        return numbers

    def __repr__(self) -> str:
        return f"<Catalogue {self.path.name}: {len(self)} groups, {self.manifest['status']}>"

    def _repr_html_(self) -> str:
        numbers = self.summary()
        rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in numbers.items())
        return f"<table><caption>polychronous groups ({self.manifest['status']})</caption>{rows}</table>"


def read_catalogue(path: str | os.PathLike[str]) -> Catalogue:
    """Read the folder of a catalogue, also one whose search is under way or was killed.

    Parameters
    ----------
    path : path
        The folder.

    Returns
    -------
    Catalogue
        With the groups that its manifest lists.

    Raises
    ------
    snndsl.errors.ModelError
        If there is none, or it is damaged.
    """
    folder = Folder(path)
    if not folder.manifest:
        expected = "a folder with a manifest.json"
        raise ModelError(Fault("catalogue-missing", "no catalogue there", file=str(path), expected=expected))
    return Catalogue(folder)
