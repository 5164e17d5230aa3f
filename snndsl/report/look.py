"""What all drawings of a page share: the length of a step, inhibitory neurons, weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.same import LinkWeights
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.network.table import SynapseTable
from snndsl.report.svg import group_svg, spike_texts

__all__ = ["Look"]


class Look:
    """A catalogue as its groups are drawn.

    Parameters
    ----------
    catalogue : Catalogue
        The groups.
    network : SynapseTable or Network, optional
        The network that was searched, for the weights.

    Raises
    ------
    ModelError
        catalogue-manifest; another-network.
    """

    def __init__(self, catalogue: Catalogue, network: SynapseTable | Network | None) -> None:
        manifest = catalogue.manifest
        try:
            self.step_ms = float(manifest.get("step_ms", 1.0))
            self.inhibitory = frozenset(int(neuron) for neuron in manifest.get("inhibitory", ()))
            neurons = int(manifest["neurons"])
            good = 0 < self.step_ms < math.inf
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            what = "step_ms, neurons or inhibitory is missing or no number"
            raise ModelError(Fault("catalogue-manifest", what, file=str(catalogue.path), expected="the manifest of a search"))
        self._weights: Callable[[Group], NDArray[np.float64]] | None = None
        if network is not None:
            table = network.table if isinstance(network, Network) else network
            if table.neurons != neurons:
                what = f"the groups are of {neurons:,} neurons, the network has {table.neurons:,}"
                raise ModelError(Fault("another-network", what, expected="the network that was searched"))
            self._weights = LinkWeights(table)

    @property
    def weighted(self) -> bool:
        """Whether weights are told."""
        return self._weights is not None

    def _arguments(self, group: Group) -> dict[str, Any]:
        weights = None if self._weights is None else self._weights(group)
        return {"step_ms": self.step_ms, "inhibitory": self.inhibitory, "weights": weights}

    def drawing(self, group: Group) -> Markup:
        """Return the drawing of a group, whose texts are escaped."""
        return Markup(group_svg(group, **self._arguments(group)))

    def texts(self, group: Group) -> list[str]:
        """Return what there is to tell of every spike."""
        return spike_texts(group, **self._arguments(group))

    def time(self, steps: float) -> str:
        """Return steps as a number of ms."""
        return f"{steps * self.step_ms:g}"
