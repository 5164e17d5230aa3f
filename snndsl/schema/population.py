"""Sections ``populations`` and ``groups``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from snndsl.spec import TEXT, USE, Flag, Name, PerElement, Scalar, Spec, UseSpec, Written, split_use

__all__ = ["NeuronUseSpec", "PopulationSpec"]


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
    positions: Mapping[str, PerElement] = Field(default_factory=dict, description="x, y, z")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
    frozen: Flag = Field(default=False, description="the same draws in every trial")
