"""Section ``plasticity``: what a synapse does when spikes reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from snndsl.schema.definition import DefinitionSpec
from snndsl.schema.neuron import Parameters, States
from snndsl.spec import SCALAR, Period, Scalar, Spec, Statements, Written

__all__ = ["RuleSpec", "TraceSpec"]


class TraceSpec(Spec):
    """A quantity that relaxes exponentially between its assignments."""

    tau: Scalar = Field(description="time constant")
    to: Scalar = Field(default="0", description="the value it relaxes to and starts from")


def _trace(value: object) -> object:
    return value if isinstance(value, Mapping) else {"tau": value}


class RuleSpec(DefinitionSpec):
    """A plasticity rule."""

    parameters: Parameters = Field(default_factory=dict, description="value, {unit: U} or {unit: U, default: value}")
    needs: Mapping[str, Scalar] = Field(default_factory=dict, description="quantities from outside: name and unit")
    state: States = Field(default_factory=dict, description="own states besides w: initial value, or {initial, range}")
    traces: Mapping[str, Annotated[TraceSpec, BeforeValidator(_trace), Written(SCALAR)]] = Field(
        default_factory=dict, description="name: time constant, or {tau: T, to: value}"
    )
    on_pre: Statements = Field(default=(), description="when a presynaptic spike reaches the synapse; deliver(w) by default")
    on_post: Statements = Field(default=(), description="when a postsynaptic spike reaches the synapse")
    every: Mapping[Period, Statements] = Field(default_factory=dict, description="period: statements")
    on_start: Statements = Field(default=(), description="once, before the run")
    order: Literal["pre_first", "post_first"] = Field(
        default="pre_first", description="which of two events of one stamp is first"
    )
    bound: Scalar | None = Field(default=None, description="largest |w| the rule may reach")
    require: tuple[Scalar, ...] = Field(default=(), description="conditions checked when the model is loaded")
