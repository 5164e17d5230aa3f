"""A generated network that is wrong becomes as small as it can be."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from snndsl.testing.networks import GeneratedNetwork

__all__ = ["smallest"]

_LEFT_OUT = (
    ("projections", ("plasticity", "where", "per_block")), ("stimuli", ("during", "positions", "let")),
    ("populations", ("initial", "positions")),
)  # fmt: skip


def smallest(
    several: Sequence[GeneratedNetwork],
    wrong: Callable[[Sequence[GeneratedNetwork]], bool],
    right: Callable[[GeneratedNetwork], bool],
    tries: int = 40,
) -> GeneratedNetwork:
    """Return one of several networks, without all that it can lack and still be wrong.

    Parameters
    ----------
    several : sequence of GeneratedNetwork
        That are wrong together.
    wrong : callable
        Whether some of them are wrong together.
    right : callable
        Whether a network is a model at all.
    tries : int
        How often `wrong` may be asked.
    """
    while len(several) > 1:
        first, second = several[: len(several) // 2], several[len(several) // 2 :]
        several, tries = first if wrong(first) else second, tries - 1
    network, candidates = several[0], _smaller(several[0])
    while tries > 0:
        lesser = next(candidates, None)
        if lesser is None:
            break
        if right(lesser):
            tries -= 1
            if wrong([lesser]):
                network, candidates = lesser, _smaller(lesser)
    return network


def _smaller(network: GeneratedNetwork) -> Iterator[GeneratedNetwork]:
    """Yield networks that lack one thing of a network, or whose run is half as long; not each of them is right."""
    places: list[tuple[str, ...]] = []
    for section in ("stimuli", "projections", "populations", "motifs", "groups", "plasticity", "neurons", "parts"):
        places += [(section, name) for name in network.sections[section]]
    for section, keys in _LEFT_OUT:
        places += [(section, name, key) for name, item in network.sections[section].items() for key in keys if key in item]
    for *path, last in places:
        made = GeneratedNetwork(network.step, network.steps, copy.deepcopy(network.sections))
        inner: dict[str, Any] = made.sections
        for key in path:
            inner = inner[key]
        del inner[last]
        yield made
    if network.steps > 20:
        yield GeneratedNetwork(network.step, network.steps // 2, copy.deepcopy(network.sections))
