"""Groups as motifs of a model file."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from snndsl.api import Model
from snndsl.groups.section_text import Entries
from snndsl.groups.sources import chosen_groups, network_of
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group

__all__ = ["group_motifs", "motif_entries"]


def motif_entries(catalogue: Catalogue | str | os.PathLike[str], model: Model, groups: Sequence[int] = ()) -> Entries:
    """Return groups as entries of the section ``motifs`` of a model file: anchors as spikes, others as what they lead to.

    Parameters
    ----------
    catalogue : Catalogue or path
        Where the groups are.
    model : Model
        The model that was searched.
    groups : sequence of int
        Numbers; empty: all.
    """
    network = network_of(model)
    chosen, _ = chosen_groups(catalogue, network, model.source.locations.file, groups)
    return {
        name: {key: _flow(value) for key, value in motif.items() if value}
        for name, motif in group_motifs(chosen, network.first).items()
    }


def group_motifs(groups: Sequence[Group], first: Mapping[str, int]) -> dict[str, Any]:
    """Return groups as the section ``motifs`` of a model file: anchors as spikes, all others as what they lead to.

    Parameters
    ----------
    groups : sequence of Group
        Any.
    first : mapping of str to int
        Number of the first neuron of each population.
    """
    names = sorted(first, key=first.__getitem__)
    bounds = [first[name] for name in names]

    def times(neurons: Any, steps: Any, zero: int) -> dict[str, list[str]]:
        """Return the times of each neuron, as a motif has them."""
        found: dict[str, list[str]] = {}
        for number, step in zip(neurons.tolist(), steps.tolist(), strict=True):
            place = bisect_right(bounds, number) - 1
            found.setdefault(f"{names[place]}[{number - bounds[place]}]", []).append(f"{step - zero} step")
        return found

    motifs = {}
    for group in groups:
        zero, own = int(group.anchor_steps.min()), np.arange(len(group)) >= len(group.anchors)
        spikes = times(group.anchors, group.anchor_steps, zero)
        motifs[f"group_{group.id}"] = {"spikes": spikes, "leads_to": times(group.neuron[own], group.step[own], zero)}
    return motifs


def _flow(value: Any) -> str:
    """Return a value as YAML text on one line."""
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**30)).strip()
