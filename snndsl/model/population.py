"""A population: so many neurons of one kind, with the values it gives them."""

from __future__ import annotations

from collections.abc import Mapping

from snndsl.deferred import dataclass
from snndsl.model.element import Element
from snndsl.model.text import Place, ValueTerm

__all__ = ["Population"]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Neurons of one kind.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    size : int
        Neurons.
    element : Element
        What each of them is.
    given, initial, let, positions : mapping of str to ValueTerm
        Parameters, initial states, values drawn once per neuron, coordinates by axis: as the population says.
    period : mapping of str to float
        Length in um after which an axis closes on itself, for those that do.
    stream : str
        Name of its random stream.
    frozen : bool
        Whether its neurons draw the same in every trial.
    """

    name: str
    place: Place
    size: int
    element: Element
    given: Mapping[str, ValueTerm]
    initial: Mapping[str, ValueTerm]
    let: Mapping[str, ValueTerm]
    positions: Mapping[str, ValueTerm]
    period: Mapping[str, float]
    stream: str
    frozen: bool
