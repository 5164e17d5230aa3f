"""Sections ``neurons``, ``parts`` and ``signals``: what one element does in a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from snndsl.integrators import INTEGRATORS
from snndsl.schema.definition import DefinitionSpec
from snndsl.spec import (
    LIST,
    SCALAR,
    TEXT,
    USE,
    As,
    Condition,
    Equations,
    Flag,
    Name,
    PerElement,
    Period,
    Scalar,
    Spec,
    Statements,
    Time,
    Unit,
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
    "PartUseSpec",
    "PortSpec",
    "RefractorySpec",
    "SignalSpec",
    "StateSpec",
]


class ParameterSpec(Spec):
    """A parameter: a default value, or its unit and perhaps a default."""

    unit: Unit | None = Field(default=None, description="its unit, where no default shows it")
    default: PerElement = Field(default=None, description="value where none is given")


def _parameter(value: object) -> object:
    return value if isinstance(value, Mapping) else {"default": value}


class PortSpec(Spec):
    """What arrives in a step, summed."""

    unit: Unit = Field(description="unit of the weights into this port; 1 for none")
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

    initial: Annotated[PerElement, As("value per element")] = Field(description="value before the first step")
    range: Annotated[tuple[Scalar, Scalar], BeforeValidator(_range)] | None = Field(
        default=None, description="[low, high], both constants; outside of it the run stops"
    )


def _state(value: object) -> object:
    return value if isinstance(value, Mapping) else {"initial": value}


_ONE = {"type": "string", "enum": [*INTEGRATORS], "enumDescriptions": [item.says for item in INTEGRATORS.all]}
Integrator = Annotated[
    Any,
    WithJsonSchema({"anyOf": [_ONE, {"type": "object", "additionalProperties": _ONE}]}),
    As("integrator, or mapping of states to integrators"),
]
Parameters = Mapping[str, Annotated[ParameterSpec, BeforeValidator(_parameter), Written(SCALAR, LIST)]]
States = Mapping[str, Annotated[StateSpec, BeforeValidator(_state), Written(SCALAR, LIST)]]
Ports = Mapping[str, Annotated[PortSpec, BeforeValidator(_port), Written(SCALAR)]]
Use = Annotated[UseSpec, BeforeValidator(split_use), Written(TEXT, USE, alone=True)]


def _split_part(value: object) -> object:
    return split_use(value, ("use", "values", "copies", "parents", "parent"))


class PartUseSpec(UseSpec):
    """A part, once or in copies that make a chain or a tree, and the values given to it."""

    copies: Scalar | None = Field(default=None, description="how many make a chain; a copy reads parent.x and child.x")
    parents: PerElement = Field(default=None, description="number of the parent of each copy, -1 for the root; makes a tree")
    parent: Name | None = Field(default=None, description="the part, or copy of one, on which the root hangs")


_PART_USE = {
    **USE,
    "properties": {
        "use": {**TEXT, "description": "name of the definition, or alias.name"},
        "copies": {**SCALAR, "description": "how many make a chain; a copy reads parent.x and child.x"},
        "parents": {"anyOf": [TEXT, LIST], "description": "number of the parent of each copy, -1 for the root; makes a tree"},
        "parent": {**TEXT, "description": "the part, or copy of one, on which the root hangs"},
    },
}
PartUse = Annotated[PartUseSpec, BeforeValidator(_split_part), Written(TEXT, _PART_USE, alone=True)]


class RefractorySpec(Spec):
    """Silence after a spike: for a time, or while a condition holds."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["for"]}, {"required": ["while"]}]})

    for_: Time | None = Field(
        default=None, alias="for", description="a time; that many steps after the spike step are silent"
    )
    while_: Condition | None = Field(default=None, alias="while", description="silent until this has been false once")
    hold: tuple[Name, ...] = Field(description="states that keep their value meanwhile; [] for none")

    @model_validator(mode="after")
    def _one_of(self) -> RefractorySpec:
        if (self.for_ is None) == (self.while_ is None):
            raise ValueError(
                "needs exactly one of 'for' and 'while'; expected {for: T, hold: [..]} or {while: condition, hold: [..]}"
            )
        return self


class ElementSpec(DefinitionSpec):
    """What a part, a signal and a neuron have: state, and what changes it in a step."""

    parameters: Parameters = Field(
        default_factory=dict, description="numbers that do not change during a run, each a value, {unit} or {unit, default}"
    )
    state: States = Field(
        default_factory=dict, description="what changes during a run, each with its initial value, or {initial, range}"
    )
    ports: Ports = Field(
        default_factory=dict, description="where input arrives, each with its unit: the sum of what arrives in a step"
    )
    equations: Equations = Field(default=(), description="dx/dt = ..., and x = ... for an alias")
    update: Statements = Field(default=(), description="statements in each step, after the equations")
    every: Mapping[Period, Statements] = Field(
        default_factory=dict, description="statements that run periodically: period: statements"
    )
    require: tuple[Condition, ...] = Field(default=(), description="conditions checked when the model is loaded")


class PartSpec(ElementSpec):
    """A receptor, channel, current or compartment."""

    needs: Mapping[str, Unit] = Field(default_factory=dict, description="quantities of the owner that it reads: name and unit")


class OwnerSpec(ElementSpec):
    """What a signal and a neuron have: parts, and one integrator for all of it."""

    parts: Mapping[str, PartUse] = Field(
        default_factory=dict, description="its parts: name: definition, or {use: definition, parameter: value, need: quantity}"
    )
    integrator: Integrator = Field(
        default=None, description="how the equations are advanced: one for all, or {state: one, rest: another}"
    )
    made_for: Time | None = Field(default=None, description="the step these numbers belong to")


class SignalSpec(OwnerSpec):
    """A one-of-a-kind element that never spikes and is read anywhere."""

    frozen: Flag = Field(default=False, description="the same draws in every trial")


class NeuronSpec(OwnerSpec):
    """A neuron: parts, equations, update, threshold, refractoriness, reset, in this order."""

    threshold: Condition | None = Field(default=None, description="a neuron spikes where this is true; never if absent")
    refractory: RefractorySpec | None = Field(default=None, description="silence after a spike")
    reset: Statements = Field(default=(), description="statements after a spike")
