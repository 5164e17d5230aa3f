"""Groups found in a network: the search, for whatever holds the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from snndsl.groups.sources import network_of, recording_in
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import Activated, Definition
from snndsl.polychrony.recordings.detect import trains_of
from snndsl.polychrony.search import discover as discover_groups
from snndsl.polychrony.section import chosen_definition

__all__ = ["discover"]


def discover(
    source: Any,
    definition: str | Definition = "izhikevich2006",
    *,
    at: str | None = None,
    inhibitory: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    **search: Any,
) -> Catalogue:
    """Search a network for polychronous groups.

    Parameters
    ----------
    source : Model, Recording, path, mapping or SynapseTable
        A model or its file (initial weights), a run or its folder, a table on disk, or columns pre, post, weight, delay
        (steps).
    definition : str or Definition
        What counts as a group: ``izhikevich2006``, ``event_triggered``, ``structural``, ``probabilistic``, ``activated`` (of a
        run), or an object with numbers of its own.
    at : str, optional
        Time of the weights of a run, for example ``"10 s"``; without it, the last that were recorded.
    inhibitory : sequence of str, optional
        Inhibitory populations of a model or run; without it, neurons with negative weights are.
    out : path, optional
        Folder of the catalogue.
    **search : object
        Passed to `snndsl.polychrony.discover`: ``mode``, ``parameters`` (numbers in steps, or text such as ``"2 ms"``),
        ``mothers``, ``workers``, ``scheduler``, ``resume``.

    Returns
    -------
    snndsl.polychrony.Catalogue
        Groups in the order of mothers and combinations of anchors.

    Raises
    ------
    ModelError
        What cannot be searched, and why.
    """
    network = network_of(source, at=at, inhibitory=inhibitory)
    search = {"neurons": network.neurons, "step_ms": float(network.step_ms)} | search
    if not isinstance(definition, Definition):
        mode = {"mode": search.pop("mode")} if search.get("mode") is not None else {}
        given = mode | dict(search.pop("parameters", None) or {})
        definition = chosen_definition(definition, given, network)
    run = recording_in(source) if isinstance(definition, Activated) else None
    if run is not None:
        search.setdefault("trains", trains_of(run, network.first))
    return discover_groups(network.table, definition, out=out, **search)
