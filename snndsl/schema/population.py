"""Sections ``populations`` and ``groups``."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from snndsl.schema.neuron import Use
from snndsl.spec import Flag, Name, PerElement, Scalar, Spec

__all__ = ["PopulationSpec"]


class PopulationSpec(Spec):
    """Neurons of one kind."""

    neuron: Use = Field(description="name of a neuron, or {use: name, parameter: value ...}")
    size: Scalar = Field(description="how many")
    let: Mapping[str, PerElement] = Field(default_factory=dict, description="values drawn once per neuron, used in others")
    initial: Mapping[str, PerElement] = Field(default_factory=dict, description="initial states; default: the neuron's own")
    positions: Mapping[str, PerElement] = Field(default_factory=dict, description="x, y, z")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
    frozen: Flag = Field(default=False, description="the same draws in every trial")
