"""Groups as motifs of a model file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import yaml

from snndsl.api import Model
from snndsl.groups.section_text import Entries
from snndsl.groups.sources import chosen_groups, network_of
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.replay import group_motifs

__all__ = ["motif_entries"]


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


def _flow(value: Any) -> str:
    """Return a value as YAML text on one line."""
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**30)).strip()
