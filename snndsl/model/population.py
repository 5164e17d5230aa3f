"""A population: so many neurons of one kind, with the values it gives them."""

from __future__ import annotations

from collections.abc import Mapping

from snndsl.deferred import dataclass
from snndsl.model.element import Element
from snndsl.model.space import Space
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
    given, initial, let : mapping of str to ValueTerm
        Parameters, initial states, values drawn once per neuron: as the population says.
    space : Space
        Where they are.
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
    space: Space
    stream: str
    frozen: bool
