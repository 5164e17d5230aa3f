"""Whether a network, or a recording, is the one that a catalogue was found in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from snndsl.deferred import Deferred
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.link_weights import LinkWeights
from snndsl.polychrony.network.sources import Network

if TYPE_CHECKING:
    from snndsl.polychrony import search
else:
    search = Deferred("snndsl.polychrony.search")  # numba, which a replay does without

__all__ = ["check_network", "check_size"]


def check_size(catalogue: Catalogue, neurons: int, step_ms: float, what: str) -> None:
    """Refuse another number of neurons, or another step.

    Parameters
    ----------
    catalogue : Catalogue
        What was found.
    neurons : int
        Of the network or recording.
    step_ms : float
        Its step, ms.
    what : str
        What it is called.

    Raises
    ------
    ModelError
        another-network.
    """
    known = int(catalogue.manifest["neurons"])
    if known != neurons:
        said = f"the groups are of {known:,} neurons, {what} has {neurons:,}"
        raise ModelError(Fault("another-network", said, expected="the network that was searched"))
    step = float(catalogue.manifest.get("step_ms", step_ms))
    if not math.isclose(step, step_ms, rel_tol=1e-9):
        said = f"the groups are in steps of {step:g} ms, {what} has steps of {step_ms:g} ms"
        raise ModelError(Fault("another-network", said, expected="the network that was searched"))


def check_network(catalogue: Catalogue, groups: Iterable[Group], network: Network, what: str) -> bool:
    """Refuse a network that lacks a synapse of the groups; return whether it is the one that was searched to the bit.

    Parameters
    ----------
    catalogue : Catalogue
        What was found.
    groups : iterable of Group
        Those that matter.
    network : Network
        The other one.
    what : str
        What it is called.

    Raises
    ------
    ModelError
        another-network.
    """
    check_size(catalogue, network.table.neurons, float(network.step_ms), what)
    weights_of = LinkWeights(network.table)
    for group in groups:
        weights_of(group)
    return catalogue.manifest.get("network") == search.fingerprint(network.table, network.neurons)
