"""Sections ``populations`` and ``groups``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from snndsl.schema.neuron import Integrator
from snndsl.spec import TEXT, USE, As, Flag, Name, PerElement, Scalar, Spec, UseSpec, Written, found, split_use

__all__ = ["AXES", "NeuronUseSpec", "PopulationSpec", "PositionsSpec"]

AXES = ("x", "y", "z")
"""Axes of space."""


def _by_axis(value: object) -> object:
    """Refuse a period of no axis."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        names = {"found": found(value), "near": f"{{x: {value}}}"}
        raise PydanticCustomError("period", "found {found}; expected a length for each axis that closes on itself", names)
    return value


Length = Annotated[PerElement, As("value per element", "length")]


class PositionsSpec(Spec):
    """Where neurons are."""

    x: Length = Field(default=None, description="along the first axis")
    y: Length = Field(default=None, description="along the second axis")
    z: Length = Field(default=None, description="along the third axis")
    period: Annotated[Mapping[str, Annotated[Scalar, As("value", "length")]], BeforeValidator(_by_axis)] = Field(
        default_factory=dict, description="axis: length after which it closes on itself; distances go the shorter way"
    )

    @property
    def axes(self) -> tuple[str, ...]:
        """Axes of which there are coordinates."""
        return tuple(axis for axis in AXES if getattr(self, axis) is not None)


class NeuronUseSpec(UseSpec):
    """A neuron and the values given to it."""

    integrator: Integrator = Field(default=None, description="replaces the integrator of the neuron")


def _neuron(value: object) -> object:
    return split_use(value, ("use", "integrator", "values"))


class PopulationSpec(Spec):
    """Neurons of one kind."""

    neuron: Annotated[NeuronUseSpec, BeforeValidator(_neuron), Written(TEXT, USE, alone=True)] = Field(
        description="name of a neuron, or {use: name, parameter: value, ...}"
    )
    size: Scalar = Field(description="how many neurons")
    let: Mapping[str, PerElement] = Field(
        default_factory=dict, description="values drawn once for each neuron and read in its others"
    )
    initial: Mapping[str, PerElement] = Field(
        default_factory=dict, description="initial values of states; others start as the neuron says"
    )
    positions: PositionsSpec | None = Field(default=None, description="where the neurons are")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
    frozen: Flag = Field(default=False, description="the same draws in every trial")
