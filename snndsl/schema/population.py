"""Sections ``populations`` and ``groups``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from snndsl.spec import TEXT, USE, Flag, Name, PerElement, Scalar, Spec, UseSpec, Written, found, split_use

__all__ = ["AXES", "NeuronUseSpec", "PopulationSpec", "PositionsSpec"]

AXES = ("x", "y", "z")
"""Axes of space."""


def _by_axis(value: object) -> object:
    """Refuse a period of no axis."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        names = {"found": found(value), "near": f"{{x: {value}}}"}
        raise PydanticCustomError("period", "found {found}; expected a length for each axis that closes on itself", names)
    return value


class PositionsSpec(Spec):
    """Where neurons are."""

    x: PerElement = Field(default=None, description="along the first axis, a length")
    y: PerElement = Field(default=None, description="along the second axis")
    z: PerElement = Field(default=None, description="along the third axis")
    period: Annotated[Mapping[str, Scalar], BeforeValidator(_by_axis)] = Field(
        default_factory=dict, description="axis: length after which it closes on itself; distances go the shorter way"
    )

    @property
    def axes(self) -> tuple[str, ...]:
        """Axes of which there are coordinates."""
        return tuple(axis for axis in AXES if getattr(self, axis) is not None)


class NeuronUseSpec(UseSpec):
    """A neuron and the values given to it."""

    integrator: Any = Field(default=None, description="replaces the integrator of the neuron")


def _neuron(value: object) -> object:
    return split_use(value, ("use", "integrator", "values"))


class PopulationSpec(Spec):
    """Neurons of one kind."""

    neuron: Annotated[NeuronUseSpec, BeforeValidator(_neuron), Written(TEXT, USE, alone=True)] = Field(
        description="name of a neuron, or {use: name, parameter: value ...}"
    )
    size: Scalar = Field(description="how many")
    let: Mapping[str, PerElement] = Field(default_factory=dict, description="values drawn once per neuron, used in others")
    initial: Mapping[str, PerElement] = Field(default_factory=dict, description="initial states; default: the neuron's own")
    positions: PositionsSpec | None = Field(default=None, description="where the neurons are: x, y, z, each a length")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
    frozen: Flag = Field(default=False, description="the same draws in every trial")
