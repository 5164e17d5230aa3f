"""A search for polychronous groups, as a model describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.deferred import dataclass
from snndsl.expressions.dimensions import NoQuantity
from snndsl.model.selection import Selection
from snndsl.model.text import Place, Term
from snndsl.units import Dimension

__all__ = ["DeclaredSearch", "Surrogate"]


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """Shuffled networks to compare with: how many, and which synapses are shuffled."""

    null: str
    times: int
    of: Term | None


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredSearch:
    """An entry of the section ``discover``.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its definition.
    kind : str
        Name of the definition.
    numbers : mapping
        What differs from the published numbers, by parameter: times in steps, weights in units of the program.
    inhibitory : tuple of str or None
        Populations that are called inhibitory.
    projection : str
        Whose synapses surrogates shuffle.
    weight : Dimension or NoQuantity
        Of its weights.
    mothers : Selection or None
        None: every neuron.
    surrogates : tuple of Surrogate
        In the order of the file.
    expect : mapping
        ``groups`` or ``p``: {equals, at_least, at_most, between}.
    """

    name: str
    place: Place
    kind: str
    numbers: Mapping[str, Any]
    inhibitory: tuple[str, ...] | None
    projection: str
    weight: Dimension | NoQuantity
    mothers: Selection | None
    surrogates: tuple[Surrogate, ...]
    expect: Mapping[str, Any]
