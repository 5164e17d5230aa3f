"""Section ``plasticity``: what a synapse does when spikes reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from snndsl.schema.definition import DefinitionSpec
from snndsl.schema.neuron import Parameters, States
from snndsl.spec import SCALAR, As, Condition, Period, Scalar, Spec, Statements, Time, Unit, Written

__all__ = ["RuleSpec", "TraceSpec"]


class TraceSpec(Spec):
    """A quantity that relaxes exponentially between its assignments."""

    tau: Time = Field(description="time constant of its decay")
    to: Scalar = Field(default="0", description="the value it relaxes to and starts from")


def _trace(value: object) -> object:
    return value if isinstance(value, Mapping) else {"tau": value}


class RuleSpec(DefinitionSpec):
    """A plasticity rule."""

    parameters: Parameters = Field(
        default_factory=dict, description="numbers that do not change during a run, each a value, {unit} or {unit, default}"
    )
    needs: Mapping[str, Unit] = Field(
        default_factory=dict, description="quantities from outside: name and unit; bound where the rule is used"
    )
    state: States = Field(
        default_factory=dict, description="own states besides `w`, each with its initial value, or {initial, range}"
    )
    traces: Mapping[str, Annotated[TraceSpec, BeforeValidator(_trace), Written(SCALAR)]] = Field(
        default_factory=dict, description="what decays exponentially between its assignments: time constant, or {tau, to}"
    )
    on_pre: Statements = Field(
        default=(), description="statements at the arrival of a presynaptic spike; `deliver(w)` follows unless it is written"
    )
    on_post: Statements = Field(default=(), description="statements at the arrival of a postsynaptic spike")
    every: Mapping[Period, Statements] = Field(
        default_factory=dict, description="statements that run periodically: period: statements"
    )
    on_start: Statements = Field(default=(), description="statements that change the initial values, once before the run")
    order: Literal["pre_first", "post_first"] = Field(
        default="pre_first", description="which of two spikes of one stamp is first at a synapse"
    )
    bound: Annotated[Scalar, As("value", "the weight")] | None = Field(
        default=None, description="the largest magnitude that `w` can reach"
    )
    require: tuple[Condition, ...] = Field(default=(), description="conditions checked when the model is loaded")
