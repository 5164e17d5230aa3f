"""Sections ``neurons``, ``parts`` and ``signals``: what one element does in a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from snndsl.integrators import INTEGRATORS
from snndsl.schema.definition import DefinitionSpec
from snndsl.spec import (
    LIST,
    SCALAR,
    TEXT,
    USE,
    Equations,
    Flag,
    Name,
    PerElement,
    Period,
    Scalar,
    Spec,
    Statements,
    UseSpec,
    Written,
    found,
    split_use,
)

__all__ = [
    "ElementSpec",
    "NeuronSpec",
    "OwnerSpec",
    "ParameterSpec",
    "PartSpec",
    "PortSpec",
    "RefractorySpec",
    "SignalSpec",
    "StateSpec",
]


class ParameterSpec(Spec):
    """A parameter: a default value, or its unit and perhaps a default."""

    unit: Scalar | None = Field(default=None, description="unit of a parameter without (or with an untyped) default")
    default: PerElement = Field(default=None, description="value where none is given")


def _parameter(value: object) -> object:
    return value if isinstance(value, Mapping) else {"default": value}


class PortSpec(Spec):
    """What arrives in a step, summed."""

    unit: Scalar = Field(description="unit of the weights into this port; 1 for none")
    quantum: Scalar | None = Field(default=None, description="grid of the contributions; follows from the weights if absent")


def _port(value: object) -> object:
    return value if isinstance(value, Mapping) else {"unit": value}


def _range(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        number = f"{len(value)} value{'s' * (len(value) != 1)}" if isinstance(value, list | tuple) else found(value)
        raise PydanticCustomError("range-of-two", "found {found}", {"found": number})
    return value


class StateSpec(Spec):
    """A state: its initial value, and perhaps between which values it has to stay."""

    initial: PerElement = Field(description="value before the first step")
    range: Annotated[tuple[Scalar, Scalar], BeforeValidator(_range)] | None = Field(
        default=None, description="[low, high], both constants; outside of it the run stops"
    )


def _state(value: object) -> object:
    return value if isinstance(value, Mapping) else {"initial": value}


Parameters = Mapping[str, Annotated[ParameterSpec, BeforeValidator(_parameter), Written(SCALAR, LIST)]]
States = Mapping[str, Annotated[StateSpec, BeforeValidator(_state), Written(SCALAR, LIST)]]
Ports = Mapping[str, Annotated[PortSpec, BeforeValidator(_port), Written(SCALAR)]]
Use = Annotated[UseSpec, BeforeValidator(split_use), Written(TEXT, USE, alone=True)]


class RefractorySpec(Spec):
    """Silence after a spike: for a time, or while a condition holds."""

    for_: Scalar | None = Field(
        default=None, alias="for", description="a time; that many steps after the spike step are silent"
    )
    while_: Scalar | None = Field(default=None, alias="while", description="silent until this has been false once")
    hold: tuple[Name, ...] = Field(description="states that keep their value; [] for none")

    @model_validator(mode="after")
    def _one_of(self) -> RefractorySpec:
        if (self.for_ is None) == (self.while_ is None):
            raise ValueError(
                "needs exactly one of 'for' and 'while'; expected {for: T, hold: [..]} or {while: condition, hold: [..]}"
            )
        return self


class ElementSpec(DefinitionSpec):
    """What a part, a signal and a neuron have: state, and what changes it in a step."""

    parameters: Parameters = Field(default_factory=dict, description="value, {unit: U} or {unit: U, default: value}")
    state: States = Field(default_factory=dict, description="initial value, or {initial: value, range: [low, high]}")
    ports: Ports = Field(default_factory=dict, description="name and unit of what arrives in a step")
    equations: Equations = Field(default=(), description="dx/dt = ... and aliases x = ...")
    update: Statements = Field(default=(), description="statements after the equations")
    every: Mapping[Period, Statements] = Field(default_factory=dict, description="period: statements")
    require: tuple[Scalar, ...] = Field(default=(), description="conditions checked when the model is loaded")


class PartSpec(ElementSpec):
    """A receptor, channel, current or compartment."""

    needs: Mapping[str, Scalar] = Field(default_factory=dict, description="quantities of the owner: name and unit")


class OwnerSpec(ElementSpec):
    """What a signal and a neuron have: parts, and one integrator for all of it."""

    parts: Mapping[str, Use] = Field(default_factory=dict, description="name: {use: part, values, bindings}")
    integrator: Any = Field(default=None, description=f"{', '.join(INTEGRATORS)} or {{state: .., rest: ..}}")
    made_for: Scalar | None = Field(default=None, description="the step these numbers belong to")


class SignalSpec(OwnerSpec):
    """A one-of-a-kind element that never spikes and is read anywhere."""

    frozen: Flag = Field(default=False, description="the same draws in every trial")


class NeuronSpec(OwnerSpec):
    """A neuron: parts, equations, update, threshold, refractoriness, reset, in this order."""

    threshold: Scalar | None = Field(default=None, description="spikes where this is true; absent: never")
    refractory: RefractorySpec | None = Field(default=None, description="{for: T or while: condition, hold: [states]}")
    reset: Statements = Field(default=(), description="statements after a spike")
