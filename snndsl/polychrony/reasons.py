"""Why a search found no group: what ended its probes, or why there were none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from snndsl.polychrony.definitions import Definition
from snndsl.polychrony.engine.network import rule
from snndsl.polychrony.network.table import SynapseTable

__all__ = ["why_none"]


def why_none(
    table: SynapseTable, definition: Definition, probes: int, ended: Mapping[str, int], unit: str = "1"
) -> Iterator[str]:
    """Yield in words why a search found nothing, the most common reason first, and what to try.

    Parameters
    ----------
    table : SynapseTable
        The network that was searched.
    definition : Definition
        What would have been a group.
    probes : int
        Combinations of anchors that were tried.
    ended : mapping of str to int
        How they ended (`snndsl.polychrony.Catalogue.ended`); empty: not known.
    unit : str
        Of the weights; ``1``: none.
    """
    if not probes:
        yield _no_probe(table, definition, "" if unit == "1" else f" {unit}")
        return
    least, longest = rule(definition).min_spikes, ended.get("longest", 0)
    words = {
        "silent": "nothing fires but the anchors",
        "few": f"no more than {least} spikes, anchors included",
        "short": f"paths of {longest} layers at most, {definition.min_path} are needed",
        "lonely": "an anchor has one link only",
        "inert": "an anchor changes nothing in what the others do, or comes twice",
        "absent": "a group that does not occur in the recording",
    }
    for name in sorted((name for name in words if ended.get(name)), key=lambda name: -ended[name]):
        yield f"{ended[name]:,} of {probes:,} combinations: {words[name]}"
    if ended.get("absent"):
        yield "try: -p fraction=0.3, or -p tolerance=2"
    elif ended.get("short"):
        yield f"try: --min-path {longest}"
    elif ended:
        yield "try: a lower --threshold, so that more synapses take part, fewer --anchors, or --definition structural"


def _no_probe(table: SynapseTable, definition: Definition, unit: str) -> str:
    """Return why no combination of anchors was tried."""
    between = ~table.inhibitory[table.pre] & ~table.inhibitory[table.post]
    weight, post = table.weight[between], table.post[between]
    if not len(weight):
        return "no synapse joins two excitatory neurons    try: --inhibitory POPULATION, where weights do not tell who inhibits"
    strong = weight > definition.strong
    above = f"above the threshold of {definition.strong:g}{unit}"
    if not strong.any():
        largest = float(weight.max())
        hint = f'--threshold "{0.9 * largest:.3g}{unit}"' if largest > 0 else "another --inhibitory"
        return f"no weight between excitatory neurons is {above}; the largest is {largest:g}{unit}    try: {hint}"
    most = int(np.bincount(post[strong]).max())
    tried = f"no neuron that was tried has {definition.anchors} strong inputs, {above}; the most of any neuron is {most}"
    hint = f"--anchors {most}" if 2 <= most < definition.anchors else "a lower --threshold, other --mothers"
    return f"{tried}    try: {hint}"
